//! What `list_jobs` gives.

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    bindings::wellspring::connector::types::{Entity, Page},
    inbound::entity,
};

const SCHEMA: &str = "ats-job@0.1";

/// Some of the ATS's jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobsPage {
    pub jobs: Vec<AtsJob>,
    /// Gets the next ones. The host does not look into it.
    pub next: Option<String>,
}

/// A job at the ATS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtsJob {
    /// The ATS's id.
    pub id: String,
    pub title: String,
    pub status: AtsJobStatus,
    /// The number the employer knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requisition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Where people see it in the ATS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Whether a job takes applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtsJobStatus {
    Open,
    Closed,
    Draft,
}

impl JobsPage {
    pub(crate) fn into_contract(self) -> Result<Page, Error> {
        let items = self.jobs.iter().map(|job| entity(SCHEMA, job)).collect::<Result<Vec<Entity>, Error>>()?;
        Ok(Page { items, next: self.next })
    }
}
