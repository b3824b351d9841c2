//! Frameworks made ready for look-ups: items by id, address and code, and the exact matches between them.

use std::collections::{BTreeMap, BTreeSet};

use wellspring_model::{
    assessment::PathStep,
    competency::{Framework, Item, ItemId},
    credential::Alignment,
};

const EXACT_MATCH: &str = "exactMatchOf";

/// All items and exact matches of some frameworks. Look-ups do not slow down with their size beyond a logarithm.
pub struct Index<'a> {
    items: BTreeMap<ItemId, &'a Item>,
    by_uri: BTreeMap<&'a str, ItemId>,
    /// `None` where a code names two items of one framework: then it names none.
    by_code: BTreeMap<(&'a str, &'a str), Option<ItemId>>,
    matches: BTreeMap<ItemId, BTreeSet<PathStep>>,
}

impl<'a> Index<'a> {
    pub fn new(frameworks: impl Iterator<Item = &'a Framework>) -> Self {
        let mut index = Self {
            items: BTreeMap::new(),
            by_uri: BTreeMap::new(),
            by_code: BTreeMap::new(),
            matches: BTreeMap::new(),
        };
        for framework in frameworks {
            index.add(framework);
        }
        index
    }

    fn add(&mut self, framework: &'a Framework) {
        for item in &framework.items {
            let id = item.id();
            self.by_uri.insert(&item.uri, id.clone());
            if let Some(code) = &item.human_coding_scheme {
                self.by_code
                    .entry((&framework.document.title, code))
                    .and_modify(|known| *known = known.take().filter(|known| *known == id))
                    .or_insert_with(|| Some(id.clone()));
            }
            self.items.insert(id, item);
        }
        for association in framework.associations.iter().filter(|one| one.kind == EXACT_MATCH) {
            let (origin, destination) = (association.origin.item(), association.destination.item());
            // "A is an exact match of B" can be read from either end; the step says which way it was walked.
            for (from, to) in [(&origin, &destination), (&destination, &origin)] {
                let step = PathStep { from: from.clone(), kind: EXACT_MATCH.to_owned(), to: to.clone() };
                self.matches.entry(from.clone()).or_default().insert(step);
            }
        }
    }

    /// The words of an item, if a framework here has it.
    pub fn title(&self, item: &ItemId) -> Option<&'a str> {
        self.items.get(item).map(|item| item.title())
    }

    /// Which item an alignment names: by its address, by its code if that is a GUID, or by code within a framework of
    /// that title, tried in this order.
    pub fn resolve(&self, alignment: &Alignment) -> ItemId {
        let named = ItemId::parse(&alignment.target_url);
        if self.items.contains_key(&named) {
            return named;
        }
        let code = alignment.target_code.as_deref();
        let by_uri = self.by_uri.get(alignment.target_url.as_str()).cloned();
        let by_guid = || code.map(ItemId::parse).filter(|id| self.items.contains_key(id));
        let by_code = || {
            let framework = alignment.target_framework.as_deref()?;
            self.by_code.get(&(framework, code?)).cloned().flatten()
        };
        by_uri.or_else(by_guid).or_else(by_code).unwrap_or(named)
    }

    /// Items one exact match away.
    pub fn exact_matches(&self, item: &ItemId) -> impl Iterator<Item = &PathStep> {
        self.matches.get(item).into_iter().flatten()
    }
}
