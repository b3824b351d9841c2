//! One line of an assessment: a requirement, and why it got what it got.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EvidenceRef, NotCounted, Ppm};
use crate::{competency::ItemId, credential::Assurance};

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
    /// What the way is worth by itself: `score` at the level that is asked for, of evidence that is recent enough.
    pub factor: Ppm,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<LineLevel>,
    /// Present where the employer has a rule about the age of evidence for this requirement.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recency: Option<LineRecency>,
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
    /// Verified evidence shows it, and is older than what counts in full by the employer's rule.
    Older,
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
    pub const ALL: [Self; 13] = [
        Self::SameItem,
        Self::ExactMatch,
        Self::Translation,
        Self::EarlierEdition,
        Self::Parts,
        Self::Broader,
        Self::Peer,
        Self::LaterStep,
        Self::Older,
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
            Self::Older => "OLDER",
            Self::LevelBelow => "LEVEL_BELOW",
            Self::LevelUnknown => "LEVEL_UNKNOWN",
            Self::LevelNotComparable => "LEVEL_NOT_COMPARABLE",
            Self::NoEvidence => "NO_EVIDENCE",
        }
    }

    pub const fn state(self) -> LineState {
        match self {
            Self::SameItem | Self::ExactMatch | Self::Translation | Self::EarlierEdition => LineState::Verified,
            Self::Parts | Self::Broader | Self::Peer | Self::LaterStep | Self::Older | Self::LevelBelow => {
                LineState::Partly
            }
            Self::LevelUnknown | Self::LevelNotComparable => LineState::LevelUnknown,
            Self::NoEvidence => LineState::NoEvidence,
        }
    }
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

/// What the employer's rule about age makes of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRecency {
    /// For so many months evidence counts in full.
    pub months: u16,
    /// What older evidence counts.
    pub worth: Ppm,
    /// The day from which age is counted back: that of the application.
    pub as_of: Date,
    /// Whether the evidence is older.
    pub older: bool,
    /// Why, as the employer has written it.
    pub reason: String,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::EvidenceKind;

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
