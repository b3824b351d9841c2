//! Ways from what evidence names to what a job asks for: a few associations, the best one wins.
//!
//! Evidence is followed edge by edge, always upwards or sideways, where an item has few neighbours; the step down from
//! something broader is taken from the requirement's side ([`crate::landing`]). So the work grows with the evidence and not
//! with the frameworks, and is bounded by edges times associations whatever their shape.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use wellspring_model::assessment::{LineCode, Ppm};

use crate::{
    index::{Hop, Index, Node, Relation},
    landing::Landing,
    policy::{Factors, ScoringPolicy},
    reach::Reach,
    share::{share_of_sum, times},
};

/// How one piece of evidence leads to an item.
#[derive(Debug, Clone)]
pub struct Way {
    /// Which of the claims.
    pub claim: usize,
    pub factor: Ppm,
    pub path: Vec<Hop>,
    /// What the step is worth that is worth least, and what it says of the match.
    least: (Ppm, Reverse<LineCode>),
}

/// The best way to each item, over so many edges at most as its place says.
type Layers = Vec<BTreeMap<Node, Way>>;

/// All ways over some claims.
pub struct Ways {
    /// Over items that are beside each other.
    beside: Layers,
    /// Over parts of something, too.
    all: Layers,
}

impl Way {
    /// The evidence itself, worth so much for the level that it shows.
    pub fn from_claim(claim: usize, level: Ppm, policy: &ScoringPolicy) -> Self {
        let same = policy.factors.same_item;
        let by_item = (same, Reverse(LineCode::SameItem));
        let least = if level < Ppm::ONE { by_item.min((level, Reverse(LineCode::LevelBelow))) } else { by_item };
        Self { claim, factor: times(same, level), path: Vec::new(), least }
    }

    pub const fn code(&self) -> LineCode {
        self.least.1.0
    }

    fn then(&self, hop: Hop, factor: Ppm, code: LineCode) -> Self {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
        path.push(hop);
        let least = self.least.min((factor, Reverse(code)));
        Self { claim: self.claim, factor: times(self.factor, factor), path, least }
    }

    fn landing(&self, landing: &Landing) -> Self {
        let path = self.path.iter().chain(&landing.path).copied().collect();
        let factor = times(self.factor, landing.factor);
        Self { claim: self.claim, factor, path, least: self.least.min(landing.least) }
    }

    /// The smaller, the better: among equals the shorter, then the first in reading order.
    pub fn rank(&self) -> (Reverse<Ppm>, usize, usize, &[Hop]) {
        (Reverse(self.factor), self.path.len(), self.claim, &self.path)
    }

    /// Whether it comes by an item on its way.
    fn passes(&self, item: Node) -> bool {
        self.path.iter().any(|hop| hop.from == item || hop.to == item)
    }
}

impl Ways {
    /// Over the edges that the policy allows, from what each claim names, as far as a requirement is within reach.
    pub fn new(
        claims: impl Iterator<Item = (Node, Way)>,
        reach: &Reach,
        index: &Index,
        policy: &ScoringPolicy,
    ) -> Self {
        let mut first = BTreeMap::new();
        for (node, way) in claims.filter(|(node, _)| reach.has(*node)) {
            improve(&mut first, node, way);
        }
        let mut ways = Self { beside: vec![first.clone()], all: vec![first] };
        for left in (0..policy.most_edges).rev() {
            let (beside, all) = (last(&ways.beside), last(&ways.all));
            let (mut further_beside, mut further) = (beside.clone(), all.clone());
            sideways(beside, &mut further_beside, index, &policy.factors, |item| reach.down(item, left));
            sideways(all, &mut further, index, &policy.factors, |item| reach.outright(item, left));
            upwards(all, &mut further, index, &policy.factors, |item| reach.outright(item, left));
            ways.beside.push(further_beside);
            ways.all.push(further);
        }
        ways
    }

