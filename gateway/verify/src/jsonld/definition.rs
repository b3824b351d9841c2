//! What the members of a term's definition may say, each by itself and beside the others.

use serde_json::{Map, Value};

use super::table::{Container, Definition, Iri};

/// What members of a definition ask of each other (JSON-LD API, 4.2.2, steps 13, 20 and 23).
pub(super) fn check_together(
    name: &str,
    definition: &Definition,
    members: &Map<String, Value>,
) -> Result<(), &'static str> {
    let has = |member: &str| members.contains_key(member);
    if has("@reverse") && (has("@id") || has("@nest")) {
        return Err("a reverse property has no @id and no @nest");
    }
    let contains = |name: &str| match members.get("@container") {
        Some(Value::Array(names)) => names.iter().any(|one| one == name),
        container => container.is_some_and(|one| one == name),
    };
    if has("@index") && !contains("@index") {
        return Err("@index without a container of it");
    }
    if contains("@type") && members.get("@type").is_some_and(|coercion| coercion != "@id" && coercion != "@vocab") {
        return Err("a container of types that holds no nodes");
    }
    let is_keyword = matches!(&definition.iri, Some(Iri::Final(iri)) if iri.starts_with('@'));
    if has("@prefix") && (name.contains([':', '/']) || is_keyword) {
        return Err("a compact IRI or keyword as a prefix");
    }
    Ok(())
}

/// `@container` (JSON-LD API, 4.2.2, step 19).
pub(super) fn arrange(definition: &mut Definition, container: &Value) -> Result<(), &'static str> {
    let names: Option<Vec<&str>> = match container {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        Value::Null => Some(Vec::new()),
        _ => None,
    };
    let names = names.ok_or("@container is a string or an array of strings")?;
    for name in &names {
        match *name {
            "@set" => {}
            "@list" => definition.container = Container::List,
            "@language" => definition.container = Container::Language,
            "@graph" => definition.container = Container::Graph,
            "@index" | "@id" | "@type" => definition.unsupported = Some(format!("a container of {name}")),
            _ => return Err("@container names something else than a container"),
        }
    }
    let besides = |allowed: &[&str]| names.iter().filter(|name| !allowed.contains(name)).count();
    let fits = match names[..] {
        [] => return Err("@container names nothing"),
        _ if names.contains(&"@list") => names.len() == 1,
        _ if names.contains(&"@graph") => {
            besides(&["@graph", "@set"]) <= 1 && besides(&["@graph", "@set", "@id", "@index"]) == 0
        }
        _ => besides(&["@set"]) <= 1,
    };
    if fits { Ok(()) } else { Err("@container names what does not go together") }
}
