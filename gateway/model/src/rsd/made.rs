//! The package that is made of skills. The same skills make the same bytes, so that they are the same edition.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Alignment, Skill, SkillSet};
use crate::case::CaseVersion;

const UNTITLED: &str = "Rich Skill Descriptors";
const NOT_STATED: &str = "not stated";
/// What has no time is as old as can be.
const UNDATED: &str = "1970-01-01T00:00:00Z";

/// A CASE 1.1 package.
pub fn package(set: &SkillSet, skills: Vec<Skill>) -> Value {
    let title = set.title.clone().or_else(|| collection(&skills)).unwrap_or_else(|| UNTITLED.to_owned());
    let document = set.identifier.unwrap_or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, title.as_bytes()));
    let creator = skills.iter().find_map(|skill| skill.authors.first()).map_or(NOT_STATED, String::as_str).to_owned();
    let changed = skills.iter().filter_map(|skill| skill.changed.as_deref()).max().unwrap_or(UNDATED).to_owned();
    let (mut items, mut associations) = (Vec::with_capacity(skills.len()), Vec::new());
    for skill in skills {
        let identifier = identifier(document, &skill);
        let uri = skill.uri.clone().unwrap_or_else(|| format!("urn:uuid:{identifier}"));
        associations.extend(skill.alignments.iter().map(|one| association(identifier, &uri, &skill, one)));
        items.push(item(identifier, &uri, skill));
    }
    json!({
        "CFDocument": {
            "identifier": document, "uri": format!("urn:uuid:{document}"), "title": title, "creator": creator,
            "caseVersion": CaseVersion::V1p1.as_str(), "lastChangeDateTime": changed,
        },
        "CFItems": items,
        "CFAssociations": associations,
    })
}

/// The collection that all skills are of.
fn collection(skills: &[Skill]) -> Option<String> {
    let first = skills.first()?.collection.as_ref()?;
    skills.iter().all(|skill| skill.collection.as_ref() == Some(first)).then(|| first.clone())
}

/// The skill's own; else one that its address makes, or its words where it has none.
fn identifier(document: Uuid, skill: &Skill) -> Uuid {
    let in_uri = || skill.uri.as_deref()?.rsplit('/').next()?.parse().ok();
    let made = || match &skill.uri {
        Some(uri) => Uuid::new_v5(&Uuid::NAMESPACE_URL, uri.as_bytes()),
        None => Uuid::new_v5(&document, format!("{}\n{}", skill.name, skill.statement).as_bytes()),
    };
    skill.identifier.or_else(in_uri).unwrap_or_else(made)
}

fn item(identifier: Uuid, uri: &str, skill: Skill) -> Value {
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| drop(item.insert(name.to_owned(), value));
    put("identifier", json!(identifier));
    put("uri", uri.into());
    put("fullStatement", skill.statement.into());
    put("abbreviatedStatement", skill.name.into());
    put("lastChangeDateTime", skill.changed.as_deref().unwrap_or(UNDATED).into());
    if !skill.keywords.is_empty() {
        put("conceptKeywords", json!(skill.keywords));
    }
    if !skill.categories.is_empty() {
        put("subject", json!(skill.categories));
    }
    if let Some(archived) = skill.archived {
        put("statusEndDate", archived.to_string().into());
    }
    put("extensions", Map::from_iter([("rsd".to_owned(), skill.received.into())]).into());
    item.into()
}

/// Descriptors do not say how they are aligned; `isRelatedTo` claims the least.
fn association(identifier: Uuid, uri: &str, skill: &Skill, alignment: &Alignment) -> Value {
    let own = Uuid::new_v5(&identifier, alignment.uri.as_bytes());
    let title = alignment.title.as_deref().unwrap_or(&alignment.uri);
    json!({
        "identifier": own, "uri": format!("urn:uuid:{own}"), "associationType": "isRelatedTo",
        "originNodeURI": {"title": skill.name, "identifier": identifier, "uri": uri},
        "destinationNodeURI": {"title": title, "identifier": alignment.uri, "uri": alignment.uri},
        "lastChangeDateTime": skill.changed.as_deref().unwrap_or(UNDATED),
    })
}
