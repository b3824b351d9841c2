//! The scoring policy: data with a version, never a fact about people.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wellspring_model::{assessment::Ppm, credential::Assurance};

/// What counts, and how much. Shipped as data; an operator can change which assurance classes count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoringPolicy {
    pub name: String,
    pub version: String,
    /// The assurance classes whose evidence counts. Everything else is shown as not counted.
    pub assurance: BTreeSet<Assurance>,
    pub factors: Factors,
    /// Associations that lie between evidence and requirement at most.
    pub most_edges: u8,
}

/// What a match is worth by the way it was made, in parts per million. The factors along a path are multiplied, each product
/// cut to a whole millionth. Zero: such an association leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    /// The evidence names the required item itself.
    pub same_item: Ppm,
    /// `exactMatchOf`, in either direction (CASE 1.1 §CFAssociation, as all of these).
    pub exact_match: Ppm,
    /// `isTranslationOf`, in either direction.
    pub translation: Ppm,
    /// The evidence's item was `replacedBy` the required one.
    pub earlier_edition: Ppm,
    /// Items that are `isChildOf` or `isPartOf` the required one are shown: worth the share of them that is, and so much at
    /// most.
    pub parts_at_most: Ppm,
    /// The required item is `isChildOf` or `isPartOf` the evidence's. At most one such step, and after it only what says
    /// that two items are the same.
    pub broader: Ppm,
    /// `isPeerOf`, in either direction.
    pub peer: Ppm,
    /// The required item `precedes` the evidence's.
    pub later_step: Ppm,
}

impl Default for ScoringPolicy {
    /// The policy that the product ships, `policy/default.json`.
    #[expect(clippy::expect_used, reason = "the file is part of this crate and a test reads it")]
    fn default() -> Self {
        serde_json::from_str(include_str!("../policy/default.json")).expect("the shipped policy parses")
    }
}

impl ScoringPolicy {
    /// `name@version`, as assessments name it.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_counts_class_a_only() {
        let policy = ScoringPolicy::default();
        assert_eq!(policy.assurance, BTreeSet::from([Assurance::A]));
        assert_eq!(policy.reference(), "wellspring-default@0.2");
    }
}
