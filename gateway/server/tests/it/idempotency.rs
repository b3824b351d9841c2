//! The same request sent again gets the same answer; another one under the same key is refused.

use http::StatusCode;
use serde_json::json;

use crate::gateway::Gateway;

const KEY: &[(&str, &str)] = &[("idempotency-key", "one")];

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_stores_nothing_new() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let body = role.submission(&[json!({"json": {"type": "x"}})]).to_string();
    let first = gateway.post_bytes("/v1/submissions", body.clone(), KEY).await;
    let again = gateway.post_bytes("/v1/submissions", body.clone(), KEY).await;
    assert_eq!((first.status, again.status), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
    assert_eq!(first.json(), again.json());
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = gateway.post_bytes("/v1/submissions", body, &[("idempotency-key", "two")]).await;
    assert_ne!(other.id(), first.id());
    let list = gateway.get("/v1/submissions").await;
    assert_eq!(list.json()["items"].as_array().expect("a list").len(), 2);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let mut body = role.submission(&[json!({"json": {"type": "x"}})]);
    gateway.post_bytes("/v1/submissions", body.to_string(), KEY).await;
    body["application"]["id"] = json!("another");
    let answer = gateway.post_bytes("/v1/submissions", body.to_string(), KEY).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-conflict"));
}

#[tokio::test]
async fn a_key_is_forgotten_after_72_hours() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let body = role.submission(&[json!({"json": {"type": "x"}})]).to_string();
    let first = gateway.post_bytes("/v1/submissions", body.clone(), KEY).await;
    gateway.clock.advance(71 * 3_600);
    assert_eq!(gateway.post_bytes("/v1/submissions", body.clone(), KEY).await.id(), first.id());
    gateway.clock.advance(2 * 3_600);
    assert_ne!(gateway.post_bytes("/v1/submissions", body, KEY).await.id(), first.id());
}

#[tokio::test]
async fn many_repeats_at_the_same_time_store_one_submission() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let body = role.submission(&[json!({"json": {"type": "x"}})]).to_string();
    let sent: Vec<_> = (0..20).map(|_| gateway.post_bytes("/v1/submissions", body.clone(), KEY)).collect();
    let answers = futures_util::future::join_all(sent).await;
    let ids: std::collections::BTreeSet<_> = answers.iter().map(crate::gateway::Answer::id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(gateway.get("/v1/submissions").await.json()["items"].as_array().expect("a list").len(), 1);
}
