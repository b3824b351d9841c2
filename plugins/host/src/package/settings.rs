//! The schema of a connection's settings: a vendor's text that the gateway evaluates in its own process, for every call, and so
//! bounded before it is.
//!
//! References can make a small schema do the work of a very large one, or of one without end. Counted is therefore what the schema
//! amounts to with every reference written out.

use std::collections::BTreeMap;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::PackageError;

/// The longest schema, in bytes of JSON.
const BYTES_MAX: usize = 64 << 10;
/// Members and elements at most, with every reference written out.
const PARTS_MAX: usize = 4_000;
/// How deep they may lie within one another, with every reference written out.
const DEPTH_MAX: usize = 64;
/// What leads elsewhere by other ways than a plain reference, or looks at the same value again and again.
const NOT_TAKEN: [&str; 6] =
    ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$id", "unevaluatedProperties", "unevaluatedItems"];

/// Compiles the schema that a connection's settings must fit. Checking settings takes time that grows with the settings, and not
/// with what the schema makes of them.
pub(crate) fn settings_validator(schema: &Value) -> Result<Validator, PackageError> {
    bounded(schema).map_err(PackageError::SettingsSchema)?;
    // The engine of patterns is the one that never goes back over a text.
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    let options = options.with_pattern_options(PatternOptions::regex());
    options.build(schema).map_err(|error| PackageError::SettingsSchema(error.to_string()))
}

fn bounded(schema: &Value) -> Result<(), String> {
    let size = schema.to_string().len();
    if size > BYTES_MAX {
        return Err(format!("it has {size} bytes; the limit is {BYTES_MAX}"));
    }
    Written { schema, sizes: BTreeMap::new() }.size(schema, 0).map(drop)
}

/// A schema with its references written out, as far as it has been gone through.
struct Written<'s> {
    schema: &'s Value,
    /// Of what references name; `None` while it is gone through.
    sizes: BTreeMap<&'s str, Option<Size>>,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    parts: usize,
    depth: usize,
}

impl<'s> Written<'s> {
    fn size(&mut self, value: &'s Value, depth: usize) -> Result<Size, String> {
        if depth > DEPTH_MAX {
            return Err(too_deep());
        }
        let mut size = Size { parts: 1, depth: 0 };
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if NOT_TAKEN.contains(&name.as_str()) {
                        return Err(format!("`{name}` cannot be used here"));
                    }
                    size.add(self.size(member, depth + 1)?)?;
                    if let ("$ref", Value::String(reference)) = (name.as_str(), member) {
                        size.add(self.named(reference, depth + 1)?)?;
                    }
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    size.add(self.size(element, depth + 1)?)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if depth + size.depth > DEPTH_MAX { Err(too_deep()) } else { Ok(size) }
    }

    /// The size of what a reference names.
    fn named(&mut self, reference: &'s str, depth: usize) -> Result<Size, String> {
        match self.sizes.get(reference) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(format!("the reference `{reference}` leads back to itself")),
            None => {}
        }
        let pointer = reference.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let Some(pointer) = pointer else {
            return Err(format!("the reference `{reference}` is not of the form `#/$defs/name`"));
        };
        let target = self.schema.pointer(pointer).ok_or_else(|| format!("there is nothing at `{reference}`"))?;
        self.sizes.insert(reference, None);
        let size = self.size(target, depth)?;
        self.sizes.insert(reference, Some(size));
        Ok(size)
    }
}

impl Size {
    /// Adds what lies within.
    fn add(&mut self, within: Self) -> Result<(), String> {
        self.parts = self.parts.saturating_add(within.parts);
        self.depth = self.depth.max(within.depth + 1);
        if self.parts > PARTS_MAX {
            return Err(format!("with every `$ref` written out it has more than {PARTS_MAX} members and elements"));
        }
        Ok(())
    }
}

fn too_deep() -> String {
    format!("with every `$ref` written out it is more than {DEPTH_MAX} deep")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(schema: &Value) -> String {
        settings_validator(schema).expect_err("it is refused").to_string()
    }

    /// `depth` definitions, each of which names the next one so often.
    fn doubling(depth: usize, times: usize) -> Value {
        let name = |n: usize| json!({ "$ref": format!("#/$defs/a{n}") });
        let mut defs: serde_json::Map<String, Value> =
            (1..=depth).map(|n| (format!("a{n}"), json!({ "allOf": vec![name(n - 1); times] }))).collect();
        defs.insert("a0".to_owned(), json!({ "required": ["never"] }));
        json!({ "$defs": defs, "$ref": format!("#/$defs/a{depth}") })
    }

    /// Guards the count: without it, finding what is wrong with no settings at all makes 2^20 errors.
    #[test]
    fn what_a_schema_amounts_to_is_bounded_and_not_its_length() {
        assert!(doubling(20, 2).to_string().len() < 2_000);
        assert!(refused(&doubling(20, 2)).contains("more than 4000 members"));
        assert!(settings_validator(&doubling(4, 2)).is_ok());
        let long = json!({ "description": "x".repeat(BYTES_MAX) });
        assert!(refused(&long).contains("bytes; the limit is"));
    }

    #[test]
    fn references_lead_to_an_end_within_the_schema() {
        for (schema, why) in [
            (json!({ "$ref": "#" }), "leads back to itself"),
            (json!({ "$defs": { "a": { "items": { "$ref": "#/$defs/a" } } }, "$ref": "#/$defs/a" }), "leads back"),
            (json!({ "$ref": "#/$defs/none" }), "there is nothing at"),
            (json!({ "$ref": "https://acme.example/schema" }), "is not of the form"),
            (json!({ "$ref": "#name" }), "is not of the form"),
            (json!({ "$dynamicRef": "#node" }), "cannot be used here"),
            (json!({ "properties": { "a": { "$id": "https://acme.example/a" } } }), "cannot be used here"),
            (json!({ "unevaluatedProperties": false }), "cannot be used here"),
            (doubling(70, 1), "64 deep"),
        ] {
            assert!(refused(&schema).contains(why), "{schema}: {}", refused(&schema));
        }
        let nested = (0..70).fold(json!({}), |within, _| json!({ "not": within }));
        assert!(refused(&nested).contains("64 deep"));
    }

    /// Guards the engine: another one goes over a text once for each way in which the pattern may fit it.
    #[test]
    fn a_pattern_takes_time_that_grows_with_the_text() {
        let schema = |pattern: &str| json!({ "properties": { "a": { "type": "string", "pattern": pattern } } });
        let takes = settings_validator(&schema("^(a+)+$")).expect("it is one");
        assert!(!takes.is_valid(&json!({ "a": format!("{}b", "a".repeat(5_000)) })));
        assert!(settings_validator(&schema("(?=a)b")).is_err(), "what only the other engine can do");
    }
}
