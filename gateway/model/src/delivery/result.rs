//! What an ATS is brought: `application-result@0.1` of the connector contract.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    assessment::{Coverage, LineCode, Musts, Score},
    ats::{AttachmentRef, OrderRef},
    credential::IssuerId,
    finding::Outcome,
    id::{ExternalId, PostingId, SubmissionId},
    submission::{Application, Language},
};

/// What a connector is asked to bring to the ATS: the domain data of `deliver`, schema `application-result` 0.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicationResult {
    pub submission: SubmissionId,
    pub application: Application,
    pub job: JobRef,
    pub language: Language,
    /// Marks everything we write for this application, so that a repeat finds its own work.
    pub marker: String,
    /// The worst outcome over the credentials handed in.
    pub outcome: Outcome,
    /// The result in one sentence that stands alone.
    pub headline: String,
    /// The result in a few plain lines.
    pub summary: String,
    pub score: Score,
    pub coverage: Coverage,
    pub musts: Musts,
    pub lines: Vec<ResultLine>,
    pub report_url: Url,
    /// The assessment that the ATS had ordered, where it had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order: Option<OrderRef>,
    /// Files that the connector can have by name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attachments: Vec<AttachmentRef>,
    /// Left out of a first result.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub correction: Option<Correction>,
}

/// What makes a result a correction of an earlier one: something that people notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Marks what is written for this correction alone. It does not contain the result's own marker.
    pub marker: String,
    /// That it is a correction, with the result as it is now, in one sentence that stands alone.
    pub headline: String,
    /// What is no longer as it was, in a few plain lines.
    pub changes: String,
}

/// The job, by our id and the ATS's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRef {
    pub id: PostingId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub external_id: Option<ExternalId>,
    pub title: String,
}

/// One requirement as an ATS shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultLine {
    pub requirement: String,
    pub must: bool,
    pub code: LineCode,
    /// The state in words.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issuer: Option<IssuerId>,
}
