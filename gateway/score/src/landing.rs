//! From where a requirement is reached by a step down, from something broader. Walked backwards, from the requirement, and each
//! item once for a number of edges.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use wellspring_model::assessment::{LineCode, Ppm};

use crate::{
    index::{Hop, Index, Node, Relation},
    policy::ScoringPolicy,
    share::times,
    ways::{Path, worth},
};

/// An item from which a requirement is reached by a step down, and how.
#[derive(Debug, Clone)]
pub struct Landing {
    pub from: Node,
    pub path: Path,
    pub factor: Ppm,
    pub least: (Ppm, Reverse<LineCode>),
}

/// From where an item is reached by a step down, and then over items that are the same.
pub fn landings(item: Node, index: &Index, policy: &ScoringPolicy) -> Vec<Landing> {
    let factors = &policy.factors;
    if factors.broader == Ppm::ZERO {
        return Vec::new();
    }
    let least = (Ppm::ONE, Reverse(LineCode::SameItem));
    let start = Landing { from: item, path: Path::new(), factor: Ppm::ONE, least };
    let mut landings = BTreeMap::new();
    let mut edge = BTreeMap::from([(item, start)]);
    for left in (0..policy.most_edges).rev() {
        let mut further = BTreeMap::new();
        // The last edge is a step down, or leads nowhere.
        let may_lead = |node| left > 1 || (left == 1 && !index.wholes(node).is_empty());
        for landing in edge.values() {
            for up in index.wholes(landing.from) {
                let down = Hop { from: up.to, to: up.from, against: true, ..*up };
                let landing = landing.before(down, factors.broader, LineCode::Broader);
                improve(&mut landings, (landing.from, landing.path.len()), landing);
            }
            for (relation, hop) in
                index.arriving(landing.from).iter().filter(|(relation, hop)| is_same(*relation) && may_lead(hop.from))
            {
                let (factor, code) = worth(*relation, factors);
                if factor > Ppm::ZERO && hop.from != item && landing.path.iter().all(|known| known.to != hop.from) {
                    improve(&mut further, hop.from, landing.before(*hop, factor, code));
                }
            }
        }
        edge = further;
    }
    landings.into_values().collect()
}

/// Says that two items are the same, whatever their edition or language.
const fn is_same(relation: Relation) -> bool {
    matches!(relation, Relation::ExactMatch | Relation::Translation | Relation::EarlierEdition)
}

impl Landing {
    /// The same, one step earlier.
    fn before(&self, hop: Hop, factor: Ppm, code: LineCode) -> Self {
        Self {
            from: hop.from,
            path: [hop].into_iter().chain(self.path.iter().copied()).collect(),
            factor: times(self.factor, factor),
            least: self.least.min((factor, Reverse(code))),
        }
    }

    fn rank(&self) -> (Reverse<Ppm>, usize, &[Hop]) {
        (Reverse(self.factor), self.path.len(), &self.path)
    }
}

fn improve<K: Ord>(known: &mut BTreeMap<K, Landing>, key: K, landing: Landing) {
    match known.entry(key) {
        Entry::Vacant(entry) => drop(entry.insert(landing)),
        Entry::Occupied(mut entry) if landing.rank() < entry.get().rank() => drop(entry.insert(landing)),
        Entry::Occupied(_) => {}
    }
}
