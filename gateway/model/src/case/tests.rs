use serde_json::{Value, json};

use super::*;

fn guid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn item(n: usize) -> Value {
    json!({"identifier": guid(n), "uri": format!("urn:x:{n}"), "fullStatement": format!("does {n}"),
        "lastChangeDateTime": "2026-01-01T00:00:00Z"})
}

fn node(n: usize) -> Value {
    json!({"title": "x", "identifier": guid(n), "uri": format!("urn:x:{n}")})
}

fn association(n: usize, origin: usize, kind: &str, destination: usize) -> Value {
    json!({"identifier": guid(n), "uri": format!("urn:x:{n}"), "associationType": kind, "originNodeURI": node(origin),
        "destinationNodeURI": node(destination), "lastChangeDateTime": "2026-01-01T00:00:00Z"})
}

fn package(items: &[Value], associations: &[Value]) -> Value {
    json!({
        "CFDocument": {"identifier": guid(0), "uri": "urn:x:0", "creator": "x", "title": "x",
            "lastChangeDateTime": "2026-01-01T00:00:00Z"},
        "CFItems": items, "CFAssociations": associations,
    })
}

fn read(value: &Value) -> Result<Package, Vec<Fault>> {
    Package::read(value.to_string().into_bytes(), None)
}

fn faults(value: &Value) -> Vec<(&'static str, String)> {
    let faults = read(value).expect_err("it is refused");
    faults.into_iter().map(|fault| (fault.code.as_str(), fault.pointer.to_string())).collect()
}

fn one(value: &Value, code: &'static str, pointer: &str) {
    assert_eq!(faults(value), [(code, pointer.to_owned())]);
}

#[test]
fn every_object_is_found_where_it_stands() {
    let mut value = package(&[item(1), item(2)], &[association(9, 2, "isChildOf", 1)]);
    value["CFDefinitions"] = json!({"CFConcepts": [{"identifier": guid(7), "title": "é"}]});
    let package = read(&value).expect("it is read");
    let texts: Vec<Value> =
        package.objects().iter().map(|one| serde_json::from_str(package.text(one)).expect("JSON")).collect();
    let expected = [
        &value["CFDocument"],
        &value["CFItems"][0],
        &value["CFItems"][1],
        &value["CFAssociations"][0],
        &value["CFDefinitions"]["CFConcepts"][0],
    ];
    assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
    let ends = &package.objects()[3];
    assert_eq!(
        ends.origin.zip(ends.destination).map(|(a, b)| [a, b].map(|one| one.to_string())),
        Some([guid(2), guid(1)])
    );
}

#[test]
fn a_version_is_said_or_shown_or_told() {
    let plain = package(&[item(1)], &[]);
    let version = |value: &Value| read(value).map(|package| package.version());
    assert_eq!(version(&plain), Ok(CaseVersion::V1p0));
    let told = Package::read(plain.to_string().into_bytes(), Some(CaseVersion::V1p1)).expect("it is read");
    assert_eq!(told.version(), CaseVersion::V1p1);
    let mut said = plain.clone();
    said["CFDocument"]["caseVersion"] = json!("1.1");
    assert_eq!(version(&said), Ok(CaseVersion::V1p1));
    let mut shown = plain.clone();
    shown["CFItems"][0]["extensions"] = json!({"x": 1});
    assert_eq!(version(&shown), Ok(CaseVersion::V1p1));
    said["CFDocument"]["caseVersion"] = json!("2.0");
    one(&said, "WRONG_VERSION", "/CFDocument/caseVersion");
}

#[test]
fn a_type_of_association_is_one_of_its_version() {
    let with = |kind: &str, version: Option<&str>| {
        let mut value = package(&[item(1), item(2)], &[association(9, 2, kind, 1)]);
        if let Some(version) = version {
            value["CFDocument"]["caseVersion"] = json!(version);
        }
        value
    };
    for kind in ASSOCIATION_TYPES {
        read(&with(kind, None)).expect(kind);
    }
    for kind in [TRANSLATION, "ext:teaches"] {
        assert_eq!(read(&with(kind, None)).expect(kind).version(), CaseVersion::V1p1);
        one(&with(kind, Some("1.0")), "UNKNOWN_ASSOCIATION_TYPE", "/CFAssociations/0/associationType");
    }
    for kind in ["isFriendOf", "ext:", "ext:no blanks", "ischildof"] {
        one(&with(kind, Some("1.1")), "UNKNOWN_ASSOCIATION_TYPE", "/CFAssociations/0/associationType");
    }
}

