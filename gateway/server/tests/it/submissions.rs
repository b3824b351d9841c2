//! A submission from its acceptance to its assessment.

use http::StatusCode;
use serde_json::{Value, json};
use wellspring_model::credential::IssuerId;

use crate::{
    badge,
    gateway::{Gateway, ITEM, Role},
};

async fn gateway() -> (Gateway, Role) {
    let trusted = IssuerId(badge::key().did_key());
    let gateway = Gateway::start_with(|config| config.policy.trusted_issuers = vec![trusted]).await;
    let role = gateway.role().await;
    (gateway, role)
}

/// The alignment target: the framework's URI of the item.
fn target() -> String {
    format!("https://case.example.org/ims/case/v1p1/CFItems/{ITEM}")
}

/// Hands in one credential and shows the submission once it is worked off.
async fn assessed(gateway: &Gateway, role: &Role, credential: Value) -> Value {
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": credential})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    assert_eq!(accepted.json()["state"], "received");
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    gateway.get(accepted.json()["links"]["self"].as_str().expect("a link")).await.json()
}

fn check<'a>(shown: &'a Value, name: &str) -> &'a Value {
    let checks = shown["credentials"][0]["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no check {name} in {shown}"))
}

#[tokio::test]
async fn a_genuine_badge_for_the_only_requirement_scores_whole() {
    let (gateway, role) = gateway().await;
    let shown = assessed(&gateway, &role, badge::signed(badge::unsigned(&target()))).await;
    assert_eq!(shown["state"], "assessed");
    assert_eq!(shown["outcome"], "passed", "{shown:#}");
    assert_eq!(shown["assessment"]["score"]["value"], 100, "{shown:#}");
    let line = &shown["assessment"]["lines"][0];
    assert_eq!(line["assurance"], "A");
    assert_eq!(line["evidence"]["credential"], "/credentials/0");
    assert_eq!(shown["deliveries"][0]["connection"], role.connection.as_str());
    assert!(shown["report_url"].as_str().expect("a link").starts_with("https://gateway.example/r/"));
}

#[tokio::test]
async fn what_is_wrong_with_the_content_is_accepted_and_found_in_the_report() {
    let (gateway, role) = gateway().await;
    let change = |change: fn(&mut Value)| {
        let mut badge = badge::unsigned(&target());
        change(&mut badge);
        badge
    };
    let after = |change: fn(&mut Value)| {
        let mut badge = badge::signed(badge::unsigned(&target()));
        change(&mut badge);
        badge
    };
    let cases = [
        (
            "unknown context",
            after(|b| b["@context"].as_array_mut().unwrap().push(json!("https://unknown.example/v1"))),
            "proof",
            "CONTEXT_UNSUPPORTED",
        ),
        ("unknown proof type", after(|b| b["proof"]["type"] = json!("NewProof2030")), "proof", "SUITE_UNSUPPORTED"),
        ("no proof", change(|_| {}), "proof", "PROOF_MISSING"),
        (
            "no subject",
            after(|b| drop(b.as_object_mut().unwrap().remove("credentialSubject"))),
            "structure",
            "SUBJECT_MISSING",
        ),
        (
            "subject without id",
            after(|b| drop(b["credentialSubject"].as_object_mut().unwrap().remove("identifier"))),
            "structure",
            "SUBJECT_UNIDENTIFIED",
        ),
        ("a date that is none", after(|b| b["validFrom"] = json!("yesterday")), "validity", "DATE_INVALID"),
        (
            "not valid yet",
            badge::signed(change(|b| b["validFrom"] = json!("2030-01-01T00:00:00Z"))),
            "validity",
            "NOT_YET_VALID",
        ),
        ("expired", badge::signed(change(|b| b["validUntil"] = json!("2026-02-01T00:00:00Z"))), "validity", "EXPIRED"),
        ("changed", after(|b| b["name"] = json!("Something else")), "proof", "SIGNATURE_INVALID"),
    ];
    for (name, credential, named, code) in cases {
        let shown = assessed(&gateway, &role, credential).await;
        assert_eq!(shown["state"], "assessed", "{name}");
        assert_ne!(shown["outcome"], "passed", "{name}");
        assert_eq!(check(&shown, named)["code"], code, "{name}: {shown:#}");
        assert!(check(&shown, named)["message"].as_str().expect("a sentence").len() > 20, "{name}");
        assert_eq!(shown["assessment"]["score"]["value"], 0, "{name}");
        assert_ne!(shown["assessment"]["not_counted"], json!([]), "{name}");
    }
}

#[tokio::test]
async fn an_issuer_who_is_not_listed_is_genuine_and_not_scored() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let shown = assessed(&gateway, &role, badge::signed(badge::unsigned(&target()))).await;
    assert_eq!(shown["outcome"], "passed");
    assert_eq!(shown["credentials"][0]["trust"], "not_listed");
    assert_eq!(shown["assessment"]["score"]["value"], 0);
    assert_eq!(shown["assessment"]["not_counted"][0]["reason"], "ISSUER_NOT_TRUSTED");
}

#[tokio::test]
async fn files_arrive_as_multipart_and_as_base64() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let (gateway, role) = gateway().await;
    let badge = badge::signed(badge::unsigned(&target())).to_string();
    let submission = role.submission(&[json!({"part": "file1"}), json!({"base64": STANDARD.encode("%PDF-1.7")})]);
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"submission\"\r\n\r\n{submission}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file1\"; filename=\"badge.json\"\r\n\r\n{badge}\r\n--x--\r\n"
    );
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let accepted = gateway.post_bytes("/v1/submissions", body, &headers).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&format!("/v1/submissions/{}", accepted.id())).await.json();
    assert_eq!(shown["credentials"][0]["outcome"], "passed");
    assert_eq!(check(&json!({"credentials": [shown["credentials"][1]]}), "structure")["code"], "FORMAT_UNSUPPORTED");
    assert_eq!(shown["credentials"][1]["outcome"], "undetermined");
}

#[tokio::test]
async fn a_verification_answers_at_once_and_stores_nothing() {
    let (gateway, _role) = gateway().await;
    let badge = badge::signed(badge::unsigned(&target()));
    let answer = gateway.post("/v1/verifications", &json!({"credentials": [{"json": badge}]})).await;
    assert_eq!((answer.status, &answer.json()["outcome"]), (StatusCode::OK, &json!("passed")), "{}", answer.text);
    assert_eq!(gateway.get("/v1/submissions").await.json()["items"], json!([]));
}
