//! An assessment: what verified evidence shows against a profile, with the reason for every line.
//!
//! Arithmetic is exact (parts per million) and rounded once, where a number is shown.

mod evidence;
mod line;
mod share;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    evidence::{EvidenceKind, EvidenceRef, NamedBy},
    line::{Line, LineCode, LineLevel, LineRecency, LineState, PathStep, ScaleSteps},
    share::{Percent, Ppm},
};
use crate::{
    competency::{FrameworkVersion, ItemId},
    credential::NotCountedReason,
    digest::Digest,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
};

/// The result for one submission and one profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub id: AssessmentId,
    /// `name@version` of the scoring policy.
    pub policy: String,
    pub profile: ProfileId,
    pub frameworks: Vec<FrameworkVersion>,
    pub score: Score,
    pub coverage: Coverage,
    pub musts: Musts,
    pub lines: Vec<Line>,
    pub not_counted: Vec<NotCounted>,
    /// The words of the items that paths come by, from their frameworks: a path can be told in words for as long as it is
    /// kept. An item that no framework here has is not in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<ItemId, String>,
    /// Over everything the computation read: profile, frameworks, policy and evidence.
    pub inputs_digest: Digest,
}

/// The score with its interval. `low` counts a level that is not known as the lowest of its scale, `high` as the one that is
/// asked for. `value` is what is shown, and so the same as `low`: it never grows by leaving a level unsaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub value: Percent,
    pub low: Percent,
    pub high: Percent,
}

/// Requirements with any accepted evidence, of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub with_evidence: u32,
    pub of: u32,
}

/// Musts met, of all musts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Musts {
    pub met: u32,
    pub of: u32,
}

/// A credential or achievement that contributes nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotCounted {
    /// Path of the credential in the input.
    pub credential: Pointer,
    /// The achievement, where only one of them is meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub achievement: Option<String>,
    pub reason: NotCountedReason,
}
