//! `double.json`: what the double of a connector's ATS begins with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::rig::Applicant;

/// What the double begins with, and what it is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenericSeed {
    /// Shown on its page.
    pub title: String,
    /// The settings of the connection to it.
    pub settings: Map<String, Value>,
    /// Whose result is delivered.
    pub applicant: Applicant,
    /// Records by collection. `candidates/*/notes` is a collection of each candidate's.
    pub collections: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Members that name a record, each with its collection: naming one that is not there is refused.
    pub references: BTreeMap<String, String>,
    /// The member that everything is answered in, such as `data`.
    pub envelope: Option<String>,
    /// Whether new records get numbers for ids, and not texts.
    pub number_ids: bool,
    /// The collection with the candidates.
    pub candidates: String,
    /// The collection with the applications.
    pub applications: String,
}

impl Default for GenericSeed {
    fn default() -> Self {
        let applicant = Applicant::default();
        let record = |value: Value| if let Value::Object(members) = value { members } else { Map::new() };
        let candidate = json!({ "id": applicant.candidate, "name": applicant.name, "email": applicant.email });
        let application = json!({ "id": applicant.application, "candidate": applicant.candidate, "job": "7001" });
        let collections = [
            ("candidates", vec![record(candidate)]),
            ("applications", vec![record(application)]),
            ("jobs", vec![record(json!({ "id": "7001", "title": "Data technician" }))]),
            ("notes", Vec::new()),
        ];
        let references = [("application", "applications"), ("candidate", "candidates"), ("job", "jobs")];
        Self {
            title: "An applicant tracking system".to_owned(),
            settings: Map::new(),
            applicant,
            collections: collections.map(|(name, records)| (name.to_owned(), records)).into(),
            references: references.map(|(member, name)| (member.to_owned(), name.to_owned())).into(),
            envelope: None,
            number_ids: false,
            candidates: "candidates".to_owned(),
            applications: "applications".to_owned(),
        }
    }
}

/// Why `double.json` cannot be used.
#[derive(Debug, Error)]
pub enum SeedError {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("`references` names the collection `{0}`, which is not among `collections`")]
    Reference(String),
    #[error("a record of `{0}` has no `id`")]
    Id(String),
}

impl GenericSeed {
    /// Reads `double.json`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, SeedError> {
        let seed: Self = serde_json::from_slice(text)?;
        if let Some(missing) = seed.references.values().find(|name| !seed.collections.contains_key(*name)) {
            return Err(SeedError::Reference(missing.clone()));
        }
        let without = seed.collections.iter().find(|(_, records)| records.iter().any(|one| !one.contains_key("id")));
        without.map_or(Ok(seed.clone()), |(name, _)| Err(SeedError::Id(name.clone())))
    }
}
