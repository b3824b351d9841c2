//! The digest over everything that an assessment read.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    achievement::Achievement,
    assessment::NotCounted,
    canonical::canonical_json,
    competency::{FrameworkVersion, Profile},
    credential::{Assurance, VerifiedCredential},
    digest::Digest,
    pointer::Pointer,
};

use crate::policy::ScoringPolicy;

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

pub fn digest_of(
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