    /// The best way to an item.
    pub fn best(&self, item: Node, landings: &[Landing]) -> Option<Way> {
        let direct = last(&self.all).get(&item).cloned();
        let down = landings.iter().filter_map(|landing| Some(self.to(landing)?.landing(landing)));
        let good = direct.into_iter().chain(down).filter(|way| way.factor > Ppm::ZERO);
        good.min_by(|one, other| one.rank().cmp(&other.rank()))
    }

    /// How evidence comes to the item from which a landing leads on, in what edges are left.
    fn to(&self, landing: &Landing) -> Option<&Way> {
        let left = (self.beside.len() - 1).checked_sub(landing.path.len())?;
        self.beside.get(left)?.get(&landing.from)
    }
}

pub const fn worth(relation: Relation, factors: &Factors) -> (Ppm, LineCode) {
    match relation {
        Relation::ExactMatch => (factors.exact_match, LineCode::ExactMatch),
        Relation::Translation => (factors.translation, LineCode::Translation),
        Relation::EarlierEdition => (factors.earlier_edition, LineCode::EarlierEdition),
        Relation::Peer => (factors.peer, LineCode::Peer),
        Relation::LaterStep => (factors.later_step, LineCode::LaterStep),
    }
}

fn sideways(
    known: &BTreeMap<Node, Way>,
    further: &mut BTreeMap<Node, Way>,
    index: &Index,
    factors: &Factors,
    arrives: impl Fn(Node) -> bool,
) {
    for (item, way) in known {
        for (relation, hop) in index.onward(*item) {
            let (factor, code) = worth(*relation, factors);
            if factor > Ppm::ZERO && arrives(hop.to) && may_be_better(way, factor, further.get(&hop.to)) {
                improve(further, hop.to, way.then(*hop, factor, code));
            }
        }
    }
}

/// Whether a way could take another one's place if it went on over an edge: said without writing it down.
fn may_be_better(way: &Way, factor: Ppm, known: Option<&Way>) -> bool {
    known.is_none_or(|known| {
        let rank = |way: &Way, factor, edges| (Reverse(factor), edges, way.claim);
        rank(way, times(way.factor, factor), way.path.len() + 1) <= rank(known, known.factor, known.path.len())
    })
}

/// From parts to the whole: worth the share of its parts that is shown, each as far as it is.
fn upwards(
    known: &BTreeMap<Node, Way>,
    further: &mut BTreeMap<Node, Way>,
    index: &Index,
    factors: &Factors,
    arrives: impl Fn(Node) -> bool,
) {
    let mut shown: BTreeMap<Node, BTreeMap<Node, (&Way, Hop)>> = BTreeMap::new();
    for (item, way) in known {
        for hop in index.wholes(*item).iter().filter(|hop| arrives(hop.to)) {
            shown.entry(hop.to).or_default().entry(*item).or_insert((way, *hop));
        }
    }
    for (whole, parts) in shown {
        let sum = parts.values().map(|(way, _)| u64::from(way.factor.get())).sum();
        let worth = share_of_sum(sum, index.parts(whole).len()).min(factors.parts_at_most);
        // A part that was reached from the whole itself adds nothing to tell.
        let best = parts
            .values()
            .filter(|(way, _)| !way.passes(whole))
            .min_by(|(one, _), (other, _)| one.rank().cmp(&other.rank()));
        if let Some((way, hop)) = best
            && worth > Ppm::ZERO
        {
            let way = Way { factor: worth, ..way.then(*hop, worth, LineCode::Parts) };
            improve(further, whole, way);
        }
    }
}

fn improve(ways: &mut BTreeMap<Node, Way>, item: Node, way: Way) {
    match ways.entry(item) {
        Entry::Vacant(entry) => drop(entry.insert(way)),
        Entry::Occupied(mut entry) if way.rank() < entry.get().rank() => drop(entry.insert(way)),
        Entry::Occupied(_) => {}
    }
}

fn last(layers: &Layers) -> &BTreeMap<Node, Way> {
    static NONE: BTreeMap<Node, Way> = BTreeMap::new();
    layers.last().unwrap_or(&NONE)
}
