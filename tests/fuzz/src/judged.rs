//! Asking the verifier, always at the same moment and with the same material.

use std::sync::LazyLock;

use jiff::Timestamp;
use wellspring_model::{
    credential::{Applicant, IssuerId},
    finding::Outcome,
    pointer::Pointer,
    report::CredentialReport,
    trust::TrustRules,
};
use wellspring_verify::{
    Document, Limits, Material, ParseError, Policy, UnverifiedPresentation, Verification, parse, verify,
};

use crate::documents::{self, key};

pub fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a time")
}

pub fn document(bytes: impl Into<Vec<u8>>) -> Document {
    Document { status: Some(200), content_type: None, bytes: bytes.into(), fetched_at: now() }
}

/// Status lists at their addresses, and nothing else: the issuers of the seeds are keys.
pub fn material() -> &'static Material {
    static MATERIAL: LazyLock<Material> = LazyLock::new(|| {
        let mut material = Material::default();
        material.insert(documents::LIST, document(documents::signed(documents::list()).to_string()));
        material
    });
    &MATERIAL
}

/// An employer who trusts the seeds' issuer, and an applicant whom the seeds are about.
pub fn policy() -> Policy {
    let trusted_issuers = vec![IssuerId(key(1).did_key())];
    Policy { trust: Some(TrustRules { trusted_issuers, ..TrustRules::default() }), ..Policy::default() }
}

pub fn ada() -> Applicant {
    Applicant { email: Some("ada@example.org".to_owned()), ..Applicant::default() }
}

pub fn read(bytes: &[u8]) -> Result<UnverifiedPresentation, ParseError> {
    parse(bytes, Pointer::root(), &Limits::default())
}

/// What an input comes to, unless it is refused before there is a report. What it asks to be gathered is looked at too.
pub fn judge(bytes: &[u8]) -> Option<Verification> {
    let unverified = read(bytes).ok()?;
    let wanted = unverified.references(material(), &policy(), now());
    assert!(wanted.len() <= Limits::default().references, "more documents are asked for than may be");
    Some(verify(&unverified, material(), &policy(), &ada(), now()))
}

/// The credentials that passed; a presentation is none.
pub fn passed(verification: &Verification) -> impl Iterator<Item = &CredentialReport> {
    verification.report.credentials.iter().filter(|report| {
        report.outcome == Outcome::Passed && !report.types.iter().any(|name| name == "VerifiablePresentation")
    })
}
