//! Rewriting a signed credential so that it may state the same and read differently: the names that contexts give to members
//! are one way to write them among several, and the signature fits them all.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::{
    mutate::Chance,
    seeds,
    words::{DATATYPES, VOCABULARIES},
};

/// One of the seeds' credentials with some of its members written in another way.
pub fn credential(chance: &mut Chance) -> Value {
    static SIGNED: LazyLock<Vec<Value>> = LazyLock::new(|| [seeds::sound(), seeds::unsound()].concat());
    let mut credential = SIGNED[chance.below(SIGNED.len())].clone();
    for _ in 0..=chance.below(3) {
        let mut left = chance.below(members(&credential));
        rewrite_nth(&mut credential, &mut left, chance);
    }
    credential
}

/// How many members the objects of a tree have.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(array) => array.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

fn rewrite_nth(value: &mut Value, left: &mut usize, chance: &mut Chance) -> bool {
    match value {
        Value::Array(array) => array.iter_mut().any(|member| rewrite_nth(member, left, chance)),
        Value::Object(object) => {
            if *left < object.len() {
                rewrite(object, *left, chance);
                return true;
            }
            *left -= object.len();
            object.values_mut().any(|member| rewrite_nth(member, left, chance))
        }
        _ => false,
    }
}

fn rewrite(object: &mut Map<String, Value>, at: usize, chance: &mut Chance) {
    let Some((name, value)) = object.iter().nth(at).map(|(name, value)| (name.clone(), value.clone())) else { return };
    match chance.below(6) {
        0..3 => {
            object.shift_remove(&name);
            let vocabulary = VOCABULARIES[chance.below(VOCABULARIES.len())];
            object.insert(format!("{vocabulary}{name}"), spelled_out(value, chance));
        }
        3 => drop(object.insert(name, spelled_out(value, chance))),
        4 => drop(object.insert(name, split(value))),
        _ => drop(object.insert(name, json!([value]))),
    }
}

/// A value with what its member's definition would say of it: mostly what can be told from the value, else anything.
fn spelled_out(value: Value, chance: &mut Chance) -> Value {
    let looks_like = match &value {
        Value::Number(_) => Some("integer"),
        Value::Bool(_) => Some("boolean"),
        Value::String(text) if text.ends_with('Z') => Some("dateTime"),
        _ => None,
    };
    match (chance.below(8), looks_like) {
        (0..4, Some(kind)) => json!({"@value": value, "@type": format!("https://www.w3.org/2001/XMLSchema#{kind}")}),
        (4, _) => json!({"@id": value}),
        (5, _) => json!({"@set": [value]}),
        (6, _) => json!({"@value": value, "@type": DATATYPES[chance.below(DATATYPES.len())]}),
        _ => value,
    }
}

/// A node in two pieces, which its id holds together: every other member stands in the second.
fn split(node: Value) -> Value {
    let Value::Object(members) = node else { return json!([node, node]) };
    let piece = |number: usize| -> Map<String, Value> {
        let kept = members.iter().enumerate().filter(|(index, (name, _))| index % 2 == number || *name == "id");
        kept.map(|(_, (name, value))| (name.clone(), value.clone())).collect()
    };
    json!([piece(0), piece(1)])
}
