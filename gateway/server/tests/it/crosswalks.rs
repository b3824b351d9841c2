//! Crosswalks as an employer meets them: suggested, decided, made into an edition, and then scored with.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wellspring_server::config::Config;

use crate::{
    badge,
    gateway::{Answer, Gateway, ITEM, Role},
};

pub const TAUGHT: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7c30";
/// Items of what the college teaches.
pub const CLEANING: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7c31";
pub const CHARTS: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7c32";
const CARING: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7c33";
/// What the jobs ask for.
pub const ASKED: &str = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10";

pub fn uri(class: &str, id: &str) -> String {
    format!("https://college.example/ims/case/v1p1/{class}/{id}")
}

/// What the college teaches, as a CASE package.
pub fn taught() -> Value {
    let item = |id: &str, text: &str| json!({"identifier": id, "uri": uri("CFItems", id), "fullStatement": text});
    json!({
        "CFDocument": {
            "identifier": TAUGHT, "uri": uri("CFDocuments", TAUGHT), "title": "Data skills", "creator": "Example College",
            "version": "7", "lastChangeDateTime": "2026-01-01T00:00:00Z"
        },
        "CFItems": [
            item(CLEANING, "Clean a data set before it is used"),
            item(CHARTS, "Draw charts of data"),
            item(CARING, "Care for older people"),
        ],
        "CFAssociations": []
    })
}

/// Whom these tests rely on.
pub fn trusting(config: &mut Config) {
    config.policy.trusted_issuers = vec![wellspring_model::credential::IssuerId(badge::key().did_key())];
}

pub fn by() -> Value {
    json!({"name": "Jo Smith"})
}

/// A crosswalk from what is taught to what the role asks for.
pub async fn crosswalk(gateway: &Gateway) -> String {
    let imported = gateway.post("/v1/frameworks", &taught()).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{}", imported.text);
    let made = gateway.post("/v1/crosswalks", &json!({"title": "Taught and asked", "from": TAUGHT, "to": ASKED})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.id()
}

/// Hands in a badge that is aligned to this, and gives what it was assessed to.
pub async fn assessed(gateway: &Gateway, role: &Role, target: &str) -> Value {
    let badge = badge::signed(badge::unsigned(target));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    gateway.get(&format!("/v1/submissions/{}", accepted.id())).await.json()
}

async fn score(gateway: &Gateway, role: &Role) -> Value {
    assessed(gateway, role, &uri("CFItems", CLEANING)).await["assessment"]["score"]["value"].clone()
}

pub fn association(origin: &str, kind: &str) -> Value {
    json!({"origin": origin, "destination": ITEM, "type": kind, "by": by(), "reason": "as their syllabus says"})
}

pub async fn decide(gateway: &Gateway, crosswalk: &str, association: &str, verdict: &str) -> Answer {
    let decision = json!({"decision": verdict, "type": "exactMatchOf", "by": by(), "reason": "as their syllabus says"});
    gateway.post(&format!("/v1/crosswalks/{crosswalk}/associations/{association}/decision"), &decision).await
}

#[tokio::test]
async fn what_scored_nothing_scores_once_a_person_has_approved_the_way_and_an_edition_is_made() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    let id = crosswalk(&gateway).await;
    let path = format!("/v1/crosswalks/{id}");
    assert_eq!(score(&gateway, &role).await, 0, "nothing leads from what is taught to what is asked");

    let suggested = gateway.post(&format!("{path}/suggestions"), &json!({})).await.json();
    assert_eq!(suggested, json!({"items": 3, "suggested": 2}), "nothing is like caring for people");
    let waiting = gateway.get(&format!("{path}/associations?state=suggested")).await.json();
    let found = |origin: &str| {
        let items = waiting["items"].as_array().expect("a list");
        items.iter().find(|one| one["origin"]["item"] == origin).expect("it is suggested").clone()
    };
    let (right, wrong) = (found(CLEANING), found(CHARTS));
    assert_eq!(right["suggestion"]["matched"], json!(["clean", "data", "used"]));
    assert!(right["suggestion"]["score"].as_f64() > wrong["suggestion"]["score"].as_f64());
    assert_eq!(right["type"], "isRelatedTo", "a program does not say that two items are the same");
    assert_eq!(score(&gateway, &role).await, 0, "a suggestion counts for nothing");

    let (right, wrong) = (right["id"].as_str().expect("an id"), wrong["id"].as_str().expect("an id"));
    let rejected = decide(&gateway, &id, wrong, "rejected").await.json();
    assert_eq!((rejected["state"].as_str(), &rejected["decision"]["by"]), (Some("rejected"), &json!("Jo Smith")));
    assert_eq!(gateway.post(&format!("{path}/editions"), &json!({})).await.problem(), "nothing-approved");
    assert_eq!(decide(&gateway, &id, right, "approved").await.json()["type"], "exactMatchOf");
    assert_eq!(score(&gateway, &role).await, 0, "it counts from an edition on");

    let edition = gateway.post(&format!("{path}/editions"), &json!({})).await;
    assert_eq!((edition.status, &edition.json()["number"]), (StatusCode::CREATED, &json!(1)));
    let shown = assessed(&gateway, &role, &uri("CFItems", CLEANING)).await;
    assert_eq!(shown["assessment"]["score"]["value"], 100);
    let line = &shown["assessment"]["lines"][0];
    assert_eq!(line["code"], "EXACT_MATCH");
    assert_eq!(line["path"], json!([{"from": CLEANING, "type": "exactMatchOf", "to": ITEM}]));
    let versions = shown["assessment"]["frameworks"].as_array().expect("a list");
    let used = versions.iter().find(|version| version["title"] == "Taught and asked").expect("it names the edition");
    assert_eq!((&used["digest"], &used["version"]), (&edition.json()["digest"], &json!("1")));
    let charts = assessed(&gateway, &role, &uri("CFItems", CHARTS)).await;
    assert_eq!(charts["assessment"]["score"]["value"], 0, "what was rejected leads nowhere");

    let again = gateway.post(&format!("{path}/editions"), &json!({})).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, edition.json()), "nothing has changed since");
    let counts = gateway.get(&path).await.json();
    assert_eq!(counts["associations"], json!({"suggested": 0, "approved": 1, "rejected": 1}));
    assert_eq!(counts["edition"], edition.json());
}

