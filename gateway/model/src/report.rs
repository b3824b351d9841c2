//! The verification report: what was checked about each credential, and with which material.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    credential::IssuerId,
    digest::Digest,
    finding::{Finding, Outcome},
    pointer::Pointer,
    trust::TrustPolicyUsed,
};

/// The checks a credential goes through, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// Members and types that the standard asks for (OB 3.0 §verification, step 1).
    Structure,
    /// The JSON Schema of its type.
    Schema,
    /// The signature fits the bytes (VC Data Integrity 1.0 §4).
    Proof,
    /// The key that made the proof is the issuer's.
    IssuerKey,
    /// Now lies between `validFrom` and `validUntil`.
    Validity,
    /// Revocation and suspension.
    Status,
    /// The credential is about the applicant.
    Subject,
    /// The presentation was made by its holder, for us.
    Holder,
    /// A newer version offered by the issuer. Never decides its parent.
    Refresh,
    /// Endorsements. Never decide their parent.
    Endorsement,
}

impl CheckName {
    pub const ALL: [Self; 10] = [
        Self::Structure,
        Self::Schema,
        Self::Proof,
        Self::IssuerKey,
        Self::Validity,
        Self::Status,
        Self::Subject,
        Self::Holder,
        Self::Refresh,
        Self::Endorsement,
    ];

    /// Whether a check counts towards the outcome of its credential.
    pub const fn is_required(self) -> bool {
        !matches!(self, Self::Refresh | Self::Endorsement)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Schema => "schema",
            Self::Proof => "proof",
            Self::IssuerKey => "issuer_key",
            Self::Validity => "validity",
            Self::Status => "status",
            Self::Subject => "subject",
            Self::Holder => "holder",
            Self::Refresh => "refresh",
            Self::Endorsement => "endorsement",
        }
    }
}

/// One check and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub check: CheckName,
    pub outcome: Outcome,
    #[serde(flatten)]
    pub finding: Finding,
}

/// Whether the employer accepts this issuer. Beside the outcome: genuine and trusted are two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    Trusted,
    NotListed,
    Denied,
    Undetermined,
}

impl Trust {
    pub const ALL: [Self; 4] = [Self::Trusted, Self::NotListed, Self::Denied, Self::Undetermined];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::NotListed => "not_listed",
            Self::Denied => "denied",
            Self::Undetermined => "undetermined",
        }
    }
}

/// A rule by which an issuer may be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustRule {
    /// The employer's list of issuers that never count.
    Denied,
    /// The employer's own list.
    Listed,
    /// A registry that the employer relies on.
    Registry,
    /// An endorsement by somebody the employer relies on.
    Accredited,
}

impl TrustRule {
    pub const ALL: [Self; 4] = [Self::Denied, Self::Listed, Self::Registry, Self::Accredited];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Listed => "listed",
            Self::Registry => "registry",
            Self::Accredited => "accredited",
        }
    }
}

/// What a list said of an issuer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustAnswer {
    Yes,
    No,
    /// The list could not be had, or is not one that can be relied on.
    #[default]
    Unknown,
}

impl TrustAnswer {
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl From<bool> for TrustAnswer {
    fn from(is_named: bool) -> Self {
        if is_named { Self::Yes } else { Self::No }
    }
}

/// One rule that was asked: which list, which version of it, from when, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustStep {
    pub rule: TrustRule,
    /// The list by name, or who was to vouch.
    pub list: String,
    /// The digest of the list's file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<Digest>,
    /// When the list says it was last changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub updated: Option<Timestamp>,
    /// When the list, or its answer, was obtained.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub obtained_at: Option<Timestamp>,
    #[serde(default)]
    pub answer: TrustAnswer,
}

/// What is known about one credential, nested ones included, each by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialReport {
    /// Where the credential stands in the input.
    pub path: Pointer,
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// What the credential calls itself, for people to recognise it by.
    #[serde(default)]
    pub name: Option<String>,
    pub issuer: Option<IssuerId>,
    #[serde(default)]
    pub issuer_name: Option<String>,
    /// The worst of the required checks.
    pub outcome: Outcome,
    /// Left out where no policy was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trust: Option<Trust>,
    /// What led to it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub trust_trace: Vec<TrustStep>,
    /// Who endorses the issuer within the credential, with an endorsement that passed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub endorsed_by: Vec<IssuerId>,
    /// Whether the credential is about the applicant: which identifier said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub binding: Option<crate::credential::Binding>,
    pub checks: Vec<Check>,
    /// Softer remarks that decide nothing.
    pub notices: Vec<Finding>,
}

impl CredentialReport {
    /// The worst of the required checks; without any, nothing was established.
    pub fn outcome_of(checks: &[Check]) -> Outcome {
        let required = checks.iter().filter(|check| check.check.is_required());
        required.map(|check| check.outcome).max().unwrap_or(Outcome::Undetermined)
    }
}

/// A document that was used to decide: origin, time and content, so that the decision can be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialUsed {
    pub url: String,
    pub digest: Digest,
    #[serde(rename = "fetchedAt")]
    pub fetched_at: Timestamp,
}

/// What a judgement rests on beside the bytes that were judged: what to look at again to know whether it still holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Documents that were asked for, by address: what was there; `None` where nothing could be had.
    pub documents: BTreeMap<String, Option<Digest>>,
    /// The next time from which on the same documents may be judged otherwise.
    pub turns_at: Option<Timestamp>,
}

impl Grounds {
    /// Those of both. An address that was judged twice was judged with the same document.
    pub fn extend(&mut self, other: &Self) {
        self.documents.extend(other.documents.iter().map(|(url, seen)| (url.clone(), *seen)));
        self.turns_at = self.turns_at.into_iter().chain(other.turns_at).min();
    }
}

/// Everything known about one input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationReport {
    pub credentials: Vec<CredentialReport>,
    pub material: Vec<MaterialUsed>,
    /// Absent where nobody asked about trust.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trust_policy: Option<TrustPolicyUsed>,
}

impl VerificationReport {
    /// The worst outcome of all credentials; an input without any is undetermined.
    pub fn outcome(&self) -> Outcome {
        self.credentials.iter().map(|credential| credential.outcome).max().unwrap_or(Outcome::Undetermined)
    }
}
