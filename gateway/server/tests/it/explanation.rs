//! Why an application got what it got: in words, as data and as a picture.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use wellspring_server::work::run_ready;

use crate::{
    badge,
    gateway::{Answer, Gateway, ITEM, Role},
};

/// An item of a school's framework that is declared the same as the one that is asked for.
pub const TAUGHT: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b22";

pub fn address(item: &str) -> String {
    format!("https://case.example.org/ims/case/v1p1/CFItems/{item}")
}

pub fn school() -> Value {
    let document = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b20";
    let node = |item: &str| json!({"identifier": item, "uri": address(item)});
    json!({
        "CFDocument": {
            "identifier": document, "uri": format!("https://case.example.org/ims/case/v1p1/CFDocuments/{document}"),
            "title": "School", "version": "2", "lastChangeDateTime": "2026-01-01T00:00:00Z"
        },
        "CFItems": [{"identifier": TAUGHT, "uri": address(TAUGHT), "fullStatement": "Prepares raw data"}],
        "CFAssociations": [{
            "identifier": "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b23", "associationType": "exactMatchOf",
            "originNodeURI": node(TAUGHT), "destinationNodeURI": node(ITEM)
        }]
    })
}

async fn trust(gateway: &Gateway) {
    let rules = json!({"trusted_issuers": [badge::key().did_key()]});
    let policy = gateway.post("/v1/trust/policies", &json!({"title": "Ours", "rules": rules})).await.id();
    let put = json!({"policy": policy});
    let answer = gateway.call(Method::PUT, "/v1/trust", Some(&gateway.tenant.key), Some(&put)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn submitted(gateway: &Gateway, role: &Role, item: &str) -> String {
    let badge = badge::signed(badge::unsigned(&address(item)));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    accepted.id()
}

async fn explained(gateway: &Gateway, id: &str, query: &str) -> Answer {
    gateway.get(&format!("/v1/submissions/{id}/explanation{query}")).await
}

#[tokio::test]
async fn a_line_is_explained_by_its_path_in_words_in_the_language_that_is_asked_for() {
    let gateway = Gateway::start().await;
    trust(&gateway).await;
    let role = gateway.role().await;
    gateway.post("/v1/frameworks", &school()).await;
    let id = submitted(&gateway, &role, TAUGHT).await;
    run_ready(&gateway.app).await.expect("the work is done");

    let english = explained(&gateway, &id, "").await.json();
    let line = &english["lines"][0];
    assert_eq!((&line["code"], &line["score"]), (&json!("EXACT_MATCH"), &json!(1_000_000)), "{english:#}");
    assert_eq!(
        line["words"]["path"],
        "The credential names “Prepares raw data”, which is declared an exact match of “Cleans data before using it”."
    );
    assert_eq!(line["words"]["evidence"], "“Data cleaning”, issued by Example College");
    assert_eq!(line["words"]["would_change"], json!(["Nothing has to: this requirement counts in full."]));
    assert_eq!(english["items"][TAUGHT], "Prepares raw data");
    assert_eq!(english["frameworks"].as_array().map(Vec::len), Some(2));
    assert!(english["frameworks"][0]["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
    assert_eq!(english["language"], "en", "the submission's own");
    let shown = gateway.get(&format!("/v1/submissions/{id}")).await.json();
    for member in ["policy", "profile", "inputs_digest", "score", "coverage", "musts"] {
        assert_eq!(english[member], shown["assessment"][member], "{member}");
    }

    let spanish = explained(&gateway, &id, "?language=es").await.json();
    assert_eq!(spanish["lines"][0]["words"]["evidence"], "«Data cleaning», emitida por Example College");
    assert_eq!(spanish["lines"][0]["evidence"], line["evidence"], "the data is the same");
}

#[tokio::test]
async fn what_does_not_count_is_named_beside_the_requirement_with_what_would_make_it_count() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let id = submitted(&gateway, &role, ITEM).await;
    run_ready(&gateway.app).await.expect("the work is done");
    let explanation = explained(&gateway, &id, "").await.json();
    let line = &explanation["lines"][0];
    assert_eq!(line["words"]["state"], "No verified evidence supplied");
    assert_eq!(line["not_counted"][0]["reason"], "ISSUER_NOT_TRUSTED");
    let would_change = line["words"]["would_change"][0].as_str().expect("a sentence");
    assert!(would_change.contains("“Data cleaning”") && would_change.contains("employer’s list"), "{would_change}");
    let left_out = &explanation["not_counted"][0]["words"]["would_change"];
    assert!(left_out.as_str().is_some_and(|sentence| sentence.starts_with("It would count if")), "{left_out}");
    assert!(!explanation.to_string().contains(badge::EMAIL));
}

#[tokio::test]
async fn a_language_without_sentences_is_refused_and_what_is_not_assessed_says_so() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let id = submitted(&gateway, &role, ITEM).await;
    for path in ["explanation", "chart.svg"] {
        let waiting = gateway.get(&format!("/v1/submissions/{id}/{path}")).await;
        assert_eq!((waiting.status, waiting.problem().as_str()), (StatusCode::CONFLICT, "not-assessed"));
        let wrong = gateway.get(&format!("/v1/submissions/{id}/{path}?language=fr")).await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-request"));
        assert_eq!(wrong.json()["pointer"], "/language");
        let nothing = gateway.get(&format!("/v1/submissions/nonsense/{path}")).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }
    let trail = gateway.get(&format!("/v1/audit?subject={id}")).await.text;
    assert!(!trail.contains("explanation.viewed") && !trail.contains("chart.viewed"), "nothing was shown: {trail}");
}

#[tokio::test]
async fn the_picture_is_had_with_a_key_and_by_the_reports_link() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let id = submitted(&gateway, &role, ITEM).await;
    run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&format!("/v1/submissions/{id}")).await.json();
    let link = shown["report_url"].as_str().expect("a link").trim_start_matches("https://gateway.example").to_owned();
    let by_key = gateway.get(&format!("/v1/submissions/{id}/chart.svg?language=es")).await;
    let by_link = gateway.call(Method::GET, &format!("{link}/chart.svg?lang=es"), None, None).await;
    assert_eq!(by_key.text, by_link.text);
    for answer in [&by_key, &by_link] {
        assert_eq!(
            (answer.status, &answer.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &"image/svg+xml".parse().unwrap())
        );
        assert!(answer.text.contains("Cleans data before using it") && answer.text.contains("lang=\"es\""));
    }
    let page = gateway.call(Method::GET, &link, None, None).await.text;
    assert!(page.contains(&format!("{link}/chart.svg")), "the page leads to it");
    gateway.clock.advance(400 * 24 * 60 * 60);
    let expired = gateway.call(Method::GET, &format!("{link}/chart.svg"), None, None).await;
    assert_eq!(expired.status, StatusCode::NOT_FOUND);
}

