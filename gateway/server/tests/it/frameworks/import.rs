//! Importing: what is new, what is refused, and that a refusal changes nothing.

use http::StatusCode;
use serde_json::{Value, json};

use super::{act, example, fixture, import};
use crate::gateway::{Gateway, framework};

async fn post(gateway: &Gateway, body: &Value) -> crate::gateway::Answer {
    gateway.post("/v1/frameworks", body).await
}

fn package() -> Value {
    serde_json::from_str(&example()).expect("JSON")
}

#[tokio::test]
async fn a_framework_says_its_version_and_the_same_bytes_are_nothing_new() {
    let gateway = Gateway::start().await;
    let first = import(&gateway, &example()).await;
    let json = first.json();
    assert_eq!((first.status, &json["case_version"]), (StatusCode::CREATED, &json!("1.1")));
    assert_eq!((&json["items"], &json["associations"], &json["published"]), (&json!(10), &json!(16), &json!(false)));
    assert!(json.get("changes").is_none() && json.get("remarks").is_none(), "{json}");
    let again = import(&gateway, &example()).await;
    assert_eq!((again.status, again.id()), (StatusCode::OK, first.id()));
    assert_eq!(gateway.get("/v1/frameworks").await.json()["items"].as_array().expect("a list").len(), 1);
    if let Some(act) = act() {
        let imported = import(&gateway, &act).await.json();
        assert_eq!((&imported["case_version"], &imported["items"]), (&json!("1.0"), &json!(28)));
    }
}

#[tokio::test]
async fn a_new_edition_says_what_is_different() {
    let gateway = Gateway::start().await;
    let first = import(&gateway, &example()).await.id();
    let mut next = package();
    let items = next["CFItems"].as_array_mut().expect("a list");
    items[1]["statusEndDate"] = json!("2026-11-01");
    items[4]["fullStatement"] = json!("Chooses a chart.");
    let (cleaning, charts) = (items[1]["identifier"].clone(), items[4]["identifier"].clone());
    next["CFDocument"]["version"] = json!("2027");
    let associations = next["CFAssociations"].as_array_mut().expect("a list");
    associations.retain(|one| one["associationType"] != "isPeerOf");
    let replacement = json!({
        "identifier": "6d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b99", "uri": "urn:x", "associationType": "replacedBy",
        "originNodeURI": {"title": "x", "identifier": cleaning, "uri": "urn:y"},
        "destinationNodeURI": {"title": "x", "identifier": charts, "uri": "urn:z"},
        "lastChangeDateTime": "2026-11-01T00:00:00Z"
    });
    associations.push(replacement.clone());
    let second = post(&gateway, &next).await;
    assert_eq!(second.status, StatusCode::CREATED, "{}", second.text);
    let counts = json!({
        "since": first, "items_added": 0, "items_changed": 2, "items_retired": 1, "items_replaced": 1, "items_removed": 0,
        "associations_added": 1, "associations_changed": 0, "associations_removed": 1
    });
    assert_eq!(second.json()["changes"], counts);
    let path = format!("/v1/frameworks/{}/changes", second.id());
    let changes = gateway.get(&path).await.json();
    assert_eq!((&changes["since"], &changes["document_changed"]), (&json!(first), &json!(true)));
    assert_eq!(changes["items"]["changed"], json!([cleaning, charts]));
    assert_eq!(changes["items"]["retired"], json!([cleaning]));
    assert_eq!(changes["items"]["replaced"], json!([{"item": cleaning, "by": charts}]));
    assert_eq!(changes["associations"]["added"], json!([replacement["identifier"]]));
    assert_eq!(gateway.get(&format!("{path}?since={first}")).await.json(), changes);
    let of_another = import(&gateway, &framework().to_string()).await.id();
    for unknown in ["frm_00000000000000000000000000000000", &of_another] {
        let refused = gateway.get(&format!("{path}?since={unknown}")).await;
        assert_eq!(refused.json()["pointer"], "/since", "{unknown}");
    }
    assert_eq!(gateway.get(&format!("/v1/frameworks/{first}/changes")).await.json()["since"], json!(null));
}

