//! The frameworks that an assessment goes by.

use std::collections::BTreeMap;

use wellspring_model::{
    competency::{Framework, FrameworkVersion, ItemId, Rubric, RubricCriterion, RubricLevel},
    scale::{Level, Scale},
};

use crate::index::Index;

/// Frameworks with their editions, made ready once and used for any number of assessments. Look-ups do not slow down with
/// their size.
#[derive(Debug, Default)]
pub struct Frameworks {
    pub(crate) index: Index,
    pub(crate) versions: Vec<FrameworkVersion>,
    scales: BTreeMap<ItemId, Scale>,
}

impl Frameworks {
    /// Those from which a profile's items come, and any others whose associations may lead to them, in any order.
    pub fn new(frameworks: &[(Framework, FrameworkVersion)]) -> Self {
        let mut versions: Vec<_> = frameworks.iter().map(|(_, version)| version.clone()).collect();
        versions.sort();
        Self {
            index: Index::new(frameworks.iter().map(|(framework, _)| framework)),
            versions,
            scales: frameworks.iter().flat_map(|(framework, _)| &framework.rubrics).flat_map(scales).collect(),
        }
    }

    /// Whether one of them has this item.
    pub fn has(&self, item: &ItemId) -> bool {
        self.index.title(item).is_some()
    }

    /// The scale that a criterion of a rubric declares, by the criterion's identifier or address.
    pub fn scale(&self, name: &str) -> Option<&Scale> {
        self.scales.get(&ItemId::parse(name))
    }
}

/// Each criterion of a rubric is a scale, where its levels say their places (CASE 1.1 §CFRubricCriterionLevel).
fn scales(rubric: &Rubric) -> impl Iterator<Item = (ItemId, Scale)> {
    rubric
        .criteria
        .iter()
        .filter_map(|criterion| Some((ItemId::parse(&criterion.identifier), scale(rubric, criterion)?)))
}

fn scale(rubric: &Rubric, criterion: &RubricCriterion) -> Option<Scale> {
    let places: Option<BTreeMap<i64, &RubricLevel>> =
        criterion.levels.iter().map(|level| Some((level.position?, level))).collect();
    // Two levels at one place, or one without: nobody can say which is higher.
    let levels = places.filter(|levels| levels.len() == criterion.levels.len() && levels.len() > 1)?;
    let level = |level: &RubricLevel| Level {
        id: level.identifier.clone(),
        title: [&level.quality, &level.description].into_iter().flatten().next().unwrap_or(&level.identifier).clone(),
        also: Vec::new(),
    };
    let title = [&criterion.description, &rubric.title].into_iter().flatten().next();
    Some(Scale {
        id: criterion.identifier.clone(),
        title: title.unwrap_or(&criterion.identifier).clone(),
        also: Vec::new(),
        levels: levels.into_values().map(level).collect(),
    })
}
