//! The smallest document that still shows a difference: members and elements are taken away, and values put in the place
//! of what holds them, for as long as the difference stays of its kind.

use serde_json::Value;

use crate::compare::{Difference, Oracle, Verdict};

/// How many smaller documents are tried.
const TRIES: usize = 3_000;

pub fn smallest(oracle: &mut Oracle, document: &str, difference: &Difference) -> Result<Value, String> {
    let mut smallest: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
    let mut tries = 0;
    'again: loop {
        for path in paths(&smallest) {
            for candidate in smaller(&smallest, &path) {
                tries += 1;
                if tries > TRIES {
                    return Ok(smallest);
                }
                if let Verdict::Differs(other) = oracle.compare(&candidate.to_string())?
                    && other.is_like(difference)
                {
                    smallest = candidate;
                    continue 'again;
                }
            }
        }
        return Ok(smallest);
    }
}

/// Every place, the outer ones first: they take most away.
fn paths(value: &Value) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut next = 0;
    while let Some(path) = paths.get(next).cloned() {
        next += 1;
        match value.pointer(&path) {
            Some(Value::Array(members)) => paths.extend((0..members.len()).map(|i| format!("{path}/{i}"))),
            Some(Value::Object(object)) => {
                let keys = object.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                paths.extend(keys.map(|key| format!("{path}/{key}")));
            }
            _ => {}
        }
    }
    paths
}

/// The document without what stands at a place, with less of a long text there, or with a part of it in its place.
fn smaller(document: &Value, path: &str) -> Vec<Value> {
    let mut candidates = Vec::new();
    let mut replace = |with: Value| {
        let mut copy = document.clone();
        if let Some(place) = copy.pointer_mut(path) {
            *place = with;
            candidates.push(copy);
        }
    };
    match document.pointer(path) {
        Some(Value::Object(object)) if !path.is_empty() => object.values().for_each(|value| replace(value.clone())),
        Some(Value::Array(members)) => members.iter().for_each(|value| replace(value.clone())),
        Some(Value::String(text)) if text.chars().count() > 40 => {
            replace(text.chars().take(text.chars().count() / 2).collect::<String>().into());
        }
        _ => {}
    }
    if let Some((parent, last)) = path.rsplit_once('/') {
        let mut copy = document.clone();
        match copy.pointer_mut(parent) {
            Some(Value::Object(object)) => drop(object.remove(&last.replace("~1", "/").replace("~0", "~"))),
            Some(Value::Array(members)) => drop(last.parse().map(|i: usize| members.remove(i))),
            _ => {}
        }
        candidates.insert(0, copy);
    }
    candidates
}
