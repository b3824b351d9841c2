//! Ways from what evidence names to what a job asks for: a few associations, the best one wins.
//!
//! Evidence is followed edge by edge, always upwards or sideways, where an item has few neighbours; the step down from
//! something broader is taken from the requirement's side ([`crate::landing`]). So the work grows with the evidence and not
//! with the frameworks, and is bounded by edges times associations whatever their shape.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

use smallvec::SmallVec;
use wellspring_model::assessment::{LineCode, Ppm};

use crate::{
    index::{Hop, Index, Node, Place, Relation},
    landing::Landing,
    policy::{Factors, ScoringPolicy},
    requirements::{Alike, Requirements},
    share::{share_of_sum, times},
};

/// Associations in the order in which they are walked. More than a policy usually allows are on the heap.
pub type Path = SmallVec<[Hop; 3]>;

/// How one piece of evidence leads to an item.
#[derive(Debug, Clone)]
pub struct Way {
    /// Which of the claims.
    pub claim: usize,
    /// What it is worth, the evidence's level and age included.
    pub factor: Ppm,
    /// What it would be worth at the level that is asked for, and recent enough.
    pub matched: Ppm,
    pub path: Path,
    /// What the step is worth that is worth least, and what it says of the match.
    least: (Ppm, Reverse<LineCode>),
}

/// What a piece of evidence is worth, whatever it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// For the level that it shows.
    pub level: Ppm,
    /// For its age.
    pub age: Ppm,
}

impl Worth {
    pub const WHOLE: Self = Self { level: Ppm::ONE, age: Ppm::ONE };
}

/// The best ways to items, or to requirements by their number.
pub type Best<K> = BTreeMap<K, Way>;

/// All ways over some edges.
struct Ways {
    /// The best to each item.
    known: Best<Node>,
    /// By how many edges: those that are better than over fewer.
    over: Vec<Best<Node>>,
}

/// The best way to each requirement at a level that evidence leads to.
pub fn best<'a>(
    evidence: impl Iterator<Item = (&'a Place, Way)>,
    alike: &Alike,
    requirements: &Requirements,
) -> Best<usize> {
    let (mut first, mut best) = (Best::new(), Best::new());
    for (place, way) in evidence {
        match place {
            Place::At(node) => improve(&mut first, *node, way),
            Place::Nowhere(_) => alike.at(place).for_each(|required| improve(&mut best, required.number, way.clone())),
        }
    }
    let walk = Walk { index: &requirements.frameworks.index, policy: &requirements.policy };
    let outright = walk.over(&first, true, |item, left| alike.reach.outright(item, left));
    for required in &alike.required {
        let Place::At(node) = required.place else { continue };
        if let Some(way) = outright.known.get(&node).filter(|way| way.factor > Ppm::ZERO) {
            improve(&mut best, required.number, way.clone());
        }
    }
    let beside = walk.over(&first, false, |item, left| alike.reach.down(item, left));
    for (way, number, landing) in beside.down(alike, requirements.policy.most_edges) {
        let way = way.landing(landing);
        if way.factor > Ppm::ZERO {
            improve(&mut best, number, way);
        }
    }
    best
}

impl Way {
    /// The evidence itself.
    pub fn from_claim(claim: usize, worth: Worth, policy: &ScoringPolicy) -> Self {
        let same = policy.factors.same_item;
        let lessening = [(worth.level, LineCode::LevelBelow), (worth.age, LineCode::Older)];
        let lessening = lessening.into_iter().filter(|(share, _)| *share < Ppm::ONE);
        let by_item = (same, Reverse(LineCode::SameItem));
        let least = lessening.map(|(share, code)| (share, Reverse(code))).fold(by_item, Ord::min);
        let factor = times(times(same, worth.level), worth.age);
        Self { claim, factor, matched: same, path: Path::new(), least }
    }

    pub const fn code(&self) -> LineCode {
        self.least.1.0
    }

    fn then(&self, hop: Hop, factor: Ppm, code: LineCode) -> Self {
        let mut path = self.path.clone();
        path.push(hop);
        let least = self.least.min((factor, Reverse(code)));
        let matched = times(self.matched, factor);
        Self { claim: self.claim, factor: times(self.factor, factor), matched, path, least }
    }

    fn landing(&self, landing: &Landing) -> Self {
        let path = self.path.iter().chain(&landing.path).copied().collect();
        let (factor, matched) = (times(self.factor, landing.factor), times(self.matched, landing.factor));
        Self { claim: self.claim, factor, matched, path, least: self.least.min(landing.least) }
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
    /// The ways that lead on by a step down, each with where to. To an item the best one is taken that leaves edges enough.
    fn down<'a>(&'a self, alike: &'a Alike, most_edges: u8) -> impl Iterator<Item = (&'a Way, usize, &'a Landing)> {
        let by_item = self.over.iter().enumerate().flat_map(|(edges, ways)| ways.iter().map(move |way| (edges, way)));
        by_item.flat_map(move |(edges, (item, way))| {
            let is_best = move |landing: &Landing| {
                let most = usize::from(most_edges).checked_sub(landing.path.len());
                let later = |most: usize| self.over.iter().take(most + 1).skip(edges + 1);
                most.is_some_and(|most| edges <= most && later(most).all(|ways| !ways.contains_key(item)))
            };
            let landings = alike.landings(*item).iter().filter(move |(_, landing)| is_best(landing));
            landings.map(move |(number, landing)| (way, *number, landing))
        })
    }
}

