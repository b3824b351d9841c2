//! Events from what happened to a receiver on loopback, through the real queue and the real way out.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wellspring_model::id::EndpointId;
use wellspring_server::work;

use crate::{
    badge,
    gateway::{Gateway, Role},
    log,
    receiver::{Answer, Received, Receiver},
};

/// An endpoint as it was answered when it was added.
pub struct Added {
    pub id: String,
    pub secret: String,
    pub public_key: String,
}

impl Added {
    fn path(&self, action: &str) -> String {
        format!("/v1/events/endpoints/{}{action}", self.id)
    }
}

/// Adds the receiver as an endpoint for these types; nothing may reach it yet.
async fn added(gateway: &Gateway, receiver: &Receiver, types: &[&str]) -> Added {
    let new = json!({"url": receiver.url(), "description": "a test", "types": types});
    let answer = gateway.post("/v1/events/endpoints", &new).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let json = answer.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Added { id: answer.id(), secret: text(&json["secret"]), public_key: text(&json["public_keys"][0]["key"]) }
}

async fn grant(gateway: &Gateway, endpoint: &Added, origin: &str) {
    let id: EndpointId = endpoint.id.parse().expect("an id");
    let digest = wellspring_server::auth::token_digest(&gateway.tenant.key);
    let (tenant, _) = gateway.app.store.tenant_of_key(&digest).await.expect("the store answers").expect("a key");
    let granted = gateway.app.store.grant_endpoint_origin(tenant, id, origin, gateway.app.now());
    assert!(granted.await.expect("the store answers"));
}

/// Adds the receiver as an endpoint that may be reached.
pub async fn endpoint(gateway: &Gateway, receiver: &Receiver, types: &[&str]) -> Added {
    let endpoint = added(gateway, receiver, types).await;
    grant(gateway, &endpoint, &receiver.origin).await;
    endpoint
}

/// Hands in a badge and does what is to be done. The ATS cannot be reached.
pub async fn submit(gateway: &Gateway, role: &Role) -> String {
    let badge = badge::signed(badge::unsigned("https://case.example.org/nothing"));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    work(gateway).await;
    accepted.id()
}

async fn work(gateway: &Gateway) {
    work::run_ready(&gateway.app).await.expect("the work is done");
}

async fn test(gateway: &Gateway, endpoint: &Added) -> Value {
    let answer = gateway.post(&endpoint.path("/test"), &json!({})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    work(gateway).await;
    answer.json()
}

async fn delivery(gateway: &Gateway, sent: &Value) -> Value {
    gateway.get(&format!("/v1/deliveries/{}", sent["delivery"].as_str().expect("an id"))).await.json()
}

/// HMAC-SHA256 (RFC 2104), written here so that the gateway's own is not asked about itself.
pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(one, key)| *one ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

/// Whether one of the `v1` signatures of what was received fits.
fn fits(received: &Received, secret: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let mut signed =
        format!("{}.{}.", received.header("webhook-id"), received.header("webhook-timestamp")).into_bytes();
    signed.extend_from_slice(&received.body);
    let expected = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
    received.header("webhook-signature").split(' ').any(|one| one == expected)
}

#[tokio::test]
async fn what_happened_arrives_signed_short_and_without_the_applicant() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = gateway.role().await;
    let endpoint = endpoint(&gateway, &receiver, &["submission.assessed"]).await;
    let submission = submit(&gateway, &role).await;
    let received = receiver.received();
    assert_eq!(received.len(), 1, "{received:?}");
    let event = &received[0];
    assert!(fits(event, &endpoint.secret), "{event:?}");
    assert_eq!(
        (event.path.as_str(), event.header("content-type")),
        ("/hook?token=s3cret-of-the-url", "application/json")
    );
    assert_eq!(event.header("webhook-timestamp"), gateway.app.now().as_second().to_string());
    let json = event.json();
    assert_eq!((&json["type"], &json["data"]["submission"]), (&json!("submission.assessed"), &json!(submission)));
    let shown = gateway.get(json["data"]["links"]["self"].as_str().expect("a link")).await.json();
    assert_eq!(json["data"]["outcome"], shown["outcome"]);
    for member in ["id", "score", "inputs_digest"] {
        assert_eq!(json["data"]["assessment"][member], shown["assessment"][member], "{member}");
    }
    assert!(event.body.len() < 20_000);
    let text = String::from_utf8(event.body.to_vec()).expect("text");
    for private in ["Ada", badge::EMAIL, "Example College", "proof"] {
        assert!(!text.contains(private), "{private} stands in {text}");
    }
}

