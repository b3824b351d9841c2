use serde_json::{Value, json};

use super::*;
use crate::case::{CaseVersion, FaultCode, Package};

fn descriptor() -> Value {
    json!({
        "type": "RichSkillDescriptor", "id": "https://skills.example/api/skills/c9d819b3-de84-401e-808a-ddcbfbdd4953",
        "uuid": "c9d819b3-de84-401e-808a-ddcbfbdd4953", "skillName": "Levels of access", "skillStatement": "Set levels.",
        "keywords": ["Risk"], "categories": ["Security"], "authors": ["Example University"], "archiveDate": "2026-05-01T00:00:00Z",
        "updateDate": "2023-03-30T13:02:07.411354Z", "collections": [{"uuid": "x", "name": "Software"}],
        "alignments": [{"id": "https://other.example/KS1", "skillName": "Security"}, {"skillName": "No address"}],
    })
}

fn read(package: &Value) -> Package {
    Package::read(package.to_string().into_bytes(), None).expect("it is a package")
}

#[test]
fn a_descriptor_becomes_an_item_under_its_canonical_url() {
    let skills = from_json(descriptor().to_string().as_bytes()).expect("it is read");
    let made = package(&SkillSet::default(), skills);
    assert_eq!(made["CFDocument"]["title"], "Software");
    let item = &made["CFItems"][0];
    assert_eq!(item["uri"], descriptor()["id"]);
    assert_eq!(item["identifier"], descriptor()["uuid"]);
    assert_eq!(
        (&item["abbreviatedStatement"], &item["fullStatement"]),
        (&json!("Levels of access"), &json!("Set levels."))
    );
    assert_eq!(item["statusEndDate"], "2026-05-01");
    assert_eq!(item["extensions"]["rsd"], descriptor(), "nothing of it is lost");
    let associations = made["CFAssociations"].as_array().expect("a list");
    assert_eq!(associations.len(), 1, "a name without an address is no association");
    assert_eq!(associations[0]["destinationNodeURI"]["uri"], "https://other.example/KS1");
    let package = read(&made);
    assert_eq!((package.version(), package.remarks().len()), (CaseVersion::V1p1, 0));
}

#[test]
fn lists_with_semicolons_are_lists_too() {
    let mut old = descriptor();
    let old = old.as_object_mut().expect("an object");
    old.remove("categories");
    old.insert("category".to_owned(), json!("One; Two;"));
    let skills = from_json(json!([old]).to_string().as_bytes()).expect("it is read");
    assert_eq!(skills[0].categories, ["One", "Two"]);
}

#[test]
fn a_descriptor_is_told_from_a_package() {
    assert!(is_rsd(descriptor().to_string().as_bytes()));
    assert!(is_rsd(b" [ ]"));
    assert!(!is_rsd(br#"{"CFDocument": {}}"#));
    assert!(!is_rsd(br#"{"CFDocument": {}, "type": "RichSkillDescriptor"}"#));
}

#[test]
fn what_a_descriptor_lacks_is_named() {
    let list = json!([descriptor(), {"type": "RichSkillDescriptor", "id": "https://x.example/1"}, {"type": "x"}, 7]);
    let faults = from_json(list.to_string().as_bytes()).expect_err("it is refused");
    let found: Vec<(FaultCode, &str)> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
    let expected = [
        (FaultCode::Missing, "/1/skillName"),
        (FaultCode::Missing, "/1/skillStatement"),
        (FaultCode::WrongType, "/2/type"),
        (FaultCode::WrongType, "/3"),
    ];
    assert_eq!(found, expected);
}

const TABLE: &str = "\u{feff}Collection,Skill Name,Contextualized Skill Statement,Keywords,Alignment Title,Alignment\n\
    ,Data access,\"Access data, and stores.\",SQL; XML,Data,https://other.example/KS2\n,Builds,Build things.,,,\n,,,,,\n";

#[test]
fn a_table_becomes_items_and_the_same_table_the_same_bytes() {
    let made = || package(&SkillSet::default(), from_csv(TABLE.as_bytes()).expect("it is read"));
    assert_eq!(made().to_string(), made().to_string());
    let package = read(&made());
    let items = &package.framework().items;
    assert_eq!(items.iter().map(|item| item.title()).collect::<Vec<_>>(), ["Data access", "Builds"]);
    assert_eq!(items[0].full_statement, "Access data, and stores.");
    assert_eq!(package.framework().associations.len(), 1);
}

#[test]
fn an_export_has_addresses() {
    let table = "Canonical URL,RSD Name,Skill Statement\nhttps://skills.example/api/skills/c9d819b3-de84-401e-808a-ddcbfbdd4953,A,B\n";
    let made = package(&SkillSet::default(), from_csv(table.as_bytes()).expect("it is read"));
    assert_eq!(made["CFItems"][0]["identifier"], "c9d819b3-de84-401e-808a-ddcbfbdd4953");
}

#[test]
fn what_a_table_lacks_is_named() {
    let fault = |table: &[u8]| from_csv(table).expect_err("it is refused").remove(0);
    assert_eq!(fault(b"a,b\n1,2\n").code, FaultCode::Missing);
    let line = fault(b"Skill Name,Skill Statement\nA,B\nC,\n");
    assert_eq!(line.pointer.as_str(), "/1/Contextualized Skill Statement");
    assert!(fault(b"Skill Name,Skill Statement\nA,B,C\n").detail.contains("line 2"));
    assert_eq!(fault(b"Skill Name,Skill Statement\nA,\xff\n").code, FaultCode::WrongType);
}
