//! A connection whose ATS talks back: its connector is the guest `talks`.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    badge,
    events::hmac,
    gateway::{Answer, Gateway, Role, built_connector, framework, profile},
};

pub const HOOK: &str = "s3cret-of-the-webhooks";
pub const PARTNER: &str = "s3cret-of-the-partner";

/// Makes a connection with these settings.
pub async fn connection(gateway: &Gateway, settings: &Value) -> String {
    gateway.app.host.install(built_connector("talks")).await.expect("it is a connector");
    let new = json!({
        "name": "Talks", "connector": "talks", "settings": settings,
        "credentials": {"hook": {"secret": HOOK}, "partner": {"secret": PARTNER}},
    });
    let connection = gateway.post("/v1/connections", &new).await;
    assert_eq!(connection.status, StatusCode::CREATED, "{}", connection.text);
    connection.id()
}

/// A framework, a profile, such a connection, and a job to apply for.
pub async fn role(gateway: &Gateway, settings: &Value) -> Role {
    let connection = connection(gateway, settings).await;
    role_at(gateway, connection).await
}

/// A framework, a profile, and a job to apply for through this connection.
pub async fn role_at(gateway: &Gateway, connection: String) -> Role {
    let framework = gateway.post("/v1/frameworks", &framework()).await;
    let profile = gateway.post("/v1/profiles", &profile()).await;
    let job = json!({
        "title": "Junior data analyst", "profile": profile.id(), "connection": connection, "external_id": "9001"
    });
    let job = gateway.post("/v1/jobs", &job).await;
    assert_eq!(job.status, StatusCode::CREATED, "{}", job.text);
    Role { framework: framework.id(), profile: profile.id(), connection, job: job.id() }
}

/// Hands in a badge for application 55012 of candidate 44012; nothing is done yet.
pub async fn hand_in(gateway: &Gateway, role: &Role) -> String {
    later(gateway);
    let badge = badge::signed(badge::unsigned("https://case.example.org/nothing"));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    accepted.id()
}

/// Ids tell in which order things were made, to the millisecond.
pub fn later(gateway: &Gateway) {
    gateway.clock.advance(1);
}

pub async fn work(gateway: &Gateway) {
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
}

pub async fn submission(gateway: &Gateway, id: &str) -> Value {
    gateway.get(&format!("/v1/submissions/{id}")).await.json()
}

/// Kind and state of each delivery of a submission.
pub async fn deliveries(gateway: &Gateway, id: &str) -> Vec<(String, String)> {
    let shown = submission(gateway, id).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = shown["deliveries"].as_array().expect("a list").clone();
    all.iter().map(|one| (text(&one["kind"]), text(&one["state"]))).collect()
}

/// What the connector was given for a submission's last delivery.
pub async fn given(gateway: &Gateway, id: &str) -> Value {
    let shown = submission(gateway, id).await;
    let all = shown["deliveries"].as_array().expect("a list").clone();
    all.last().expect("a delivery")["receipt"]["details"].clone()
}

/// A webhook with these bytes, signed as given.
pub async fn hook_signed(gateway: &Gateway, path: &str, body: Vec<u8>, signature: Option<&str>) -> Answer {
    let mut request = Request::post(path);
    if let Some(signature) = signature {
        request = request.header("Ats-Signature", signature);
    }
    gateway.send(request.body(Body::from(body)).expect("a request")).await
}

/// A genuine webhook.
pub async fn hook(gateway: &Gateway, connection: &str, told: &Value) -> Answer {
    later(gateway);
    let body = told.to_string().into_bytes();
    let signature = hmac(HOOK.as_bytes(), &body).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let signature = format!("sha256={signature}");
    hook_signed(gateway, &format!("/hooks/{connection}"), body, Some(&signature)).await
}

/// A genuine request to the assessment partner.
pub async fn ask(gateway: &Gateway, connection: &str, what: &str, body: &Value) -> Answer {
    later(gateway);
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/partner/{connection}/{what}"))
        .header(header::AUTHORIZATION, format!("Bearer {PARTNER}"))
        .header(header::CONTENT_TYPE, "application/json");
    gateway.send(request.body(Body::from(body.to_string())).expect("a request")).await
}
