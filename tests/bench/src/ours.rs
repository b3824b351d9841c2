//! The gateway's verifier, schema check and all.

use wellspring_model::{credential::Applicant, finding::Outcome, pointer::Pointer, report::CheckName};
use wellspring_verify::{Cache, Limits, Material, Policy, Question, parse, verify};

/// Everything: the credential handed in and each nested one, as the gateway does it.
pub fn all(bytes: &[u8]) {
    let unverified = parse(bytes, Pointer::root(), &Limits::default()).expect("it is readable");
    let now = "2026-11-01T00:00:00Z".parse().expect("a time");
    let verification = verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now);
    assert_eq!(verification.report.outcome(), Outcome::Passed);
}

/// The outer proof alone: nested credentials are looked at as statements of the outer one only.
pub fn outer(bytes: &[u8]) {
    let limits = Limits { nested: 0, ..Limits::default() };
    let unverified = parse(bytes, Pointer::root(), &limits).expect("it is readable");
    let now = "2026-11-01T00:00:00Z".parse().expect("a time");
    let verification = verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now);
    let checks = &verification.report.credentials[0].checks;
    let proof = checks.iter().find(|check| check.check == CheckName::Proof).expect("a check");
    assert_eq!(proof.outcome, Outcome::Passed, "{checks:?}");
}

/// The same bytes a second time, with everything: what the cache takes, in milliseconds.
pub fn again(bytes: &[u8]) -> f64 {
    let cache = Cache::new(64 << 20);
    let (base, limits, material) = (Pointer::root(), Limits::default(), Material::default());
    let (policy, applicant) = (Policy::default(), Applicant::default());
    let now = "2026-11-01T00:00:00Z".parse().expect("a time");
    let question = Question {
        bytes,
        base: &base,
        limits: &limits,
        material: &material,
        policy: &policy,
        applicant: &applicant,
        now,
    };
    crate::time(|| drop(cache.verify(&question).expect("it is readable")))
}
