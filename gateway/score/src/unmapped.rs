//! What evidence names that leads to no item at all: people can say where it leads.

use std::collections::BTreeSet;

use wellspring_model::{
    competency::{Framework, FrameworkVersion},
    credential::VerifiedCredential,
    unmapped::Named,
};

use crate::{claim::divide, index::Index, policy::ScoringPolicy};

/// What earned achievements of credentials that count name, and no framework has: neither as an item nor at an end of an
/// association. Each once, whatever the order of the input.
pub fn unmapped(
    frameworks: &[(Framework, FrameworkVersion)],
    evidence: &[VerifiedCredential],
    policy: &ScoringPolicy,
) -> Vec<Named> {
    let index = Index::new(frameworks.iter().map(|(framework, _)| framework));
    let (counting, _) = divide(evidence, policy);
    let achievements = counting.iter().flat_map(|credential| credential.achievements());
    let earned = achievements.filter(|achievement| achievement.unearned.is_none());
    let alignments = earned.flat_map(|achievement| &achievement.alignments);
    let nameless = alignments.filter(|alignment| !index.knows(&index.resolve(alignment))).filter_map(Named::of);
    let mut found = BTreeSet::new();
    nameless.filter(|named| found.insert(owned(named))).collect()
}

fn owned(named: &Named) -> (String, Option<String>, Option<String>) {
    let (url, code, framework) = named.key();
    (url.to_owned(), code.map(str::to_owned), framework.map(str::to_owned))
}