#[tokio::test]
async fn a_receiver_that_fails_is_asked_again_with_the_same_id() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    receiver.answer(&[Answer::Status(500)]);
    let sent = test(&gateway, &endpoint).await;
    let shown = delivery(&gateway, &sent).await;
    assert_eq!(
        (&shown["kind"], &shown["type"], &shown["state"]),
        (&json!("event"), &json!("endpoint.test"), &json!("pending"))
    );
    assert_eq!((&shown["endpoint"], &shown["event"]), (&json!(endpoint.id), &sent["event"]));
    assert_eq!(shown["attempts"][0]["code"], "UPSTREAM");
    assert!(shown["next_at"].is_string() && shown.get("connection").is_none(), "{shown:#}");

    gateway.clock.advance(400);
    let id = sent["delivery"].as_str().expect("an id");
    gateway.post(&format!("/v1/deliveries/{id}/cancel"), &json!({})).await;
    let replay = json!({"endpoint": endpoint.id, "state": "cancelled"});
    assert_eq!(gateway.post("/v1/deliveries/replay", &replay).await.json()["deliveries"], json!([id]));
    work(&gateway).await;
    let received = receiver.received();
    let ids: Vec<&str> = received.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids, [sent["event"].as_str().expect("an id"); 2], "so that the receiver knows a repeat");
    assert_ne!(received[0].header("webhook-timestamp"), received[1].header("webhook-timestamp"), "of each attempt");
    assert_eq!(received[0].body, received[1].body);
    assert!(received.iter().all(|one| fits(one, &endpoint.secret)));
    let shown = delivery(&gateway, &sent).await;
    assert_eq!((&shown["state"], &shown["receipt"]["details"]["status"]), (&json!("delivered"), &json!(204)));
    assert_eq!(shown["attempts"][1]["message"], "The endpoint has the event.");
}

#[tokio::test]
async fn one_that_is_slow_has_it_and_one_that_sends_on_elsewhere_is_not_followed() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    receiver.answer(&[Answer::Slow(Duration::from_millis(700)), Answer::Redirect, Answer::Wait(30)]);
    let slow = test(&gateway, &endpoint).await;
    assert_eq!(delivery(&gateway, &slow).await["state"], "delivered");
    let redirected = test(&gateway, &endpoint).await;
    let shown = delivery(&gateway, &redirected).await;
    assert_eq!((&shown["state"], &shown["attempts"][0]["code"]), (&json!("pending"), &json!("UPSTREAM")));
    assert!(receiver.received().iter().all(|one| one.path.starts_with("/hook")), "nothing went elsewhere");
    let waiting = test(&gateway, &endpoint).await;
    assert_eq!(delivery(&gateway, &waiting).await["attempts"][0]["code"], "RATE_LIMITED");
    let (before, held) = (receiver.received().len(), test(&gateway, &endpoint).await);
    assert_eq!(delivery(&gateway, &held).await["attempts"], json!([]), "what it asked for holds for all events");
    assert_eq!(receiver.received().len(), before);
}

