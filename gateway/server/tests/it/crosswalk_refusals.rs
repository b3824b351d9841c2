//! Requests about crosswalks that make no sense, with the place that is wrong.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    crosswalks::{ASKED, CHARTS, CLEANING, TAUGHT, association, by, crosswalk, decide, uri},
    gateway::{Gateway, ITEM},
};

#[tokio::test]
async fn associations_that_make_no_sense_are_refused_with_their_place() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let path = format!("/v1/crosswalks/{}/associations", crosswalk(&gateway).await);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = association(CLEANING, "exactMatchOf");
        change(&mut body);
        body
    };
    let cases: [(&str, Value, &str); 9] = [
        (
            "an item of no framework",
            with(&|body| body["origin"] = json!("8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7fff")),
            "/origin",
        ),
        (
            "an address of no item",
            with(&|body| body["destination"] = json!("https://nowhere.example/")),
            "/destination",
        ),
        ("to itself", with(&|body| body["destination"] = json!(CLEANING)), "/destination"),
        ("two items of one framework", with(&|body| body["destination"] = json!(CHARTS)), "/destination"),
        ("an unknown type", with(&|body| body["type"] = json!("isLike")), "/type"),
        ("a type that says nothing of the items", with(&|body| body["type"] = json!("exemplar")), "/type"),
        ("no name", with(&|body| body["by"]["name"] = json!(" ")), "/by/name"),
        ("no reason", with(&|body| body["reason"] = json!("")), "/reason"),
        ("a reason without end", with(&|body| body["reason"] = json!("x".repeat(2_001))), "/reason"),
    ];
    for (name, body, pointer) in cases {
        let refused = gateway.post(&path, &body).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::BAD_REQUEST, "invalid-request"),
            "{name}"
        );
        assert_eq!(refused.json()["pointer"], pointer, "{name}: {}", refused.text);
    }
    assert_eq!(gateway.get(&path).await.json()["items"], json!([]), "nothing was stored");
    assert_eq!(gateway.post(&path, &association(CLEANING, "isPartOf")).await.status, StatusCode::CREATED);
    let by_uri = with(&|body| body["origin"] = json!(uri("CFItems", CLEANING)));
    let twice = gateway.post(&path, &by_uri).await;
    assert_eq!((twice.status, twice.problem().as_str()), (StatusCode::CONFLICT, "association-exists"));
    let back =
        json!({"origin": ITEM, "destination": CLEANING, "type": "isPartOf", "by": by(), "reason": "the other way"});
    assert_eq!(gateway.post(&path, &back).await.status, StatusCode::CREATED, "an association has a direction");
}

#[tokio::test]
async fn crosswalks_suggestions_and_decisions_that_make_no_sense_are_refused_with_their_place() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let id = crosswalk(&gateway).await;
    let refused = async |path: String, body: Value| {
        let answer = gateway.post(&path, &body).await;
        let pointer = answer.json()["pointer"].as_str().unwrap_or_default().to_owned();
        (answer.problem(), pointer)
    };
    let places = async |body: Value| refused("/v1/crosswalks".to_owned(), body).await;
    let problem = |kind: &str, pointer: &str| (kind.to_owned(), pointer.to_owned());
    assert_eq!(places(json!({"title": "x", "from": "gone", "to": ASKED})).await, problem("unknown-framework", "/from"));
    assert_eq!(places(json!({"title": "x", "to": "gone"})).await, problem("unknown-framework", "/to"));
    let same = json!({"title": "x", "from": ASKED, "to": ASKED.to_uppercase()});
    assert_eq!(places(same).await, problem("invalid-request", "/to"));
    assert_eq!(places(json!({"title": "  ", "to": ASKED})).await, problem("invalid-request", "/title"));

    let suggest = format!("/v1/crosswalks/{id}/suggestions");
    let unknown = refused(suggest.clone(), json!({"items": [CLEANING, "gone"]})).await;
    assert_eq!(unknown, problem("invalid-request", "/items/1"));
    assert_eq!(refused(suggest.clone(), json!({"language": "la"})).await, problem("invalid-request", "/language"));
    let one = gateway.post(&suggest, &json!({"items": [uri("CFItems", CHARTS)]})).await.json();
    assert_eq!(one, json!({"items": 1, "suggested": 1}));
    assert_eq!(gateway.post(&suggest, &json!({"items": [CHARTS]})).await.json()["suggested"], 0, "it waits already");
    let to_only = gateway.post("/v1/crosswalks", &json!({"title": "x", "to": ASKED})).await.id();
    let nothing = refused(format!("/v1/crosswalks/{to_only}/suggestions"), json!({})).await;
    assert_eq!(nothing, problem("invalid-request", ""));

    let waiting = gateway.get(&format!("/v1/crosswalks/{id}/associations")).await.json();
    let association = waiting["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(decide(&gateway, &id, &association, "suggested").await.json()["pointer"], "/decision");
    assert_eq!(
        decide(&gateway, &to_only, &association, "approved").await.status,
        StatusCode::NOT_FOUND,
        "not in this one"
    );
    for wrong in ["state=maybe", "after=x", "limit=0"] {
        let answer = gateway.get(&format!("/v1/crosswalks/{id}/associations?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn nobody_else_sees_or_uses_a_tenants_crosswalks_and_frameworks() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    crosswalk(&gateway).await;
    let stranger = gateway.other_tenant().await;
    let theirs = json!({"title": "x", "from": TAUGHT, "to": ASKED});
    let answer = gateway.call(Method::POST, "/v1/crosswalks", Some(&stranger.key), Some(&theirs)).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-framework"));
}
