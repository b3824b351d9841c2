//! Custom fields.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    record::{CustomField, Values, shown_values},
    rpc::{Answer, Given, Paging, Refusal},
    state::State,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting {
    object_id: String,
    object_type: String,
    field_id: String,
    #[serde(default)]
    field_value: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    object_id: String,
    object_type: String,
    values: Vec<FieldValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FieldValue {
    field_id: String,
    #[serde(default)]
    field_value: Value,
}

pub(super) fn list(state: &State, paging: &Paging) -> Answer {
    let shown = |field: &CustomField| {
        json!({
            "id": field.id,
            "title": field.title,
            "isPrivate": false,
            "objectType": field.object_type,
            "isArchived": false,
            "fieldType": field.field_type,
            "isRequired": false,
        })
    };
    paging.page(state, state.seed.fields.iter().map(shown).collect())
}

pub(super) fn set(state: &mut State, setting: Setting) -> Answer {
    let Setting { object_id, object_type, field_id, field_value } = setting;
    let values = vec![FieldValue { field_id, field_value }];
    match set_all(state, Settings { object_id, object_type, values })? {
        Given::Results(Value::Array(mut results)) => Ok(Given::Results(results.pop().unwrap_or_default())),
        other => Ok(other),
    }
}

/// Sets all of them or none.
pub(super) fn set_all(state: &mut State, settings: Settings) -> Answer {
    if settings.values.is_empty() {
        return Err(Refusal::invalid("values must not be empty"));
    }
    for one in &settings.values {
        let known = state.seed.fields.iter().find(|field| field.id == one.field_id);
        let known = known.filter(|field| field.object_type == settings.object_type);
        let known = known.ok_or_else(|| Refusal::new("custom_field_not_found", "No such custom field"))?;
        if !known.field_type.takes(&one.field_value) {
            return Err(Refusal::invalid(format!("{} cannot hold this value", known.title)));
        }
    }
    let now = state.now();
    let held = match settings.object_type.as_str() {
        "Candidate" => {
            let found = state.seed.candidates.iter_mut().find(|one| one.id == settings.object_id);
            &mut found.ok_or_else(|| Refusal::new("candidate_not_found", "No such candidate"))?.custom_fields
        }
        "Application" => {
            let found = state.seed.applications.iter_mut().find(|one| one.id == settings.object_id);
            let found = found.ok_or_else(|| Refusal::new("application_not_found", "No such application"))?;
            found.updated_at = now;
            &mut found.custom_fields
        }
        _ => return Err(Refusal::invalid("The double sets fields of candidates and applications")),
    };
    let mut set = Values::new();
    for FieldValue { field_id, field_value } in settings.values {
        match &field_value {
            Value::Null => held.remove(&field_id),
            value => held.insert(field_id.clone(), value.clone()),
        };
        set.insert(field_id, field_value);
    }
    Ok(Given::Results(shown_values(&set, &state.seed.fields)))
}
