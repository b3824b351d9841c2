//! What JSON-LD allows and few records have: each at some place of a record.

use serde_json::{Map, Value, json};

use super::generate::{Dice, number, word};

/// Changes something at a random object of the record.
pub fn apply(record: &mut Value, dice: &mut Dice) {
    let mut places = Vec::new();
    objects(record, String::new(), &mut places);
    let place = dice.one_of(&places);
    let Some(Value::Object(members)) = record.pointer_mut(&place) else { return };
    match dice.below(22) {
        0 => drop(members.insert("undefinedTerm".to_owned(), json!(word(dice)))),
        1 => drop(members.insert("https://vocab.example/note".to_owned(), value(dice))),
        2 => rename(members, "id", "@id"),
        3 => rename(members, "type", "@type"),
        4 => rewrite(members, "name", |name| json!({"@value": name, "@language": "en-US"})),
        5 => rewrite(members, "name", |name| json!({"@value": name})),
        6 => rewrite(members, "name", |name| json!([name, name, null])),
        7 => drop(members.insert("description".to_owned(), Value::Null)),
        8 => drop(members.insert("alignment".to_owned(), json!([]))),
        9 => drop(members.insert(
            "id".to_owned(),
            dice.one_of(&[json!("_:b0"), json!("relative/id"), json!("#x"), json!("urn:a b")]),
        )),
        10 => drop(members.insert(
            "type".to_owned(),
            dice.one_of(&[json!("Profile"), json!("NoSuchType"), json!([]), json!("https://vocab.example/T")]),
        )),
        11 => drop(members.insert("name".to_owned(), number(dice))),
        12 => drop(members.insert("hashed".to_owned(), json!(dice.once_in(2)))),
        13 => drop(members.insert("@graph".to_owned(), json!([{"id": "urn:g", "https://vocab.example/p": "x"}]))),
        14 => {
            drop(members.insert("https://vocab.example/list".to_owned(), json!({"@list": [value(dice), value(dice)]})))
        }
        15 => drop(members.insert("https://vocab.example/set".to_owned(), json!({"@set": [value(dice), value(dice)]}))),
        16 => drop(members.insert(
            "https://vocab.example/json".to_owned(),
            json!({"@type": "@json", "@value": {"b": [1, null], "a": 1e21}}),
        )),
        17 => drop(members.insert("https://vocab.example/link".to_owned(), json!({"@id": "urn:other"}))),
        18 => drop(members.insert("@included".to_owned(), json!([{"id": "urn:i", "https://vocab.example/p": "x"}]))),
        19 => drop(members.insert("https://vocab.example/dir".to_owned(), json!({"@value": "x", "@direction": "rtl"}))),
        20 => drop(members.insert("@unknown".to_owned(), json!("x"))),
        _ => inline(members, dice),
    }
}

/// A context at this place, of the plain kind that extensions bring along.
fn inline(members: &mut Map<String, Value>, dice: &mut Dice) {
    let context = dice.one_of(&[
        json!({"club": "https://vocab.example/club"}),
        json!({"ext": "https://vocab.example/", "club": "ext:club"}),
        json!({"club": {"@id": "https://vocab.example/club", "@type": "@id"}}),
        json!({"club": {"@id": "https://vocab.example/club", "@container": "@list"}}),
        json!({"club": {"@id": "https://vocab.example/club", "@language": "de"}}),
        json!({"@vocab": "https://vocab.example/"}),
    ]);
    let contexts = match members.remove("@context") {
        Some(Value::Array(mut contexts)) => {
            contexts.push(context);
            Value::Array(contexts)
        }
        _ => context,
    };
    members.insert("@context".to_owned(), contexts);
    members.insert(
        "club".to_owned(),
        dice.one_of(&[json!("urn:club"), json!(["a", "b"]), json!(7), json!({"@value": "x"})]),
    );
}

fn value(dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => number(dice),
        1 => json!(dice.once_in(2)),
        2 => json!({"@id": "https://vocab.example/x"}),
        3 => json!({"@value": "2026-01-01", "@type": "http://www.w3.org/2001/XMLSchema#date"}),
        _ => json!(word(dice)),
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), value);
    }
}

fn rewrite(members: &mut Map<String, Value>, name: &str, change: impl Fn(Value) -> Value) {
    if let Some(value) = members.remove(name) {
        members.insert(name.to_owned(), change(value));
    }
}

fn objects(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            places.push(at.clone());
            for (key, member) in members.iter().filter(|(key, _)| *key != "@context") {
                objects(member, format!("{at}/{key}"), places);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                objects(member, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
}
