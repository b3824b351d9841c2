//! What a profile asks for, made ready: everything that is the same for all whom it is asked of.

use std::{
    collections::{BTreeMap, HashMap},
    iter::repeat_n,
    sync::Arc,
};

use wellspring_model::{
    competency::{ItemId, Profile, RequiredLevel, Requirement},
    id::ProfileId,
};

use crate::{
    frameworks::Frameworks,
    index::{Node, Place},
    inputs::Basis,
    landing::{Landing, landings},
    level::Asked,
    policy::ScoringPolicy,
    reach::Reach,
    recency::RecencyRule,
};

/// How many [`Reach`]es a profile has at most: each takes two bytes for every item of the frameworks. Levels beyond share them.
const MOST_REACHES: usize = 8;

/// The requirements of a profile over some frameworks, by a policy. Made ready once and used for any number of assessments.
#[derive(Debug)]
pub struct Requirements {
    pub(crate) profile: ProfileId,
    pub(crate) frameworks: Arc<Frameworks>,
    pub(crate) policy: Arc<ScoringPolicy>,
    /// Evidence is followed by itself for each, since what it is worth depends on it.
    pub(crate) alike: Vec<Alike>,
    pub(crate) basis: Basis,
}

/// The requirements for which all evidence is worth the same: they ask for one level or none, under one rule about age or none.
#[derive(Debug)]
pub struct Alike {
    pub level: Option<Asked>,
    pub age: Option<RecencyRule>,
    pub reach: Arc<Reach>,
    pub required: Vec<Required>,
    /// By the item from which they lead to the requirement of that number.
    landings: HashMap<Node, Vec<(usize, Landing)>>,
}

/// One requirement.
#[derive(Debug)]
pub struct Required {
    /// Its place in the profile.
    pub number: usize,
    pub requirement: Requirement,
    pub place: Place,
}

impl Requirements {
    /// `frameworks` are those from which the profile's items come, and any others whose associations may lead to them.
    pub fn new(profile: &Profile, frameworks: Arc<Frameworks>, policy: Arc<ScoringPolicy>) -> Self {
        let mut by_measure: BTreeMap<Measure, Sought> = BTreeMap::new();
        for (number, requirement) in profile.requirements.iter().enumerate() {
            let measure = (requirement.level.as_ref(), rule_about(&requirement.item, &policy));
            by_measure.entry(measure).or_default().add(number, requirement, &frameworks, &policy);
        }
        let share = by_measure.len().div_ceil(MOST_REACHES).max(1);
        let sought: Vec<&Sought> = by_measure.values().collect();
        let reaches: Vec<_> = sought.chunks(share).map(|some| Arc::new(reach(some, &frameworks, &policy))).collect();
        let reaches = reaches.into_iter().flat_map(|reach| repeat_n(reach, share));
        let alike = |(((level, rule), sought), reach): ((Measure, Sought), Arc<Reach>)| {
            let level = level.map(|level| Asked::new(level, &frameworks, &policy));
            sought.alike(level, rule.and_then(|rule| policy.recency.get(rule)).cloned(), reach)
        };
        Self {
            profile: profile.id,
            alike: by_measure.into_iter().zip(reaches).map(alike).collect(),
            basis: Basis::new(profile, &frameworks.versions, &policy),
            frameworks,
            policy,
        }
    }

    /// About how many bytes it takes, the frameworks left out.
    pub fn size(&self) -> usize {
        let landings = self.alike.iter().flat_map(|alike| alike.landings.values()).map(Vec::len).sum::<usize>();
        let required = self.alike.iter().map(|alike| alike.required.len()).sum::<usize>();
        self.alike.len().min(MOST_REACHES) * 2 * self.frameworks.index.len()
            + landings * size_of::<(usize, Landing)>()
            + required * size_of::<Required>()
            + self.basis.len()
    }

    /// Whether what stands at the place leads to a requirement.
    pub fn leads(&self, place: &Place) -> bool {
        self.alike.iter().any(|alike| alike.leads(place))
    }
}

impl Alike {
    /// Whether what stands at the place leads to one of these requirements.
    pub fn leads(&self, place: &Place) -> bool {
        match place {
            Place::At(node) => self.reach.has(*node),
            Place::Nowhere(_) => self.at(place).next().is_some(),
        }
    }

    /// Those of these requirements that stand at the place.
    pub fn at(&self, place: &Place) -> impl Iterator<Item = &Required> {
        self.required.iter().filter(move |required| required.place == *place)
    }

    /// How an item leads to these requirements by a step down, with the number of each.
    pub fn landings(&self, item: Node) -> &[(usize, Landing)] {
        self.landings.get(&item).map_or(&[], Vec::as_slice)
    }
}

/// By what evidence is measured: the level that is asked for, and the rule about age by its place in the policy.
type Measure<'a> = (Option<&'a RequiredLevel>, Option<usize>);

fn rule_about(item: &ItemId, policy: &ScoringPolicy) -> Option<usize> {
    policy.recency.iter().position(|rule| rule.items.contains(item))
}

/// Requirements that are alike, before it is known what is within reach.
#[derive(Default)]
struct Sought {
    required: Vec<Required>,
    landings: Vec<(usize, Landing)>,
}

impl Sought {
    fn add(&mut self, number: usize, requirement: &Requirement, frameworks: &Frameworks, policy: &ScoringPolicy) {
        let place = frameworks.index.place(requirement.item.clone());
        if let Place::At(node) = place {
            self.landings.extend(landings(node, &frameworks.index, policy).into_iter().map(|one| (number, one)));
        }
        self.required.push(Required { number, requirement: requirement.clone(), place });
    }

    fn items(&self) -> impl Iterator<Item = Node> {
        self.required.iter().filter_map(|one| if let Place::At(node) = one.place { Some(node) } else { None })
    }

    fn alike(self, level: Option<Asked>, age: Option<RecencyRule>, reach: Arc<Reach>) -> Alike {
        let mut landings: HashMap<Node, Vec<_>> = HashMap::new();
        for (number, landing) in self.landings {
            landings.entry(landing.from).or_default().push((number, landing));
        }
        Alike { level, age, reach, required: self.required, landings }
    }
}

fn reach(sought: &[&Sought], frameworks: &Frameworks, policy: &ScoringPolicy) -> Reach {
    let items = sought.iter().flat_map(|some| some.items());
    let landings = sought.iter().flat_map(|some| &some.landings).map(|(_, landing)| landing);
    Reach::new(items, landings, &frameworks.index, policy)
}
