//! An assessment: what verified evidence shows against a profile, with the reason for every line.
//!
//! Arithmetic is exact (parts per million) and rounded once, where a number is shown.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    competency::{FrameworkVersion, ItemId},
    credential::{Assurance, NotCountedReason},
    digest::Digest,
    id::{AssessmentId, ProfileId},
    pointer::Pointer,
};

/// A share in 0..=1, exact to one millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Ppm(u32);

impl Ppm {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(1_000_000);

    /// `None` above one.
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= 1_000_000 { Some(Self(ppm)) } else { None }
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Ppm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ppm = u32::deserialize(deserializer)?;
        Self::new(ppm).ok_or_else(|| D::Error::custom("a share is at most 1000000 parts per million"))
    }
}

/// A percentage with two decimals, 0.00 to 100.00, held as whole hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u16);

impl Percent {
    /// Rounds `numerator / denominator` half up. The only rounding there is. Zero where the denominator is zero.
    pub fn of(numerator: u128, denominator: u128) -> Self {
        if denominator == 0 {
            return Self(0);
        }
        let hundredths = (numerator.min(denominator) * 20_000 + denominator) / (denominator * 2);
        Self(u16::try_from(hundredths).unwrap_or(10_000))
    }

    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A whole number stays one, so that the canonical form (RFC 8785) is the shortest.
        if self.0.is_multiple_of(100) {
            serializer.serialize_u16(self.0 / 100)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        (0..=10_000_u16)
            .contains(&((value * 100.0).round() as u16))
            .then(|| Self((value * 100.0).round() as u16))
            .filter(|_| (0.0..=100.0).contains(&value))
            .ok_or_else(|| D::Error::custom("a percentage lies between 0 and 100"))
    }
}

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

/// One requirement with what was found for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub item: ItemId,
    /// The item's own words, from its framework.
    pub statement: String,
    pub weight: u32,
    pub must: bool,
    pub code: LineCode,
    /// Best single path; never a sum over pieces of evidence.
    pub score: Ppm,
    /// What it would be if a level that is not known were the one that is asked for. Absent where nothing is unknown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub up_to: Option<Ppm>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<EvidenceRef>,
    #[serde(default)]
    pub path: Vec<PathStep>,
    /// What the way is worth by itself: `score` at the level that is asked for.
    pub factor: Ppm,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<LineLevel>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assurance: Option<Assurance>,
    /// What speaks of it, could show more of it, and does not count, with the reason. A few at most.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_counted: Vec<NotCounted>,
}

impl Line {
    /// Whether two looks came to the same for a requirement: how far it is shown, by which evidence and on which way. What else a
    /// later version of the product tells about a line is no change of the line.
    pub fn shows_the_same_as(&self, other: &Self) -> bool {
        let result = |line: &Self| (line.item.clone(), line.weight, line.must, line.code, line.score, line.up_to);
        let evidence = |line: &Self| {
            let evidence = line.evidence.as_ref()?;
            Some((evidence.credential.clone(), evidence.pointer.clone(), evidence.achievement.clone()))
        };
        let shown = |line: &Self| line.level.as_ref().and_then(|level| level.shown.clone());
        result(self) == result(other)
            && evidence(self) == evidence(other)
            && self.path == other.path
            && self.assurance == other.assurance
            && shown(self) == shown(other)
    }
}

/// Why a line got what it got. Where several associations were walked, the one that is worth least says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineCode {
    /// Verified evidence names the very item.
    SameItem,
    /// Verified evidence names an item that is an exact match of it.
    ExactMatch,
    /// Verified evidence names the same item in another language.
    Translation,
    /// Verified evidence names an item that this one has replaced.
    EarlierEdition,
    /// Verified evidence names some of its parts.
    Parts,
    /// Verified evidence names something broader that it is a part of.
    Broader,
    /// Verified evidence names a peer of it.
    Peer,
    /// Verified evidence names a later step.
    LaterStep,
    /// Verified evidence shows it, at a lower level than the one that is asked for.
    LevelBelow,
    /// Evidence is there, but the level it was reached at is not said.
    LevelUnknown,
    /// Evidence names a level, on another scale than the one that is asked for.
    LevelNotComparable,
    /// No verified evidence was supplied. It says nothing about the person.
    NoEvidence,
}

/// How far a requirement is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    Verified,
    Partly,
    LevelUnknown,
    NoEvidence,
}

