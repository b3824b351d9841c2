//! Deliveries that wait, are taken back and taken up again; connections that are resumed and removed.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    badge,
    gateway::{Gateway, Role},
};

/// A submission whose delivery failed once: nobody answers at the address of its ATS.
async fn waiting(gateway: &Gateway, role: &Role) -> String {
    let badge = badge::signed(badge::unsigned("https://case.example.org/nothing"));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(accepted.json()["links"]["self"].as_str().expect("a link")).await.json();
    assert_eq!(shown["deliveries"][0]["state"], "pending", "{shown:#}");
    shown["deliveries"][0]["id"].as_str().expect("an id").to_owned()
}

async fn state(gateway: &Gateway, delivery: &str) -> String {
    gateway.get(&format!("/v1/deliveries/{delivery}")).await.json()["state"].as_str().expect("a state").to_owned()
}

#[tokio::test]
async fn a_delivery_is_taken_back_and_taken_up_again_by_whoever_owns_it() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let delivery = waiting(&gateway, &role).await;
    let other = gateway.other_tenant().await;
    let cancel = format!("/v1/deliveries/{delivery}/cancel");
    let theirs = gateway.call(Method::POST, &cancel, Some(&other.key), Some(&json!({}))).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.post(&cancel, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.post(&cancel, &json!({})).await.status, StatusCode::NOT_FOUND, "it has ended");
    assert_eq!(state(&gateway, &delivery).await, "cancelled");

    let replay = async |body: &Value| gateway.post("/v1/deliveries/replay", body).await;
    let cancelled = json!({"state": "cancelled", "connection": role.connection, "dry_run": true});
    let dry = replay(&cancelled).await.json();
    assert_eq!(dry, json!({"dry_run": true, "deliveries": [delivery], "more": false}));
    assert_eq!(state(&gateway, &delivery).await, "cancelled", "asking changes nothing");
    let one = format!("/v1/deliveries/{delivery}/replay");
    let theirs = gateway.call(Method::POST, &one, Some(&other.key), Some(&json!({}))).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.post(&one, &json!({})).await.json()["deliveries"], json!([delivery]));
    assert_eq!(state(&gateway, &delivery).await, "pending");
    for wrong in [json!({}), json!({"state": "pending"}), json!({"code": "NONSENSE"}), json!({"ids": ["con_1"]})] {
        assert_eq!(replay(&wrong).await.problem(), "invalid-request", "{wrong}");
    }
}

#[tokio::test]
async fn a_connection_says_what_waits_and_once_removed_takes_nothing_more() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let delivery = waiting(&gateway, &role).await;
    let path = format!("/v1/connections/{}", role.connection);
    let shown = gateway.get(&path).await.json();
    assert_eq!((&shown["queue"]["state"], &shown["queue"]["waiting"]), (&json!("open"), &json!(1)), "{shown:#}");
    assert!(shown["queue"]["clear_at"].is_string());
    let resume = gateway.post(&format!("{path}/resume"), &json!({})).await;
    assert_eq!(resume.status, StatusCode::NO_CONTENT);

    let other = gateway.other_tenant().await;
    let theirs = gateway.call(Method::DELETE, &path, Some(&other.key), None).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let removed = gateway.call(Method::DELETE, &path, Some(&gateway.tenant.key), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.get(&path).await.status, StatusCode::NOT_FOUND);
    let refused = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge::unsigned("x")})])).await;
    assert_eq!(refused.problem(), "unknown-connection");
    gateway.app.store.cancel_shut(10, gateway.app.now()).await.expect("the store answers");
    assert_eq!(state(&gateway, &delivery).await, "cancelled");
}