#[tokio::test]
async fn one_that_never_answers_is_left_in_time_and_tried_again() {
    let gateway = Gateway::start_with(|config| config.work.delivery_seconds = 1).await;
    let receiver = Receiver::start().await;
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    receiver.answer(&[Answer::Never]);
    let sent = test(&gateway, &endpoint).await;
    let shown = delivery(&gateway, &sent).await;
    assert_eq!((&shown["state"], &shown["attempts"][0]["code"]), (&json!("pending"), &json!("DEADLINE")), "{shown:#}");
}

#[tokio::test]
async fn one_that_is_gone_is_shut_the_others_are_told_and_it_can_be_resumed() {
    let gateway = Gateway::start().await;
    let (receiver, watching) = (Receiver::start().await, Receiver::start().await);
    let role = gateway.role().await;
    let gone = endpoint(&gateway, &receiver, &["submission.assessed"]).await;
    endpoint(&gateway, &watching, &["endpoint.shut"]).await;
    receiver.answer(&[Answer::Status(410)]);
    let sent = test(&gateway, &gone).await;
    let shown = delivery(&gateway, &sent).await;
    assert_eq!((&shown["state"], &shown["attempts"][0]["code"]), (&json!("exhausted"), &json!("GONE")));
    assert_eq!(watching.kinds(), ["endpoint.shut"]);
    assert_eq!(watching.received()[0].json()["data"]["endpoint"], json!(gone.id));
    let queue = gateway.get(&gone.path("")).await.json()["queue"].clone();
    assert_eq!((&queue["state"], &queue["reason"]), (&json!("shut"), &json!("GONE")), "{queue:#}");
    let refused = gateway.post(&gone.path("/test"), &json!({})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "endpoint-shut"));
    submit(&gateway, &role).await;
    assert_eq!(receiver.received().len(), 1, "nothing is sent there any more");

    assert_eq!(gateway.post(&gone.path("/resume"), &json!({})).await.status, StatusCode::NO_CONTENT);
    work(&gateway).await;
    assert_eq!(receiver.received().len(), 1, "what it missed is not sent by itself");
    let missed = json!({"endpoint": gone.id, "state": "cancelled"});
    assert_eq!(
        gateway.post("/v1/deliveries/replay", &missed).await.json()["deliveries"].as_array().map(Vec::len),
        Some(1)
    );
    work(&gateway).await;
    assert_eq!(receiver.kinds(), ["endpoint.test", "submission.assessed"]);
}

#[tokio::test]
async fn an_address_on_a_private_network_waits_for_the_operators_grant() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let endpoint = added(&gateway, &receiver, &[]).await;
    let sent = test(&gateway, &endpoint).await;
    let shown = delivery(&gateway, &sent).await;
    assert_eq!((&shown["state"], &shown["attempts"][0]["code"]), (&json!("pending"), &json!("ORIGIN_DENIED")));
    assert!(shown["attempts"][0]["message"].as_str().expect("a text").contains("wellspring endpoint grant"));
    let queue = gateway.get(&endpoint.path("")).await.json()["queue"].clone();
    assert_eq!((&queue["state"], &queue["reason"]), (&json!("paused"), &json!("ORIGIN_DENIED")));
    assert!(receiver.received().is_empty());
    grant(&gateway, &endpoint, "http://127.0.0.1:1").await;
    work(&gateway).await;
    assert!(receiver.received().is_empty(), "of exactly this origin");
    grant(&gateway, &endpoint, &receiver.origin).await;
    work(&gateway).await;
    assert_eq!(receiver.kinds(), ["endpoint.test"], "what waited is sent");
}