#[tokio::test]
async fn a_framework_with_faults_is_refused_as_a_whole_and_the_edition_before_stays() {
    let gateway = Gateway::start().await;
    let first = import(&gateway, &example()).await.id();
    let mut broken = package();
    broken["CFDocument"]["version"] = json!("broken");
    broken["CFAssociations"][0]["destinationNodeURI"]["identifier"] = json!("00000000-0000-4000-8000-000000000000");
    broken["CFAssociations"][6]["associationType"] = json!("isFriendOf");
    broken["CFItems"][2]["identifier"] = broken["CFItems"][1]["identifier"].clone();
    let refused = post(&gateway, &broken).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-framework"));
    let faults = refused.json()["faults"].as_array().expect("a list").clone();
    let codes: Vec<&str> = faults.iter().map(|fault| fault["code"].as_str().expect("a code")).collect();
    for code in ["UNKNOWN_ASSOCIATION_TYPE", "DUPLICATE_IDENTIFIER", "DANGLING_DESTINATION"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert_eq!(refused.json()["pointer"], faults[0]["pointer"]);
    let list = gateway.get("/v1/frameworks").await.json();
    assert_eq!(list["items"].as_array().expect("a list").len(), 1);
    assert_eq!(list["items"][0]["id"], json!(first));
    let identifier = package()["CFDocument"]["identifier"].as_str().expect("an identifier").to_owned();
    let tenant = super::tenant_of(&gateway, &gateway.tenant).await;
    let newest =
        gateway.app.store.framework_named(tenant, &identifier).await.expect("the store answers").expect("it is there");
    assert_eq!(newest.framework.document.version.as_deref(), Some("2026"));
}

#[tokio::test]
async fn what_is_no_framework_is_refused_with_the_place() {
    let gateway = Gateway::start_with(|config| config.limits.framework_bytes = 60_000).await;
    let send = async |text: &str, kind: &str| {
        gateway.post_bytes("/v1/frameworks", text.to_owned(), &[("content-type", kind)]).await
    };
    for (text, problem, status) in [
        ("{", "malformed-json", 400),
        ("\u{0}", "malformed-json", 400),
        (r#"{"CFDocument": {}, "CFDocument": {}}"#, "duplicate-key", 400),
        ("{}", "invalid-framework", 400),
        ("7", "invalid-framework", 400),
        (r#"{"CFDocument": []}"#, "invalid-framework", 400),
    ] {
        let refused = send(text, "application/json").await;
        assert_eq!((refused.problem().as_str(), refused.status.as_u16()), (problem, status), "{text}");
    }
    assert_eq!(send("{}", "application/xml").await.problem(), "unsupported-media-type");
    let deep = "[".repeat(10_000);
    assert_eq!(send(&deep, "application/json").await.problem(), "json-too-deep");
    let long = send(&" ".repeat(60_001), "application/json").await;
    assert_eq!((long.status, long.json()["limit"].clone()), (StatusCode::PAYLOAD_TOO_LARGE, json!(60_000)));
    assert_eq!(gateway.get("/v1/frameworks").await.json()["items"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn one_that_says_that_it_is_too_long_is_not_read() {
    let gateway = Gateway::start().await;
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = asked.clone();
    let body = axum::body::Body::from_stream(futures_util::stream::once(async move {
        seen.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>("{}")
    }));
    let refused = gateway.post_bytes("/v1/frameworks", body, &[("content-length", "200000000")]).await;
    assert_eq!(refused.problem(), "body-too-large");
    assert!(!asked.load(std::sync::atomic::Ordering::SeqCst));
}

#[tokio::test]
async fn what_only_case_requires_is_remarked_on_and_answered_with_something_in_its_place() {
    let gateway = Gateway::start().await;
    let imported = post(&gateway, &framework()).await;
    assert_eq!(imported.status, StatusCode::CREATED, "{}", imported.text);
    let remarks = imported.json()["remarks"].as_array().expect("a list").clone();
    assert_eq!(remarks[0]["pointer"], "/CFDocument/creator");
    let path = format!("v1p1/CFPackages/{}", framework()["CFDocument"]["identifier"].as_str().expect("text"));
    let answer = super::ask(&gateway, Some(&gateway.tenant.key), &path).await.json();
    assert!(super::is_valid(super::package_schema("v1p1"), &answer));
    assert_eq!(answer["CFItems"][0]["lastChangeDateTime"], framework()["CFDocument"]["lastChangeDateTime"]);
}

#[tokio::test]
async fn rich_skill_descriptors_become_a_framework() {
    let (Some(json), Some(csv)) = (
        fixture("rsd-osmt/test__api-test__api__v3__skills__uuid__get.json"),
        fixture("rsd-osmt/import__Skills-Import.csv"),
    ) else {
        return;
    };
    let gateway = Gateway::start().await;
    let text = std::fs::read_to_string(json).expect("it is read");
    let imported = import(&gateway, &text).await.json();
    assert_eq!((&imported["title"], &imported["items"]), (&json!("Software Development"), &json!(1)));
    let path = format!("v1p1/CFPackages/{}", imported["identifier"].as_str().expect("text"));
    let package = super::ask(&gateway, Some(&gateway.tenant.key), &path).await.json();
    assert!(super::is_valid(super::package_schema("v1p1"), &package));
    let skill: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(package["CFItems"][0]["uri"], skill["id"]);
    assert_eq!(package["CFItems"][0]["extensions"]["rsd"], skill);
    let table = std::fs::read(csv).expect("it is read");
    let send = async || {
        gateway.post_bytes("/v1/frameworks?title=Web%20skills", table.clone(), &[("content-type", "text/csv")]).await
    };
    let imported = send().await;
    assert_eq!(imported.status, StatusCode::CREATED, "{}", imported.text);
    let of_it = imported.json();
    assert_eq!(
        (&of_it["title"], &of_it["items"], &of_it["associations"]),
        (&json!("Web skills"), &json!(2), &json!(2))
    );
    assert_eq!(send().await.status, StatusCode::OK, "the same table is nothing new");
}
