//! Whom an employer relies on, as a document of its own: made once, never changed, put in force for an employer or a job.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{credential::IssuerId, digest::Digest, id::TrustPolicyId};

/// Rules over issuers. Any rule that says yes suffices, but a denied issuer is denied whoever else lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustRules {
    /// Issuers whose credentials count.
    pub trusted_issuers: Vec<IssuerId>,
    /// Issuers whose credentials never count.
    pub denied_issuers: Vec<IssuerId>,
    /// Registries whose members count, by the names under which the operator keeps them.
    pub registries: Vec<String>,
    /// Who may vouch for an issuer: its credentials count if one of these endorses the issuer within them.
    pub accreditors: Vec<IssuerId>,
    /// Whose achievements an issuer may award beside its own.
    pub creators: BTreeMap<IssuerId, Vec<IssuerId>>,
    /// Who may keep status lists for other issuers.
    pub status_issuers: Vec<IssuerId>,
}

/// Rules with a name. A changed policy is a new one, so that an old decision can be told from its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustPolicy {
    pub id: TrustPolicyId,
    pub title: String,
    pub rules: TrustRules,
    pub created_at: Timestamp,
}

/// Which rules a report was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustPolicyUsed {
    /// None where the operator's own rules were in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<TrustPolicyId>,
    /// SHA-256 over the canonical JSON of the rules as they were applied.
    pub digest: Digest,
}
