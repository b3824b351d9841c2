//! The gateway as a CASE provider.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{act, ask, example, import, is_valid, package_schema, publish, tenant_of};
use crate::gateway::Gateway;

const VERSIONS: [&str; 2] = ["v1p0", "v1p1"];

async fn asked(gateway: &Gateway, path: &str) -> Value {
    let answer = ask(gateway, None, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json()
}

fn identifier(package: &Value) -> &str {
    package["CFDocument"]["identifier"].as_str().expect("an identifier")
}

#[tokio::test]
async fn a_framework_is_answered_as_it_came_in_and_valid_in_both_versions() {
    for (text, own) in [(Some(example()), "v1p1"), (act(), "v1p0")] {
        let Some(text) = text else { continue };
        let gateway = Gateway::start().await;
        publish(&gateway, &import(&gateway, &text).await.id()).await;
        let package: Value = serde_json::from_str(&text).expect("JSON");
        for version in VERSIONS {
            let answer = ask(&gateway, None, &format!("{version}/CFPackages/{}", identifier(&package))).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
            assert!(is_valid(package_schema(version), &answer.json()));
            if version == own {
                assert!(answer.text == text, "byte by byte");
            }
        }
    }
}

#[tokio::test]
async fn every_object_is_answered_by_its_identifier_and_valid() {
    let schema = |name: &str| format!("case-1.1/case_v1p1_{name}-jsonschema1");
    for text in [Some(example()), act()].into_iter().flatten() {
        let gateway = Gateway::start().await;
        publish(&gateway, &import(&gateway, &text).await.id()).await;
        let package: Value = serde_json::from_str(&text).expect("JSON");
        let empty = Vec::new();
        let all = |list: &Value| -> Vec<String> {
            let ids = list.as_array().unwrap_or(&empty).iter();
            ids.map(|one| one["identifier"].as_str().expect("an identifier").to_owned()).collect()
        };
        let definitions = &package["CFDefinitions"];
        for (collection, name, list) in [
            ("CFItems", "cfitem", &package["CFItems"]),
            ("CFAssociations", "cfassociation", &package["CFAssociations"]),
            ("CFRubrics", "cfrubric", &package["CFRubrics"]),
            ("CFLicenses", "cflicense", &definitions["CFLicenses"]),
            ("CFAssociationGroupings", "cfassociationgrouping", &definitions["CFAssociationGroupings"]),
            ("CFConcepts", "cfconceptset", &definitions["CFConcepts"]),
            ("CFSubjects", "cfsubjectset", &definitions["CFSubjects"]),
            ("CFItemTypes", "cfitemtypeset", &definitions["CFItemTypes"]),
            ("CFItemAssociations", "cfassociationset", &package["CFItems"]),
        ] {
            for id in all(list) {
                let found = asked(&gateway, &format!("v1p1/{collection}/{id}")).await;
                assert!(is_valid(&schema(name), &found), "{collection} {id}");
                let shown = match name.ends_with("set") {
                    true if collection == "CFItemAssociations" => &found["CFItem"]["identifier"],
                    true => &found[collection][0]["identifier"],
                    false => &found["identifier"],
                };
                assert_eq!(*shown, id);
                let old = ask(&gateway, None, &format!("v1p0/{collection}/{id}")).await;
                let has_word = old.status == StatusCode::OK || collection.ends_with("Associations");
                assert!(has_word, "{collection} {id}: {}", old.text);
            }
        }
        let document = asked(&gateway, &format!("v1p1/CFDocuments/{}", identifier(&package))).await;
        assert!(is_valid(&schema("cfdocument"), &document));
        assert!(is_valid(&schema("cfdocumentset"), &asked(&gateway, "v1p1/CFDocuments").await));
    }
}

#[tokio::test]
async fn a_concept_comes_with_those_below_it() {
    let gateway = Gateway::start().await;
    publish(&gateway, &import(&gateway, &example()).await.id()).await;
    let package: Value = serde_json::from_str(&example()).expect("JSON");
    let concepts = package["CFDefinitions"]["CFConcepts"].clone();
    let id = concepts[0]["identifier"].as_str().expect("an identifier");
    assert_eq!(asked(&gateway, &format!("v1p1/CFConcepts/{id}")).await, json!({"CFConcepts": concepts}));
}

#[tokio::test]
async fn what_a_crosswalk_says_of_an_item_is_among_its_associations() {
    let gateway = Gateway::start().await;
    publish(&gateway, &import(&gateway, &example()).await.id()).await;
    let package: Value = serde_json::from_str(&example()).expect("JSON");
    let item = package["CFItems"][0]["identifier"].as_str().expect("an identifier").to_owned();
    let path = format!("v1p1/CFItemAssociations/{item}");
    let count = async || asked(&gateway, &path).await["CFAssociations"].as_array().expect("a list").len();
    let before = count().await;
    let crosswalk = json!({
        "CFDocument": {"identifier": "6d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b90", "uri": "urn:x", "creator": "Ada", "title": "Crosswalk",
            "frameworkType": "Crosswalk", "lastChangeDateTime": "2026-11-01T00:00:00Z"},
        "CFAssociations": [{
            "identifier": "6d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b91", "uri": "urn:y", "associationType": "exactMatchOf",
            "originNodeURI": {"title": "t", "identifier": "6d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b92", "uri": "urn:z"},
            "destinationNodeURI": {"title": "t", "identifier": item, "uri": "urn:i"},
            "lastChangeDateTime": "2026-11-01T00:00:00Z"
        }]
    });
    let id = import(&gateway, &crosswalk.to_string()).await.id();
    assert_eq!(count().await, before, "it is not published");
    publish(&gateway, &id).await;
    assert_eq!(count().await, before + 1);
}

#[tokio::test]
async fn what_one_point_nought_has_no_word_for_is_left_out_there() {
    let gateway = Gateway::start().await;
    publish(&gateway, &import(&gateway, &example()).await.id()).await;
    let package: Value = serde_json::from_str(&example()).expect("JSON");
    let old = asked(&gateway, &format!("v1p0/CFPackages/{}", identifier(&package))).await;
    let count = |package: &Value, list: &str| package[list].as_array().expect("a list").len();
    assert_eq!(count(&old, "CFItems"), count(&package, "CFItems"));
    assert_eq!(count(&old, "CFAssociations"), count(&package, "CFAssociations") - 2, "isTranslationOf and one ext:");
    assert_eq!(count(&old, "CFRubrics"), 1);
    assert!(!old.to_string().contains("extensions"));
}

#[tokio::test]
async fn only_published_frameworks_are_for_anybody_and_all_for_their_owner() {
    let gateway = Gateway::start().await;
    let id = import(&gateway, &example()).await.id();
    let stranger = gateway.other_tenant().await;
    let package: Value = serde_json::from_str(&example()).expect("JSON");
    let item = package["CFItems"][0]["identifier"].as_str().expect("an identifier").to_owned();
    let paths = [
        "v1p1/CFDocuments".to_owned(),
        format!("v1p1/CFPackages/{}", identifier(&package)),
        format!("v1p1/CFItems/{item}"),
        format!("v1p0/CFItemAssociations/{item}"),
    ];
    for path in &paths {
        for key in [None, Some(stranger.key.as_str())] {
            let answer = ask(&gateway, key, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(is_valid("case-1.1/case_v1p1_imsx_statusinfo-jsonschema1", &answer.json()));
        }
        assert_eq!(ask(&gateway, Some(&gateway.tenant.key), path).await.status, StatusCode::OK, "{path}");
    }
    publish(&gateway, &id).await;
    for path in &paths {
        assert_eq!(ask(&gateway, None, path).await.status, StatusCode::OK, "{path}");
    }
    let other = tenant_of(&gateway, &stranger).await;
    let elsewhere = gateway.call(Method::GET, &format!("/case/{other}/ims/case/{}", paths[2]), None, None).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "it is not this tenant's");
    let body = json!({"published": false});
    let path = format!("/v1/frameworks/{id}/publication");
    gateway.call(Method::PUT, &path, Some(&gateway.tenant.key), Some(&body)).await;
    assert_eq!(ask(&gateway, None, &paths[2]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_cannot_be_answered_is_said_as_case_says_it() {
    let gateway = Gateway::start().await;
    publish(&gateway, &import(&gateway, &example()).await.id()).await;
    let absent = "00000000-0000-4000-8000-000000000000";
    for (path, key, status, minor) in [
        (format!("v1p1/CFItems/{absent}"), None, 404, "unknownobject"),
        (format!("v1p1/CFThings/{absent}"), None, 404, "unknownobject"),
        ("v1p1".to_owned() + "/nothing", None, 404, "unknownobject"),
        (format!("v2p0/CFItems/{absent}"), None, 404, "unknownobject"),
        ("v1p1/CFItems/one".to_owned(), None, 400, "invalid_uuid"),
        ("v1p1/CFPackages/one".to_owned(), None, 400, "invalid_uuid"),
        ("v1p1/CFDocuments?sort=colour".to_owned(), None, 400, "invalid_sort_field"),
        ("v1p1/CFDocuments?fields=title,colour".to_owned(), None, 400, "invalid_selection_field"),
        ("v1p1/CFDocuments?filter=colour%3D%27red%27".to_owned(), None, 400, "invalid_selection_field"),
        ("v1p1/CFDocuments".to_owned(), Some("wsk_wrong"), 401, "unauthorised_request"),
    ] {
        let answer = ask(&gateway, key, &path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        let body = answer.json();
        assert!(is_valid("case-1.1/case_v1p1_imsx_statusinfo-jsonschema1", &body));
        let found = &body["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"];
        assert_eq!(found, minor, "{path}");
    }
}

#[tokio::test]
async fn the_discovery_document_names_every_address() {
    let gateway = Gateway::start().await;
    let found = asked(&gateway, "v1p1/discovery/imscasev1p1_openapi3_v1p0.json").await;
    let paths = found["paths"].as_object().expect("there are paths");
    assert_eq!(paths.len(), 12);
    assert!(found["servers"][0]["url"].as_str().expect("an address").starts_with("https://gateway.example/case/ten_"));
    asked(&gateway, "v1p0/discovery/imscasev1p0_openapi3_v1p0.json").await;
    let other = ask(&gateway, None, "v1p1/discovery/imscasev1p0_openapi3_v1p0.json").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
