//! Judging in one line.

use wellspring_model::{
    Timestamp,
    credential::Applicant,
    finding::{FindingCode, Outcome},
    pointer::Pointer,
    report::{CheckName, CredentialReport, VerificationReport},
    trust::TrustRules,
};
use wellspring_verify::{Document, Limits, Material, Policy, Verification, parse, verify};

pub fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub fn ada() -> Applicant {
    Applicant { email: Some("ada@example.org".to_owned()), ..Applicant::default() }
}

pub fn document(bytes: impl Into<Vec<u8>>) -> Document {
    Document { status: Some(200), content_type: None, bytes: bytes.into(), fetched_at: now() }
}

/// An employer who relies on these.
pub fn relying(rules: TrustRules) -> Policy {
    Policy { trust: Some(rules), ..Policy::default() }
}

pub fn judge_as(bytes: &[u8], policy: &Policy, applicant: &Applicant, material: &Material) -> Verification {
    let unverified = parse(bytes, Pointer::root(), &Limits::default()).unwrap();
    verify(&unverified, material, policy, applicant, now())
}

/// The report, unless the bytes are refused before there is one.
pub fn report_of(bytes: &[u8]) -> Option<VerificationReport> {
    let unverified = parse(bytes, Pointer::root(), &Limits::default()).ok()?;
    Some(verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now()).report)
}

pub fn judge(bytes: &[u8]) -> Verification {
    judge_as(bytes, &Policy::default(), &Applicant::default(), &Material::default())
}

/// Every check that did not pass, with its code.
pub fn wrong(report: &CredentialReport) -> Vec<(CheckName, Outcome, FindingCode)> {
    let checks = report.checks.iter().filter(|check| check.outcome != Outcome::Passed);
    checks.map(|check| (check.check, check.outcome, check.finding.code)).collect()
}

pub fn notices(report: &CredentialReport) -> Vec<FindingCode> {
    report.notices.iter().map(|finding| finding.code).collect()
}
