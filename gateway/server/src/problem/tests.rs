//! The list of problems, its wire form, and its pages.

use std::collections::BTreeSet;

use super::*;

async fn body(response: Response) -> Value {
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.expect("the body is read");
    serde_json::from_slice(&bytes).expect("the body is JSON")
}

#[tokio::test]
async fn a_problem_names_its_page_its_place_and_its_values() {
    let problem = Problem::json_too_deep(Pointer::root().key("a").index(0), 64);
    let response = problem.into_response();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(
        body(response).await,
        serde_json::json!({
            "type": "/problems/json-too-deep",
            "title": "The JSON nests too deeply",
            "status": 400,
            "detail": "arrays and objects may nest at most 64 deep",
            "pointer": "/a/0",
            "limit": 64
        })
    );
}

#[tokio::test]
async fn the_public_address_is_put_before_the_type_and_other_headers_stay() {
    let mut response = Problem::method_not_allowed().into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    let response = absolute(State("https://gateway.example/base/".into()), response).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "GET");
    assert_eq!(response.headers().get_all(header::CONTENT_TYPE).iter().count(), 1);
    assert_eq!(body(response).await["type"], "https://gateway.example/base/problems/method-not-allowed");
}

#[tokio::test]
async fn an_answer_that_is_no_problem_passes_untouched() {
    let response = absolute(State("https://gateway.example".into()), "fine".into_response()).await;
    assert_eq!(axum::body::to_bytes(response.into_body(), 100).await.expect("the body is read"), "fine");
}

#[test]
fn a_missing_key_is_told_how_to_send_one_and_a_busy_gateway_when_to_come_back() {
    assert_eq!(Problem::unauthorized().into_response().headers()[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(Problem::unavailable().into_response().headers()[header::RETRY_AFTER], "5");
    assert_eq!(Problem::idempotency_in_flight().into_response().headers()[header::RETRY_AFTER], "1");
    assert!(!Problem::not_found().into_response().headers().contains_key(header::RETRY_AFTER));
}

#[test]
fn slugs_are_distinct_and_every_status_is_an_error() {
    let slugs: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
    assert_eq!(slugs.len(), ProblemKind::ALL.len());
    for kind in ProblemKind::ALL {
        assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind}");
    }
}
