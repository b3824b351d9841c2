//! What is past its time, and what cannot be stored, as whoever asks over HTTP sees it.

use http::StatusCode;
use serde_json::json;
use wellspring_server::{config::Config, work};

use crate::{
    badge,
    gateway::{Gateway, ITEM, Role},
};

const DAY: i64 = 24 * 60 * 60;

fn badge() -> serde_json::Value {
    badge::signed(badge::unsigned(&format!("https://case.example.org/ims/case/v1p1/CFItems/{ITEM}")))
}

async fn hand_in(gateway: &Gateway, role: &Role) -> crate::gateway::Answer {
    gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge()})])).await
}

#[tokio::test]
async fn a_submission_past_its_time_is_shown_as_retired_and_its_link_is_gone() {
    let gateway = Gateway::start_with(|config| {
        config.retention.credentials_days = 10;
        config.retention.reports_days = 20;
        config.retention.deliveries_days = 30;
    })
    .await;
    let role = gateway.role().await;
    let accepted = hand_in(&gateway, &role).await;
    let path = format!("/v1/submissions/{}", accepted.id());
    gateway.clock.advance(40 * DAY);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    assert_eq!(gateway.get(&path).await.json()["state"], "received", "what waits to be assessed is kept in any case");
    gateway.clock.advance(-40 * DAY);
    // The ATS of this connection cannot be reached: its delivery is tried, and stays pending.
    work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&path).await.json();
    let link = shown["report_url"].as_str().expect("a link").trim_start_matches("https://gateway.example").to_owned();
    let delivery = shown["deliveries"][0]["id"].as_str().expect("a delivery").to_owned();
    let cancelled = gateway.post(&format!("/v1/deliveries/{delivery}/cancel"), &json!({})).await;
    assert!(cancelled.status.is_success(), "{}", cancelled.text);

    gateway.clock.advance(15 * DAY);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    let shown = gateway.get(&path).await.json();
    assert_eq!((&shown["state"], &shown["outcome"]), (&json!("assessed"), &json!("passed")));
    assert!(shown["credentials_retired_at"].is_string(), "{shown:#}");
    assert_eq!(gateway.call(http::Method::GET, &link, None, None).await.status, StatusCode::OK);

    gateway.clock.advance(10 * DAY);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    let answer = gateway.get(&path).await;
    let shown = answer.json();
    assert_eq!((&shown["state"], &shown["application"]), (&json!("retired"), &json!("55012")));
    assert!(
        shown["retired_at"].is_string() && shown["report_url"].is_null() && shown["outcome"].is_null(),
        "{shown:#}"
    );
    assert_eq!(shown["deliveries"].as_array().map(Vec::len), Some(1), "deliveries are kept for longer here");
    assert!(!answer.text.contains("Ada") && !answer.text.contains(badge::EMAIL), "{}", answer.text);
    let listed = gateway.get("/v1/submissions").await.json();
    assert_eq!(listed["items"][0]["state"], "retired");
    let page = gateway.call(http::Method::GET, &link, None, None).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.text.contains("<h1") && !page.text.contains("Data cleaning"));
    let data = gateway.call(http::Method::GET, &format!("{link}/report.json"), None, None).await;
    assert_eq!(data.status, StatusCode::NOT_FOUND);

    gateway.clock.advance(10 * DAY);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    assert_eq!(gateway.get(&path).await.json()["deliveries"], json!([]));
}

#[tokio::test]
async fn by_default_nothing_goes_for_four_years() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let accepted = hand_in(&gateway, &role).await;
    work::run_ready(&gateway.app).await.expect("the work is done");
    let path = format!("/v1/submissions/{}", accepted.id());
    let delivery = gateway.get(&path).await.json()["deliveries"][0]["id"].as_str().expect("a delivery").to_owned();
    gateway.post(&format!("/v1/deliveries/{delivery}/cancel"), &json!({})).await;
    gateway.clock.advance(1461 * DAY - 1);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    assert_eq!(gateway.get(&path).await.json()["state"], "assessed");
    gateway.clock.advance(1);
    work::chores::retire(gateway.app.clone()).await.expect("the chore is done");
    assert_eq!(gateway.get(&path).await.json()["state"], "retired");
}

/// A bucket that nobody answers for, and everything is too long for the database.
fn unreachable(config: &mut Config) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let payloads = &mut config.payloads;
    payloads.inline_bytes = 0;
    payloads.url = "s3://records".into();
    payloads.endpoint = format!("http://{free}");
    payloads.allow_http = true;
    payloads.access_key_id = "an id".into();
    payloads.secret_access_key = "s3cret".to_owned().into();
}

#[tokio::test]
async fn while_object_storage_cannot_be_reached_a_submission_is_refused_and_nothing_is_stored() {
    let gateway = Gateway::start_with(unreachable).await;
    let role = gateway.role().await;
    let refused = hand_in(&gateway, &role).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text);
    assert_eq!(refused.problem(), "unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(!refused.text.contains("127.0.0.1"), "where it lies is not the caller's business: {}", refused.text);
    assert_eq!(gateway.get("/v1/submissions").await.json()["items"], json!([]));
}
