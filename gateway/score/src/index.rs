//! Frameworks made ready for look-ups: items by id, address and code, and what associates them.

use std::collections::{BTreeMap, BTreeSet};

use wellspring_model::{
    assessment::PathStep,
    competency::{Association, Framework, Item, ItemId},
    credential::Alignment,
};

/// What an association says of the evidence's item and the one that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    ExactMatch,
    Translation,
    EarlierEdition,
    Peer,
    LaterStep,
}

/// Items and associations of some frameworks. Look-ups do not slow down with their size beyond a logarithm.
pub struct Index<'a> {
    items: BTreeMap<ItemId, &'a Item>,
    by_uri: BTreeMap<&'a str, ItemId>,
    /// `None` where a code names two items of one framework: then it names none.
    by_code: BTreeMap<(&'a str, &'a str), Option<ItemId>>,
    /// Steps to items beside this one, as evidence walks them.
    onward: BTreeMap<ItemId, BTreeSet<(Relation, PathStep)>>,
    /// The same steps by where they lead to.
    arriving: BTreeMap<ItemId, BTreeSet<(Relation, PathStep)>>,
    /// Steps to what an item is a part of.
    wholes: BTreeMap<ItemId, BTreeSet<PathStep>>,
    parts: BTreeMap<ItemId, BTreeSet<ItemId>>,
}

impl<'a> Index<'a> {
    pub fn new(frameworks: impl Iterator<Item = &'a Framework>) -> Self {
        let mut index = Self {
            items: BTreeMap::new(),
            by_uri: BTreeMap::new(),
            by_code: BTreeMap::new(),
            onward: BTreeMap::new(),
            arriving: BTreeMap::new(),
            wholes: BTreeMap::new(),
            parts: BTreeMap::new(),
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
        framework.associations.iter().for_each(|association| self.associate(association));
    }

    /// Types that are not named here lead nowhere: `isRelatedTo`, `exemplar`, `hasSkillLevel`, and those of others.
    fn associate(&mut self, association: &Association) {
        let both = |relation| vec![(relation, false), (relation, true)];
        let ways = match association.kind.as_str() {
            "exactMatchOf" => both(Relation::ExactMatch),
            "isTranslationOf" => both(Relation::Translation),
            "replacedBy" => vec![(Relation::EarlierEdition, false)],
            "isPeerOf" => both(Relation::Peer),
            // The origin comes first: whoever has shown what comes after it is past it.
            "precedes" => vec![(Relation::LaterStep, true)],
            "isChildOf" | "isPartOf" => {
                let step = step(association, false);
                if step.from != step.to {
                    self.parts.entry(step.to.clone()).or_default().insert(step.from.clone());
                    self.wholes.entry(step.from.clone()).or_default().insert(step);
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        for (relation, against) in ways {
            let step = step(association, against);
            self.arriving.entry(step.to.clone()).or_default().insert((relation, step.clone()));
            self.onward.entry(step.from.clone()).or_default().insert((relation, step));
        }
    }

    /// The words of an item, if a framework here has it.
    pub fn title(&self, item: &ItemId) -> Option<&'a str> {
        self.items.get(item).map(|item| item.title())
    }

    /// Whether an item is in a framework here, or at an end of an association that leads somewhere.
    pub fn knows(&self, item: &ItemId) -> bool {
        self.items.contains_key(item)
            || self.onward.contains_key(item)
            || self.wholes.contains_key(item)
            || self.parts.contains_key(item)
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

    /// Steps from this item to others beside it.
    pub fn onward(&self, item: &ItemId) -> impl Iterator<Item = &(Relation, PathStep)> {
        self.onward.get(item).into_iter().flatten()
    }

    /// Steps from others to this item.
    pub fn arriving(&self, item: &ItemId) -> impl Iterator<Item = &(Relation, PathStep)> {
        self.arriving.get(item).into_iter().flatten()
    }

    /// Steps from this item to what it is a part of.
    pub fn wholes(&self, item: &ItemId) -> impl Iterator<Item = &PathStep> {
        self.wholes.get(item).into_iter().flatten()
    }

    /// How many parts an item has.
    pub fn part_count(&self, item: &ItemId) -> usize {
        self.parts.get(item).map_or(0, BTreeSet::len)
    }
}

fn step(association: &Association, against: bool) -> PathStep {
    let (origin, destination) = (association.origin.item(), association.destination.item());
    let (from, to) = if against { (destination, origin) } else { (origin, destination) };
    PathStep { from, kind: association.kind.clone(), to, against }
}
