//! Documents that state what was signed and show something else.

use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::CheckName::Proof,
};
use wellspring_verify::{Material, Policy};

use crate::{
    ed25519::badge,
    judged::{judge_as, wrong},
};

pub const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
pub const OB_3_0_1: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json";
pub const OB: &str = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
pub const XSD: &str = "https://www.w3.org/2001/XMLSchema#";
pub const LIST: &str = "https://status.example/lists/1";
pub const SUBJECT: &str = "did:example:ada";

pub fn made(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    badge["credentialSubject"]["id"] = json!(SUBJECT);
    change(&mut badge);
    badge
}

pub fn again(signed: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut written = signed.clone();
    change(&mut written);
    written
}

pub fn take(from: &mut Value, name: &str) -> Value {
    from.as_object_mut().unwrap().remove(name).unwrap()
}

/// The same in the first generation of the data model, with a context whose terms nothing protects.
pub fn older(credential: &mut Value, contexts: &[&str]) {
    let around = |context: &str| json!(format!("https://{context}"));
    let inner = contexts.iter().map(|context| json!(context));
    let first = around("www.w3.org/2018/credentials/v1");
    credential["@context"] =
        std::iter::once(first).chain(inner).chain([around("w3id.org/security/data-integrity/v2")]).collect();
    credential["issuanceDate"] = take(credential, "validFrom");
}

pub fn also(credential: &mut Value, context: Value) {
    credential["@context"].as_array_mut().unwrap().push(context);
}

/// Refused because of how it is written, not because its signature would not fit.
pub fn refused(what: &str, written: &Value, pointer: &str) {
    let verification =
        judge_as(written.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &Material::default());
    let report = &verification.report.credentials[0];
    let proof = report.checks.iter().find(|check| check.check == Proof).unwrap();
    let found = (proof.outcome, proof.finding.code, proof.finding.pointer.as_str());
    assert_eq!(found, (Outcome::Failed, F::MemberInvalid, pointer), "{what}");
    assert!(verification.credentials.is_empty(), "{what}");
}

pub fn passes(what: &str, credential: &Value) {
    let verification =
        judge_as(credential.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &Material::default());
    assert_eq!(wrong(&verification.report.credentials[0]), [], "{what}");
}
