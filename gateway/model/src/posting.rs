//! Job postings: what an applicant applies for, and which profile it asks for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, ExternalId, PostingId, ProfileId, ScoringPolicyId, TrustPolicyId};

/// A job posting. `external` is the ATS's own id for it, valid with `connection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub id: PostingId,
    pub title: String,
    pub profile: ProfileId,
    pub connection: ConnectionId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub external_id: Option<ExternalId>,
    /// Left out: the one in force for all of the employer's jobs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trust_policy: Option<TrustPolicyId>,
    /// Left out: the one in force for all of the employer's jobs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scoring_policy: Option<ScoringPolicyId>,
    pub created_at: Timestamp,
}
