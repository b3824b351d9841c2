//! How an employer scores, as a document that is kept: made once, never changed, put in force for an employer or a job. What it
//! says is for scoring to read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{digest::Digest, id::ScoringPolicyId};

/// A scoring policy as it is kept. An employer has one of a name and version at most, so that what an assessment says of its
/// policy, `name@version`, leads to these bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptScoringPolicy {
    pub id: ScoringPolicyId,
    pub name: String,
    pub version: String,
    /// SHA-256 over the canonical JSON of `rules`.
    pub digest: Digest,
    /// All that scoring reads, name and version included.
    pub rules: Value,
    pub created_at: Timestamp,
}
