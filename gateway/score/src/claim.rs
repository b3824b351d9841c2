//! What evidence says, piece by piece.

use std::{cmp::Ordering, collections::BTreeSet};

use wellspring_model::{
    achievement::{AchievedLevel, Achievement, Alignment, AssessedResult},
    assessment::{EvidenceKind, EvidenceRef, NamedBy, NotCounted},
    credential::{Assurance, NotCountedReason, VerifiedCredential},
    pointer::Pointer,
};

use crate::{
    index::{Index, Place},
    policy::ScoringPolicy,
};

/// One statement of a credential that an item was reached.
pub struct Claim<'a> {
    pub credential: &'a VerifiedCredential,
    pub achievement: &'a Achievement,
    /// What names the item.
    pub alignment: &'a Alignment,
    pub place: Place,
    pub named: NamedBy,
    /// The levels that its results name.
    pub levels: Vec<&'a AchievedLevel>,
    is_assessed: bool,
}

impl Claim<'_> {
    pub fn evidence(&self) -> EvidenceRef {
        EvidenceRef {
            credential: self.credential.path().clone(),
            pointer: self.alignment.pointer.clone(),
            achievement: self.achievement.id.clone(),
            name: self.achievement.name.clone(),
            kind: self.kind(),
            named: self.named,
            date: self.achievement.date,
        }
    }

    const fn kind(&self) -> EvidenceKind {
        if self.is_assessed { EvidenceKind::Assessed } else { EvidenceKind::Issued }
    }

    fn told(&self) -> (&Pointer, &Pointer, &str, &str, EvidenceKind, NamedBy) {
        let Achievement { id, name, .. } = self.achievement;
        (self.credential.path(), &self.alignment.pointer, id, name, self.kind(), self.named)
    }

    /// Where it has its place among others: by what a reader is told of it, and then by the item.
    fn order(&self, other: &Self, index: &Index) -> Ordering {
        let item = || index.item(&self.place).cmp(&index.item(&other.place));
        self.told().cmp(&other.told()).then_with(item)
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
        let why = |one: &Achievement| Some(because(credential, one, not_scored(one, policy)?));
        left_out.extend(credential.achievements().iter().filter_map(why));
    }
    (counting, left_out)
}

pub fn not_assured(credential: &VerifiedCredential) -> NotCounted {
    let reason = match credential.assurance() {
        Assurance::A | Assurance::B => NotCountedReason::IssuerNotTrusted,
        Assurance::C => NotCountedReason::NotBoundToApplicant,
    };
    NotCounted { credential: credential.path().clone(), achievement: None, reason }
}

/// Why an achievement is shown and not scored, if it is not.
pub fn not_scored(achievement: &Achievement, policy: &ScoringPolicy) -> Option<NotCountedReason> {
    let is_by_machine = |result: &AssessedResult| result.alignments.is_empty() && policy.is_by_machine(result);
    if achievement.unearned.is_some() {
        Some(NotCountedReason::NotEarned)
    } else if achievement.results.iter().any(is_by_machine) {
        Some(NotCountedReason::MachineMatched)
    } else {
        None
    }
}

pub fn because(credential: &VerifiedCredential, achievement: &Achievement, reason: NotCountedReason) -> NotCounted {
    NotCounted { credential: credential.path().clone(), achievement: Some(achievement.id.clone()), reason }
}

/// The achievements of a credential that are scored.
pub fn scored<'a>(
    credential: &'a VerifiedCredential,
    policy: &'a ScoringPolicy,
) -> impl Iterator<Item = &'a Achievement> {
    credential.achievements().iter().filter(|achievement| not_scored(achievement, policy).is_none())
}

/// What they say, in an order of its own: nothing depends on that of the input.
pub fn claims<'a>(counting: &[&'a VerifiedCredential], index: &Index, policy: &'a ScoringPolicy) -> Vec<Claim<'a>> {
    let of_credential = |credential: &&'a VerifiedCredential| {
        let scored = scored(credential, policy);
        scored.flat_map(|achievement| of_achievement(credential, achievement, index, policy)).collect::<Vec<_>>()
    };
    let mut claims: Vec<Claim> = counting.iter().flat_map(of_credential).collect();
    claims.sort_by(|one, other| one.order(other, index));
    claims
}

/// What one achievement says: of the items that it names, at the levels of its results about the whole; of the items that
/// a result names, at that result's level.
pub fn of_achievement<'a>(
    credential: &'a VerifiedCredential,
    achievement: &'a Achievement,
    index: &Index,
    policy: &ScoringPolicy,
) -> Vec<Claim<'a>> {
    let claim = |alignment: &'a Alignment, results: &[&'a AssessedResult]| {
        let (place, named) = index.resolve(alignment);
        Claim {
            credential,
            achievement,
            alignment,
            place,
            named,
            levels: results.iter().filter_map(|result| result.level.as_ref()).collect(),
            is_assessed: results.iter().any(|result| result.level.is_some()),
        }
    };
    let counts = |result: &&AssessedResult| result.unearned.is_none() && !policy.is_by_machine(result);
    let (of_the_whole, of_items): (Vec<_>, Vec<_>) =
        achievement.results.iter().filter(counts).partition(|result| result.alignments.is_empty());
    let named = achievement.alignments.iter().map(|alignment| claim(alignment, &of_the_whole));
    let by_results = of_items.iter().flat_map(|result| result.alignments.iter().map(|one| claim(one, &[*result])));
    named.chain(by_results).collect()
}
