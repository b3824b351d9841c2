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
    index::{Index, Node},
    landing::Landing,
    policy::ScoringPolicy,
    reach::Reach,
    ways::{Way, Ways, Worth},
};

/// How many are named beside one requirement. All of them stand in the assessment's own list.
const MOST_NAMED: usize = 3;

/// What one credential says that does not count for one reason, and where it would lead.
pub struct Barred<'a> {
    claims: Vec<Claim<'a>>,
    ways: Ways,
    reason: NotCountedReason,
}

/// Everything verified that does not count, in an order of its own: credentials of a class that the policy leaves out, and
/// achievements that are not scored.
pub fn barred<'a>(
    evidence: &'a [VerifiedCredential],
    reach: &Reach,
    index: &Index,
    policy: &'a ScoringPolicy,
) -> Vec<Barred<'a>> {
    let mut credentials: Vec<_> = evidence.iter().collect();
    credentials.sort_by_key(|credential| credential.path());
    credentials.into_iter().flat_map(|credential| of_credential(credential, reach, index, policy)).collect()
}

fn of_credential<'a>(
    credential: &'a VerifiedCredential,
    reach: &Reach,
    index: &Index,
    policy: &'a ScoringPolicy,
) -> Vec<Barred<'a>> {
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
        let way = |(place, claim): (usize, &Claim)| {
            Some((index.node(&claim.item)?, Way::from_claim(place, Worth::WHOLE, policy)))
        };
        let ways = Ways::new(claims.iter().enumerate().filter_map(way), reach, index, policy);
        Barred { claims, ways, reason }
    };
    by_reason.into_iter().map(barred).collect()
}

/// What speaks of a requirement and could show more of it than is shown. `place` and `landings` are the requirement's.
pub fn would_serve(barred: &[Barred], line: &Line, place: Option<Node>, landings: &[Landing]) -> Vec<NotCounted> {
    if line.score == Ppm::ONE {
        return Vec::new();
    }
    let serving = barred.iter().filter_map(|one| {
        let claim = match place {
            Some(node) => {
                let way = one.ways.best(node, landings).filter(|way| way.factor > line.score)?;
                one.claims.get(way.claim)?
            }
            None => one.claims.iter().find(|claim| claim.item == line.item)?,
        };
        Some(because(claim.credential, claim.achievement, one.reason))
    });
    serving.take(MOST_NAMED).collect()
}
