//! What speaks of a requirement and does not count, so that a reader can see what would change a line.
//!
//! Nothing here adds to a score.

use std::collections::BTreeMap;

use wellspring_model::{
    assessment::{Line, NotCounted, Ppm},
    credential::{NotCountedReason, VerifiedCredential},
};

use crate::{
    claim::{Claim, because, not_assured, not_scored, of_achievement},
    index::Place,
    requirements::{Required, Requirements},
    ways::{Best, Way, Worth, best},
};

/// How many are named beside one requirement. All of them stand in the assessment's own list.
const MOST_NAMED: usize = 3;

/// What one credential says that does not count for one reason, and where it would lead.
pub struct Barred<'a> {
    claims: Vec<Claim<'a>>,
    ways: Best<usize>,
    reason: NotCountedReason,
}

/// Everything verified that does not count, in an order of its own: credentials of a class that the policy leaves out, and
/// achievements that are not scored.
pub fn barred<'a>(evidence: &'a [VerifiedCredential], requirements: &'a Requirements) -> Vec<Barred<'a>> {
    let mut credentials: Vec<_> = evidence.iter().collect();
    credentials.sort_by_key(|credential| credential.path());
    credentials.into_iter().flat_map(|credential| of_credential(credential, requirements)).collect()
}

fn of_credential<'a>(credential: &'a VerifiedCredential, requirements: &'a Requirements) -> Vec<Barred<'a>> {
    let (index, policy) = (&requirements.frameworks.index, &*requirements.policy);
    let is_assured = policy.assurance.contains(&credential.assurance());
    let mut by_reason: BTreeMap<NotCountedReason, Vec<Claim>> = BTreeMap::new();
    for achievement in credential.achievements() {
        let reason = match (is_assured, not_scored(achievement, policy)) {
            (true, Some(reason)) => reason,
            (false, None) => not_assured(credential).reason,
            // It counts, or there is more than one reason why it does not.
            (true, None) | (false, Some(_)) => continue,
        };
        by_reason.entry(reason).or_default().extend(of_achievement(credential, achievement, index, policy));
    }
    let barred = |(reason, claims): (NotCountedReason, Vec<Claim<'a>>)| {
        let ways = requirements.alike.iter().flat_map(|alike| {
            let leading = claims.iter().enumerate().filter(|(_, claim)| alike.leads(&claim.place));
            let ways = leading.map(|(number, claim)| (&claim.place, Way::from_claim(number, Worth::WHOLE, policy)));
            best(ways, alike, requirements)
        });
        Barred { ways: ways.collect(), claims, reason }
    };
    by_reason.into_iter().map(barred).collect()
}

/// What speaks of a requirement and could show more of it than is shown.
pub fn would_serve(barred: &[Barred], line: &Line, required: &Required) -> Vec<NotCounted> {
    if line.score == Ppm::ONE {
        return Vec::new();
    }
    let serving = barred.iter().filter_map(|one| {
        let way = one.ways.get(&required.number)?;
        let claim = one.claims.get(way.claim)?;
        // Nobody can say how far an item is shown that no framework has.
        let shows_more = way.factor > line.score || matches!(required.place, Place::Nowhere(_));
        shows_more.then(|| because(claim.credential, claim.achievement, one.reason))
    });
    serving.take(MOST_NAMED).collect()
}
