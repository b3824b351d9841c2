//! Ways from what evidence names to what a job asks for: a few associations, the best one wins.
//!
//! Evidence is followed edge by edge, always upwards or sideways, where an item has few neighbours; the step down from
//! something broader is taken from the requirement's side ([`crate::landing`]). So the work grows with the evidence and not
//! with the frameworks, and is bounded by edges times associations whatever their shape.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
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
    /// What it is worth, the evidence's level and age included.
    pub factor: Ppm,
    /// What it would be worth at the level that is asked for, and recent enough.
    pub matched: Ppm,
    pub path: Vec<Hop>,
    /// What the step is worth that is worth least, and what it says of the match.
    least: (Ppm, Reverse<LineCode>),
}

/// What a piece of evidence is worth, whatever it names.
#[derive(Debug, Clone, Copy)]
pub struct Worth {
    /// For the level that it shows.
    pub level: Ppm,
    /// For its age.
    pub age: Ppm,
}

impl Worth {
    pub const WHOLE: Self = Self { level: Ppm::ONE, age: Ppm::ONE };
}

/// The best ways to items.
type Best = BTreeMap<Node, Way>;

/// All ways over some claims.
pub struct Ways {
    /// Over items that are beside each other: by how many edges, those that are better than over fewer.
    beside: Vec<Best>,
    /// Over parts of something, too.
    all: Best,
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
        Self { claim, factor, matched: same, path: Vec::new(), least }
    }

    pub const fn code(&self) -> LineCode {
        self.least.1.0
    }

    fn then(&self, hop: Hop, factor: Ppm, code: LineCode) -> Self {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
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
    /// Over the edges that the policy allows, from what each claim names, as far as a requirement is within reach.
    pub fn new(
        claims: impl Iterator<Item = (Node, Way)>,
        reach: &Reach,
        index: &Index,
        policy: &ScoringPolicy,
    ) -> Self {
        let mut first = Best::new();
        for (node, way) in claims.filter(|(node, _)| reach.has(*node)) {
            improve(&mut first, node, way);
        }
        let mut ways = Self { beside: vec![first.clone()], all: first.clone() };
        let mut edge = first;
        for left in (0..policy.most_edges).rev() {
            let walk = Walk { index, factors: &policy.factors };
            let beside = walk.sideways(last(&ways.beside), |item| ways.beside(item), |item| reach.down(item, left));
            let outright = |item| reach.outright(item, left);
            let mut further = walk.sideways(&edge, |item| ways.all.get(&item), outright);
            walk.upwards(&edge, &ways.all, &mut further, outright);
            ways.beside.push(beside);
            ways.all.extend(further.iter().map(|(node, way)| (*node, way.clone())));
            edge = further;
        }
        ways
    }

    /// The best way to an item.
    pub fn best(&self, item: Node, landings: &[Landing]) -> Option<Way> {
        let direct = self.all.get(&item).cloned();
        let down = landings.iter().filter_map(|landing| Some(self.to(landing)?.landing(landing)));
        let good = direct.into_iter().chain(down).filter(|way| way.factor > Ppm::ZERO);
        good.min_by(|one, other| one.rank().cmp(&other.rank()))
    }

    /// How evidence comes to the item from which a landing leads on, in what edges are left.
    fn to(&self, landing: &Landing) -> Option<&Way> {
        let left = (self.beside.len() - 1).checked_sub(landing.path.len())?;
        self.beside.get(..=left)?.iter().rev().find_map(|layer| layer.get(&landing.from))
    }

    fn beside(&self, item: Node) -> Option<&Way> {
        self.beside.iter().rev().find_map(|layer| layer.get(&item))
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

/// One edge further.
struct Walk<'a> {
    index: &'a Index,
    factors: &'a Factors,
}

impl Walk<'_> {
    /// To items beside those of the last edge, where that is better than what is known.
    fn sideways<'w>(
        &self,
        edge: &Best,
        known: impl Fn(Node) -> Option<&'w Way>,
        arrives: impl Fn(Node) -> bool,
    ) -> Best {
        let mut further = Best::new();
        for (item, way) in edge {
            for (relation, hop) in self.index.onward(*item) {
                let (factor, code) = worth(*relation, self.factors);
                let may_win =
                    || may_be_better(way, factor, known(hop.to)) && may_be_better(way, factor, further.get(&hop.to));
                if factor > Ppm::ZERO && arrives(hop.to) && may_win() {
                    let way = way.then(*hop, factor, code);
                    if known(hop.to).is_none_or(|known| way.rank() < known.rank()) {
                        improve(&mut further, hop.to, way);
                    }
                }
            }
        }
        further
    }

    /// From parts to the whole: worth the share of its parts that is shown, each as far as it is.
    fn upwards(&self, edge: &Best, known: &Best, further: &mut Best, arrives: impl Fn(Node) -> bool) {
        let wholes = edge.keys().flat_map(|item| self.index.wholes(*item)).map(|hop| hop.to);
        for whole in wholes.filter(|whole| arrives(*whole)).collect::<BTreeSet<_>>() {
            let all = self.index.parts(whole);
            let shown: Vec<(Node, &Way)> = all.iter().filter_map(|part| Some((*part, known.get(part)?))).collect();
            let mean = |of: fn(&Way) -> Ppm| {
                let sum = shown.iter().map(|(_, way)| u64::from(of(way).get())).sum();
                share_of_sum(sum, all.len()).min(self.factors.parts_at_most)
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

fn improve(ways: &mut Best, item: Node, way: Way) {
    match ways.entry(item) {
        Entry::Vacant(entry) => drop(entry.insert(way)),
        Entry::Occupied(mut entry) if way.rank() < entry.get().rank() => drop(entry.insert(way)),
        Entry::Occupied(_) => {}
    }
}

fn last(layers: &[Best]) -> &Best {
    static NONE: Best = Best::new();
    layers.last().unwrap_or(&NONE)
}
