//! Frameworks made ready for look-ups: items by id, address and code, and what associates them.
//!
//! Items and types of associations get numbers in the order of their names, so that comparing numbers is comparing names
//! and nothing depends on the order in which frameworks were imported.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wellspring_model::{
    achievement::Alignment,
    assessment::{NamedBy, PathStep},
    competency::{Association, Framework, Item, ItemId},
};

/// An item that a framework holds or an association names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

impl Node {
    /// Its number among all items.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// Where evidence or a requirement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At an item that is known here.
    At(Node),
    /// At one that no framework here and no association names.
    Nowhere(ItemId),
}

/// What an association says of the evidence's item and the one that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    ExactMatch,
    Translation,
    EarlierEdition,
    Peer,
    LaterStep,
}

/// One association as it is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    pub from: Node,
    pub kind: u32,
    pub to: Node,
    /// From its destination to its origin.
    pub against: bool,
}

/// Items and associations of some frameworks.
#[derive(Debug, Default)]
pub struct Index {
    ids: Vec<ItemId>,
    kinds: Vec<String>,
    /// The words of each item. `None` where only an association names it.
    titles: Vec<Option<String>>,
    nodes: HashMap<ItemId, Node>,
    by_uri: HashMap<String, Node>,
    /// By title of the framework, then by code. `None` where a code names two items: then it names none.
    by_code: HashMap<String, HashMap<String, Option<Node>>>,
    around: Vec<Around>,
}

/// What leads from and to an item.
#[derive(Debug, Default, PartialEq, Eq)]
struct Around {
    /// Steps to items beside this one, as evidence walks them.
    onward: Vec<(Relation, Hop)>,
    /// The same steps by where they lead to.
    arriving: Vec<(Relation, Hop)>,
    /// Steps to what this item is a part of.
    wholes: Vec<Hop>,
    parts: Vec<Node>,
}