impl LineCode {
    pub const ALL: [Self; 12] = [
        Self::SameItem,
        Self::ExactMatch,
        Self::Translation,
        Self::EarlierEdition,
        Self::Parts,
        Self::Broader,
        Self::Peer,
        Self::LaterStep,
        Self::LevelBelow,
        Self::LevelUnknown,
        Self::LevelNotComparable,
        Self::NoEvidence,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameItem => "SAME_ITEM",
            Self::ExactMatch => "EXACT_MATCH",
            Self::Translation => "TRANSLATION",
            Self::EarlierEdition => "EARLIER_EDITION",
            Self::Parts => "PARTS",
            Self::Broader => "BROADER",
            Self::Peer => "PEER",
            Self::LaterStep => "LATER_STEP",
            Self::LevelBelow => "LEVEL_BELOW",
            Self::LevelUnknown => "LEVEL_UNKNOWN",
            Self::LevelNotComparable => "LEVEL_NOT_COMPARABLE",
            Self::NoEvidence => "NO_EVIDENCE",
        }
    }

    pub const fn state(self) -> LineState {
        match self {
            Self::SameItem | Self::ExactMatch | Self::Translation | Self::EarlierEdition => LineState::Verified,
            Self::Parts | Self::Broader | Self::Peer | Self::LaterStep | Self::LevelBelow => LineState::Partly,
            Self::LevelUnknown | Self::LevelNotComparable => LineState::LevelUnknown,
            Self::NoEvidence => LineState::NoEvidence,
        }
    }
}

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

/// One association walked from the evidence to the requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathStep {
    pub from: ItemId,
    /// The association's type (CASE 1.1 §CFAssociation).
    #[serde(rename = "type")]
    pub kind: String,
    pub to: ItemId,
    /// Whether it was walked from its destination to its origin.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub against: bool,
}

/// Asked and shown level of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineLevel {
    pub scale: String,
    /// What the scale is called, and its levels from low to high. Absent where nobody has declared it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub steps: Option<ScaleSteps>,
    /// The level's id, as the requirement has it.
    pub required: String,
    /// The level's id on the same scale. `None` where the evidence does not say, or names a level of another scale.
    #[serde(default)]
    pub shown: Option<String>,
    /// What the issuer calls the level, where it names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub said: Option<String>,
}

/// A scale as far as a line needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleSteps {
    pub title: String,
    /// What its levels are called, from low to high.
    pub levels: Vec<String>,
    /// The place of the level that is asked for, 1 for the lowest.
    pub required: u32,
    /// The place of the level that is shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shown: Option<u32>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_half_up_once() {
        assert_eq!(Percent::of(1, 3).to_string(), "33.33");
        assert_eq!(Percent::of(2, 3).to_string(), "66.67");
        assert_eq!(Percent::of(1, 20_000).to_string(), "0.01");
        assert_eq!(Percent::of(1, 20_001).to_string(), "0.00");
        assert_eq!(Percent::of(5, 5).to_string(), "100.00");
    }

    #[test]
    fn every_percentage_survives_json() {
        for hundredths in 0..=10_000 {
            let percent = Percent::of(hundredths, 10_000);
            let text = serde_json::to_string(&percent).expect("percentages serialise");
            assert_eq!(serde_json::from_str::<Percent>(&text).expect("percentages parse"), percent, "{text}");
        }
        assert!(serde_json::from_str::<Percent>("100.01").is_err());
        assert!(serde_json::from_str::<Percent>("-0.01").is_err());
        assert!(serde_json::from_str::<Percent>("800").is_err());
    }

    #[test]
    fn an_assessment_from_before_levels_were_read_is_read_and_confirmed() {
        let before = r#"{"item":"urn:i","statement":"Can do it","weight":1,"must":false,"code":"SAME_ITEM","score":1000000,
            "evidence":{"credential":"/credentials/0","pointer":"/credentials/0/a","achievement":"urn:a","name":"A"},
            "path":[],"factor":1000000,"level":{"scale":"sfia","required":"3","shown":null},"assurance":"A"}"#;
        let before: Line = serde_json::from_str(before).expect("it is read");
        let mut now = before.clone();
        now.evidence.as_mut().expect("it has evidence").kind = EvidenceKind::Assessed;
        now.statement = "Can do it, in other words".to_owned();
        assert!(now.shows_the_same_as(&before));
        now.score = Ppm::ZERO;
        assert!(!now.shows_the_same_as(&before), "but another result is another result");
    }
}
