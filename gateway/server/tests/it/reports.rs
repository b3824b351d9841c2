//! The page behind a report link.

use http::StatusCode;
use serde_json::json;

use crate::{
    badge,
    gateway::{Gateway, ITEM},
};

/// The path of a fresh report link.
async fn link(gateway: &Gateway) -> String {
    let role = gateway.role().await;
    let target = format!("https://case.example.org/ims/case/v1p1/CFItems/{ITEM}");
    let badge = badge::signed(badge::unsigned(&target));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&format!("/v1/submissions/{}", accepted.id())).await.json();
    shown["report_url"].as_str().expect("a link").trim_start_matches("https://gateway.example").to_owned()
}

async fn open(gateway: &Gateway, path: &str) -> crate::gateway::Answer {
    gateway.call(http::Method::GET, path, None, None).await
}

#[tokio::test]
async fn a_link_opens_the_report_without_a_key_in_the_readers_language() {
    let gateway = Gateway::start().await;
    let link = link(&gateway).await;
    let page = open(&gateway, &link).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["Junior data analyst", "Data cleaning", "Example College", "nothing was changed since it was signed"] {
        assert!(page.text.contains(part), "`{part}` is not on the page");
    }
    let spanish = open(&gateway, &format!("{link}?lang=es")).await;
    assert!(spanish.text.contains("lang=\"es\""));
    let data = open(&gateway, &format!("{link}/report.json")).await;
    assert_eq!(data.json()["credentials"][0]["outcome"], "passed");
    assert!(!data.text.contains(badge::EMAIL) && !page.text.contains(badge::EMAIL), "no address is shown");
}

#[tokio::test]
async fn an_expired_link_and_one_that_never_was_say_so_kindly() {
    let gateway = Gateway::start().await;
    let link = link(&gateway).await;
    gateway.clock.advance(400 * 24 * 60 * 60 - 1);
    assert_eq!(open(&gateway, &link).await.status, StatusCode::OK);
    gateway.clock.advance(1);
    let expired = open(&gateway, &link).await;
    assert_eq!(expired.status, StatusCode::GONE);
    assert!(expired.text.contains("<h1"), "a page, not a bare error");
    assert!(!expired.text.contains("Data cleaning"));
    let unknown = open(&gateway, "/r/neverwas").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text.contains("<h1"));
}
