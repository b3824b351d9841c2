//! The jobs of the ATS, as its connector lists them.

use http::StatusCode;
use serde_json::json;

use crate::{gateway::Gateway, talking::connection};

#[tokio::test]
async fn the_jobs_of_the_ats_come_in_pages() {
    let gateway = Gateway::start().await;
    let path = format!("/v1/connections/{}/jobs", connection(&gateway, &json!({})).await);
    let first = gateway.get(&path).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let job = json!({"id": "9001", "title": "Analista júnior", "status": "open", "location": "Bogotá"});
    assert_eq!(first.json(), json!({"items": [job], "next": "after 9001"}));
    let second = gateway.get(&format!("{path}?cursor=after%209001")).await.json();
    assert_eq!((&second["items"][0]["status"], second.get("next")), (&json!("closed"), None));
    let wrong = gateway.get(&format!("{path}?cursor=elsewhere")).await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::BAD_GATEWAY, "ats-failed"));
    assert_eq!(wrong.json()["code"], "INVALID_INPUT");
    let long = gateway.get(&format!("{path}?cursor={}", "x".repeat(4_097))).await;
    assert_eq!((long.problem(), &long.json()["pointer"]), ("invalid-request".to_owned(), &json!("/cursor")));
    assert_eq!(gateway.get(&format!("{path}?after=x")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_connector_that_lists_none_and_an_ats_that_is_down_are_told_apart() {
    let gateway = Gateway::start().await;
    let greenhouse = gateway.role().await.connection;
    let lacking = connection(&gateway, &json!({"lacks": ["list-jobs"]})).await;
    for id in [greenhouse, lacking] {
        let answer = gateway.get(&format!("/v1/connections/{id}/jobs")).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::CONFLICT, "not-supported"));
        assert_eq!(answer.json()["export"], "list-jobs");
    }
    let down = connection(&gateway, &json!({"fails": ["list-jobs"]})).await;
    let answer = gateway.get(&format!("/v1/connections/{down}/jobs")).await;
    assert_eq!((answer.problem(), &answer.json()["code"]), ("ats-failed".to_owned(), &json!("UNAVAILABLE")));
}
