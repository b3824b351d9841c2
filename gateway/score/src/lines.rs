//! One line for each requirement.

use std::collections::BTreeMap;

use wellspring_model::{
    Date,
    assessment::{Line, LineCode, LineLevel, Ppm},
    competency::{ItemId, Profile, RequiredLevel, Requirement},
};

use crate::{
    barred::{Barred, would_serve},
    claim::Claim,
    frameworks::Frameworks,
    index::{Index, Node},
    landing::{Landing, landings},
    level::{Asked, Shown},
    policy::ScoringPolicy,
    reach::Reach,
    recency::Recency,
    ways::{Way, Ways, Worth},
};

/// What a profile asks for, with from where each item is reached by a step down.
pub struct Requirements<'a>(Vec<Required<'a>>);

struct Required<'a> {
    requirement: &'a Requirement,
    level: Option<Asked<'a>>,
    recency: Option<Recency<'a>>,
    place: Option<Node>,
    landings: Vec<Landing>,
}

/// What requirements have in common for which all evidence is worth the same: the level that they ask for, and the rule
/// about age.
type Measure<'a> = (Option<&'a RequiredLevel>, Option<&'a ItemId>);

impl<'a> Required<'a> {
    fn measure(&self) -> Measure<'a> {
        (self.requirement.level.as_ref(), self.recency.and_then(|recency| recency.key()))
    }

    /// What a piece of evidence is worth where its level is worth this.
    fn worth(&self, claim: &Claim, level: impl Fn(&Asked, Shown) -> Ppm) -> Worth {
        Worth {
            level: self.level.as_ref().map_or(Ppm::ONE, |asked| level(asked, asked.shown(&claim.levels))),
            age: self.recency.map_or(Ppm::ONE, |recency| recency.worth(claim)),
        }
    }
}

impl<'a> Requirements<'a> {
    pub fn new(profile: &'a Profile, frameworks: &'a Frameworks, policy: &'a ScoringPolicy, as_of: Date) -> Self {
        let required = |requirement: &'a Requirement| {
            let place = frameworks.index.node(&requirement.item);
            Required {
                requirement,
                level: requirement.level.as_ref().map(|level| Asked::new(level, frameworks, policy)),
                recency: Recency::about(&requirement.item, &policy.recency, as_of),
                place,
                landings: place.map(|node| landings(node, &frameworks.index, policy)).unwrap_or_default(),
            }
        };
        Self(profile.requirements.iter().map(required).collect())
    }

    /// The items that frameworks here have, with from where they are reached by a step down.
    pub fn places(&self) -> impl Iterator<Item = (Node, &[Landing])> {
        self.0.iter().filter_map(|required| Some((required.place?, required.landings.as_slice())))
    }
}

/// All ways, by what the evidence is worth for one measure.
struct Shows {
    /// With levels that are not known as the lowest there is…
    low: Ways,
    /// …and as the one that is asked for. `None` where all are known.
    high: Option<Ways>,
}

impl Shows {
    fn new(required: &Required, claims: &[Claim], reach: &Reach, index: &Index, policy: &ScoringPolicy) -> Self {
        let ways = |worth: &dyn Fn(&Claim) -> Worth| {
            let way = |(place, claim): (usize, &Claim)| {
                Some((index.node(&claim.item)?, Way::from_claim(place, worth(claim), policy)))
            };
            Ways::new(claims.iter().enumerate().filter_map(way), reach, index, policy)
        };
        let is_unknown = |claim: &Claim| {
            required.level.as_ref().is_some_and(|asked| !matches!(asked.shown(&claim.levels), Shown::At(_)))
        };
        Self {
            low: ways(&|claim| required.worth(claim, |asked, shown| asked.worth(shown))),
            high: claims
                .iter()
                .any(is_unknown)
                .then(|| ways(&|claim| required.worth(claim, |asked, shown| asked.at_best(shown)))),
        }
    }
}

pub fn lines<'r>(
    requirements: &'r Requirements,
    claims: &[Claim],
    barred: &[Barred],
    reach: &Reach,
    frameworks: &Frameworks,
    policy: &ScoringPolicy,
) -> Vec<Line> {
    let index = &frameworks.index;
    let mut by_measure: BTreeMap<Measure, Shows> = BTreeMap::new();
    let line = |required: &'r Required| {
        let shows =
            by_measure.entry(required.measure()).or_insert_with(|| Shows::new(required, claims, reach, index, policy));
        let (low, high) = match required.place {
            Some(node) => (
                shows.low.best(node, &required.landings),
                shows.high.as_ref().and_then(|high| high.best(node, &required.landings)),
            ),
            None => outright(required, claims, policy),
        };
        let line = written(required, low, high.map(|way| way.factor), claims, index);
        Line { not_counted: would_serve(barred, &line, required.place, &required.landings), ..line }
    };
    requirements.0.iter().map(line).collect()
}

/// Evidence for an item that no framework here has: it names that item or nothing.
fn outright(required: &Required, claims: &[Claim], policy: &ScoringPolicy) -> (Option<Way>, Option<Way>) {
    let best = |level: &dyn Fn(&Asked, Shown) -> Ppm| {
        let named = claims.iter().enumerate().filter(|(_, claim)| claim.item == required.requirement.item);
        let way = |(place, claim): (usize, &Claim)| Way::from_claim(place, required.worth(claim, level), policy);
        named.map(way).min_by(|one, other| one.rank().cmp(&other.rank()))
    };
    (best(&|asked, shown| asked.worth(shown)), best(&|asked, shown| asked.at_best(shown)))
}

fn written(required: &Required, way: Option<Way>, high: Option<Ppm>, claims: &[Claim], index: &Index) -> Line {
    let requirement = required.requirement;
    let empty = Line {
        item: requirement.item.clone(),
        statement: index.title(&requirement.item).unwrap_or(requirement.item.as_str()).to_owned(),
        weight: requirement.weight,
        must: requirement.must,
        code: LineCode::NoEvidence,
        score: Ppm::ZERO,
        up_to: None,
        evidence: None,
        path: Vec::new(),
        factor: Ppm::ZERO,
        level: required.level.map(|asked| level(&asked, None)),
        recency: required.recency.map(|recency| recency.told(None)),
        assurance: None,
        not_counted: Vec::new(),
    };
    let Some((claim, way)) = way.and_then(|way| Some((claims.get(way.claim)?, way))) else { return empty };
    let unclear = required.level.and_then(|asked| asked.code(asked.shown(&claim.levels)));
    Line {
        code: unclear.unwrap_or(way.code()),
        score: way.factor,
        up_to: high.filter(|high| *high > way.factor),
        evidence: Some(claim.evidence()),
        factor: way.matched,
        path: index.path(&way.path),
        level: required.level.map(|asked| level(&asked, Some(claim))),
        recency: required.recency.map(|recency| recency.told(Some(claim))),
        assurance: Some(claim.credential.assurance()),
        ..empty
    }
}

fn level(asked: &Asked, claim: Option<&Claim>) -> LineLevel {
    let shown = claim.map(|claim| asked.shown(&claim.levels));
    LineLevel {
        scale: asked.level.scale.clone(),
        steps: asked.steps(shown),
        required: asked.level.required.clone(),
        shown: shown.and_then(|shown| asked.shown_id(shown)),
        said: claim.and_then(|claim| asked.said(&claim.levels)),
    }
}
