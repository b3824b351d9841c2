//! The scoring policy: data with a version, never a fact about people.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wellspring_model::{
    achievement::AssessedResult,
    assessment::Ppm,
    credential::Assurance,
    pointer::Pointer,
    scale::{Level, Scale},
};

use crate::recency::{self, RecencyRule};

/// What counts, and how much. Shipped as data; an operator can change which assurance classes count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoringPolicy {
    pub name: String,
    pub version: String,
    /// The assurance classes whose evidence counts. Everything else is shown as not counted.
    pub assurance: BTreeSet<Assurance>,
    pub factors: Factors,
    /// Associations that lie between evidence and requirement at most, 1 to 5.
    pub most_edges: u8,
    /// What evidence is worth whose level cannot be placed because the scale that is asked for is declared nowhere.
    pub undeclared_scale: Ppm,
    /// Kinds of results (Open Badges 3.0 §ResultType) that say how alike a machine found two texts: nobody was assessed.
    pub machine_results: BTreeSet<String>,
    /// The scales on which levels are compared. A criterion of a framework's rubric is one, too.
    pub scales: Vec<Scale>,
    /// Rules about the age of evidence: none, unless an employer has written them with their reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recency: Vec<RecencyRule>,
}

/// Bytes of a name or a version at most.
const LONGEST_NAME: usize = 100;
/// Entries of each list at most, so that a policy costs little however it is written.
const MOST_ENTRIES: usize = 100;

/// Why a policy cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct PolicyFault {
    pub pointer: Pointer,
    pub why: String,
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
    /// The shipped policy, counting these classes. Where that is another choice than the shipped one, its version says so: two
    /// policies that count differently never have one name.
    pub fn counting(assurance: BTreeSet<Assurance>) -> Self {
        let shipped = Self::default();
        if assurance == shipped.assurance {
            return shipped;
        }
        let classes: String = assurance.iter().map(|class| format!("{class:?}")).collect();
        Self { version: format!("{}+{classes}", shipped.version), assurance, ..shipped }
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// It is not one, or contradicts itself.
    pub fn read(json: &[u8]) -> Result<Self, PolicyFault> {
        let fault = |why: String| PolicyFault { pointer: Pointer::root(), why };
        let policy: Self = serde_json::from_slice(json).map_err(|error| fault(error.to_string()))?;
        policy.check().map(|()| policy)
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), PolicyFault> {
        let at = |name: &str| Pointer::root().key(name);
        let fault = |pointer: Pointer, why: &str| Err(PolicyFault { pointer, why: why.to_owned() });
        let is_word = |text: &str| !text.is_empty() && text.len() <= LONGEST_NAME && !text.contains(char::is_control);
        if !is_word(&self.name) || self.name.contains('@') {
            return fault(at("name"), "a policy has a name, without `@`, of 100 bytes at most");
        }
        if !is_word(&self.version) {
            return fault(at("version"), "a policy has a version, of 100 bytes at most");
        }
        if self.assurance.is_empty() {
            return fault(at("assurance"), "name the classes that count: `A`, and others beside it if they shall");
        }
        if !(1..=5).contains(&self.most_edges) {
            return fault(at("most_edges"), "it is 1 to 5");
        }
        if self.undeclared_scale == Ppm::ZERO {
            return fault(at("undeclared_scale"), "what cannot be compared is not worth nothing");
        }
        if self.machine_results.len() > MOST_ENTRIES {
            return fault(at("machine_results"), "name 100 kinds of results at most");
        }
        if self.scales.len() > MOST_ENTRIES {
            return fault(at("scales"), "declare 100 scales at most");
        }
        let mut seen = BTreeSet::new();
        for (place, scale) in self.scales.iter().enumerate() {
            let at = at("scales").index(place);
            if !seen.insert(&scale.id) {
                return fault(at.key("id"), "two scales have this id");
            }
            let ids: BTreeSet<&str> = scale.levels.iter().map(|level| level.id.as_str()).collect();
            if ids.len() < 2 || ids.len() != scale.levels.len() {
                return fault(at.key("levels"), "a scale has at least two levels, each with an id of its own");
            }
            let is_long = |level: &Level| level.also.len() > MOST_ENTRIES;
            if scale.levels.len() > MOST_ENTRIES || scale.levels.iter().any(is_long) {
                return fault(at.key("levels"), "a scale has 100 levels at most, each with 100 further ids at most");
            }
        }
        recency::fault_of(&self.recency, &at("recency")).map_or(Ok(()), Err)
    }

    /// A scale that it declares, by its id.
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.scales.iter().find(|scale| scale.id == id)
    }

    pub(crate) fn is_by_machine(&self, result: &AssessedResult) -> bool {
        result.kind.as_ref().is_some_and(|kind| self.machine_results.contains(kind))
    }

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
        assert_eq!(policy.check(), Ok(()));
        assert!(policy.recency.is_empty(), "and no age of evidence");
        let wider = ScoringPolicy::counting(BTreeSet::from([Assurance::B, Assurance::A]));
        assert_eq!(wider.reference(), "wellspring-default@0.4+AB");
        assert_eq!(ScoringPolicy::counting(policy.assurance.clone()), policy);
        assert_eq!(policy.reference(), "wellspring-default@0.4");
    }
}
