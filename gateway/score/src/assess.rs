//! The computation: best single path per requirement, weighted mean, reasons for what does not count.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    assessment::{Assessment, Coverage, Line, LineCode, LineLevel, LineState, Musts, NotCounted, Percent, Ppm, Score},
    canonical::canonical_json,
    competency::{Framework, FrameworkVersion, ItemId, Profile, Requirement},
    credential::{Achievement, Assurance, NotCountedReason, VerifiedCredential},
    digest::Digest,
    id::AssessmentId,
    pointer::Pointer,
};

use crate::{
    claim::{Claim, because, claims, divide, of_achievement},
    index::Index,
    policy::ScoringPolicy,
    ways::{Landing, Ways, landings},
};

/// Scores evidence against a profile.
///
/// `frameworks` holds the frameworks the profile's items come from and any others whose associations may lead to them.
/// `not_counted` is what verification already left out; reasons found here are added to it. The result does not depend
/// on the order of any input.
pub fn assess(
    id: AssessmentId,
    profile: &Profile,
    frameworks: &[(Framework, FrameworkVersion)],
    evidence: &[VerifiedCredential],
    not_counted: Vec<NotCounted>,
    policy: &ScoringPolicy,
) -> Assessment {
    let index = Index::new(frameworks.iter().map(|(framework, _)| framework));
    let mut versions: Vec<_> = frameworks.iter().map(|(_, version)| version.clone()).collect();
    versions.sort();
    let inputs_digest = digest_of(profile, &versions, evidence, &not_counted, policy);
    let (counting, mut left_out) = divide(evidence, policy);
    left_out.extend(not_counted);
    let claims = claims(&counting, &index);
    let ways = Ways::new(&claims, &index, policy);
    let asked: Vec<Asked> = profile.requirements.iter().map(|one| Asked::new(one, &index, policy)).collect();
    let lines: Vec<Line> = asked.iter().map(|asked| line(asked, &ways, &claims, &index)).collect();
    left_out.extend(not_asked_for(&counting, &asked, &index, policy));
    Assessment {
        id,
        policy: policy.reference(),
        profile: profile.id,
        frameworks: versions,
        score: score(&lines),
        coverage: Coverage {
            with_evidence: count(lines.iter().filter(|line| line.evidence.is_some())),
            of: count(lines.iter()),
        },
        musts: Musts {
            met: count(lines.iter().filter(|line| line.must && line.code.state() == LineState::Verified)),
            of: count(lines.iter().filter(|line| line.must)),
        },
        lines,
        not_counted: left_out.into_iter().collect(),
        inputs_digest,
    }
}

/// A requirement, and from where it is reached by a step down.
struct Asked<'a> {
    requirement: &'a Requirement,
    landings: Vec<Landing>,
}

impl<'a> Asked<'a> {
    fn new(requirement: &'a Requirement, index: &Index, policy: &ScoringPolicy) -> Self {
        Self { requirement, landings: landings(&requirement.item, index, policy) }
    }
}

fn line(asked: &Asked, ways: &Ways, claims: &[Claim], index: &Index) -> Line {
    let requirement = asked.requirement;
    let statement = index.title(&requirement.item).unwrap_or(requirement.item.as_str()).to_owned();
    let level = requirement.level.as_ref().map(|level| LineLevel {
        scale: level.scale.clone(),
        required: level.required.clone(),
        shown: None,
    });
    let empty = Line {
        item: requirement.item.clone(),
        statement,
        weight: requirement.weight,
        must: requirement.must,
        code: LineCode::NoEvidence,
        score: Ppm::ZERO,
        evidence: None,
        path: Vec::new(),
        factor: Ppm::ZERO,
        level,
        assurance: None,
    };
    let Some(way) = ways.best(&requirement.item, &asked.landings) else { return empty };
    let Some(claim) = claims.get(way.claim) else { return empty };
    Line {
        code: if empty.level.is_some() { LineCode::LevelUnknown } else { way.code() },
        score: way.factor,
        evidence: Some(claim.evidence()),
        factor: way.factor,
        path: way.path,
        assurance: Some(claim.credential.assurance()),
        ..empty
    }
}

/// Earned achievements that lead to no requirement.
fn not_asked_for(
    counting: &[&VerifiedCredential],
    asked: &[Asked],
    index: &Index,
    policy: &ScoringPolicy,
) -> BTreeSet<NotCounted> {
    let items: BTreeSet<&ItemId> = asked.iter().map(|asked| &asked.requirement.item).collect();
    let leads = |claims: &[Claim]| {
        let ways = Ways::new(claims, index, policy);
        ways.reached().any(|item| items.contains(item)) || ways.lands(asked.iter().flat_map(|asked| &asked.landings))
    };
    let mut left_out = BTreeSet::new();
    for credential in counting {
        for achievement in credential.achievements().iter().filter(|achievement| achievement.unearned.is_none()) {
            if !leads(&of_achievement(credential, achievement, index)) {
                left_out.insert(because(credential, achievement, NotCountedReason::NotAskedFor));
            }
        }
    }
    left_out
}

/// `100 × Σ weight × score / Σ weight`, once with unknown levels as met and once as not shown.
fn score(lines: &[Line]) -> Score {
    let weighted = |keep: fn(&Line) -> bool| -> u128 {
        lines.iter().filter(|line| keep(line)).map(|line| u128::from(line.weight) * u128::from(line.score.get())).sum()
    };
    let all: u128 = lines.iter().map(|line| u128::from(line.weight) * u128::from(Ppm::ONE.get())).sum();
    let high = Percent::of(weighted(|_| true), all);
    let low = Percent::of(weighted(|line| line.code.state() != LineState::LevelUnknown), all);
    Score { value: high, low, high }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// Everything the computation read, in an order of its own.
#[derive(Serialize)]
struct Inputs<'a> {
    policy: &'a ScoringPolicy,
    profile: &'a Profile,
    frameworks: &'a [FrameworkVersion],
    evidence: BTreeSet<String>,
    not_counted: BTreeSet<&'a NotCounted>,
}

#[derive(Serialize)]
struct EvidenceInput<'a> {
    path: &'a Pointer,
    assurance: Assurance,
    achievements: &'a [Achievement],
}

fn digest_of(
    profile: &Profile,
    frameworks: &[FrameworkVersion],
    evidence: &[VerifiedCredential],
    not_counted: &[NotCounted],
    policy: &ScoringPolicy,
) -> Digest {
    let text = |credential: &VerifiedCredential| {
        let input = EvidenceInput {
            path: credential.path(),
            assurance: credential.assurance(),
            achievements: credential.achievements(),
        };
        canonical(&input)
    };
    let inputs = Inputs {
        policy,
        profile,
        frameworks,
        evidence: evidence.iter().map(text).collect(),
        not_counted: not_counted.iter().collect(),
    };
    Digest::from_bytes(Sha256::digest(canonical(&inputs).as_bytes()).into())
}

#[expect(clippy::expect_used, reason = "types of ours with text keys and small numbers: they have a canonical form")]
fn canonical<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| canonical_json(&value)).expect("it has a canonical form")
}
