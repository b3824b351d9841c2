//! Assessments: completed ones that a partner adds, and ordered ones that it keeps up to date.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::{
    people::known,
    record::{Assessment, AssessmentStatus, Shown, ShownKind},
    rpc::{Answer, Given, Refusal},
    state::State,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Completed {
    candidate_id: String,
    partner_id: String,
    assessment: Added,
    #[serde(rename = "timestamp")]
    _timestamp: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    assessment_type_id: String,
    assessment_id: String,
    assessment_name: String,
    result: Shown,
    metadata: Vec<Shown>,
}

#[derive(Deserialize)]
pub(super) struct Update {
    assessment_id: String,
    #[serde(rename = "timestamp")]
    _timestamp: i64,
    assessment_status: Option<Shown>,
    assessment_profile_url: Option<Shown>,
    assessment_result: Option<Shown>,
    cancelled_reason: Option<Shown>,
    #[serde(default)]
    metadata: Vec<Shown>,
}

/// Ashby does not say what becomes of an id that is there already. It "uniquely identifies" the assessment, so here the new one takes
/// the place of the old one.
pub(super) fn add_completed(state: &mut State, new: Completed) -> Answer {
    known(state, &new.candidate_id)?;
    if !state.seed.partners.contains(&new.partner_id) {
        return Err(Refusal::new("partner_not_found", "No such partner"));
    }
    let added = new.assessment;
    sound(std::iter::once(&added.result).chain(&added.metadata))?;
    let results = json!({
        "assessmentTypeId": added.assessment_type_id,
        "assessmentId": added.assessment_id,
        "assessmentName": added.assessment_name,
        "candidateId": new.candidate_id,
        "result": added.result,
        "metadata": added.metadata,
    });
    let before = state.seed.assessments.iter().position(|one| one.id == added.assessment_id);
    let writes = 1 + before.map_or(0, |place| state.seed.assessments.remove(place).writes);
    state.seed.assessments.push(Assessment {
        id: added.assessment_id,
        type_id: added.assessment_type_id,
        name: added.assessment_name,
        candidate_id: new.candidate_id,
        application_id: None,
        status: AssessmentStatus::Completed,
        result: Some(added.result),
        profile_url: None,
        rows: added.metadata,
        writes,
    });
    Ok(Given::Results(results))
}

/// A value takes the place of the one with its identifier, wherever that stands; what is not sent stays.
pub(super) fn update(state: &mut State, update: Update) -> Answer {
    if update.assessment_status.is_none() && update.cancelled_reason.is_none() {
        return Err(Refusal::invalid("assessment_status is required unless cancelled_reason is provided"));
    }
    if update.assessment_result.is_some() && update.assessment_profile_url.is_none() {
        return Err(Refusal::invalid("assessment_profile_url is required when assessment_result is set"));
    }
    if update.assessment_profile_url.as_ref().is_some_and(|one| one.kind != ShownKind::Url) {
        return Err(Refusal::invalid("assessment_profile_url must be of type url"));
    }
    let single = [&update.assessment_status, &update.assessment_profile_url, &update.assessment_result];
    sound(single.into_iter().chain([&update.cancelled_reason]).flatten().chain(&update.metadata))?;
    let found = state.seed.assessments.iter_mut().find(|one| one.id == update.assessment_id);
    let found = found.ok_or_else(|| Refusal::new("assessment_not_found", "No such assessment"))?;
    found.writes += 1;
    if let Some(url) = update.assessment_profile_url {
        found.profile_url = Some(url);
    }
    if let Some(result) = update.assessment_result {
        found.status = AssessmentStatus::Completed;
        found.result = Some(result);
    }
    if let Some(reason) = update.cancelled_reason {
        found.status = AssessmentStatus::Cancelled(reason.value.as_str().unwrap_or_default().to_owned());
    }
    for row in update.assessment_status.into_iter().chain(update.metadata) {
        let mut single = [&mut found.result, &mut found.profile_url].into_iter().flatten();
        if let Some(known) = single.find(|known| known.identifier == row.identifier) {
            *known = row;
        } else if let Some(place) = found.rows.iter().position(|known| known.identifier == row.identifier) {
            found.rows[place] = row;
        } else {
            found.rows.push(row);
        }
    }
    Ok(Given::Nothing)
}

/// Every value is of its type, and no identifier is there twice.
fn sound<'a>(values: impl Iterator<Item = &'a Shown>) -> Result<(), Refusal> {
    let mut identifiers = HashSet::new();
    for one in values {
        if !one.is_sound() {
            return Err(Refusal::invalid(format!("{} is not of its type", one.identifier)));
        }
        if !identifiers.insert(one.identifier.as_str()) {
            return Err(Refusal::invalid(format!("{} is there twice", one.identifier)));
        }
    }
    Ok(())
}
