//! An assessment as JSON. Its shape is the domain type's own; the schema says so to readers of the OpenAPI document.

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::assessment::Assessment;

/// What verified evidence shows against the job's profile.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct AssessmentView(pub Assessment);

impl utoipa::PartialSchema for AssessmentView {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        AssessmentSchema::schema()
    }
}

impl ToSchema for AssessmentView {}

/// The documented shape of [`Assessment`]; a test compares it with what is really sent.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "its fields exist for the OpenAPI document only")]
struct AssessmentSchema {
    id: String,
    policy: String,
    profile: String,
    frameworks: Vec<serde_json::Value>,
    /// `{"value","low","high"}`, percentages with two decimals.
    score: serde_json::Value,
    /// `{"with_evidence","of"}`.
    coverage: serde_json::Value,
    /// `{"met","of"}`.
    musts: serde_json::Value,
    /// One per requirement, with its evidence, path and reason; `not_counted` of a line names what would show more of it.
    lines: Vec<serde_json::Value>,
    not_counted: Vec<serde_json::Value>,
    /// The words of the items that paths come by, by their ids; absent where there are none.
    items: Option<serde_json::Value>,
    inputs_digest: String,
}