#[test]
fn an_association_may_lead_elsewhere_but_not_from_nowhere_to_nowhere() {
    read(&package(&[item(1)], &[association(9, 1, "exactMatchOf", 50)])).expect("into another framework");
    read(&package(&[item(1)], &[association(9, 50, "exactMatchOf", 1)])).expect("from another framework");
    read(&package(&[item(1)], &[association(9, 1, "isChildOf", 0)])).expect("the document is the root");
    read(&package(&[], &[association(9, 50, "exactMatchOf", 51)])).expect("a crosswalk");
    one(
        &package(&[item(1)], &[association(9, 1, "isChildOf", 50)]),
        "DANGLING_DESTINATION",
        "/CFAssociations/0/destinationNodeURI/identifier",
    );
    let both = faults(&package(&[item(1)], &[association(9, 50, "isPartOf", 51)]));
    assert_eq!(both.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["DANGLING_ORIGIN", "DANGLING_DESTINATION"]);
}

#[test]
fn a_cycle_is_named_where_it_closes_and_a_diamond_is_none() {
    let diamond = [(1, 2), (1, 3), (2, 4), (3, 4)];
    let edges = |edges: &[(usize, usize)]| {
        let edges =
            edges.iter().enumerate().map(|(n, (child, parent))| association(20 + n, *child, "isChildOf", *parent));
        package(&[item(1), item(2), item(3), item(4)], &edges.collect::<Vec<_>>())
    };
    read(&edges(&diamond)).expect("two parents are no cycle");
    one(&edges(&[(1, 2), (2, 3), (3, 1)]), "CYCLE", "/CFAssociations/2");
    one(&edges(&[(1, 1)]), "CYCLE", "/CFAssociations/0");
}

#[test]
fn a_deep_tree_needs_no_deep_stack() {
    let depth = 30_000;
    let items: Vec<Value> = (1..=depth).map(item).collect();
    let tree: Vec<Value> = (1..depth).map(|n| association(100_000 + n, n, "isChildOf", n + 1)).collect();
    read(&package(&items, &tree)).expect("it is read");
}

#[test]
fn what_is_there_twice_has_both_its_places_named() {
    let value = package(&[item(1), item(2), item(1)], &[]);
    let faults = read(&value).expect_err("it is refused");
    assert_eq!(faults[0].pointer.as_str(), "/CFItems/2/identifier");
    assert!(faults[0].detail.contains("/CFItems/0"), "{}", faults[0]);
    let mut upper = package(&[item(10), item(10)], &[]);
    upper["CFItems"][1]["identifier"] = json!(guid(10).to_uppercase());
    one(&upper, "DUPLICATE_IDENTIFIER", "/CFItems/1/identifier");
}

#[test]
fn a_member_that_is_missing_or_no_text_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut value = package(&[item(1), item(2)], &[association(9, 2, "isChildOf", 1)]);
        change(&mut value);
        value
    };
    let remove = |value: &mut Value, name: &str| drop(value.as_object_mut().expect("an object").remove(name));
    one(&broken(&|value| remove(value, "CFDocument")), "MISSING", "/CFDocument");
    one(&broken(&|value| remove(&mut value["CFDocument"], "title")), "MISSING", "/CFDocument/title");
    one(&broken(&|value| remove(&mut value["CFItems"][1], "fullStatement")), "MISSING", "/CFItems/1/fullStatement");
    one(&broken(&|value| value["CFItems"][0]["uri"] = json!(7)), "WRONG_TYPE", "/CFItems/0/uri");
    one(&broken(&|value| value["CFItems"] = json!({})), "WRONG_TYPE", "/CFItems");
    one(&broken(&|value| value["CFItems"][0] = json!([])), "WRONG_TYPE", "/CFItems/0");
    one(&broken(&|value| value["CFItems"][0]["identifier"] = json!("one")), "NO_UUID", "/CFItems/0/identifier");
    one(&broken(&|value| value["CFItems"][0]["statusEndDate"] = json!("soon")), "WRONG_TYPE", "/CFItems/0");
    let end = broken(&|value| remove(&mut value["CFAssociations"][0], "originNodeURI"));
    one(&end, "MISSING", "/CFAssociations/0/originNodeURI");
    let uri = broken(&|value| remove(&mut value["CFAssociations"][0]["destinationNodeURI"], "uri"));
    one(&uri, "MISSING", "/CFAssociations/0/destinationNodeURI/uri");
    one(&package(&[], &[]), "EMPTY", "/CFItems");
    one(&json!([package(&[item(1)], &[])]), "WRONG_TYPE", "");
}

