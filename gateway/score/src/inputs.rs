//! The digest over everything that an assessment read.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
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

/// What is read for every candidate alike, written once.
#[derive(Debug)]
pub struct Basis {
    policy: Box<RawValue>,
    profile: Box<RawValue>,
    frameworks: Box<RawValue>,
    /// Whether the policy has rules about age.
    reads_age: bool,
}

/// Everything the computation read, in an order of its own. What is hashed is JSON as these types write it: their members
/// always come in one order.
#[derive(Serialize)]
struct Inputs<'a> {
    policy: &'a RawValue,
    /// Only where age may change anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Date>,
    profile: &'a RawValue,
    frameworks: &'a RawValue,
    evidence: BTreeSet<Digest>,
    not_counted: BTreeSet<&'a NotCounted>,
}

#[derive(Serialize)]
struct EvidenceInput<'a> {
    path: &'a Pointer,
    assurance: Assurance,
    achievements: &'a [Achievement],
}

impl Basis {
    pub fn new(profile: &Profile, frameworks: &[FrameworkVersion], policy: &ScoringPolicy) -> Self {
        let reads_age = !policy.recency.is_empty();
        Self { policy: written(policy), profile: written(profile), frameworks: written(frameworks), reads_age }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        [&self.policy, &self.profile, &self.frameworks].map(|part| part.get().len()).iter().sum()
    }

    /// The digest over it and what is read of one candidate.
    pub fn digest_with(&self, evidence: &[VerifiedCredential], not_counted: &[NotCounted], as_of: Date) -> Digest {
        let mut text = Vec::new();
        let of_credential = |credential: &VerifiedCredential| {
            let (path, assurance) = (credential.path(), credential.assurance());
            hashed(&EvidenceInput { path, assurance, achievements: credential.achievements() }, &mut text)
        };
        let evidence = evidence.iter().map(of_credential).collect();
        let inputs = Inputs {
            policy: &self.policy,
            as_of: self.reads_age.then_some(as_of),
            profile: &self.profile,
            frameworks: &self.frameworks,
            evidence,
            not_counted: not_counted.iter().collect(),
        };
        hashed(&inputs, &mut text)
    }
}

#[expect(clippy::expect_used, reason = "types of ours with text keys and whole numbers can be written as JSON")]
fn written<T: Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    to_raw_value(value).expect("it can be written as JSON")
}

/// The digest of JSON, for which there is room in `text`.
#[expect(clippy::expect_used, reason = "types of ours with text keys and whole numbers can be written as JSON")]
fn hashed<T: Serialize>(value: &T, text: &mut Vec<u8>) -> Digest {
    text.clear();
    serde_json::to_writer(&mut *text, value).expect("it can be written as JSON");
    Digest::from_bytes(Sha256::digest(text).into())
}
