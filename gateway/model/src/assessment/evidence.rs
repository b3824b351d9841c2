//! The piece of evidence that carried a line.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::pointer::Pointer;

/// Which piece of evidence carried a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Path of the credential in the input, as in the report.
    pub credential: Pointer,
    /// Path of the alignment or achievement in the input.
    pub pointer: Pointer,
    pub achievement: String,
    pub name: String,
    /// Assessments from before this was told have none of it: they say [`EvidenceKind::Issued`].
    #[serde(default)]
    pub kind: EvidenceKind,
    /// Assessments from before this was told say [`NamedBy::Identifier`].
    #[serde(default)]
    pub named: NamedBy,
    /// The day on which it was achieved, or else awarded. `None` where that is not said, or would tell somebody's age.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<Date>,
}

/// What stands behind a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A result says what was found.
    Assessed,
    /// It was awarded, and nothing is said of an assessment.
    #[default]
    Issued,
}

/// By what evidence names the item, from the surest to the least sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedBy {
    /// `targetUrl` holds the item's identifier.
    #[default]
    Identifier,
    /// `targetUrl` is the item's address.
    Address,
    /// `targetCode` is the item's identifier.
    Code,
    /// `targetCode` is its `humanCodingScheme`, unambiguously, in the framework whose title is `targetFramework`.
    CodeInFramework,
    /// `targetUrl` as written; no framework here has such an item.
    Elsewhere,
}
