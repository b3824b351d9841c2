//! Custom fields, all in one call: Ashby loses values that are set side by side.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use wellspring_sdk::{
    CheckLine, Error, ErrorCode,
    fields::{Field, differing},
};

use crate::{
    rpc,
    settings::{Owner, Settings},
    target::{self, FieldValue, Target},
};

/// Makes our custom fields hold `wanted`. Gives whether anything had to be written.
pub fn bring_in_line(owner: Owner, target: &Target, wanted: &[Field]) -> Result<bool, Error> {
    if wanted.is_empty() {
        return Ok(false);
    }
    let (id, held) = read(owner, target)?;
    let differing = differing(wanted, |id| held.get(id));
    if differing.is_empty() {
        return Ok(false);
    }
    let values: Vec<_> =
        differing.iter().map(|(field, value)| json!({ "fieldId": field, "fieldValue": value })).collect();
    let arguments = json!({ "objectId": id, "objectType": owner.object_type(), "values": values });
    rpc::call::<Value>("customField.setValues", &arguments).map_err(|error| explained(error, wanted))?;
    Ok(true)
}

/// The API documents no way to empty a field. `null` is what it gives for an empty one; where it does not take that, people have to.
fn explained(error: Error, wanted: &[Field]) -> Error {
    let is_emptying = wanted.iter().all(|(_, value)| value.is_null());
    if !is_emptying || error.code() != ErrorCode::InvalidInput {
        return error;
    }
    let ids: Vec<_> = wanted.iter().map(|(id, _)| id.as_str()).collect();
    Error::invalid_input(format!(
        "Ashby does not let these custom fields be emptied: {}. Empty them there.",
        ids.join(", ")
    ))
}

/// Whose fields they are, and those that have a value.
fn read(owner: Owner, target: &Target) -> Result<(String, BTreeMap<String, Value>), Error> {
    let (id, fields) = match (owner, &target.application) {
        (Owner::Candidate, _) => {
            (target.candidate.clone(), target::candidate(&target.candidate)?.map(|one| one.custom_fields))
        }
        (Owner::Application, Some(id)) => (id.clone(), target::application(id)?.map(|one| one.custom_fields)),
        (Owner::Application, None) => {
            return Err(Error::not_found(
                "the application is not in Ashby, and its custom fields are to show the result",
            ));
        }
    };
    let fields = fields.ok_or_else(|| Error::conflict("it has just gone from Ashby, perhaps merged with another"))?;
    Ok((id, fields.into_iter().map(|FieldValue { id, value }| (id, value)).collect()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    id: String,
    title: String,
    object_type: String,
    field_type: String,
    #[serde(default)]
    is_archived: bool,
}

/// Whether the fields named in the settings exist and can hold what is written to them.
pub fn check(settings: &Settings) -> Result<Vec<CheckLine>, Error> {
    let wanted = settings.wanted();
    if wanted.is_empty() {
        return Ok(vec![CheckLine::good("custom fields", "No custom field is set up.")]);
    }
    let definitions: Result<Vec<Definition>, Error> = rpc::list("customField.list", Map::new()).collect();
    let definitions = match definitions {
        Ok(definitions) => definitions,
        Err(error) if error.code() == ErrorCode::Forbidden => {
            let message = format!("The permission hiringProcessMetadataRead is missing. {error}");
            return Ok(vec![CheckLine::bad("custom fields", message)]);
        }
        Err(error) => return Err(error),
    };
    Ok(wanted.into_iter().map(|(id, types)| line(&definitions, settings.fields_of, id, types)).collect())
}

fn line(definitions: &[Definition], owner: Owner, id: &str, types: &[&str]) -> CheckLine {
    let bad = |message: String| CheckLine::bad("custom fields", message);
    let object = owner.object_type();
    match definitions.iter().find(|one| one.id == id) {
        None => bad(format!("There is no custom field {id}.")),
        Some(one) if one.is_archived => bad(format!("The custom field \u{201c}{}\u{201d} is archived.", one.title)),
        Some(one) if one.object_type != object => {
            let message = format!("is one of {}; the settings say {object}", one.object_type);
            bad(format!("The custom field \u{201c}{}\u{201d} {message}.", one.title))
        }
        Some(one) if !types.contains(&one.field_type.as_str()) => {
            let message = format!("is of type {}; it should be {}", one.field_type, types.join(" or "));
            bad(format!("The custom field \u{201c}{}\u{201d} {message}.", one.title))
        }
        Some(one) => {
            CheckLine::good("custom fields", format!("The custom field \u{201c}{}\u{201d} is there.", one.title))
        }
    }
}
