//! The digest over everything that an assessment read.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    Date,
    achievement::Achievement,
    assessment::NotCounted,
    competency::{FrameworkVersion, Profile},
    credential::{Assurance, VerifiedCredential},
    digest::Digest,
    pointer::Pointer,
};

use crate::policy::ScoringPolicy;

/// Everything the computation read, in an order of its own. What is hashed is JSON as these types write it: their members
/// always come in one order.
#[derive(Serialize)]
struct Inputs<'a> {
    policy: &'a ScoringPolicy,
    /// Only where age changes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Date>,
    profile: &'a Profile,
    frameworks: &'a [FrameworkVersion],
    evidence: BTreeSet<Digest>,
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
    as_of: Date,
) -> Digest {
    let of_credential = |credential: &VerifiedCredential| {
        hashed(&EvidenceInput {
            path: credential.path(),
            assurance: credential.assurance(),
            achievements: credential.achievements(),
        })
    };
    let evidence = evidence.iter().map(of_credential).collect();
    let as_of = (!policy.recency.is_empty()).then_some(as_of);
    hashed(&Inputs { policy, as_of, profile, frameworks, evidence, not_counted: not_counted.iter().collect() })
}

#[expect(clippy::expect_used, reason = "types of ours with text keys and whole numbers can be written as JSON")]
fn hashed<T: Serialize>(value: &T) -> Digest {
    let text = serde_json::to_vec(value).expect("it can be written as JSON");
    Digest::from_bytes(Sha256::digest(text).into())
}