#[test]
fn the_first_twenty_faults_are_named_and_the_work_ends_there() {
    let items: Vec<Value> = (0..1_000).map(|_| json!({"identifier": "x"})).collect();
    assert_eq!(faults(&package(&items, &[])).len(), MOST_FAULTS);
}

#[test]
fn more_objects_than_are_read_are_refused() {
    let mut text = package(&[], &[]).to_string();
    let many = vec!["{}"; MOST_OBJECTS + 1].join(",");
    text = text.replace("\"CFItems\":[]", &format!("\"CFItems\":[{many}]"));
    let faults = Package::read(text.into_bytes(), None).expect_err("it is refused");
    let found: Vec<_> = faults.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
    assert_eq!(found, [("TOO_MANY", "/CFItems")]);
}

#[test]
fn what_only_case_requires_is_a_remark() {
    let mut value = package(&[item(1)], &[]);
    assert_eq!(read(&value).expect("it is read").remarks(), []);
    value["CFItems"][0].as_object_mut().expect("an object").remove("lastChangeDateTime");
    let remarks = read(&value).expect("it is read").remarks().to_vec();
    assert_eq!(remarks[0].pointer.as_str(), "/CFItems/0/lastChangeDateTime");
}

#[test]
fn changes_name_what_was_added_changed_retired_replaced_and_removed() {
    let earlier = package(&[item(1), item(2), item(3)], &[association(9, 2, "isChildOf", 1)]);
    let mut later = package(&[item(1), item(2), item(4)], &[association(10, 2, "replacedBy", 4)]);
    later["CFItems"][1]["statusEndDate"] = json!("2026-06-01");
    let today = "2026-06-02".parse().expect("a day");
    let found = changes(&read(&earlier).expect("read"), &read(&later).expect("read"), today);
    let uuid = |n: usize| guid(n).parse().expect("a UUID");
    let items = ItemChanges {
        added: vec![uuid(4)],
        changed: vec![uuid(2)],
        retired: vec![uuid(2)],
        removed: vec![uuid(3)],
        replaced: vec![Replacement { item: guid(2).into(), by: guid(4).into() }],
    };
    let associations = AssociationChanges { added: vec![uuid(10)], changed: vec![], removed: vec![uuid(9)] };
    assert_eq!(found, Changes { items, associations, is_document_changed: false, others: 0 });
    let mut deprecated = later.clone();
    deprecated["CFDocument"]["adoptionStatus"] = json!("Deprecated");
    let found = changes(&read(&later).expect("read"), &read(&deprecated).expect("read"), today);
    assert_eq!((found.is_document_changed, found.items.retired), (true, vec![uuid(1), uuid(4)]));
}

#[test]
fn the_same_members_in_another_order_are_no_change() {
    let text = |item: &str| {
        let head = r#"{"CFDocument":{"identifier":"00000000-0000-4000-8000-000000000000","uri":"u","creator":"c","title":"t",
            "lastChangeDateTime":"2026-01-01T00:00:00Z"},"CFItems":["#;
        let bytes = format!("{head}{item}]}}").into_bytes();
        Package::read(bytes, None).expect("it is read")
    };
    let one = text(r#"{"identifier":"00000000-0000-4000-8000-000000000001","uri":"u","fullStatement":"f"}"#);
    let other = text(r#"{ "fullStatement":"f", "uri":"u","identifier":"00000000-0000-4000-8000-000000000001" }"#);
    assert_eq!(changes(&one, &other, "2026-01-01".parse().expect("a day")), Changes::default());
}

#[test]
fn a_day_may_be_written_as_a_time_and_null_is_none() {
    let with = |end: Value| {
        let mut value = package(&[item(1)], &[]);
        value["CFItems"][0]["statusEndDate"] = end;
        read(&value).expect("it is read").framework().items[0].status_end_date
    };
    assert_eq!(with(json!("2026-06-01T00:00:00+00:00")), with(json!("2026-06-01")));
    assert_eq!(with(json!(null)), None);
}
