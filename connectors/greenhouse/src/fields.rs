//! Candidate custom fields. Harvest v3 replaces them as a whole: what is not sent is lost. So all are read, ours laid over
//! them, all sent, and all read again to see that everybody else's are still there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{
    CheckLine, Error, ErrorCode,
    fields::{Field, differing},
};

use crate::{
    harvest::{self, get, patch},
    settings::Settings,
};

/// Whether anything had to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Yes,
    No,
}

/// Makes the candidate's custom fields hold `ours` (`Null`: nothing), and leaves all others as they are.
pub fn bring_in_line(candidate: u64, ours: &[Field]) -> Result<Changed, Error> {
    if ours.is_empty() {
        return Ok(Changed::No);
    }
    let before = read(candidate)?;
    if differing(ours, |key| before.get(key)).is_empty() {
        return Ok(Changed::No);
    }
    let after: Vec<Field> = overlay(before, ours).into_iter().collect();
    let all: Vec<Value> = after.iter().map(|(key, value)| json!({ "name_key": key, "value": value })).collect();
    patch(&format!("/candidates/{candidate}")).json(&json!({ "custom_fields": all })).send()?;
    let written = read(candidate)?;
    let missing: Vec<_> = differing(&after, |key| written.get(key)).into_iter().map(|(key, _)| key.as_str()).collect();
    if missing.is_empty() {
        return Ok(Changed::Yes);
    }
    Err(Error::conflict(format!(
        "after writing, these custom fields do not hold what was sent: {}",
        missing.join(", ")
    )))
}

/// The fields that have a value.
fn read(candidate: u64) -> Result<BTreeMap<String, Value>, Error> {
    let candidate = harvest::candidate(candidate)?
        .ok_or_else(|| Error::not_found("the candidate is gone from Greenhouse, perhaps merged with another"))?;
    let fields = candidate.custom_fields.into_iter().map(|(key, field)| (key, field.value));
    Ok(fields.filter(|(_, value)| !value.is_null()).collect())
}

fn overlay(mut fields: BTreeMap<String, Value>, ours: &[Field]) -> BTreeMap<String, Value> {
    fields.extend(ours.iter().cloned());
    fields
}

#[derive(Deserialize)]
struct Definition {
    name_key: String,
    #[serde(default)]
    value_type: String,
}

/// Whether the fields named in the settings exist and can hold what is written to them.
pub fn check(settings: &Settings) -> Result<Vec<CheckLine>, Error> {
    let wanted = settings.fields();
    if wanted.is_empty() {
        return Ok(vec![CheckLine::good(
            "custom fields",
            "No custom field is set up: the result is shown in a note only.",
        )]);
    }
    let definitions = match definitions() {
        Ok(definitions) => definitions,
        Err(error) if error.code() == ErrorCode::Forbidden => {
            return Ok(vec![CheckLine::bad(
                "custom fields",
                format!("The scope to list custom fields is missing. {error}"),
            )]);
        }
        Err(error) => return Err(error),
    };
    let line = |(key, types): (&str, &[&str])| match definitions.iter().find(|one| one.name_key == key) {
        None => CheckLine::bad("custom fields", format!("Candidates have no custom field `{key}`.")),
        Some(one) if !types.contains(&one.value_type.as_str()) => CheckLine::bad(
            "custom fields",
            format!("The custom field `{key}` is of type {}; it should be {}.", one.value_type, types.join(" or ")),
        ),
        Some(_) => CheckLine::good("custom fields", format!("The custom field `{key}` is there.")),
    };
    Ok(wanted.into_iter().map(line).collect())
}

fn definitions() -> Result<Vec<Definition>, Error> {
    let mut all = Vec::new();
    for page in get("/custom_fields").query("field_type", "candidate").query("per_page", 500).pages() {
        all.extend(page?.json::<Vec<Definition>>()?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_fields_survive_an_overlay() {
        let before = BTreeMap::from([
            ("salary".to_owned(), json!({"amount": 5, "unit": "EUR"})),
            ("skills".to_owned(), json!("old")),
        ]);
        let after = overlay(before, &[("skills".to_owned(), json!("new"))]);
        assert_eq!(after["salary"], json!({"amount": 5, "unit": "EUR"}));
        assert_eq!(after["skills"], json!("new"));
    }
}
