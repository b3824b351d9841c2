//! Webhooks of an ATS: kept once before they are answered, announced without anybody's name, refused where they are not genuine.

use http::{Method, StatusCode, header};
use serde_json::json;

use crate::{
    events::endpoint,
    gateway::Gateway,
    log,
    receiver::Receiver,
    talking::{deliveries, given, hand_in, hook, hook_signed, later, role, submission, work},
};

#[tokio::test]
async fn what_a_webhook_tells_is_announced_once_by_ids() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = role(&gateway, &json!({})).await;
    endpoint(&gateway, &receiver, &["ats.application_submitted", "ats.job_changed"]).await;
    let told = json!([
        {"id": "e1", "action": "submitted", "application": "55012", "candidate": "44012", "job": "9001"},
        {"id": "e2", "action": "job", "job": "9001", "closed": true},
    ]);
    let answer = hook(&gateway, &role.connection, &told).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"path": "/"})), "{}", answer.text);
    assert_eq!(hook(&gateway, &role.connection, &told).await.status, StatusCode::OK, "told again");
    work(&gateway).await;
    // No order is promised.
    let mut received = receiver.received();
    received.sort_by_key(|event| event.kind());
    let kinds: Vec<String> = received.iter().map(|event| event.kind()).collect();
    assert_eq!(kinds, ["ats.application_submitted", "ats.job_changed"]);
    let events: Vec<_> = received.iter().map(|one| one.json()["data"].clone()).collect();
    assert_eq!((&events[0]["application"], &events[0]["candidate"]), (&json!("55012"), &json!("44012")));
    assert_eq!((&events[1]["job"], &events[1]["job_status"]), (&json!(role.job), &json!("closed")));
    let trail = gateway.get("/v1/audit?action=ats_event.received").await.json();
    assert_eq!(trail["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(trail["items"][0]["actor"], json!(role.connection));
    let everything = format!("{events:?} {trail} {}", log::text());
    for private in ["Lovelace", "ada@example.org", crate::talking::HOOK] {
        assert!(!everything.contains(private), "{private}");
    }
}

#[tokio::test]
async fn one_that_is_not_genuine_comes_to_nothing() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let body = || json!([{"action": "tested"}]).to_string().into_bytes();
    let path = format!("/hooks/{}", role.connection);
    let key = Some(gateway.tenant.key.as_str());
    for signature in [None, Some("sha256=00"), Some("sha256="), key] {
        let answer = hook_signed(&gateway, &path, body(), signature).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNAUTHORIZED, "not-genuine"));
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    let with_key = gateway.call(Method::POST, &path, key, Some(&json!([{"action": "tested"}]))).await;
    assert_eq!(with_key.status, StatusCode::UNAUTHORIZED, "a key of ours opens no door of the ATS");
    assert_eq!(gateway.get("/v1/audit?action=ats_event.received").await.json()["items"], json!([]));
}

#[tokio::test]
async fn an_address_nobody_answers_at_says_nothing_of_why() {
    let gateway = Gateway::start().await;
    let greenhouse = gateway.role().await.connection;
    let talks = crate::talking::connection(&gateway, &json!({})).await;
    let path = format!("/v1/connections/{talks}");
    let removed = gateway.call(Method::DELETE, &path, Some(&gateway.tenant.key), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let nobody = "con_00000000000000000000000000000000";
    let mut texts = Vec::new();
    for connection in [nobody, "x", &greenhouse, &talks] {
        for door in ["hooks", "partner"] {
            let answer = gateway.call(Method::POST, &format!("/{door}/{connection}/x"), None, Some(&json!([]))).await;
            assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));
            texts.push(answer.text);
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[tokio::test]
async fn one_too_large_one_too_many_and_one_nobody_understands_are_told_so() {
    let gateway = Gateway::start_with(|config| {
        config.limits.ats_request_bytes = 100;
        config.limits.ats_requests_per_minute = 3;
    })
    .await;
    let role = role(&gateway, &json!({})).await;
    let large = hook(&gateway, &role.connection, &json!([{"action": "x".repeat(100)}])).await;
    assert_eq!((large.status, large.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    let strange = hook(&gateway, &role.connection, &json!([{"action": "danced"}])).await;
    assert_eq!((strange.status, strange.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-request"));
    assert_eq!(hook(&gateway, &role.connection, &json!([])).await.status, StatusCode::OK);
    let many = hook(&gateway, &role.connection, &json!([])).await;
    assert_eq!((many.status, many.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"));
    let wait: i64 = many.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
    let other = crate::talking::connection(&gateway, &json!({})).await;
    assert_eq!(hook(&gateway, &other, &json!([])).await.status, StatusCode::OK, "others are not held up");
    gateway.clock.advance(wait);
    assert_eq!(hook(&gateway, &role.connection, &json!([])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_connector_that_fails_has_the_ats_tell_it_again() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({"fails": ["receive"]})).await;
    let answer = hook(&gateway, &role.connection, &json!([{"action": "tested"}])).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    let got = gateway.call(Method::GET, &format!("/hooks/{}", role.connection), None, None).await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_is_told_after_a_merge_goes_to_the_candidate_that_is_left() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    let id = hand_in(&gateway, &role).await;
    let merged = |from: &str, into: &str| json!([{"action": "merged", "candidate": from, "into": into}]);
    hook(&gateway, &role.connection, &merged("44012", "44013")).await;
    work(&gateway).await;
    assert_eq!(given(&gateway, &id).await["candidate"], "44013");
    hook(&gateway, &role.connection, &merged("44013", "44014")).await;
    later(&gateway);
    gateway.post(&format!("/v1/submissions/{id}/withdrawal"), &json!({"reason": "employer"})).await;
    work(&gateway).await;
    let given = given(&gateway, &id).await;
    assert_eq!((&given["did"], &given["candidate"]), (&json!("withdraw"), &json!("44014")));
}

#[tokio::test]
async fn what_waits_for_a_candidate_who_was_deleted_is_taken_back_and_nobody_is_called_again() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({"fails": ["deliver"]})).await;
    let id = hand_in(&gateway, &role).await;
    work(&gateway).await;
    assert_eq!(deliveries(&gateway, &id).await, [("result".to_owned(), "pending".to_owned())]);
    hook(&gateway, &role.connection, &json!([{"action": "deleted", "candidate": "44012"}])).await;
    assert_eq!(deliveries(&gateway, &id).await, [("result".to_owned(), "cancelled".to_owned())]);
    let delivery = submission(&gateway, &id).await["deliveries"][0]["id"].as_str().expect("an id").to_owned();
    gateway.post(&format!("/v1/deliveries/{delivery}/replay"), &json!({})).await;
    work(&gateway).await;
    let shown = submission(&gateway, &id).await["deliveries"][0].clone();
    assert_eq!((&shown["state"], &shown["attempts"][1]["code"]), (&json!("exhausted"), &json!("NOT_FOUND")));
}

#[tokio::test]
async fn what_a_connector_keeps_is_there_at_its_next_call() {
    let gateway = Gateway::start().await;
    let role = role(&gateway, &json!({})).await;
    for calls in 1..=3 {
        let id = hand_in(&gateway, &role).await;
        work(&gateway).await;
        assert_eq!(given(&gateway, &id).await["calls"], calls);
    }
}
