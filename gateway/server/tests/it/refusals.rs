//! Bad input is refused before anything is stored, with a problem that says what and where.

use http::StatusCode;
use serde_json::json;

use crate::gateway::{Gateway, Role};

/// A submission whose credential is exactly this text.
fn raw(role: &Role, credential: &str) -> String {
    format!(
        r#"{{"connection":"{}","application":{{"id":"1","candidate":{{}}}},"job":"{}","credentials":[{{"json":{credential}}}]}}"#,
        role.connection, role.job
    )
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_nothing_is_stored() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let cases = [
        ("malformed JSON", raw(&role, "{\"a\":"), StatusCode::BAD_REQUEST, "malformed-json"),
        ("text after the end", format!("{} x", raw(&role, "{}")), StatusCode::BAD_REQUEST, "malformed-json"),
        ("depth 20,000", raw(&role, &deep), StatusCode::BAD_REQUEST, "json-too-deep"),
        ("duplicate key", raw(&role, r#"{"a":1,"a":2}"#), StatusCode::BAD_REQUEST, "duplicate-key"),
        ("duplicate key, escaped", raw(&role, r#"{"a":1,"\u0061":2}"#), StatusCode::BAD_REQUEST, "duplicate-key"),
        ("not UTF-8", "\u{0}".repeat(3), StatusCode::BAD_REQUEST, "malformed-json"),
        ("an unknown member", "{\"sender\": 1}".to_owned(), StatusCode::BAD_REQUEST, "invalid-request"),
    ];
    for (name, body, status, problem) in cases {
        let answer = gateway.post_bytes("/v1/submissions", body, &[]).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{name}: {}", answer.text);
    }
    let list = gateway.get("/v1/submissions").await;
    assert_eq!(list.json()["items"], json!([]));
}

#[tokio::test]
async fn a_refusal_points_at_the_place() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let duplicate = gateway.post_bytes("/v1/submissions", raw(&role, r#"{"x":{"a":1,"a":2}}"#), &[]).await;
    assert_eq!(duplicate.json()["pointer"], "/credentials/0/json/x/a");
    let mut wrong = role.submission(&[json!({"json": {}, "jwt": "x"})]);
    let answer = gateway.post("/v1/submissions", &wrong).await;
    assert_eq!(answer.json()["pointer"], "/credentials/0");
    wrong["application"]["candidate"]["email"] = json!(7);
    let answer = gateway.post("/v1/submissions", &wrong).await;
    assert_eq!(answer.json()["pointer"], "/application/candidate/email");
}

#[tokio::test]
async fn a_character_that_no_database_holds_is_refused_where_it_is_stored_as_it_is() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let job = |title: &str| json!({"title": title, "profile": role.profile, "connection": role.connection});
    let answer = gateway.post("/v1/jobs", &job("Analyst\u{0}")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-request"));
    let mut unknown = role.submission(&[json!({"json": {"type": "x"}})]);
    unknown["job"] = json!("9001\u{0}");
    assert_eq!(gateway.post("/v1/submissions", &unknown).await.status, StatusCode::BAD_REQUEST);
    let mut named = role.submission(&[json!({"json": {"type": "x\u{0}"}})]);
    named["application"]["candidate"]["name"] = json!("Ada\u{0}");
    assert_eq!(gateway.post("/v1/submissions", &named).await.status, StatusCode::ACCEPTED, "kept as JSON, which can");
}

#[tokio::test]
async fn unknown_connections_and_jobs_are_named_as_such() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let mut submission = role.submission(&[json!({"json": {"type": "x"}})]);
    submission["job"] = json!("no such job");
    let answer = gateway.post("/v1/submissions", &submission).await;
    assert_eq!((answer.problem().as_str(), &answer.json()["pointer"]), ("unknown-job", &json!("/job")));
    submission["connection"] = json!("con_x");
    let answer = gateway.post("/v1/submissions", &submission).await;
    assert_eq!((answer.problem().as_str(), &answer.json()["pointer"]), ("unknown-connection", &json!("/connection")));
}

#[tokio::test]
async fn over_size_bodies_and_credentials_are_refused() {
    let gateway = Gateway::start_with(|config| {
        config.limits.body_bytes = 20_000;
        config.limits.credential_bytes = 5_000;
    })
    .await;
    let role = gateway.role().await;
    let body = raw(&role, &format!("{{\"x\":\"{}\"}}", "y".repeat(30_000)));
    let answer = gateway.post_bytes("/v1/submissions", body, &[]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    let body = raw(&role, &format!("{{\"x\":\"{}\"}}", "y".repeat(6_000)));
    let answer = gateway.post_bytes("/v1/submissions", body, &[]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    assert_eq!(answer.json()["pointer"], "/credentials/0/json");
}

#[tokio::test]
async fn other_media_types_and_methods_are_refused_in_words() {
    let gateway = Gateway::start().await;
    let answer = gateway.post_bytes("/v1/jobs", "a=1", &[("content-type", "text/plain")]).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", answer.text);
    let answer = gateway.call(http::Method::DELETE, "/v1/jobs", Some(&gateway.tenant.key), None).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
    let answer = gateway.get("/v1/nothing").await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));
}
