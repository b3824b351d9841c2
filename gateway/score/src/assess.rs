//! The computation: best single path per requirement, weighted mean, reasons for what does not count.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ptr,
};

use wellspring_model::{
    Date,
    achievement::Achievement,
    assessment::{Assessment, Coverage, Line, LineState, Musts, NotCounted, Percent, Ppm, Score},
    competency::ItemId,
    credential::{NotCountedReason, VerifiedCredential},
    id::AssessmentId,
};

use crate::{
    barred::barred,
    claim::{Claim, because, claims, divide, scored},
    index::Index,
    lines::lines,
    requirements::Requirements,
};

/// Scores evidence against the requirements of a profile.
///
/// `not_counted` is what verification already left out; reasons found here are added to it. `as_of` is the day of the
/// application, from which rules of the policy about age count back. The result does not depend on the order of any input.
pub fn assess(
    id: AssessmentId,
    requirements: &Requirements,
    evidence: &[VerifiedCredential],
    not_counted: Vec<NotCounted>,
    as_of: Date,
) -> Assessment {
    let Requirements { frameworks, policy, .. } = requirements;
    let inputs_digest = requirements.basis.digest_with(evidence, &not_counted, as_of);
    let (counting, mut left_out) = divide(evidence, policy);
    left_out.extend(not_counted);
    let claims = claims(&counting, &frameworks.index, policy);
    let lines = lines(requirements, &claims, &barred(evidence, requirements), as_of);
    left_out.extend(not_asked_for(&counting, &claims, requirements));
    Assessment {
        id,
        policy: policy.reference(),
        profile: requirements.profile,
        frameworks: frameworks.versions.clone(),
        score: score(&lines),
        coverage: Coverage {
            with_evidence: count(lines.iter().filter(|line| line.evidence.is_some())),
            of: count(lines.iter()),
        },
        musts: Musts {
            met: count(lines.iter().filter(|line| line.must && line.code.state() == LineState::Verified)),
            of: count(lines.iter().filter(|line| line.must)),
        },
        items: words(&lines, &frameworks.index),
        lines,
        not_counted: left_out.into_iter().collect(),
        inputs_digest,
    }
}

/// The words of the items that paths come by.
fn words(lines: &[Line], index: &Index) -> BTreeMap<ItemId, String> {
    let items = lines.iter().flat_map(|line| &line.path).flat_map(|step| [&step.from, &step.to]);
    items.filter_map(|item| Some((item.clone(), index.title(item)?.to_owned()))).collect()
}

/// Scored achievements that lead to no requirement.
fn not_asked_for(
    counting: &[&VerifiedCredential],
    claims: &[Claim],
    requirements: &Requirements,
) -> BTreeSet<NotCounted> {
    let leading = claims.iter().filter(|claim| requirements.leads(&claim.place));
    let leading: HashSet<*const Achievement> = leading.map(|claim| ptr::from_ref(claim.achievement)).collect();
    let of_credential = |credential: &&VerifiedCredential| {
        let idle = scored(credential, &requirements.policy)
            .filter(|achievement| !leading.contains(&ptr::from_ref(*achievement)));
        idle.map(|achievement| because(credential, achievement, NotCountedReason::NotAskedFor)).collect::<Vec<_>>()
    };
    counting.iter().flat_map(of_credential).collect()
}

/// `100 × Σ weight × score / Σ weight`, once with unknown levels as the lowest there is and once as met.
fn score(lines: &[Line]) -> Score {
    let weighted = |of: fn(&Line) -> Ppm| -> u128 {
        lines.iter().map(|line| u128::from(line.weight) * u128::from(of(line).get())).sum()
    };
    let all = weighted(|_| Ppm::ONE);
    let low = Percent::of(weighted(|line| line.score), all);
    let high = Percent::of(weighted(|line| line.up_to.unwrap_or(line.score)), all);
    Score { value: low, low, high }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