/// What a step is worth, and what it says of the match.
pub const fn worth(relation: Relation, factors: &Factors) -> (Ppm, LineCode) {
    match relation {
        Relation::ExactMatch => (factors.exact_match, LineCode::ExactMatch),
        Relation::Translation => (factors.translation, LineCode::Translation),
        Relation::EarlierEdition => (factors.earlier_edition, LineCode::EarlierEdition),
        Relation::Peer => (factors.peer, LineCode::Peer),
        Relation::LaterStep => (factors.later_step, LineCode::LaterStep),
    }
}

/// How evidence is followed.
struct Walk<'a> {
    index: &'a Index,
    policy: &'a ScoringPolicy,
}

impl Walk<'_> {
    /// From these items over all edges that the policy allows, as far as a way arrives in what is left of them.
    fn over(&self, first: &Best<Node>, with_parts: bool, arrives: impl Fn(Node, u8) -> bool) -> Ways {
        let first = first.iter().filter(|(item, _)| arrives(**item, self.policy.most_edges));
        let mut known: Best<Node> = first.map(|(item, way)| (*item, way.clone())).collect();
        let mut over = vec![known.clone()];
        for left in (0..self.policy.most_edges).rev() {
            let Some(edge) = over.last().filter(|edge| !edge.is_empty()) else { break };
            let mut further = self.sideways(edge, &known, |item| arrives(item, left));
            if with_parts {
                self.upwards(edge, &known, &mut further, |item| arrives(item, left));
            }
            known.extend(further.iter().map(|(item, way)| (*item, way.clone())));
            over.push(further);
        }
        Ways { known, over }
    }

    /// To items beside those of the last edge, where that is better than what is known.
    fn sideways(&self, edge: &Best<Node>, known: &Best<Node>, arrives: impl Fn(Node) -> bool) -> Best<Node> {
        let mut further = Best::new();
        for (item, way) in edge {
            for (relation, hop) in self.index.onward(*item) {
                let (factor, code) = worth(*relation, &self.policy.factors);
                let may_win = || {
                    may_be_better(way, factor, known.get(&hop.to)) && may_be_better(way, factor, further.get(&hop.to))
                };
                if factor > Ppm::ZERO && arrives(hop.to) && may_win() {
                    let way = way.then(*hop, factor, code);
                    if known.get(&hop.to).is_none_or(|known| way.rank() < known.rank()) {
                        improve(&mut further, hop.to, way);
                    }
                }
            }
        }
        further
    }

    /// From parts to the whole: worth the share of its parts that is shown, each as far as it is.
    fn upwards(&self, edge: &Best<Node>, known: &Best<Node>, further: &mut Best<Node>, arrives: impl Fn(Node) -> bool) {
        let wholes = edge.keys().flat_map(|item| self.index.wholes(*item)).map(|hop| hop.to);
        for whole in wholes.filter(|whole| arrives(*whole)).collect::<BTreeSet<_>>() {
            let all = self.index.parts(whole);
            let shown: Vec<(Node, &Way)> = all.iter().filter_map(|part| Some((*part, known.get(part)?))).collect();
            let mean = |of: fn(&Way) -> Ppm| {
                let sum = shown.iter().map(|(_, way)| u64::from(of(way).get())).sum();
                share_of_sum(sum, all.len()).min(self.policy.factors.parts_at_most)
            };
            let (worth, matched) = (mean(|way| way.factor), mean(|way| way.matched));
            // A part that was reached from the whole itself adds nothing to tell.
            let telling = shown.into_iter().filter(|(_, way)| !way.passes(whole));
            let best = telling.min_by(|(_, one), (_, other)| one.rank().cmp(&other.rank()));
            let step = best.and_then(|(part, way)| {
                let hop = self.index.wholes(part).iter().find(|hop| hop.to == whole)?;
                Some(Way { factor: worth, matched, ..way.then(*hop, worth, LineCode::Parts) })
            });
            if let Some(way) = step
                && worth > Ppm::ZERO
                && known.get(&whole).is_none_or(|known| way.rank() < known.rank())
            {
                improve(further, whole, way);
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

/// Keeps the better of two.
fn improve<K: Ord>(ways: &mut Best<K>, to: K, way: Way) {
    match ways.entry(to) {
        Entry::Vacant(entry) => drop(entry.insert(way)),
        Entry::Occupied(mut entry) if way.rank() < entry.get().rank() => drop(entry.insert(way)),
        Entry::Occupied(_) => {}
    }
}
