//! The contract's JSON Schema and the domain's type say the same.

use serde_json::Value;

use crate::support::result;

fn schema() -> Value {
    let text = include_str!("../../../wit/0.1/schemas/application-result.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}

#[test]
fn a_serialised_result_fits_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema compiles");
    let whole = serde_json::to_value(result()).expect("results serialise");
    assert!(validator.validate(&whole).is_ok(), "{:?}", validator.iter_errors(&whole).collect::<Vec<_>>());

    let mut least = result();
    least.application.candidate = wellspring_model::submission::Candidate::default();
    least.job.external_id = None;
    least.lines.clear();
    let least = serde_json::to_value(least).expect("results serialise");
    assert!(validator.validate(&least).is_ok(), "{:?}", validator.iter_errors(&least).collect::<Vec<_>>());
}

#[test]
fn every_member_of_a_result_is_in_the_schema() {
    // Additions are allowed by the contract, so the schema is open; this test is what keeps it complete.
    let schema = schema();
    missing(&schema, &schema, &serde_json::to_value(result()).expect("results serialise"), "");
}

fn missing(root: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(&reference[1..]).expect("the reference leads somewhere"),
        None => schema,
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let known = schema.pointer(&format!("/properties/{name}"));
                let known = known.unwrap_or_else(|| panic!("the schema does not know {place}/{name}"));
                missing(root, known, member, &format!("{place}/{name}"));
            }
        }
        Value::Array(items) => {
            for item in items {
                missing(root, &schema["items"], item, &format!("{place}/*"));
            }
        }
        _ => {}
    }
}
