//! What these tests send through the host is what the contract's schemas describe.

use serde_json::{Value, json};
use uuid::Uuid;
use wellspring_model::{ats::OrderRef, delivery::ApplicationResult, id::OrderId};

use crate::sandbox::{corrected, result, withdrawal};

fn fits(schema: &str, data: &Value) {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
    let flaws: Vec<_> = validator.iter_errors(data).map(|flaw| flaw.to_string()).collect();
    assert!(flaws.is_empty(), "{flaws:?}");
    let known = schema["properties"].as_object().expect("properties");
    let members = data.as_object().expect("an object").keys();
    let unknown: Vec<_> = members.filter(|name| !known.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "the schema does not know {unknown:?}");
}

#[test]
fn results_corrections_and_withdrawals_fit_their_schemas() {
    let order = Some(OrderRef { id: OrderId::from_uuid(Uuid::from_u128(7)) });
    let first = result("61001", "501");
    let ordered = ApplicationResult { order, ..first.clone() };
    let of_result = include_str!("../../../plugins/wit/0.1/schemas/application-result.schema.json");
    fits(of_result, &json!(first));
    fits(of_result, &json!(corrected(&ordered)));
    fits(include_str!("../../../plugins/wit/0.1/schemas/withdrawal.schema.json"), &json!(withdrawal(&ordered)));
}
