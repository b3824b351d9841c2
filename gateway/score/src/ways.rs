//! Ways from what evidence names to what a job asks for: a few associations, the best one wins.
//!
//! Evidence is followed edge by edge, always upwards or sideways, where an item has few neighbours; the step down from
//! something broader is taken from the requirement's side. So the work grows with the evidence and not with the frameworks.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use wellspring_model::{
    assessment::{LineCode, PathStep, Ppm},
    competency::ItemId,
};

use crate::{
    claim::Claim,
    index::{Index, Relation},
    policy::{Factors, ScoringPolicy},
};

/// How one piece of evidence leads to an item.
#[derive(Clone)]
pub struct Way {
    /// Which of the claims.
    pub claim: usize,
    pub factor: Ppm,
    pub path: Vec<PathStep>,
    /// What the step is worth that is worth least, and what it says of the match.
    least: (Ppm, Reverse<LineCode>),
}

/// The best way to each item, over so many edges at most as its place says.
type Layers = Vec<BTreeMap<ItemId, Way>>;

/// All ways over some claims.
pub struct Ways {
    /// Over items that are beside each other.
    beside: Layers,
    /// Over parts of something, too.
    all: Layers,
}

/// An item from which a requirement is reached by a step down, and how.
pub struct Landing {
    from: ItemId,
    path: Vec<PathStep>,
    factor: Ppm,
    least: (Ppm, Reverse<LineCode>),
}

impl Way {
    fn from_claim(claim: usize, factors: &Factors) -> Self {
        let factor = factors.same_item;
        Self { claim, factor, path: Vec::new(), least: (factor, Reverse(LineCode::SameItem)) }
    }

    pub const fn code(&self) -> LineCode {
        self.least.1.0
    }

    fn then(&self, step: &PathStep, factor: Ppm, code: LineCode) -> Self {
        let path = self.path.iter().chain([step]).cloned().collect();
        let least = self.least.min((factor, Reverse(code)));
        Self { claim: self.claim, factor: times(self.factor, factor), path, least }
    }

    /// The smaller, the better: among equals the shorter, then the first in reading order.
    fn rank(&self) -> (Reverse<Ppm>, usize, usize, &[PathStep]) {
        (Reverse(self.factor), self.path.len(), self.claim, &self.path)
    }

    /// Whether it comes by an item on its way.
    fn passes(&self, item: &ItemId) -> bool {
        self.path.iter().any(|step| step.from == *item || step.to == *item)
    }
}

impl Ways {
    pub fn new(claims: &[Claim], index: &Index, policy: &ScoringPolicy) -> Self {
        let mut first = BTreeMap::new();
        for (place, claim) in claims.iter().enumerate() {
            improve(&mut first, &claim.item, Way::from_claim(place, &policy.factors));
        }
        let mut ways = Self { beside: vec![first.clone()], all: vec![first] };
        for _ in 0..policy.most_edges {
            let (beside, all) = (last(&ways.beside), last(&ways.all));
            let (mut further_beside, mut further) = (beside.clone(), all.clone());
            sideways(beside, &mut further_beside, index, &policy.factors);
            sideways(all, &mut further, index, &policy.factors);
            upwards(all, &mut further, index, &policy.factors);
            ways.beside.push(further_beside);
            ways.all.push(further);
        }
        ways
    }

    /// The best way to an item.
    pub fn best(&self, item: &ItemId, landings: &[Landing]) -> Option<Way> {
        let direct = last(&self.all).get(item).cloned();
        let down = landings.iter().filter_map(|landing| {
            let way = self.to(landing)?;
            let path = way.path.iter().chain(&landing.path).cloned().collect();
            let least = way.least.min(landing.least);
            Some(Way { claim: way.claim, factor: times(way.factor, landing.factor), path, least })
        });
        let good = direct.into_iter().chain(down).filter(|way| way.factor > Ppm::ZERO);
        good.min_by(|one, other| one.rank().cmp(&other.rank()))
    }

    /// How evidence comes to the item from which a landing leads on, in what edges are left.
    fn to(&self, landing: &Landing) -> Option<&Way> {
        let left = (self.beside.len() - 1).checked_sub(landing.path.len())?;
        self.beside.get(left)?.get(&landing.from)
    }

    /// Every item that is reached.
    pub fn reached(&self) -> impl Iterator<Item = &ItemId> {
        last(&self.all).keys()
    }

    /// Whether evidence comes to where one of these leads on.
    pub fn lands<'l>(&self, landings: impl IntoIterator<Item = &'l Landing>) -> bool {
        landings.into_iter().any(|landing| self.to(landing).is_some())
    }
}

