//! Harvest v3 as far as this connector needs it. There is no `GET /candidates/{id}`: records are lists filtered by ids.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use wellspring_sdk::{Application, Error, Request};

const BASE: &str = "api";
const CREDENTIAL: &str = "main";

/// Where a result goes.
pub struct Target {
    pub candidate: u64,
    /// The application as Greenhouse knows it, where it was found.
    pub application: Option<u64>,
}

/// A candidate, as much of it as is read.
#[derive(Deserialize)]
pub struct Candidate {
    pub id: u64,
    #[serde(default)]
    pub custom_fields: BTreeMap<String, CustomField>,
}

/// A custom field's value. `Null` where it has none.
#[derive(Clone, Deserialize)]
pub struct CustomField {
    #[serde(default)]
    pub value: Value,
}

#[derive(Deserialize)]
struct ApplicationRecord {
    id: u64,
    candidate_id: u64,
}

/// A GET with our credential.
pub fn get(path: &str) -> Request {
    Request::get(BASE, path).credential(CREDENTIAL)
}

/// A POST with our credential.
pub fn post(path: &str) -> Request {
    Request::post(BASE, path).credential(CREDENTIAL)
}

/// A PATCH with our credential.
pub fn patch(path: &str) -> Request {
    Request::patch(BASE, path).credential(CREDENTIAL)
}

/// Finds the candidate: by the application, else by the candidate's id, else by the address where exactly one has it.
pub fn find(application: &Application) -> Result<Target, Error> {
    if let Ok(id) = application.id.parse::<u64>() {
        let found: Vec<ApplicationRecord> = get("/applications").query("ids", id).send()?.json()?;
        if let Some(record) = found.into_iter().find(|record| record.id == id) {
            return Ok(Target { candidate: record.candidate_id, application: Some(id) });
        }
    }
    if let Some(id) = application.candidate.id.as_deref().and_then(|id| id.parse().ok())
        && let Some(candidate) = candidate(id)?
    {
        return Ok(Target { candidate: candidate.id, application: None });
    }
    let Some(email) = application.candidate.email.as_deref() else {
        return Err(Error::not_found("Greenhouse has no application or candidate of this id"));
    };
    let found: Vec<Candidate> = get("/candidates").query("email", email).query("per_page", 5).send()?.json()?;
    match found.as_slice() {
        [one] => Ok(Target { candidate: one.id, application: None }),
        [] => Err(Error::not_found("Greenhouse has no application, candidate or address of this applicant")),
        _ => Err(Error::not_found("several candidates in Greenhouse share this applicant's address; merge them there")),
    }
}

/// The candidate of this id, as it is now.
pub fn candidate(id: u64) -> Result<Option<Candidate>, Error> {
    let found: Vec<Candidate> = get("/candidates").query("ids", id).send()?.json()?;
    Ok(found.into_iter().find(|candidate| candidate.id == id))
}

/// Any candidate's id: what can be read at all.
pub fn any_candidate() -> Result<Option<u64>, Error> {
    let found: Vec<Candidate> = get("/candidates").query("per_page", 1).send()?.json()?;
    Ok(found.first().map(|candidate| candidate.id))
}
