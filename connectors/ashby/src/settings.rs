//! The connection's settings (`settings.schema.json`).

use serde::Deserialize;
use serde_json::Value;
use wellspring_sdk::{ApplicationResult, Error, fields::Field, host};

/// Where a result is shown.
pub struct Settings {
    pub partner_id: Option<String>,
    pub fields_of: Owner,
    report_url_field: Option<String>,
    score_field: Option<String>,
    summary_field: Option<String>,
    pub note_private: bool,
}

/// Whose custom fields they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    #[default]
    Application,
    Candidate,
}

impl Owner {
    /// Ashby's word.
    pub fn object_type(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Candidate => "Candidate",
        }
    }
}

impl Settings {
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            partner_id: host::setting("partner_id")?,
            fields_of: host::setting("fields_of")?.unwrap_or_default(),
            report_url_field: host::setting("report_url_field")?,
            score_field: host::setting("score_field")?,
            summary_field: host::setting("summary_field")?,
            note_private: host::setting("note_private")?.unwrap_or_default(),
        })
    }

    /// What our fields should hold, by id.
    pub fn values(&self, result: &ApplicationResult) -> Vec<Field> {
        let values =
            [result.report_url.clone().into(), Value::from(result.score.value), result.headline.clone().into()];
        self.fields().into_iter().zip(values).filter_map(|((id, _), value)| Some((id?.to_owned(), value))).collect()
    }

    /// Our fields, to be empty.
    pub fn emptied(&self) -> Vec<Field> {
        self.wanted().into_iter().map(|(id, _)| (id.to_owned(), Value::Null)).collect()
    }

    /// Our fields with the types that can hold them.
    pub fn wanted(&self) -> Vec<(&str, &'static [&'static str])> {
        self.fields().into_iter().filter_map(|(id, types)| Some((id?, types))).collect()
    }

    fn fields(&self) -> [(Option<&str>, &'static [&'static str]); 3] {
        const LINK: &[&str] = &["Url", "String", "LongText"];
        const TEXT: &[&str] = &["String", "LongText"];
        [
            (self.report_url_field.as_deref(), LINK),
            (self.score_field.as_deref(), &["Number"]),
            (self.summary_field.as_deref(), TEXT),
        ]
    }
}
