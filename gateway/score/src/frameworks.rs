//! The frameworks that an assessment goes by.

use std::collections::BTreeMap;

use wellspring_model::{
    achievement::Alignment,
    assessment::NamedBy,
    competency::{Framework, FrameworkVersion, ItemId},
    scale::Scale,
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
        Self { index: Index::new(frameworks.iter().map(|(framework, _)| framework)), versions, scales: BTreeMap::new() }
    }

    /// Whether one of them has this item.
    pub fn has(&self, item: &ItemId) -> bool {
        self.index.title(item).is_some()
    }

    /// Which item an alignment names, and by what.
    pub fn resolve(&self, alignment: &Alignment) -> (ItemId, NamedBy) {
        self.index.resolve(alignment)
    }

    /// The scale that a criterion of a rubric declares, by the criterion's identifier or address.
    pub fn scale(&self, name: &str) -> Option<&Scale> {
        self.scales.get(&ItemId::parse(name))
    }
}
