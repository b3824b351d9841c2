//! What credentials name that leads nowhere: counted, shown, and given a place by a person.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    badge,
    crosswalks::{CLEANING, assessed, by, crosswalk, trusting},
    gateway::{Gateway, ITEM},
};

const NAMED: &str = "https://skills.example/tidying";

async fn queue(gateway: &Gateway) -> Vec<Value> {
    gateway.get("/v1/unmapped").await.json()["items"].as_array().expect("a list").clone()
}

fn resolution(crosswalk: &str) -> Value {
    json!({"crosswalk": crosswalk, "item": ITEM, "type": "exactMatchOf", "by": by(), "reason": "the criteria say so"})
}

#[tokio::test]
async fn what_leads_nowhere_waits_counted_until_a_person_says_where_it_leads() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    let crosswalk = crosswalk(&gateway).await;
    let first = assessed(&gateway, &role, NAMED).await;
    gateway.clock.advance(3_600);
    assert_eq!(assessed(&gateway, &role, NAMED).await["assessment"]["score"]["value"], 0);
    let path = format!("/v1/submissions/{}/recheck", first["id"].as_str().expect("an id"));
    for _ in 0..2 {
        assert_eq!(gateway.post(&path, &json!({})).await.status, StatusCode::ACCEPTED);
        wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    }
    let waiting = queue(&gateway).await;
    let [entry] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!((&entry["submissions"], &entry["target_url"]), (&json!(2), &json!(NAMED)), "a re-check counts no more");
    assert_eq!((&entry["target_name"], &entry["state"]), (&json!("Cleans data"), &json!("open")));
    assert_eq!(
        (&entry["first_seen"], &entry["last_seen"]),
        (&json!("2026-11-23T12:00:00Z"), &json!("2026-11-23T13:00:00Z"))
    );
    assert!(!entry.to_string().contains("ada"), "nothing of the applicant");

    let resolve = format!("/v1/unmapped/{}/resolution", entry["id"].as_str().expect("an id"));
    let resolved = gateway.post(&resolve, &resolution(&crosswalk)).await;
    assert_eq!((resolved.status, &resolved.json()["state"]), (StatusCode::OK, &json!("resolved")), "{}", resolved.text);
    assert!(queue(&gateway).await.is_empty());
    let association = resolved.json()["association"].as_str().expect("an id").to_owned();
    let shown = gateway.get(&format!("/v1/crosswalks/{crosswalk}/associations/{association}")).await.json();
    assert_eq!((&shown["origin"]["item"], &shown["state"]), (&json!(NAMED), &json!("approved")));
    assert_eq!(
        assessed(&gateway, &role, NAMED).await["assessment"]["score"]["value"],
        0,
        "it counts from an edition on"
    );
    gateway.post(&format!("/v1/crosswalks/{crosswalk}/editions"), &json!({})).await;
    let after = assessed(&gateway, &role, NAMED).await;
    assert_eq!(after["assessment"]["score"]["value"], 100);
    assert_eq!(after["assessment"]["lines"][0]["path"], json!([{"from": NAMED, "type": "exactMatchOf", "to": ITEM}]));

    let again = gateway.post(&resolve, &resolution(&crosswalk)).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "already-resolved"));
    let settled = gateway.get("/v1/unmapped?state=resolved").await.json();
    assert_eq!(settled["items"][0]["submissions"], 3, "what leads somewhere is not counted on");
}

#[tokio::test]
async fn only_what_would_count_waits_there() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    assessed(&gateway, &role, NAMED).await;
    assert!(queue(&gateway).await.is_empty(), "nobody relies on this issuer");
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    crosswalk(&gateway).await;
    assessed(&gateway, &role, &format!("https://college.example/uri/{CLEANING}")).await;
    assert!(queue(&gateway).await.is_empty(), "an item of a framework that leads nowhere is that framework's matter");
    let mut forged = badge::signed(badge::unsigned(NAMED));
    forged["name"] = json!("Another name");
    gateway.post("/v1/submissions", &role.submission(&[json!({"json": forged})])).await;
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    assert!(queue(&gateway).await.is_empty(), "what was not verified says nothing");
}

#[tokio::test]
async fn a_resolution_that_makes_no_sense_is_refused_and_what_leads_nowhere_can_be_dismissed() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    let crosswalk = crosswalk(&gateway).await;
    assessed(&gateway, &role, NAMED).await;
    let entry = queue(&gateway).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/unmapped/{entry}/resolution");
    let with = |member: &str, value: Value| {
        let mut body = resolution(&crosswalk);
        body[member] = value;
        body
    };
    let cases = [
        (with("crosswalk", json!("xwk_gone")), "unknown-crosswalk", "/crosswalk"),
        (with("item", json!("gone")), "invalid-request", "/item"),
        (with("type", json!("isLike")), "invalid-request", "/type"),
        (with("type", Value::Null), "invalid-request", ""),
        (with("dismissed", json!(true)), "invalid-request", ""),
        (with("reason", json!(" ")), "invalid-request", "/reason"),
        (with("by", json!({"name": ""})), "invalid-request", "/by/name"),
        (json!({"by": by(), "reason": "x"}), "invalid-request", ""),
    ];
    for (body, problem, pointer) in cases {
        let refused = gateway.post(&path, &body).await;
        assert_eq!(
            (refused.problem().as_str(), refused.json()["pointer"].as_str()),
            (problem, Some(pointer)),
            "{body}"
        );
    }
    let stranger = gateway.other_tenant().await;
    let theirs = gateway.call(Method::POST, &path, Some(&stranger.key), Some(&resolution(&crosswalk))).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(queue(&gateway).await.len(), 1, "nothing was decided");

    let dismissed =
        gateway.post(&path, &json!({"dismissed": true, "by": by(), "reason": "nobody asks for it"})).await.json();
    assert_eq!(
        (&dismissed["state"], &dismissed["decision"]["reason"]),
        (&json!("dismissed"), &json!("nobody asks for it"))
    );
    assert!(queue(&gateway).await.is_empty());
    for wrong in ["state=maybe", "after=x", "after=1-x", "limit=0"] {
        assert_eq!(gateway.get(&format!("/v1/unmapped?{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
