//! Ashby, as the kit tries connectors on it.

use std::io;

use serde_json::{Map, Value, json};
use wellspring_egress::{ConnectionClient, Credential};

use super::Scene;
use crate::{
    Ashby, AshbySeed,
    ashby::{Assessment, AssessmentStatus, id},
    rig::Applicant,
};

/// The applicant of the sample, and somebody they can be merged into.
const CANDIDATE: u64 = 501;
const APPLICATION: u64 = 61_001;
const OTHER: u64 = 990_501;

pub(super) fn settings() -> Map<String, Value> {
    let ids = [("partner_id", 1), ("summary_field", 11), ("score_field", 12), ("report_url_field", 13)];
    ids.into_iter().map(|(name, number)| (name.to_owned(), id(number).into())).collect()
}

pub(super) fn applicant() -> Applicant {
    Applicant { application: id(APPLICATION), candidate: id(CANDIDATE), ..Applicant::default() }
}

pub(super) async fn start(scene: Scene) -> io::Result<Ashby> {
    let double = Ashby::start(AshbySeed::example().candidate(OTHER, "Ana Ruiz", Some("ana@example.org"))).await?;
    // What Ashby would tell of it goes to nobody: the connector is to find it out.
    let _webhook = match scene {
        Scene::Usual => None,
        Scene::Gone => Some(double.delete(CANDIDATE)),
        Scene::Merged => Some(double.merge(CANDIDATE, OTHER)),
    };
    Ok(double)
}

pub(super) fn client(double: &Ashby) -> ConnectionClient {
    let key = Credential::BasicKey(double.records().key.into());
    super::client(double.origin(), &[("api", double.origin().to_owned())], key)
}

/// Notes of the API key's. Ashby has no way to change or delete one.
pub(super) fn notes(double: &Ashby) -> Vec<String> {
    let ours = double.records().notes.into_iter().filter(|note| note.author.contains("API key"));
    ours.map(|note| note.content).collect()
}

/// Custom fields and assessments.
pub(super) fn changeable(double: &Ashby) -> Value {
    let records = double.records();
    let candidates = records.candidates.iter().map(|one| (&one.id, &one.custom_fields));
    let applications = records.applications.iter().map(|one| (&one.id, &one.custom_fields));
    let fields: Vec<_> = candidates.chain(applications).filter(|(_, values)| !values.is_empty()).collect();
    json!({ "fields": fields, "assessments": records.assessments.iter().map(assessment).collect::<Vec<_>>() })
}

fn assessment(one: &Assessment) -> Value {
    let status = match &one.status {
        AssessmentStatus::Ordered => "ordered",
        AssessmentStatus::Completed => "completed",
        AssessmentStatus::Cancelled(reason) => reason,
    };
    json!({
        "id": one.id, "candidate": one.candidate_id, "name": one.name, "status": status,
        "result": one.result, "report": one.profile_url, "rows": one.rows,
    })
}

pub(super) fn is_untouched(double: &Ashby) -> bool {
    let records = double.records();
    let fields_are_empty = records.applications.iter().all(|one| one.custom_fields.is_empty());
    notes(double).is_empty() && records.assessments.is_empty() && fields_are_empty
}

pub(super) fn page(double: &Ashby) -> String {
    double.candidate_url(CANDIDATE)
}
