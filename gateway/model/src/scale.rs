//! Scales of levels that are declared: by the scoring policy, or as a criterion of a framework's rubric.

use serde::{Deserialize, Serialize};

use crate::{achievement::AchievedLevel, competency::ItemId};

/// Levels in their order, from low to high. What two of them are worth beside each other follows from their places; no
/// level of one scale says anything about another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// By which a requirement names it: a word of the policy, or the identifier of a `CFRubricCriterion`.
    pub id: String,
    pub title: String,
    /// Other names of it: addresses that evidence may give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    pub levels: Vec<Level>,
}

/// A level of a scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub id: String,
    pub title: String,
    /// Other names of it: addresses that evidence may give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl Scale {
    /// The place of a level, 1 for the lowest. Addresses of one CASE object are one name, however they are written.
    pub fn rank(&self, level: &str) -> Option<u32> {
        self.rank_where(|known| ItemId::is_same(&known.id, level))
    }

    /// The place of the level that a result names: by its identifier, or by its word where the result names this scale.
    pub fn rank_of(&self, achieved: &AchievedLevel) -> Option<u32> {
        let by_id = |level: &Level| achieved.ids.iter().any(|id| level.names().any(|name| ItemId::is_same(name, id)));
        let by_word = |level: &Level| level.title == achieved.title || level.id == achieved.title;
        let is_this = || achieved.scales.iter().any(|scale| self.names().any(|name| ItemId::is_same(name, scale)));
        self.rank_where(by_id).or_else(|| is_this().then(|| self.rank_where(by_word)).flatten())
    }

    /// The level at a place, 1 for the lowest.
    pub fn level(&self, rank: u32) -> Option<&Level> {
        self.levels.get(usize::try_from(rank).ok()?.checked_sub(1)?)
    }

    fn rank_where(&self, is_it: impl Fn(&Level) -> bool) -> Option<u32> {
        self.levels.iter().position(is_it).and_then(|place| u32::try_from(place + 1).ok())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str()].into_iter().chain(self.also.iter().map(String::as_str))
    }
}

impl Level {
    fn names(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str()].into_iter().chain(self.also.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> Scale {
        let level = |id: &str, also: &[&str]| Level {
            id: id.to_owned(),
            title: format!("Level {id}"),
            also: also.iter().map(|name| (*name).to_owned()).collect(),
        };
        Scale {
            id: "steps".to_owned(),
            title: "Steps".to_owned(),
            also: vec!["https://scale.example/steps".to_owned()],
            levels: vec![level("one", &[]), level("two", &["https://scale.example/steps/2"]), level("three", &[])],
        }
    }

    fn achieved(title: &str, ids: &[&str], scales: &[&str]) -> AchievedLevel {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        AchievedLevel { title: title.to_owned(), ids: owned(ids), scales: owned(scales) }
    }

    #[test]
    fn a_level_is_found_by_what_identifies_it() {
        assert_eq!(scale().rank_of(&achieved("anything", &["https://scale.example/steps/2"], &[])), Some(2));
        assert_eq!(scale().rank_of(&achieved("anything", &["https://scale.example/steps/9"], &[])), None);
    }

    #[test]
    fn a_word_says_something_only_on_the_scale_that_it_comes_from() {
        assert_eq!(scale().rank_of(&achieved("Level three", &[], &["https://scale.example/steps"])), Some(3));
        assert_eq!(scale().rank_of(&achieved("Level three", &[], &["https://other.example/steps"])), None);
        assert_eq!(scale().rank_of(&achieved("three", &[], &[])), None);
    }
}