#[tokio::test]
async fn an_approval_that_is_taken_back_counts_no_more_and_what_was_said_before_stands() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    let path = format!("/v1/crosswalks/{}", crosswalk(&gateway).await);
    let made = gateway.post(&format!("{path}/associations"), &association(CLEANING, "exactMatchOf")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    gateway.post(&format!("{path}/editions"), &json!({})).await;
    let before = assessed(&gateway, &role, &uri("CFItems", CLEANING)).await;
    assert_eq!(before["assessment"]["score"]["value"], 100);

    let taken_back = json!({"decision": "rejected", "by": by(), "reason": "they changed the syllabus"});
    gateway.post(&format!("{path}/associations/{}/decision", made.id()), &taken_back).await;
    assert_eq!(score(&gateway, &role).await, 100, "until the next edition");
    let edition = gateway.post(&format!("{path}/editions"), &json!({})).await;
    assert_eq!((edition.status, &edition.json()["number"]), (StatusCode::CREATED, &json!(2)));
    assert_eq!(score(&gateway, &role).await, 0);

    let submission = before["id"].as_str().expect("an id");
    gateway.post(&format!("/v1/submissions/{submission}/recheck"), &json!({})).await;
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let after = gateway.get(&format!("/v1/submissions/{submission}")).await.json();
    assert_eq!(after["assessment"], before["assessment"], "by the edition it was scored with");
    let editions = gateway.get(&format!("{path}/editions")).await.json();
    let numbers: Vec<_> = editions["items"].as_array().expect("a list").iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [1, 2]);
    let first = gateway.get(&format!("{path}/package?edition=1")).await.json();
    assert_eq!(first["CFAssociations"].as_array().map(Vec::len), Some(1), "an edition stays as it was");
}