async fn replayed(gateway: &Gateway, id: &str) -> Value {
    let answer = gateway.get(&format!("/v1/submissions/{id}/replay")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn an_assessment_comes_to_the_same_bytes_again_whatever_has_been_imported_and_decided_since() {
    let gateway = Gateway::start().await;
    trust(&gateway).await;
    let role = gateway.role().await;
    gateway.post("/v1/frameworks", &school()).await;
    let id = submitted(&gateway, &role, TAUGHT).await;
    run_ready(&gateway.app).await.expect("the work is done");
    assert_eq!(explained(&gateway, &id, "").await.json()["lines"][0]["code"], "EXACT_MATCH");
    let before = replayed(&gateway, &id).await;
    assert_eq!((&before["outcome"], &before["code"]), (&json!("passed"), &json!("SAME_BYTES")), "{before}");
    assert_eq!(before["kept"], before["replayed"]);
    let document = serde_json::to_value(wellspring_server::routes::openapi()).expect("it is JSON");
    let described = &document["components"]["schemas"]["AssessmentReplayView"]["properties"];
    for member in before.as_object().expect("an object").keys() {
        assert!(described.get(member).is_some(), "`{member}` is not in the OpenAPI document");
    }

    let mut later = school();
    later["CFDocument"]["version"] = json!("3");
    later["CFAssociations"] = json!([]);
    gateway.post("/v1/frameworks", &later).await;
    let nobody = json!({"title": "Nobody", "rules": {"trusted_issuers": []}});
    let policy = json!({"policy": gateway.post("/v1/trust/policies", &nobody).await.id()});
    gateway.call(Method::PUT, "/v1/trust", Some(&gateway.tenant.key), Some(&policy)).await;
    assert_eq!(replayed(&gateway, &id).await, before);
    let next = submitted(&gateway, &role, TAUGHT).await;
    run_ready(&gateway.app).await.expect("the work is done");
    assert_eq!(
        explained(&gateway, &next, "").await.json()["lines"][0]["code"],
        "NO_EVIDENCE",
        "what changed counts now"
    );
    assert_eq!(replayed(&gateway, &next).await["code"], "SAME_BYTES");
}
