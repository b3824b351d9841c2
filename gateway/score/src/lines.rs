//! One line for each requirement.

use std::collections::BTreeMap;

use wellspring_model::{
    assessment::{Line, LineCode, LineLevel, Ppm},
    competency::Requirement,
};

use crate::{
    barred::{Barred, would_serve},
    claim::Claim,
    index::Index,
    level::Asked,
    requirements::{AtLevel, Requirements},
    ways::{Best, Way, best},
};

/// In the order of the profile.
pub fn lines(requirements: &Requirements, claims: &[Claim], barred: &[Barred]) -> Vec<Line> {
    let index = &requirements.frameworks.index;
    let mut lines = BTreeMap::new();
    for at in &requirements.levels {
        let shows = Shows::new(at, claims, requirements);
        for required in &at.required {
            let (low, high) = (shows.low.get(&required.number), shows.high.get(&required.number));
            let line = written(&required.requirement, at.level.as_ref(), low, high, claims, index);
            lines.insert(required.number, Line { not_counted: would_serve(barred, &line, required), ..line });
        }
    }
    lines.into_values().collect()
}

/// The best ways to the requirements at one level.
struct Shows {
    /// With levels that are not known as the lowest there is…
    low: Best<usize>,
    /// …and as the one that is asked for. Empty where all are known.
    high: Best<usize>,
}

impl Shows {
    fn new(at: &AtLevel, claims: &[Claim], requirements: &Requirements) -> Self {
        let leading = claims.iter().enumerate().filter(|(_, claim)| at.leads(&claim.place));
        let leading: Vec<_> = leading.map(|(number, claim)| (number, &claim.place, Worth::of(claim, at))).collect();
        let ways = |worth: fn(&Worth) -> Ppm| {
            let way = |(number, place, level): &(usize, _, Worth)| {
                (*place, Way::from_claim(*number, worth(level), &requirements.policy))
            };
            best(leading.iter().map(way), at, requirements)
        };
        let is_unknown = leading.iter().any(|(_, _, level)| level.low != level.high);
        Self { low: ways(|level| level.low), high: if is_unknown { ways(|level| level.high) } else { Best::new() } }
    }
}

/// What the level is worth that a claim shows.
struct Worth {
    low: Ppm,
    high: Ppm,
}

impl Worth {
    fn of(claim: &Claim, at: &AtLevel) -> Self {
        let Some(asked) = &at.level else { return Self { low: Ppm::ONE, high: Ppm::ONE } };
        let shown = asked.shown(&claim.levels);
        Self { low: asked.worth(shown), high: asked.at_best(shown) }
    }
}

fn written(
    requirement: &Requirement,
    asked: Option<&Asked>,
    way: Option<&Way>,
    high: Option<&Way>,
    claims: &[Claim],
    index: &Index,
) -> Line {
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
