//! What fuzzing found (`cargo xtask fuzz`), each as the smallest input that shows it.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519::{badge, key, signed};
use flate2::{Compression, write::GzEncoder};
use judged::{ada, document, judge, judge_as, relying, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    credential::{IssuerId, NotCountedReason},
    finding::{FindingCode as F, Outcome},
    report::CheckName::{Proof, Status, Structure},
    trust::TrustRules,
};
use wellspring_verify::{Material, Policy};

mod ed25519;
mod judged;

fn baked(inside: &str) -> Vec<u8> {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{inside}</o:credential></svg>"#
    )
    .into_bytes()
}

#[test]
fn remarks_in_a_picture_are_no_part_of_the_credential() {
    let text = signed(badge()).to_string();
    let (begin, end) = text.split_at(1);
    let judged = |inside: &str| judge(&baked(inside)).report;
    assert_eq!(judged(&format!("{begin}<!-- \"extra\": 1, --><?extra 1?>{end}")).outcome(), Outcome::Passed);
    let unreadable = [(Structure, Outcome::Failed, F::PictureInvalid)];
    for inside in ["{<b>\"type\": \"Assertion\"</b>}", "<b>{}</b>", "{}<b/>"] {
        assert_eq!(wrong(&judged(inside).credentials[0]), unreadable, "{inside}");
    }
}

/// What counts of a badge that names somebody else as the creator of its achievement.
fn counted(credential: &Value) -> (Outcome, Vec<NotCountedReason>, usize) {
    let rules = TrustRules { trusted_issuers: vec![IssuerId(key(1).did_key())], ..TrustRules::default() };
    let verification = judge_as(credential.to_string().as_bytes(), &relying(rules), &ada(), &Material::default());
    let reasons = verification.not_counted.iter().map(|no| no.reason).collect();
    let achievements = verification.credentials.iter().map(|credential| credential.achievements().len()).sum();
    (verification.report.credentials[0].outcome, reasons, achievements)
}

/// Puts what stands under a member under the IRI that the member means. The statements stay the same.
fn hidden(object: &mut Value, name: &str, iri: &str, value: impl FnOnce(Value) -> Value) {
    let object = object.as_object_mut().unwrap();
    let hidden = object.remove(name).unwrap();
    object.insert(iri.to_owned(), value(hidden));
}

#[test]
fn a_creator_cannot_be_hidden_under_another_name() {
    let mut credential = badge();
    credential["credentialSubject"]["achievement"]["creator"] =
        json!({"id": "https://else.example/", "type": ["Profile"]});
    let mut credential = signed(credential);
    assert_eq!(counted(&credential), (Outcome::Passed, vec![NotCountedReason::CreatorNotIssuer], 0));
    let achievement = &mut credential["credentialSubject"]["achievement"];
    hidden(achievement, "creator", "https://purl.imsglobal.org/spec/vc/ob/vocab.html#creator", |creator| creator);
    assert_eq!(counted(&credential), (Outcome::Failed, vec![NotCountedReason::VerificationFailed], 0));
}

#[test]
fn the_width_of_a_status_cannot_be_hidden_under_another_name() {
    let address = "https://status.example/lists/1";
    // The sixth status of two bits is set, the sixth bit is not.
    let mut bits = vec![0; 32 * 1024];
    bits[1] = 0b0011_0000;
    let mut material = Material::default();
    material.insert(address, document(signed(list(address, &bits)).to_string()));
    let judged = |credential: &Value| {
        let bytes = credential.to_string();
        wrong(&judge_as(bytes.as_bytes(), &Policy::default(), &ada(), &material).report.credentials[0])
    };
    let mut credential = badge();
    credential["credentialStatus"] = json!({
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "5", "statusSize": 2,
        "statusListCredential": address
    });
    let mut credential = signed(credential);
    assert_eq!(judged(&credential), [(Status, Outcome::Failed, F::Revoked)]);
    let entry = &mut credential["credentialStatus"];
    hidden(
        entry,
        "statusSize",
        "https://www.w3.org/ns/credentials/status#statusSize",
        |size| json!({"@value": size, "@type": "https://www.w3.org/2001/XMLSchema#integer"}),
    );
    assert_eq!(judged(&credential), [(Proof, Outcome::Failed, F::MemberInvalid)]);
}

fn list(address: &str, bits: &[u8]) -> Value {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bits).unwrap();
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key(1).did_key(),
        "credentialSubject": {
            "id": format!("{address}#list"), "type": "BitstringStatusList", "statusPurpose": "revocation",
            "encodedList": format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(encoder.finish().unwrap()))
        }
    })
}

#[test]
fn a_member_of_a_tokens_header_that_is_no_text_is_not_the_same_as_none() {
    let header = json!({"typ": "JWT", "kid": key(1).did_key_method()});
    let judged = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        wrong(&judge(key(1).jwt(&header, &badge()).as_bytes()).report.credentials[0])
    };
    assert_eq!(judged("typ", json!("vc+jwt")), []);
    let invalid = [(Proof, Outcome::Failed, F::JwtInvalid)];
    for (name, value) in [
        ("typ", json!(["at+jwt"])),
        ("typ", json!(null)),
        ("kid", json!([key(9).did_key_method()])),
        ("jwk", json!([{"kty": "OKP"}])),
    ] {
        assert_eq!(judged(name, value.clone()), invalid, "{name} {value}");
    }
}
