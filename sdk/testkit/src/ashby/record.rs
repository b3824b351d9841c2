//! The records of an ATS, as Ashby's API shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The id with this number. Ashby's are UUIDs.
pub fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// A definition of a custom field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    pub id: String,
    pub title: String,
    /// `Candidate`, `Application`, `Job` or `Opening`.
    pub object_type: &'static str,
    pub field_type: FieldType,
}

/// What a custom field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FieldType {
    String,
    LongText,
    Url,
    Number,
    Boolean,
}

impl FieldType {
    /// Whether a value fits. `null` empties.
    pub(crate) fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::String | Self::LongText, Value::String(_)) => true,
            (Self::Number, value) => value.is_number(),
            (Self::Boolean, value) => value.is_boolean(),
            (Self::Url, Value::String(text)) => {
                url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
            }
            _ => false,
        }
    }
}

/// What an object's custom fields hold, by the field's id; what is not in it has no value.
pub type Values = BTreeMap<String, Value>;

/// Values as the API shows them: those that are there, with their titles.
pub(crate) fn shown_values(values: &Values, definitions: &[CustomField]) -> Value {
    let title = |id: &str| definitions.iter().find(|one| one.id == id).map_or("", |one| &one.title);
    values.iter().map(|(id, value)| json!({"id": id, "title": title(id), "value": value})).collect()
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub custom_fields: Values,
    /// Ids of tags.
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    pub id: String,
    pub candidate_id: String,
    pub job_id: String,
    /// `Active`, `Hired`, `Archived` or `Lead`.
    pub status: &'static str,
    pub stage: String,
    /// `RejectedByCandidate`, `RejectedByOrg` or `Other`, of one that is archived.
    pub archive_reason: Option<&'static str>,
    pub custom_fields: Values,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    pub title: String,
    /// `Draft`, `Open`, `Closed` or `Archived`.
    pub status: &'static str,
    pub requisition: Option<String>,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub id: String,
    pub title: String,
}

/// A note on a candidate. There is no way to change or delete one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: String,
    pub candidate_id: String,
    pub content: String,
    pub is_private: bool,
    /// Whether those who follow the candidate were told.
    pub notified: bool,
    pub author: String,
    pub created_at: Timestamp,
}

/// An assessment on a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub id: String,
    pub type_id: String,
    pub name: String,
    pub candidate_id: String,
    /// Of one that was ordered.
    pub application_id: Option<String>,
    pub status: AssessmentStatus,
    pub result: Option<Shown>,
    pub profile_url: Option<Shown>,
    /// In the order in which their identifiers came.
    pub rows: Vec<Shown>,
    /// How often it was written.
    pub writes: usize,
}

impl Assessment {
    /// The row of this identifier.
    pub fn row(&self, identifier: &str) -> Option<&Shown> {
        self.rows.iter().find(|row| row.identifier == identifier)
    }
}

/// How far an assessment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssessmentStatus {
    Ordered,
    Completed,
    /// With the reason.
    Cancelled(String),
}

/// A value in an assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub identifier: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub kind: ShownKind,
    pub value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownKind {
    NumericScore,
    NumericDurationMinutes,
    Url,
    String,
    BooleanSuccess,
}

impl Shown {
    /// Whether the value is of its type.
    pub(crate) fn is_sound(&self) -> bool {
        match self.kind {
            ShownKind::NumericScore | ShownKind::NumericDurationMinutes => self.value.is_number(),
            ShownKind::BooleanSuccess => self.value.is_boolean(),
            ShownKind::String => self.value.is_string(),
            ShownKind::Url => FieldType::Url.takes(&self.value) && self.value.is_string(),
        }
    }
}
