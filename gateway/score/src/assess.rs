//! The computation: best single path per requirement, weighted mean, reasons for what does not count.

use std::{cmp::Reverse, collections::BTreeSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    assessment::{
        Assessment, Coverage, EvidenceRef, Line, LineCode, LineLevel, Musts, NotCounted, PathStep, Percent, Ppm, Score,
    },
    canonical::canonical_json,
    competency::{Framework, FrameworkVersion, ItemId, Profile, Requirement},
    credential::{Achievement, Assurance, NotCountedReason, VerifiedCredential},
    digest::Digest,
    id::AssessmentId,
    pointer::Pointer,
};

use crate::{index::Index, policy::ScoringPolicy};

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
    let claims: Vec<Claim> = counting.iter().flat_map(|credential| claims(credential, &index)).collect();
    let lines: Vec<Line> =
        profile.requirements.iter().map(|requirement| line(requirement, &claims, &index, policy)).collect();
    left_out.extend(not_asked_for(&counting, &claims, profile, &index));
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
            met: count(lines.iter().filter(|line| line.must && is_met(line))),
            of: count(lines.iter().filter(|line| line.must)),
        },
        lines,
        not_counted: left_out.into_iter().collect(),
        inputs_digest,
    }
}

/// One statement of a credential that an item was reached.
struct Claim<'a> {
    credential: &'a VerifiedCredential,
    achievement: &'a Achievement,
    pointer: &'a Pointer,
    item: ItemId,
}

/// Credentials that count, and why the others do not.
fn divide<'a>(
    evidence: &'a [VerifiedCredential],
    policy: &ScoringPolicy,
) -> (Vec<&'a VerifiedCredential>, BTreeSet<NotCounted>) {
    let (counting, others): (Vec<_>, Vec<_>) =
        evidence.iter().partition(|credential| policy.assurance.contains(&credential.assurance()));
    let mut left_out: BTreeSet<NotCounted> = others.into_iter().map(not_assured).collect();
    for credential in &counting {
        let unearned = credential.achievements().iter().filter(|achievement| achievement.unearned.is_some());
        left_out.extend(unearned.map(|achievement| because(credential, achievement, NotCountedReason::NotEarned)));
    }
    (counting, left_out)
}

fn not_assured(credential: &VerifiedCredential) -> NotCounted {
    let reason = match credential.assurance() {
        Assurance::A | Assurance::B => NotCountedReason::IssuerNotTrusted,
        Assurance::C => NotCountedReason::NotBoundToApplicant,
    };
    NotCounted { credential: credential.path().clone(), achievement: None, reason }
}

fn because(credential: &VerifiedCredential, achievement: &Achievement, reason: NotCountedReason) -> NotCounted {
    NotCounted { credential: credential.path().clone(), achievement: Some(achievement.id.clone()), reason }
}

fn claims<'a>(credential: &'a VerifiedCredential, index: &Index) -> Vec<Claim<'a>> {
    let earned = credential.achievements().iter().filter(|achievement| achievement.unearned.is_none());
    earned
        .flat_map(|achievement| {
            achievement.alignments.iter().map(move |alignment| Claim {
                credential,
                achievement,
                pointer: &alignment.pointer,
                item: index.resolve(alignment),
            })
        })
        .collect()
}

/// How a claim reaches an item, if it does: the path and its factor.
fn reach(
    claim: &Claim,
    item: &ItemId,
    index: &Index,
    policy: &ScoringPolicy,
) -> Option<(Vec<PathStep>, Ppm, LineCode)> {
    if claim.item == *item {
        return Some((Vec::new(), policy.factors.same_item, LineCode::SameItem));
    }
    let step = index.exact_matches(&claim.item).find(|step| step.to == *item)?;
    Some((vec![step.clone()], policy.factors.exact_match, LineCode::ExactMatch))
}

fn line(requirement: &Requirement, claims: &[Claim], index: &Index, policy: &ScoringPolicy) -> Line {
    let best = claims
        .iter()
        .filter_map(|claim| {
            let (path, factor, code) = reach(claim, &requirement.item, index, policy)?;
            (factor > Ppm::ZERO).then(|| (factor, path, code, evidence(claim), claim.credential.assurance()))
        })
        // The best factor wins; among equals the shorter path, then the first in reading order, so that nothing depends
        // on the order of the input.
        .min_by_key(|(factor, path, _, evidence, _)| (Reverse(*factor), path.len(), evidence.clone()));
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
    let Some((factor, path, code, evidence, assurance)) = best else { return empty };
    Line {
        code: if empty.level.is_some() { LineCode::LevelUnknown } else { code },
        score: factor,
        evidence: Some(evidence),
        path,
        factor,
        assurance: Some(assurance),
        ..empty
    }
}

fn evidence(claim: &Claim) -> EvidenceRef {
    EvidenceRef {
        credential: claim.credential.path().clone(),
        pointer: claim.pointer.clone(),
        achievement: claim.achievement.id.clone(),
        name: claim.achievement.name.clone(),
    }
}

/// Earned achievements that lead to no requirement.
fn not_asked_for(
    counting: &[&VerifiedCredential],
    claims: &[Claim],
    profile: &Profile,
    index: &Index,
) -> BTreeSet<NotCounted> {
    let asked: BTreeSet<&ItemId> = profile.requirements.iter().map(|requirement| &requirement.item).collect();
    let useful: BTreeSet<&Pointer> = claims
        .iter()
        .filter(|claim| {
            asked.contains(&claim.item) || index.exact_matches(&claim.item).any(|step| asked.contains(&step.to))
        })
        .map(|claim| &claim.achievement.pointer)
        .collect();
    let mut left_out = BTreeSet::new();
    for credential in counting {
        for achievement in credential.achievements() {
            if achievement.unearned.is_none() && !useful.contains(&achievement.pointer) {
                left_out.insert(because(credential, achievement, NotCountedReason::NotAskedFor));
            }
        }
    }
    left_out
}

fn is_met(line: &Line) -> bool {
    matches!(line.code, LineCode::SameItem | LineCode::ExactMatch)
}

/// `100 × Σ weight × score / Σ weight`, once with unknown levels as met and once as not shown.
fn score(lines: &[Line]) -> Score {
    let weighted = |keep: fn(&Line) -> bool| -> u128 {
        lines.iter().filter(|line| keep(line)).map(|line| u128::from(line.weight) * u128::from(line.score.get())).sum()
    };
    let all: u128 = lines.iter().map(|line| u128::from(line.weight) * u128::from(Ppm::ONE.get())).sum();
    let high = Percent::of(weighted(|_| true), all);
    Score { value: high, low: Percent::of(weighted(is_met), all), high }
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
