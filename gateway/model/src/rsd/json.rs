//! Descriptors in JSON: one, or a list of them.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

use super::{Alignment, Skill, listed};
use crate::{
    case::{Fault, FaultCode, List, MOST_FAULTS},
    pointer::Pointer,
};

const TYPE: &str = "RichSkillDescriptor";

/// What tells a descriptor from a package.
#[derive(Deserialize)]
struct Looks {
    #[serde(rename = "type", default)]
    kind: Option<Value>,
    #[serde(rename = "CFDocument", default)]
    document: Option<IgnoredAny>,
}

/// Whether JSON is a descriptor or a list, and no package.
pub fn is_rsd(bytes: &[u8]) -> bool {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => true,
        _ => serde_json::from_slice::<Looks>(bytes)
            .is_ok_and(|looks| looks.document.is_none() && looks.kind == Some(TYPE.into())),
    }
}

/// Reads descriptors.
///
/// # Errors
/// What is wrong with them.
pub fn from_json(bytes: &[u8]) -> Result<Vec<Skill>, Vec<Fault>> {
    let (root, mut faults) = (Pointer::root(), Vec::new());
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let skills: Vec<Skill> = if is_list {
        let list: List<'_> = serde_json::from_slice(bytes).map_err(|_| vec![wrong(&root, "this is no list")])?;
        let of = list.texts.iter().enumerate();
        of.filter_map(|(index, one)| skill(one.get(), &root.index(index), &mut faults)).collect()
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| vec![wrong(&root, "JSON is written in UTF-8")])?;
        skill(text, &root, &mut faults).into_iter().collect()
    };
    if faults.is_empty() { Ok(skills) } else { Err(faults) }
}

fn wrong(at: &Pointer, detail: impl Into<String>) -> Fault {
    Fault { code: FaultCode::WrongType, pointer: at.clone(), detail: detail.into() }
}

fn skill(json: &str, at: &Pointer, faults: &mut Vec<Fault>) -> Option<Skill> {
    if faults.len() >= MOST_FAULTS {
        return None;
    }
    let Ok(received) = serde_json::from_str::<Map<String, Value>>(json) else {
        faults.push(wrong(at, "a Rich Skill Descriptor is a JSON object"));
        return None;
    };
    if received.get("type").and_then(Value::as_str) != Some(TYPE) {
        faults.push(wrong(&at.key("type"), format!("a Rich Skill Descriptor has the type `{TYPE}`")));
        return None;
    }
    let mut needed = |name: &str| {
        let found = text(&received, name);
        if found.is_none() {
            let detail = format!("a Rich Skill Descriptor has a text as `{name}`");
            faults.push(Fault { code: FaultCode::Missing, pointer: at.key(name), detail });
        }
        found
    };
    let (uri, name, statement) = (needed("id"), needed("skillName"), needed("skillStatement"));
    let changed = ["updateDate", "publishDate", "creationDate"].iter().find_map(|name| text(&received, name));
    let collection = received.get("collections").and_then(|list| list.get(0)).and_then(Value::as_object);
    Some(Skill {
        identifier: text(&received, "uuid").and_then(|uuid| uuid.parse().ok()),
        uri: Some(uri?),
        name: name?,
        statement: statement?,
        categories: texts(&received, "categories", "category"),
        keywords: texts(&received, "keywords", "keyword"),
        authors: texts(&received, "authors", "author"),
        alignments: alignments(&received),
        collection: collection.and_then(|collection| text(collection, "name")),
        changed,
        archived: text(&received, "archiveDate").and_then(|date| date.get(..10)?.parse().ok()),
        received,
    })
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A list, or what an earlier version of OSMT wrote with semicolons.
fn texts(object: &Map<String, Value>, list: &str, line: &str) -> Vec<String> {
    match object.get(list) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => text(object, line).map(|line| listed(&line)).unwrap_or_default(),
    }
}

/// Those that say an address. Others are names only, and stay among what was received.
fn alignments(object: &Map<String, Value>) -> Vec<Alignment> {
    let list = object.get("alignments").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    list.filter_map(|one| Some(Alignment { uri: text(one, "id")?, title: text(one, "skillName") })).collect()
}
