use serde_json::{Map, Value, json};

use super::*;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn serving(received: CaseVersion, version: CaseVersion, is_complete: bool) -> Serving {
    let document = object(json!({
        "identifier": "D0000000-0000-4000-8000-000000000000", "uri": "https://source.example/d", "title": "Title",
        "lastChangeDateTime": "2026-01-01T00:00:00Z",
    }));
    Serving { version, base: "https://gw.example/ims/case/v1p1".to_owned(), received, is_complete, document }
}

fn item() -> Map<String, Value> {
    object(json!({
        "identifier": "00000000-0000-4000-8000-000000000001", "uri": "u", "fullStatement": "f", "educationLevel": "09",
        "statusEndDate": "2026-06-01T00:00:00Z", "licenseURI": null, "lastChangeDateTime": "2026-01-01T00:00:00Z",
        "CFDocumentURI": {"title": "Title", "identifier": "x", "uri": "y"}, "_own": [1],
    }))
}

#[test]
fn what_came_in_is_answered_in_its_own_version() {
    let same = serving(CaseVersion::V1p0, CaseVersion::V1p0, true);
    assert_eq!(same.object(ObjectKind::Item, item(), Place::Package), Some(item()));
    assert_eq!(same.object(ObjectKind::Item, item(), Place::Alone), Some(item()), "it says already what it is of");
}

#[test]
fn one_point_nought_becomes_one_point_one() {
    let up = serving(CaseVersion::V1p0, CaseVersion::V1p1, true);
    let mapped = up.object(ObjectKind::Item, item(), Place::Package);
    let expected = json!({
        "identifier": "00000000-0000-4000-8000-000000000001", "uri": "u", "fullStatement": "f", "educationLevel": ["09"],
        "statusEndDate": "2026-06-01", "lastChangeDateTime": "2026-01-01T00:00:00Z", "extensions": {"_own": [1]},
    });
    assert_eq!(mapped.map(Value::Object), Some(expected));
    let document = up.object(ObjectKind::Document, up.document.clone(), Place::Alone).expect("it can be said");
    assert_eq!(document["caseVersion"], "1.1");
    assert_eq!(document["creator"], "not stated");
    let identifier = "d0000000-0000-4000-8000-000000000000";
    assert_eq!(document["CFPackageURI"]["uri"], format!("https://gw.example/ims/case/v1p1/CFPackages/{identifier}"));
}

#[test]
fn one_point_one_becomes_one_point_nought_without_what_that_has_no_word_for() {
    let down = serving(CaseVersion::V1p1, CaseVersion::V1p0, true);
    let association = |kind: &str| {
        object(json!({
            "identifier": "00000000-0000-4000-8000-000000000002", "uri": "u", "associationType": kind, "notes": "n",
            "originNodeURI": {"title": "t", "identifier": "a", "uri": "b", "targetType": "CASE"}, "extensions": {},
            "destinationNodeURI": {"title": "t", "identifier": "c", "uri": "d"},
            "lastChangeDateTime": "2026-01-01T00:00:00Z",
        }))
    };
    let mapped =
        down.object(ObjectKind::Association, association("isChildOf"), Place::Package).expect("it can be said");
    assert!(!mapped.contains_key("notes") && !mapped.contains_key("extensions"), "{mapped:?}");
    assert_eq!(mapped["originNodeURI"], json!({"title": "t", "identifier": "a", "uri": "b"}));
    for kind in ["isTranslationOf", "ext:teaches"] {
        assert_eq!(down.object(ObjectKind::Association, association(kind), Place::Package), None, "{kind}");
    }
}

#[test]
fn what_case_requires_and_is_missing_is_derived() {
    let filled = serving(CaseVersion::V1p1, CaseVersion::V1p1, false);
    let bare = json!({
        "identifier": "00000000-0000-4000-8000-000000000003", "associationType": "isChildOf",
        "originNodeURI": {"identifier": "a", "uri": "b"}, "destinationNodeURI": {"identifier": "c", "uri": "d"},
    });
    let found = filled.object(ObjectKind::Association, object(bare), Place::Package).expect("it can be said");
    assert_eq!(found["originNodeURI"]["title"], "a");
    let uri = "https://gw.example/ims/case/v1p1/CFAssociations/00000000-0000-4000-8000-000000000003";
    assert_eq!((&found["uri"], &found["lastChangeDateTime"]), (&json!(uri), &json!("2026-01-01T00:00:00Z")));
}
