//! The connection's settings (`settings.schema.json`).

use serde_json::Value;
use wellspring_sdk::{ApplicationResult, Error, fields::Field, host};

/// Which of the candidate's custom fields show the result.
pub struct Settings {
    pub report_url_field: Option<String>,
    pub score_field: Option<String>,
    pub summary_field: Option<String>,
    pub note_visibility: String,
}

impl Settings {
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            report_url_field: host::setting("report_url_field")?,
            score_field: host::setting("score_field")?,
            summary_field: host::setting("summary_field")?,
            note_visibility: host::setting("note_visibility")?.unwrap_or_else(|| "public".to_owned()),
        })
    }

    /// What our fields should hold, by key.
    pub fn values(&self, result: &ApplicationResult) -> Vec<Field> {
        [
            (&self.report_url_field, Value::from(result.report_url.clone())),
            (&self.score_field, Value::from(result.score.value)),
            (&self.summary_field, Value::from(result.headline.clone())),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key.clone()?, value)))
        .collect()
    }

    /// Our fields, to be empty.
    pub fn emptied(&self) -> Vec<Field> {
        self.fields().into_iter().map(|(key, _)| (key.to_owned(), Value::Null)).collect()
    }

    /// Our fields with the types that can hold them.
    pub fn fields(&self) -> Vec<(&str, &'static [&'static str])> {
        const TEXT: &[&str] = &["short_text", "long_text"];
        let wanted: [(&Option<String>, &[&str]); 3] = [
            (&self.report_url_field, &["url", "short_text", "long_text"]),
            (&self.score_field, &["number"]),
            (&self.summary_field, TEXT),
        ];
        wanted.into_iter().filter_map(|(key, types)| Some((key.as_deref()?, types))).collect()
    }
}