impl Index {
    pub fn new<'a>(frameworks: impl Iterator<Item = &'a Framework> + Clone) -> Self {
        let associations = || frameworks.clone().flat_map(|framework| &framework.associations);
        let items = frameworks.clone().flat_map(|framework| &framework.items).map(Item::id);
        let ends = associations().flat_map(|one| [one.origin.item(), one.destination.item()]);
        let ids: BTreeSet<ItemId> = items.chain(ends).collect();
        let kinds: BTreeSet<&str> = associations().map(|one| one.kind.as_str()).collect();
        let kind_numbers: BTreeMap<&str, u32> = kinds.iter().copied().zip(0..).collect();
        let mut index = Self {
            nodes: ids.iter().cloned().zip((0..).map(Node)).collect(),
            around: ids.iter().map(|_| Around::default()).collect(),
            titles: vec![None; ids.len()],
            ids: ids.into_iter().collect(),
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        };
        frameworks.clone().for_each(|framework| index.name(framework));
        for association in associations() {
            index.associate(association, kind_numbers.get(association.kind.as_str()).copied().unwrap_or_default());
        }
        index.around.iter_mut().for_each(Around::in_order);
        index
    }

    fn name(&mut self, framework: &Framework) {
        let codes = self.by_code.entry(framework.document.title.clone()).or_default();
        for item in &framework.items {
            let Some(node) = self.nodes.get(&item.id()).copied() else { continue };
            self.by_uri.insert(item.uri.clone(), node);
            if let Some(title) = self.titles.get_mut(node.place()) {
                *title = Some(item.title().to_owned());
            }
            if let Some(code) = &item.human_coding_scheme {
                codes
                    .entry(code.clone())
                    .and_modify(|known| *known = known.filter(|known| *known == node))
                    .or_insert(Some(node));
            }
        }
    }

    /// Types that are not named here lead nowhere: `isRelatedTo`, `exemplar`, `hasSkillLevel`, and those of others.
    fn associate(&mut self, association: &Association, kind: u32) {
        let end = |id: ItemId| self.nodes.get(&id).copied();
        let Some((origin, destination)) = end(association.origin.item()).zip(end(association.destination.item()))
        else {
            return;
        };
        let along = Hop { from: origin, kind, to: destination, against: false };
        let back = Hop { from: destination, kind, to: origin, against: true };
        let (relation, hops): (_, &[Hop]) = match association.kind.as_str() {
            "exactMatchOf" => (Relation::ExactMatch, &[along, back]),
            "isTranslationOf" => (Relation::Translation, &[along, back]),
            "replacedBy" => (Relation::EarlierEdition, &[along]),
            "isPeerOf" => (Relation::Peer, &[along, back]),
            // The origin comes first: whoever has shown what comes after it is past it.
            "precedes" => (Relation::LaterStep, &[back]),
            "isChildOf" | "isPartOf" if origin != destination => {
                self.at(origin, |around| around.wholes.push(along));
                return self.at(destination, |around| around.parts.push(origin));
            }
            _ => return,
        };
        for hop in hops {
            self.at(hop.from, |around| around.onward.push((relation, *hop)));
            self.at(hop.to, |around| around.arriving.push((relation, *hop)));
        }
    }

    fn at(&mut self, node: Node, change: impl FnOnce(&mut Around)) {
        if let Some(around) = self.around.get_mut(node.place()) {
            change(around);
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    fn node(&self, item: &ItemId) -> Option<Node> {
        self.nodes.get(item).copied()
    }

    pub fn place(&self, item: ItemId) -> Place {
        self.node(&item).map_or(Place::Nowhere(item), Place::At)
    }

    /// The item that stands at a place.
    pub fn item<'a>(&'a self, place: &'a Place) -> Option<&'a ItemId> {
        match place {
            Place::At(node) => self.ids.get(node.place()),
            Place::Nowhere(item) => Some(item),
        }
    }

    /// The words of an item, if a framework here has it.
    pub fn title(&self, item: &ItemId) -> Option<&str> {
        self.titles.get(self.node(item)?.place())?.as_deref()
    }

    /// Whether an association leads on from an item, or to it.
    pub fn is_associated(&self, place: &Place) -> bool {
        let Place::At(node) = place else { return false };
        self.around(*node).is_some_and(|around| *around != Around::default())
    }

    /// Where an alignment stands, and by what it is known: tried in the order of [`NamedBy`].
    pub fn resolve(&self, alignment: &Alignment) -> (Place, NamedBy) {
        let known =
            |item: &ItemId| self.node(item).filter(|node| self.titles.get(node.place()).is_some_and(Option::is_some));
        let named = ItemId::parse(&alignment.target_url);
        if let Some(node) = known(&named) {
            return (Place::At(node), NamedBy::Identifier);
        }
        let code = alignment.target_code.as_deref();
        if let Some(node) = self.by_uri.get(alignment.target_url.as_str()) {
            return (Place::At(*node), NamedBy::Address);
        }
        if let Some(node) = code.map(ItemId::parse).and_then(|item| known(&item)) {
            return (Place::At(node), NamedBy::Code);
        }
        let codes = alignment.target_framework.as_ref().and_then(|framework| self.by_code.get(framework));
        match codes.zip(code).and_then(|(codes, code)| codes.get(code).copied().flatten()) {
            Some(node) => (Place::At(node), NamedBy::CodeInFramework),
            None => (self.place(named), NamedBy::Elsewhere),
        }
    }

    /// A way as people and machines read it.
    pub fn path(&self, hops: &[Hop]) -> Vec<PathStep> {
        let item = |node: Node| self.ids.get(node.place()).cloned();
        let step = |hop: &Hop| {
            let kind = self.kinds.get(hop.kind as usize).cloned().unwrap_or_default();
            Some(PathStep { from: item(hop.from)?, kind, to: item(hop.to)?, against: hop.against })
        };
        hops.iter().filter_map(step).collect()
    }

    /// Steps from this item to others beside it.
    pub fn onward(&self, node: Node) -> &[(Relation, Hop)] {
        self.around(node).map_or(&[], |around| &around.onward)
    }

    /// Steps from others to this item.
    pub fn arriving(&self, node: Node) -> &[(Relation, Hop)] {
        self.around(node).map_or(&[], |around| &around.arriving)
    }

    /// Steps from this item to what it is a part of.
    pub fn wholes(&self, node: Node) -> &[Hop] {
        self.around(node).map_or(&[], |around| &around.wholes)
    }

    pub fn parts(&self, node: Node) -> &[Node] {
        self.around(node).map_or(&[], |around| &around.parts)
    }

    fn around(&self, node: Node) -> Option<&Around> {
        self.around.get(node.place())
    }
}

impl Around {
    fn in_order(&mut self) {
        fn in_order<T: Ord>(list: &mut Vec<T>) {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
        }
        in_order(&mut self.onward);
        in_order(&mut self.arriving);
        in_order(&mut self.wholes);
        in_order(&mut self.parts);
    }
}