#[tokio::test]
async fn after_a_rotation_old_and_new_secret_fit_for_a_day() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    let rotated = gateway.post(&endpoint.path("/rotate"), &json!({})).await.json();
    assert_eq!(rotated["previous_until"], "2026-11-24T12:00:00Z");
    let new = rotated["secret"].as_str().expect("a secret");
    assert_ne!(new, endpoint.secret);
    test(&gateway, &endpoint).await;
    let received = receiver.received().remove(0);
    assert!(fits(&received, new) && fits(&received, &endpoint.secret));
    assert_eq!(received.header("webhook-signature").split(' ').count(), 4, "v1 and v1a of each");
    let shown = gateway.get(&endpoint.path("")).await.json();
    let keys = json!([{"key": rotated["public_key"]}, {"key": endpoint.public_key, "until": "2026-11-24T12:00:00Z"}]);
    assert_eq!(shown["public_keys"], keys);
    assert!(shown.get("secret").is_none(), "it is shown once");
    gateway.clock.advance(24 * 60 * 60);
    test(&gateway, &endpoint).await;
    let received = receiver.received().remove(1);
    assert!(fits(&received, new) && !fits(&received, &endpoint.secret));
    assert_eq!(gateway.get(&endpoint.path("")).await.json()["public_keys"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_refused_with_its_place() {
    let gateway = Gateway::start().await;
    let url = "https://hooks.example/";
    for (wrong, place) in [
        (json!({}), ""),
        (json!({"url": "hooks.example"}), "/url"),
        (json!({"url": "ftp://hooks.example/"}), "/url"),
        (json!({"url": "https://user:word@hooks.example/"}), "/url"),
        (json!({"url": "https://hooks.example/#here"}), "/url"),
        (json!({"url": url, "types": ["submission.danced"]}), "/types/0"),
        (json!({"url": url, "rate": {"requests": 0, "per_seconds": 1}}), "/rate/requests"),
        (json!({"url": url, "description": "x".repeat(513)}), "/description"),
        (json!({"url": url, "secret": "whsec_mine"}), "/secret"),
    ] {
        let answer = gateway.post("/v1/events/endpoints", &wrong).await;
        assert_eq!(answer.problem(), "invalid-request", "{wrong}");
        assert_eq!(answer.json()["pointer"], place, "{wrong}: {}", answer.text);
    }
    for n in 0..20 {
        let answer = gateway.post("/v1/events/endpoints", &json!({"url": url, "description": n.to_string()})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    }
    assert_eq!(gateway.post("/v1/events/endpoints", &json!({"url": url})).await.problem(), "invalid-request");
    let listed = gateway.get("/v1/events/endpoints?limit=15").await.json();
    assert_eq!((listed["items"].as_array().map(Vec::len), listed["next"].is_string()), (Some(15), true));
}

#[tokio::test]
async fn an_endpoint_that_is_removed_gets_nothing_more() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = gateway.role().await;
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    receiver.answer(&[Answer::Status(503)]);
    let sent = test(&gateway, &endpoint).await;
    let removed = gateway.call(Method::DELETE, &endpoint.path(""), Some(&gateway.tenant.key), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    for (method, action) in
        [(Method::GET, ""), (Method::POST, "/test"), (Method::POST, "/rotate"), (Method::POST, "/resume")]
    {
        let answer = gateway.call(method, &endpoint.path(action), Some(&gateway.tenant.key), Some(&json!({}))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action}");
    }
    gateway.app.store.cancel_shut(10, gateway.app.now()).await.expect("the store answers");
    assert_eq!(delivery(&gateway, &sent).await["state"], "cancelled");
    submit(&gateway, &role).await;
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn neither_secrets_nor_addresses_nor_applicants_stand_in_the_log() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = gateway.role().await;
    let endpoint = endpoint(&gateway, &receiver, &[]).await;
    let rotated = gateway.post(&endpoint.path("/rotate"), &json!({})).await.json();
    receiver.answer(&[Answer::Status(500)]);
    test(&gateway, &endpoint).await;
    let all = json!({"url": receiver.url()});
    gateway.post("/v1/events/endpoints", &all).await;
    submit(&gateway, &role).await;
    let log = log::text();
    assert!(log.contains("the attempt did not deliver"), "{log}");
    let secrets = [&endpoint.secret, rotated["secret"].as_str().expect("a secret"), "s3cret-of-the-url", badge::EMAIL];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
