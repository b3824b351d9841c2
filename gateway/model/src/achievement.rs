//! What a credential awards (Open Badges 3.0 §Achievement, §Result), reduced to what matching needs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{credential::IssuerId, pointer::Pointer};

/// An achievement that a credential awards (Open Badges 3.0 §Achievement).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievement {
    /// Where it stands in the input.
    pub pointer: Pointer,
    pub id: String,
    pub name: String,
    /// Who has created it, where that is said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub creator: Option<IssuerId>,
    /// `Course`, `Competency` … where given.
    pub kind: Option<String>,
    /// The day on which it was achieved, or else awarded. Never that of something people graduate with, which would tell
    /// their age.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<Date>,
    pub alignments: Vec<Alignment>,
    /// What was found when it was assessed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub results: Vec<AssessedResult>,
    /// The status of a result about the whole that says that it was not earned, or not yet: see [`AssessedResult`].
    pub unearned: Option<String>,
}

/// What an achievement says it corresponds to in a framework (Open Badges 3.0 §Alignment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alignment {
    pub pointer: Pointer,
    pub target_url: String,
    pub target_code: Option<String>,
    pub target_framework: Option<String>,
    pub target_name: Option<String>,
}

/// A result, read together with its description (Open Badges 3.0 §Result, §ResultDescription).
///
/// One that names items of its own, itself or by its description, speaks of these; any other one speaks of the whole
/// achievement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessedResult {
    pub pointer: Pointer,
    /// `LetterGrade`, `RubricCriterionLevel` … (§ResultType), where its description says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// The items that it names.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub alignments: Vec<Alignment>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<AchievedLevel>,
    /// A status other than `Completed` (§ResultStatusType): not earned, or not yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unearned: Option<String>,
}

/// The level that a result names, by every name it has. Whether that is a level of a scale that somebody asks for, the
/// scale says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AchievedLevel {
    /// As the issuer calls it: the name of the rubric's level, or the value.
    pub title: String,
    /// What identifies the level: `achievedLevel` and what it is aligned with.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ids: Vec<String>,
    /// What identifies the scale: the result's description and what that is aligned with.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scales: Vec<String>,
}
