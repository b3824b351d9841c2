//! One line for each requirement.

use std::collections::BTreeMap;

use wellspring_model::{
    Date,
    assessment::{Line, LineCode, LineLevel, Ppm},
    competency::Requirement,
};

use crate::{
    barred::{Barred, would_serve},
    claim::Claim,
    index::Index,
    level::Asked,
    recency::Recency,
    requirements::{Alike, Requirements},
    ways::{Best, Way, Worth, best},
};

/// In the order of the profile. `as_of` is the day of the application.
pub fn lines(requirements: &Requirements, claims: &[Claim], barred: &[Barred], as_of: Date) -> Vec<Line> {
    let index = &requirements.frameworks.index;
    let mut lines = BTreeMap::new();
    for alike in &requirements.alike {
        let measure = Measure::of(alike, as_of);
        let shows = Shows::new(alike, measure, claims, requirements);
        for required in &alike.required {
            let (low, high) = (shows.low.get(&required.number), shows.high.get(&required.number));
            let line = written(&required.requirement, measure, low, high, claims, index);
            lines.insert(required.number, Line { not_counted: would_serve(barred, &line, required), ..line });
        }
    }
    lines.into_values().collect()
}

/// By what evidence is measured.
#[derive(Clone, Copy)]
struct Measure<'a> {
    level: Option<&'a Asked>,
    recency: Option<Recency<'a>>,
}

impl<'a> Measure<'a> {
    fn of(alike: &'a Alike, as_of: Date) -> Self {
        Self { level: alike.level.as_ref(), recency: alike.age.as_ref().map(|rule| Recency { rule, as_of }) }
    }

    /// What a claim is worth: with a level that is not known as the lowest there is, and as the one that is asked for.
    fn worth(self, claim: &Claim) -> [Worth; 2] {
        let age = self.recency.map_or(Ppm::ONE, |recency| recency.worth(claim));
        let levels = self.level.map_or([Ppm::ONE; 2], |asked| {
            let shown = asked.shown(&claim.levels);
            [asked.worth(shown), asked.at_best(shown)]
        });
        levels.map(|level| Worth { level, age })
    }
}

/// The best ways to the requirements that are alike.
struct Shows {
    /// With levels that are not known as the lowest there is…
    low: Best<usize>,
    /// …and as the one that is asked for. Empty where all are known.
    high: Best<usize>,
}

impl Shows {
    fn new(alike: &Alike, measure: Measure, claims: &[Claim], requirements: &Requirements) -> Self {
        let leading = claims.iter().enumerate().filter(|(_, claim)| alike.leads(&claim.place));
        let leading: Vec<_> = leading.map(|(number, claim)| (number, &claim.place, measure.worth(claim))).collect();
        let ways = |worth: fn([Worth; 2]) -> Worth| {
            let way = |(number, place, both): &(usize, _, [Worth; 2])| {
                (*place, Way::from_claim(*number, worth(*both), &requirements.policy))
            };
            best(leading.iter().map(way), alike, requirements)
        };
        let is_unknown = leading.iter().any(|(_, _, [low, high])| low != high);
        Self { low: ways(|[low, _]| low), high: if is_unknown { ways(|[_, high]| high) } else { Best::new() } }
    }
}

fn written(
    requirement: &Requirement,
    measure: Measure,
    way: Option<&Way>,
    high: Option<&Way>,
    claims: &[Claim],
    index: &Index,
) -> Line {
    let Measure { level: asked, recency } = measure;
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
        level: asked.map(|asked| level(asked, None)),
        recency: recency.map(|recency| recency.told(None)),
        assurance: None,
        not_counted: Vec::new(),
    };
    let Some((claim, way)) = way.and_then(|way| Some((claims.get(way.claim)?, way))) else { return empty };
    let unclear = asked.and_then(|asked| asked.code(asked.shown(&claim.levels)));
    Line {
        code: unclear.unwrap_or(way.code()),
        score: way.factor,
        up_to: high.map(|high| high.factor).filter(|high| *high > way.factor),
        evidence: Some(claim.evidence()),
        factor: way.matched,
        path: index.path(&way.path),
        level: asked.map(|asked| level(asked, Some(claim))),
        recency: recency.map(|recency| recency.told(Some(claim))),
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
