//! What evidence says, piece by piece.

use std::collections::BTreeSet;

use wellspring_model::{
    assessment::{EvidenceRef, NotCounted},
    competency::ItemId,
    credential::{Achievement, Alignment, Assurance, NotCountedReason, VerifiedCredential},
    pointer::Pointer,
};

use crate::{index::Index, policy::ScoringPolicy};

/// One statement of a credential that an item was reached.
pub struct Claim<'a> {
    pub credential: &'a VerifiedCredential,
    pub achievement: &'a Achievement,
    pub pointer: &'a Pointer,
    pub item: ItemId,
}

impl Claim<'_> {
    pub fn evidence(&self) -> EvidenceRef {
        EvidenceRef {
            credential: self.credential.path().clone(),
            pointer: self.pointer.clone(),
            achievement: self.achievement.id.clone(),
            name: self.achievement.name.clone(),
        }
    }
}

/// Credentials that count, and why the others do not.
pub fn divide<'a>(
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

pub fn because(credential: &VerifiedCredential, achievement: &Achievement, reason: NotCountedReason) -> NotCounted {
    NotCounted { credential: credential.path().clone(), achievement: Some(achievement.id.clone()), reason }
}

/// What the achievements that were earned say, in an order of its own: nothing depends on that of the input.
pub fn claims<'a>(counting: &[&'a VerifiedCredential], index: &Index) -> Vec<Claim<'a>> {
    let of_credential = |credential: &&'a VerifiedCredential| {
        let earned = credential.achievements().iter().filter(|achievement| achievement.unearned.is_none());
        earned.flat_map(|achievement| of_achievement(credential, achievement, index)).collect::<Vec<_>>()
    };
    let mut claims: Vec<Claim> = counting.iter().flat_map(of_credential).collect();
    claims.sort_by_cached_key(|claim| (claim.evidence(), claim.item.clone()));
    claims
}

/// What one achievement says.
pub fn of_achievement<'a>(
    credential: &'a VerifiedCredential,
    achievement: &'a Achievement,
    index: &Index,
) -> Vec<Claim<'a>> {
    let claim = |alignment: &'a Alignment| {
        let item = index.resolve(alignment);
        Claim { credential, achievement, pointer: &alignment.pointer, item }
    };
    achievement.alignments.iter().map(claim).collect()
}