/// From where a requirement is reached by a step down, from something broader, and then over items that are the same.
pub fn landings(item: &ItemId, index: &Index, policy: &ScoringPolicy) -> Vec<Landing> {
    let factors = &policy.factors;
    if factors.broader == Ppm::ZERO {
        return Vec::new();
    }
    let start = Landing {
        from: item.clone(),
        path: Vec::new(),
        factor: Ppm::ONE,
        least: (Ppm::ONE, Reverse(LineCode::SameItem)),
    };
    let (mut landings, mut edge) = (Vec::new(), vec![start]);
    for _ in 0..policy.most_edges {
        for landing in &edge {
            for up in index.wholes(&landing.from) {
                let down = PathStep { from: up.to.clone(), to: up.from.clone(), against: true, ..up.clone() };
                landings.push(landing.before(&down, factors.broader, LineCode::Broader));
            }
        }
        let same = |landing: &Landing| {
            let steps = index.arriving(&landing.from).filter(|(relation, step)| {
                is_same(*relation) && !landing.path.iter().any(|known| known.to == step.from) && step.from != *item
            });
            let before = |(relation, step): &(Relation, PathStep)| {
                let (factor, code) = worth(*relation, factors);
                (factor > Ppm::ZERO).then(|| landing.before(step, factor, code))
            };
            steps.filter_map(before).collect::<Vec<_>>()
        };
        edge = edge.iter().flat_map(same).collect();
    }
    landings
}

impl Landing {
    /// The same, one step earlier.
    fn before(&self, step: &PathStep, factor: Ppm, code: LineCode) -> Self {
        Self {
            from: step.from.clone(),
            path: [step].into_iter().chain(&self.path).cloned().collect(),
            factor: times(self.factor, factor),
            least: self.least.min((factor, Reverse(code))),
        }
    }
}

/// Says that two items are the same, whatever their edition or language.
const fn is_same(relation: Relation) -> bool {
    matches!(relation, Relation::ExactMatch | Relation::Translation | Relation::EarlierEdition)
}

const fn worth(relation: Relation, factors: &Factors) -> (Ppm, LineCode) {
    match relation {
        Relation::ExactMatch => (factors.exact_match, LineCode::ExactMatch),
        Relation::Translation => (factors.translation, LineCode::Translation),
        Relation::EarlierEdition => (factors.earlier_edition, LineCode::EarlierEdition),
        Relation::Peer => (factors.peer, LineCode::Peer),
        Relation::LaterStep => (factors.later_step, LineCode::LaterStep),
    }
}

fn sideways(known: &BTreeMap<ItemId, Way>, further: &mut BTreeMap<ItemId, Way>, index: &Index, factors: &Factors) {
    for (item, way) in known {
        for (relation, step) in index.onward(item) {
            let (factor, code) = worth(*relation, factors);
            if factor > Ppm::ZERO {
                improve(further, &step.to, way.then(step, factor, code));
            }
        }
    }
}

/// From parts to the whole: worth the share of its parts that is shown, each as far as it is.
fn upwards(known: &BTreeMap<ItemId, Way>, further: &mut BTreeMap<ItemId, Way>, index: &Index, factors: &Factors) {
    let mut shown: BTreeMap<&ItemId, BTreeMap<&ItemId, (&Way, &PathStep)>> = BTreeMap::new();
    for (item, way) in known {
        for step in index.wholes(item) {
            shown.entry(&step.to).or_default().entry(item).or_insert((way, step));
        }
    }
    for (whole, parts) in shown {
        let sum: u64 = parts.values().map(|(way, _)| u64::from(way.factor.get())).sum();
        let count = u64::try_from(index.part_count(whole).max(1)).unwrap_or(u64::MAX);
        let share = ppm(sum / count).min(factors.parts_at_most);
        // A part that was reached from the whole itself adds nothing to tell.
        let best = parts
            .values()
            .filter(|(way, _)| !way.passes(whole))
            .min_by(|(one, _), (other, _)| one.rank().cmp(&other.rank()));
        if let Some((way, step)) = best
            && share > Ppm::ZERO
        {
            let way = Way { factor: share, ..way.then(step, share, LineCode::Parts) };
            improve(further, whole, way);
        }
    }
}

fn improve(ways: &mut BTreeMap<ItemId, Way>, item: &ItemId, way: Way) {
    match ways.entry(item.clone()) {
        Entry::Vacant(entry) => drop(entry.insert(way)),
        Entry::Occupied(mut entry) if way.rank() < entry.get().rank() => drop(entry.insert(way)),
        Entry::Occupied(_) => {}
    }
}

fn last(layers: &Layers) -> &BTreeMap<ItemId, Way> {
    static NONE: BTreeMap<ItemId, Way> = BTreeMap::new();
    layers.last().unwrap_or(&NONE)
}

/// The product, cut to a whole millionth.
fn times(one: Ppm, other: Ppm) -> Ppm {
    ppm(u64::from(one.get()) * u64::from(other.get()) / u64::from(Ppm::ONE.get()))
}

fn ppm(millionths: u64) -> Ppm {
    u32::try_from(millionths).ok().and_then(Ppm::new).unwrap_or(Ppm::ONE)
}