#[tokio::test]
async fn an_edition_is_a_package_of_case_with_who_when_and_why() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let path = format!("/v1/crosswalks/{}", crosswalk(&gateway).await);
    assert_eq!(gateway.get(&format!("{path}/package")).await.status, StatusCode::NOT_FOUND, "there is none yet");
    let made = gateway.post(&format!("{path}/associations"), &association(CLEANING, "isPartOf")).await;
    let edition = gateway.post(&format!("{path}/editions"), &json!({})).await.json();
    let package = gateway.get(&format!("{path}/package")).await;
    let digest = wellspring_store::detail_of(&package.text).to_string();
    assert_eq!(edition["digest"], digest.as_str(), "the bytes that the digest is over");
    let package = package.json();
    assert_eq!(package["CFDocument"]["frameworkType"], "Crosswalk");
    assert_eq!(package["CFDocument"]["creator"], "Example Ltd");
    let written = &package["CFAssociations"][0];
    assert_eq!(written["notes"], "Approved by Jo Smith on 2026-11-23: as their syllabus says");
    assert_eq!(
        (&written["originNodeURI"]["identifier"], &written["associationType"]),
        (&json!(CLEANING), &json!("isPartOf"))
    );
    let identifier = written["identifier"].as_str().expect("a GUID").replace('-', "");
    assert_eq!(format!("xas_{identifier}"), made.id());
    if let Some(schema) = case_schema("case_v1p1_cfpackage-jsonschema1.json") {
        let errors: Vec<String> = schema.iter_errors(&package).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut spoilt = package.clone();
        spoilt["CFAssociations"][0]["associationType"] = json!("isLike");
        assert!(!schema.is_valid(&spoilt), "the schema looks at associations");
    }
}

fn case_schema(name: &str) -> Option<jsonschema::Validator> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/schemas/case-1.1");
    let Ok(text) = std::fs::read_to_string(format!("{folder}/{name}")) else {
        eprintln!("skipped: the schemas of CASE 1.1 are not there ({folder})");
        return None;
    };
    let mut schema: Value = serde_json::from_str(&text).expect("a schema");
    // They name a draft in a spelling of its own.
    schema.as_object_mut().expect("an object").remove("$schema");
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft201909).should_validate_formats(true);
    Some(options.build(&schema).expect("a schema"))
}

#[tokio::test]
async fn a_published_edition_is_found_by_anybody_at_the_addresses_that_it_names() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let path = format!("/v1/crosswalks/{}", crosswalk(&gateway).await);
    gateway.post(&format!("{path}/associations"), &association(CLEANING, "isPartOf")).await;
    let edition = gateway.post(&format!("{path}/editions"), &json!({})).await.json();
    let package = gateway.get(&format!("{path}/package")).await.json();
    let uri = package["CFAssociations"][0]["uri"].as_str().expect("an address").to_owned();
    let public = uri.strip_prefix("https://gateway.example").expect("at the gateway");
    let anybody = async || gateway.call(Method::GET, public, None, None).await;
    assert_ne!(anybody().await.status, StatusCode::OK, "its owner has not published it");
    let publication = format!("/v1/frameworks/{}/publication", edition["framework"].as_str().expect("an id"));
    let published = json!({"published": true});
    let answer = gateway.call(Method::PUT, &publication, Some(&gateway.tenant.key), Some(&published)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let found = anybody().await;
    assert_eq!((found.status, &found.json()["notes"]), (StatusCode::OK, &package["CFAssociations"][0]["notes"]));
}

#[tokio::test]
async fn associations_that_contradict_each_other_make_no_edition() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let path = format!("/v1/crosswalks/{}", crosswalk(&gateway).await);
    gateway.post(&format!("{path}/associations"), &association(CLEANING, "isChildOf")).await;
    let mut back = association(ITEM, "isChildOf");
    back["destination"] = json!(CLEANING);
    assert_eq!(gateway.post(&format!("{path}/associations"), &back).await.status, StatusCode::CREATED);
    let refused = gateway.post(&format!("{path}/editions"), &json!({})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-framework"));
    assert!(refused.json()["faults"][0]["pointer"].is_string(), "{}", refused.text);
    assert_eq!(gateway.get(&format!("{path}/editions")).await.json()["items"], json!([]));
}
