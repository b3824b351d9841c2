//! The JSON Schemas of Open Badges 3.0 and CLR 2.0, in our own words (`schemas/1edtech.json`). Never fetched.

use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{form::Form, structure::is_first_generation};

/// The validators, compiled at first use. `None` only if our own file were broken, which a test would show.
struct Validators {
    achievement: Option<Validator>,
    achievement_v1: Option<Validator>,
    clr: Option<Validator>,
    clr_v1: Option<Validator>,
    endorsement: Option<Validator>,
    endorsement_v1: Option<Validator>,
}

static VALIDATORS: LazyLock<Validators> = LazyLock::new(|| Validators {
    achievement: compile("achievementCredential"),
    achievement_v1: compile("achievementCredentialV1"),
    clr: compile("clrCredential"),
    clr_v1: compile("clrCredentialV1"),
    endorsement: compile("endorsementAlone"),
    endorsement_v1: compile("endorsementAloneV1"),
});

fn compile(definition: &str) -> Option<Validator> {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/1edtech.json")).ok()?;
    schema["$ref"] = json!(format!("#/$defs/{definition}"));
    jsonschema::options().with_draft(Draft::Draft201909).should_validate_formats(true).build(&schema).ok()
}

/// Whether a credential fits the schema of its type. `None` for types that have none here.
pub(crate) fn judge(value: &Value, form: Form) -> Option<(Outcome, Finding)> {
    let validator = match (form, is_first_generation(value.as_object()?)) {
        (Form::Achievement, false) => &VALIDATORS.achievement,
        (Form::Achievement, true) => &VALIDATORS.achievement_v1,
        (Form::Clr, false) => &VALIDATORS.clr,
        (Form::Clr, true) => &VALIDATORS.clr_v1,
        (Form::Endorsement, false) => &VALIDATORS.endorsement,
        (Form::Endorsement, true) => &VALIDATORS.endorsement_v1,
        _ => return None,
    };
    let Some(validator) = validator else {
        return Some((Outcome::Undetermined, Finding::new(FindingCode::NotChecked, Pointer::root())));
    };
    let error = validator.iter_errors(value).next().map(|error| {
        let pointer = Pointer::from_text(error.instance_path().as_str());
        (Outcome::Failed, Finding::new(FindingCode::SchemaMismatch, pointer))
    });
    Some(error.unwrap_or_else(|| (Outcome::Passed, Finding::new(FindingCode::SchemaOk, Pointer::root()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_schemas_compile() {
        let all = &*VALIDATORS;
        let records = [&all.achievement, &all.achievement_v1, &all.clr, &all.clr_v1];
        assert!(records.iter().chain(&[&all.endorsement, &all.endorsement_v1]).all(|one| one.is_some()));
    }
}
