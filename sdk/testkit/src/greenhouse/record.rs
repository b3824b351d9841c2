//! The records of an ATS, as Harvest v3 shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A definition of a candidate custom field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomField {
    pub id: u64,
    pub name: String,
    pub name_key: String,
    pub value_type: ValueType,
}

/// What a custom field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    ShortText,
    LongText,
    Url,
    Number,
    Currency,
    Date,
    YesNo,
    SingleSelect,
}

impl ValueType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ShortText => "short_text",
            Self::LongText => "long_text",
            Self::Url => "url",
            Self::Number => "number",
            Self::Currency => "currency",
            Self::Date => "date",
            Self::YesNo => "yes_no",
            Self::SingleSelect => "single_select",
        }
    }

    /// Why a value does not fit, if it does not.
    pub(crate) fn refuses(self, value: &Value) -> Option<&'static str> {
        let is_web_address =
            |text: &str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        let fits = match (self, value) {
            (_, Value::Null) => true,
            (Self::Number, Value::Number(_)) | (Self::YesNo, Value::Bool(_)) | (Self::Currency, Value::Object(_)) => {
                true
            }
            (Self::Number, Value::String(text)) => text.trim().parse::<f64>().is_ok(),
            (Self::Url, Value::String(text)) => is_web_address(text),
            (Self::ShortText, Value::String(text)) => text.chars().count() <= 255,
            (Self::LongText | Self::Date | Self::SingleSelect, Value::String(_)) => true,
            _ => false,
        };
        if fits {
            return None;
        }
        Some(match self {
            Self::Number => "Must be a number",
            Self::Url => "Must be a valid URL",
            Self::ShortText => "Must be text of at most 255 characters",
            Self::Currency => "Must be an amount with a unit",
            Self::YesNo => "Must be true or false",
            Self::LongText | Self::Date | Self::SingleSelect => "Must be text",
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: u64,
    pub name: String,
    pub email: String,
    /// By `name_key`; what is not in it has no value.
    pub custom_fields: BTreeMap<String, Value>,
}

impl Candidate {
    /// As the API shows it: every defined field with its name and type, empty ones with `null`.
    pub(crate) fn to_json(&self, definitions: &[CustomField]) -> Value {
        let (first, last) = self.name.split_once(' ').unwrap_or((&self.name, ""));
        let fields = definitions.iter().map(|field| {
            let value = self.custom_fields.get(&field.name_key).cloned().unwrap_or_default();
            let shown = json!({"name": field.name, "type": field.value_type.as_str(), "value": value});
            (field.name_key.clone(), shown)
        });
        json!({
            "id": self.id,
            "first_name": first,
            "last_name": last,
            "email_addresses": [{"value": self.email, "type": "personal"}],
            "custom_fields": fields.collect::<Map<_, _>>(),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Application {
    pub id: u64,
    pub candidate_id: u64,
    pub job_id: u64,
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    pub id: u64,
    pub name: String,
    pub status: String,
}

/// A note in a candidate's activity feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub id: u64,
    pub candidate_id: u64,
    pub application_id: Option<u64>,
    pub body: String,
    pub note_type: String,
    pub visibility: String,
    pub author: String,
    pub created_at: Timestamp,
}
