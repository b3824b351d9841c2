//! Scoring cannot see what it must not use. That verification leaves it out is tested where credentials are read
//! (`gateway/verify/tests/guard.rs`).

use std::collections::BTreeSet;

use serde_json::Value;
use wellspring_model::credential::IssuerId;

use crate::world::{achievement, as_of};

/// Every member that a piece of evidence has, at any depth.
fn members(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            into.insert(name.clone());
            members(value, into);
        }),
        Value::Array(values) => values.iter().for_each(|value| members(value, into)),
        _ => {}
    }
}

/// All members that evidence may have. Whoever adds one says here why scoring may see it: it must say what was achieved, and
/// nothing about whom or where.
#[test]
fn evidence_has_no_place_for_a_name_an_address_a_birth_a_gender_a_picture_or_a_school() {
    let mut full = achievement(0, &[0]);
    full.date = Some(as_of());
    full.creator = Some(IssuerId("did:example:creator".into()));
    full.results = vec![
        serde_json::from_value(serde_json::json!({
            "pointer": "", "kind": "Percent", "alignments": achievement(0, &[1]).alignments, "unearned": "Failed",
            "level": {"title": "high", "ids": ["urn:l"], "scales": ["urn:s"]},
        }))
        .unwrap(),
    ];
    let mut found = BTreeSet::new();
    members(&serde_json::to_value(&full).unwrap(), &mut found);
    let allowed = [
        // Of the achievement: what it is, and by whose rules.
        "pointer",
        "id",
        "name",
        "creator",
        "kind",
        "alignments",
        "results",
        "unearned",
        // On which day: for people to read, and for rules that an employer has given a reason for. Not a birth, and not a
        // graduation either (`gateway/verify/tests/guard.rs`). Without a rule it changes nothing (`recency.rs`).
        "date",
        // Of an alignment.
        "target_url",
        "target_code",
        "target_framework",
        "target_name",
        // Of a result.
        "level",
        "title",
        "ids",
        "scales",
    ];
    assert_eq!(found, allowed.map(str::to_owned).into());
}
