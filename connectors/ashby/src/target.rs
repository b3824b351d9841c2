//! Finding the candidate. Ids vanish when candidates are merged; the application stays, and names whoever has it now.

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{Application, Error, ids::is_uuid};

use crate::rpc;

/// Where a result goes.
pub struct Target {
    pub candidate: String,
    /// The application, where Ashby knows it.
    pub application: Option<String>,
}

/// What the API gives of an application.
#[derive(Deserialize)]
pub struct ApplicationRecord {
    pub id: String,
    pub candidate: Id,
    #[serde(default, rename = "customFields")]
    pub custom_fields: Vec<FieldValue>,
}

/// What the API gives of a candidate.
#[derive(Deserialize)]
pub struct CandidateRecord {
    pub id: String,
    #[serde(default, rename = "customFields")]
    pub custom_fields: Vec<FieldValue>,
}

#[derive(Deserialize)]
pub struct Id {
    pub id: String,
}

/// A custom field that has a value.
#[derive(Deserialize)]
pub struct FieldValue {
    pub id: String,
    #[serde(default)]
    pub value: Value,
}

/// By the application, else by the candidate's id, else by the address where exactly one candidate has it.
pub fn find(application: &Application) -> Result<Target, Error> {
    if is_uuid(&application.id)
        && let Some(found) = self::application(&application.id)?
    {
        return Ok(Target { candidate: found.candidate.id, application: Some(found.id) });
    }
    let known = application.candidate.id.as_deref().filter(|id| is_uuid(id));
    if let Some(id) = known
        && let Some(found) = candidate(id)?
    {
        return Ok(Target { candidate: found.id, application: None });
    }
    let found: Vec<CandidateRecord> = match application.candidate.email.as_deref() {
        Some(email) => rpc::call("candidate.search", &json!({ "email": email }))?,
        None => Vec::new(),
    };
    match (found.as_slice(), known) {
        ([one], _) => Ok(Target { candidate: one.id.clone(), application: None }),
        ([], Some(_)) => Err(Error::not_found(
            "the candidate is gone from Ashby, perhaps merged with another or deleted, and nobody there has the \
             applicant's address",
        )),
        ([], None) => Err(Error::not_found("Ashby has no application, candidate or address of this applicant")),
        _ => Err(Error::not_found("several candidates in Ashby share this applicant's address; merge them there")),
    }
}

/// The application of this id, as it is now.
pub fn application(id: &str) -> Result<Option<ApplicationRecord>, Error> {
    rpc::find("application.info", &json!({ "applicationId": id }))
}

/// The candidate of this id, as it is now.
pub fn candidate(id: &str) -> Result<Option<CandidateRecord>, Error> {
    rpc::find("candidate.info", &json!({ "id": id }))
}
