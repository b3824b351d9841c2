//! The computation: best single path per requirement, weighted mean, reasons for what does not count.

use std::collections::BTreeSet;

use wellspring_model::{
    assessment::{Assessment, Coverage, Line, LineState, Musts, NotCounted, Percent, Ppm, Score},
    competency::Profile,
    credential::{NotCountedReason, VerifiedCredential},
    id::AssessmentId,
};

use crate::{
    claim::{because, claims, divide, of_achievement, scored},
    frameworks::Frameworks,
    index::Index,
    inputs::digest_of,
    lines::{Requirements, lines},
    policy::ScoringPolicy,
    reach::Reach,
};

/// Scores evidence against a profile.
///
/// `frameworks` are those from which the profile's items come, and any others whose associations may lead to them.
/// `not_counted` is what verification already left out; reasons found here are added to it. The result does not depend
/// on the order of any input.
pub fn assess(
    id: AssessmentId,
    profile: &Profile,
    frameworks: &Frameworks,
    evidence: &[VerifiedCredential],
    not_counted: Vec<NotCounted>,
    policy: &ScoringPolicy,
) -> Assessment {
    let inputs_digest = digest_of(profile, &frameworks.versions, evidence, &not_counted, policy);
    let (counting, mut left_out) = divide(evidence, policy);
    left_out.extend(not_counted);
    let claims = claims(&counting, &frameworks.index, policy);
    let requirements = Requirements::new(profile, frameworks, policy);
    let reach = Reach::new(requirements.places(), &frameworks.index, policy);
    let lines = lines(&requirements, &claims, &reach, frameworks, policy);
    left_out.extend(not_asked_for(&counting, profile, &reach, &frameworks.index, policy));
    Assessment {
        id,
        policy: policy.reference(),
        profile: profile.id,
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
        lines,
        not_counted: left_out.into_iter().collect(),
        inputs_digest,
    }
}

/// Scored achievements that lead to no requirement.
fn not_asked_for(
    counting: &[&VerifiedCredential],
    profile: &Profile,
    reach: &Reach,
    index: &Index,
    policy: &ScoringPolicy,
) -> BTreeSet<NotCounted> {
    let mut left_out = BTreeSet::new();
    for credential in counting {
        for achievement in scored(credential, policy) {
            let leads = of_achievement(credential, achievement, index, policy).iter().any(|claim| {
                index.node(&claim.item).is_some_and(|node| reach.has(node))
                    || profile.requirements.iter().any(|requirement| requirement.item == claim.item)
            });
            if !leads {
                left_out.insert(because(credential, achievement, NotCountedReason::NotAskedFor));
            }
        }
    }
    left_out
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
