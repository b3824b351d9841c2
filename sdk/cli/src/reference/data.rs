//! The domain data as a page, from its JSON Schemas.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{cell, source};
use crate::{failure::Failure, new::SDK};

pub fn page() -> Result<String, Failure> {
    let mut page = "# The data\n\nMade from `plugins/wit/0.1/schemas` by `wellspring-connector reference`. In the contract this data is the \
                    JSON of an `entity`. Members may be added without a new version: pass over those you do not know.\n"
        .to_owned();
    for (path, _) in SDK.iter().filter(|(path, _)| path.ends_with(".schema.json")) {
        let file = path.rsplit('/').next().unwrap_or_default();
        let schema: Value = serde_json::from_str(source(&format!("schemas/{file}"))?).map_err(Failure::internal)?;
        let name = file.trim_end_matches(".schema.json");
        let said = schema["description"].as_str().unwrap_or_default();
        let _written = write!(page, "\n## `{name}@0.1`\n\n{said}\n\n| member | type | |\n| --- | --- | --- |\n");
        members(&schema, &schema, "", &mut page);
    }
    Ok(page)
}

/// A row for each member, and for those within.
fn members(root: &Value, schema: &Value, above: &str, page: &mut String) {
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, member) in properties {
        let target = resolved(root, member);
        let path = format!("{above}{name}");
        let said = member["description"].as_str().or_else(|| target["description"].as_str()).unwrap_or_default();
        let optional = if required.contains(&name.as_str()) { "" } else { ", may be left out" };
        let _written = writeln!(page, "| `{path}` | {}{optional} | {} |", kind(root, target), cell(said));
        match target["type"].as_str() {
            Some("object") => members(root, target, &format!("{path}."), page),
            Some("array") => members(root, resolved(root, &target["items"]), &format!("{path}[]."), page),
            _ => {}
        }
    }
}

/// What a reference within the same file leads to.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

fn kind(root: &Value, schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().filter_map(Value::as_str).map(|value| format!("`{value}`")).collect();
        return values.join(", ");
    }
    let empty = Map::new();
    let members = schema.as_object().unwrap_or(&empty);
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    match (text("type"), text("format"), text("pattern")) {
        (Some("array"), ..) => format!("list of {}", kind(root, resolved(root, &schema["items"]))),
        (Some("string"), Some(format), _) => format!("text ({format})"),
        (Some("string"), None, Some(pattern)) => format!("text like `{}`", cell(pattern)),
        (Some("string"), ..) => "text".to_owned(),
        (Some(other), ..) => other.to_owned(),
        (None, ..) => "any".to_owned(),
    }
}
