//! Credentials of our own with one flaw each: what is wrong is named, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use ed25519::{badge, key, record, sign_with, signed};
use serde_json::{Value, json};
use wellspring_model::{
    Timestamp,
    credential::{Applicant, Binding, IssuerId, NotCountedReason},
    finding::{FindingCode, Outcome},
    pointer::Pointer,
    report::{CheckName, Trust},
    trust::TrustRules,
};
use wellspring_verify::{Document, Limits, Material, Policy, Verification, parse, verify};

mod ed25519;

const NOW: &str = "2026-11-23T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn judge_with(credential: &Value, policy: &Policy, applicant: &Applicant, material: &Material) -> Verification {
    let bytes = credential.to_string();
    let unverified = parse(bytes.as_bytes(), Pointer::root(), &Limits::default()).unwrap();
    verify(&unverified, material, policy, applicant, now())
}

fn judge(credential: &Value) -> Verification {
    judge_with(credential, &Policy::default(), &Applicant::default(), &Material::default())
}

/// Every check that did not pass, with its code and place.
fn wrong(verification: &Verification) -> Vec<(CheckName, FindingCode, String)> {
    let checks = verification.report.credentials[0].checks.iter();
    let wrong = checks.filter(|check| check.outcome != Outcome::Passed);
    wrong.map(|check| (check.check, check.finding.code, check.finding.pointer.to_string())).collect()
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut credential = badge();
    change(&mut credential);
    credential
}

#[test]
fn our_own_badge_and_record_pass_whole() {
    assert_eq!(wrong(&judge(&signed(badge()))), []);
    let verification = judge(&signed(record(&[signed(badge())])));
    assert!(verification.report.credentials.iter().all(|one| one.outcome == Outcome::Passed), "{verification:#?}");
    assert_eq!(verification.report.credentials.len(), 2);
    assert_eq!(verification.credentials.len(), 1, "a record awards nothing itself");
    assert_eq!(verification.credentials[0].path().as_str(), "/credentialSubject/verifiableCredential/0");
}

#[test]
fn each_flaw_is_named_alone() {
    use CheckName::{IssuerKey, Proof, Schema, Status, Structure, Validity};
    use FindingCode as F;
    type Case = (&'static str, Value, &'static [(CheckName, FindingCode, &'static str)]);
    let remove = |from: &mut Value, name: &str| drop(from.as_object_mut().unwrap().remove(name));
    let cases: Vec<Case> = vec![
        ("not signed", badge(), &[(Proof, F::ProofMissing, "")]),
        (
            "changed after signing",
            {
                let mut badge = signed(badge());
                badge["name"] = json!("Another name");
                badge
            },
            &[(Proof, F::SignatureInvalid, "/proof/proofValue")],
        ),
        ("an undefined term", signed_anyway(|b| b["grade"] = json!("A")), &[(Proof, F::TermUndefined, "/grade")]),
        (
            "an unknown context",
            signed_anyway(|b| b["@context"].as_array_mut().unwrap().push(json!("https://unknown.example/v1"))),
            &[(Proof, F::ContextUnsupported, "/@context/2")],
        ),
        (
            "an end date under its IRI",
            signed_anyway(|b| b["https://www.w3.org/2018/credentials#validUntil"] = json!("2020-01-01T00:00:00Z")),
            &[(Proof, F::MemberInvalid, "/https:~1~1www.w3.org~12018~1credentials#validUntil")],
        ),
        (
            "an end date under an alias",
            signed_anyway(|b| {
                b["@context"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"until": "https://www.w3.org/2018/credentials#validUntil"}));
                b["until"] = json!("2020-01-01T00:00:00Z");
            }),
            &[(Proof, F::MemberInvalid, "/until")],
        ),
        (
            "a protected term redefined",
            signed_anyway(|b| {
                b["@context"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"VerifiableCredential": "https://evil.example/other"}));
            }),
            &[(Proof, F::MemberInvalid, "/@context/2")],
        ),
        (
            "another suite",
            signed_anyway(|b| b["proof"]["cryptosuite"] = json!("bbs-2023")),
            &[(Proof, F::SuiteUnsupported, "/proof/cryptosuite")],
        ),
        (
            "another purpose",
            signed_anyway(|b| b["proof"]["proofPurpose"] = json!("authentication")),
            &[(Proof, F::PurposeMismatch, "/proof/proofPurpose")],
        ),
        (
            "a proof that has expired",
            signed_anyway(|b| b["proof"]["expires"] = json!("2026-01-02T00:00:00Z")),
            &[(Proof, F::ProofExpired, "/proof/expires")],
        ),
        (
            "a proof value that is none",
            signed_anyway(|b| b["proof"]["proofValue"] = json!("z0OIl")),
            &[(Proof, F::ProofInvalid, "/proof/proofValue")],
        ),
        (
            "a chain of proofs whose first link is not there",
            signed_anyway(|b| b["proof"]["previousProof"] = json!("urn:uuid:1")),
            &[(Proof, F::ProofInvalid, "/proof/previousProof")],
        ),
        (
            "somebody else's key",
            sign_with(badge(), &key(9), &key(9).did_key_method()),
            &[(IssuerKey, F::IssuerKeyMismatch, "/proof/verificationMethod")],
        ),
        (
            "an issuer whose document is not had",
            signed(changed(|b| b["issuer"]["id"] = json!("did:web:college.example"))),
            &[(IssuerKey, F::KeyUnresolved, "/proof/verificationMethod")],
        ),
        (
            "not valid yet",
            signed(changed(|b| b["validFrom"] = json!("2027-01-01T00:00:00Z"))),
            &[(Validity, F::NotYetValid, "/validFrom")],
        ),
        (
            "expired",
            signed(changed(|b| b["validUntil"] = json!("2026-06-01T00:00:00Z"))),
            &[(Validity, F::Expired, "/validUntil")],
        ),
        (
            "ends before it begins",
            signed(changed(|b| b["validUntil"] = json!("2025-06-01T00:00:00Z"))),
            &[(Validity, F::DateInvalid, "/validUntil")],
        ),
        (
            "a status of a kind of its own",
            signed(changed(|b| {
                b["credentialStatus"] = json!({"id": "https://a.example/s#1", "type": "urn:example:Status"})
            })),
            &[(Status, F::StatusUnsupported, "/credentialStatus")],
        ),
        (
            "nobody named",
            signed(changed(|b| remove(&mut b["credentialSubject"], "identifier"))),
            &[(Structure, F::SubjectUnidentified, "/credentialSubject")],
        ),
        (
            "no achievement",
            signed(changed(|b| remove(&mut b["credentialSubject"], "achievement"))),
            &[(Schema, F::SchemaMismatch, "/credentialSubject")],
        ),
        (
            "a result that is none",
            signed(changed(|b| b["credentialSubject"]["result"] = json!([{"type": ["Result"], "status": "Won"}]))),
            &[(Schema, F::SchemaMismatch, "/credentialSubject/result")],
        ),
        (
            "a null",
            signed_anyway(|b| b["description"] = json!(null)),
            &[(Structure, F::MemberInvalid, "/description"), (Schema, F::SchemaMismatch, "/description")],
        ),
    ];
    for (name, credential, expected) in cases {
        let verification = judge(&credential);
        let expected: Vec<_> = expected.iter().map(|(check, code, at)| (*check, *code, (*at).to_owned())).collect();
        assert_eq!(wrong(&verification), expected, "{name}");
        assert_ne!(verification.report.credentials[0].outcome, Outcome::Passed, "{name}");
        assert!(verification.credentials.is_empty(), "{name}: nothing to score");
        assert_eq!(verification.not_counted.len(), 1, "{name}");
    }
}

/// A signed badge, changed after signing where that decides nothing about the flaw.
fn signed_anyway(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = signed(badge());
    change(&mut badge);
    badge
}

#[test]
fn an_issuer_is_known_by_its_own_document_and_nothing_else() {
    let issuer = "https://college.example/issuers/1";
    let method = format!("{issuer}#key-1");
    let credential = sign_with(changed(|b| b["issuer"]["id"] = json!(issuer)), &key(1), &method);
    let listed = |key: &str, assertion: &str, more: Value| {
        let mut one = json!({"id": "#key-1", "type": "Multikey", "controller": issuer, "publicKeyMultibase": key});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"id": issuer, "verificationMethod": [one], "assertionMethod": [assertion]})
    };
    let own = key(1).multikey();
    let codes = |document: Value, status: u16| {
        let mut material = Material::default();
        let bytes = document.to_string().into_bytes();
        material.insert(issuer, Document { status: Some(status), content_type: None, bytes, fetched_at: now() });
        let verification = judge_with(&credential, &Policy::default(), &Applicant::default(), &material);
        wrong(&verification).into_iter().map(|(check, code, _)| (check, code)).collect::<Vec<_>>()
    };
    use FindingCode as F;
    let (key_check, proof) = (CheckName::IssuerKey, CheckName::Proof);
    assert_eq!(codes(listed(&own, "#key-1", json!({})), 200), []);
    let unknown = vec![(proof, F::KeyUnresolved), (key_check, F::KeyUnresolved)];
    assert_eq!(codes(listed(&own, "#key-1", json!({})), 404), unknown, "an answer that is none");
    assert_eq!(codes(listed(&key(2).multikey(), "#key-1", json!({})), 200), [(proof, F::SignatureInvalid)]);
    assert_eq!(codes(listed(&own, "#key-2", json!({})), 200), [(key_check, F::KeyNotAuthorised)]);
    let revoked = json!({"revoked": "2026-11-01T00:00:00Z"});
    assert_eq!(codes(listed(&own, "#key-1", revoked), 200), [(key_check, F::KeyRevoked)], "whatever the proof's date");
    let later = json!({"expires": "2027-01-01T00:00:00Z"});
    assert_eq!(codes(listed(&own, "#key-1", later), 200), []);
    let withdrawn = json!({"id": issuer, "verificationMethod": [], "assertionMethod": []});
    assert_eq!(
        codes(withdrawn, 200),
        [(proof, F::KeyUnresolved), (key_check, F::KeyNotAuthorised)],
        "listed once, and no more"
    );
    let foreign = json!({"controller": "https://else.example/"});
    assert_eq!(codes(listed(&own, "#key-1", foreign), 200), [(proof, F::KeyUnresolved), (key_check, F::KeyUnresolved)]);
    let mut other = listed(&own, "#key-1", json!({}));
    other["id"] = json!("https://else.example/");
    assert_eq!(codes(other, 200), [(proof, F::KeyUnresolved), (key_check, F::KeyDocumentInvalid)]);
    assert_eq!(codes(json!("<html>"), 200), [(proof, F::KeyUnresolved), (key_check, F::KeyDocumentInvalid)]);
}

#[test]
fn of_several_proofs_any_one_suffices_and_none_can_be_smuggled_in() {
    let once = signed(badge());
    let twice = sign_with(once.clone(), &key(9), &key(9).did_key_method());
    assert_eq!(wrong(&judge(&twice)), [], "the issuer's own proof is among them");
    let mut only_theirs = twice.clone();
    only_theirs["proof"].as_array_mut().unwrap().remove(0);
    assert_eq!(judge(&only_theirs).report.credentials[0].outcome, Outcome::Failed);
    let mut changed = twice;
    changed["name"] = json!("Another");
    assert_eq!(wrong(&judge(&changed))[0].1, FindingCode::SignatureInvalid);
    let mut many = once.clone();
    many["proof"] = Value::from(vec![once["proof"].clone(); 17]);
    assert_eq!(wrong(&judge(&many)), [(CheckName::Proof, FindingCode::LimitExceeded, "/proof".to_owned())]);
}

#[test]
fn unsigned_and_swapped_inner_credentials_are_never_scored() {
    let unsigned = |name: &str, status: &str| {
        changed(|b| {
            b["id"] = json!(format!("urn:uuid:00000000-0000-4000-8000-00000000000{name}"));
            b["credentialSubject"]["result"] = json!([{"type": ["Result"], "status": status}]);
        })
    };
    for (first, second) in [("Completed", "Failed"), ("Failed", "Completed")] {
        let verification = judge(&signed(record(&[unsigned("1", first), unsigned("2", second)])));
        assert_eq!(verification.report.credentials[0].outcome, Outcome::Passed);
        assert!(verification.credentials.is_empty(), "an inner credential without its own proof is never scored");
        assert_eq!(verification.not_counted.len(), 2);
    }
}

#[test]
fn an_old_document_of_keys_is_said_and_beyond_the_limit_no_longer_used() {
    let mut credential = badge();
    credential["issuer"]["id"] = json!("https://college.example/issuer");
    let method = "https://college.example/issuer#key-1";
    let credential = sign_with(credential, &key(1), method);
    let keys = json!({
        "id": "https://college.example/issuer",
        "verificationMethod": [{
            "id": method, "type": "Multikey", "controller": "https://college.example/issuer",
            "publicKeyMultibase": key(1).multikey()
        }],
        "assertionMethod": [method]
    });
    let at_age = |hours: i64| {
        let fetched_at = now() - jiff::SignedDuration::from_hours(hours);
        let document = Document { status: Some(200), content_type: None, bytes: keys.to_string().into(), fetched_at };
        let mut material = Material::default();
        material.insert("https://college.example/issuer", document);
        let verification = judge_with(&credential, &Policy::default(), &Applicant::default(), &material);
        let report = &verification.report.credentials[0];
        (report.outcome, report.notices.iter().map(|notice| notice.code).collect::<Vec<_>>())
    };
    assert_eq!(at_age(1), (Outcome::Passed, vec![]));
    assert_eq!(at_age(2), (Outcome::Passed, vec![FindingCode::KeyDocumentAged]));
    assert_eq!(at_age(25), (Outcome::Undetermined, vec![]));
}

#[test]
fn trust_and_binding_stand_beside_the_outcome() {
    let credential = signed(badge());
    let listed = |ids: &[String]| Policy {
        trust: Some(TrustRules {
            trusted_issuers: ids.iter().cloned().map(IssuerId).collect(),
            ..TrustRules::default()
        }),
        ..Policy::default()
    };
    let ada = Applicant { email: Some("ada@example.org".to_owned()), ..Applicant::default() };
    let mine = judge_with(&credential, &listed(&[key(1).did_key()]), &ada, &Material::default());
    let report = &mine.report.credentials[0];
    assert_eq!((report.trust, report.binding), (Some(Trust::Trusted), Some(Binding::PlainIdentifier)));
    let stranger = judge_with(&credential, &listed(&[]), &ada, &Material::default());
    assert_eq!(stranger.report.credentials[0].trust, Some(Trust::NotListed));
    assert_eq!(stranger.report.credentials[0].outcome, Outcome::Passed);
    let eve = Applicant { email: Some("eve@example.org".to_owned()), ..Applicant::default() };
    let theirs = judge_with(&credential, &listed(&[key(1).did_key()]), &eve, &Material::default());
    assert_eq!(wrong(&theirs)[0].1, FindingCode::SubjectMismatch);
    assert_eq!(theirs.not_counted[0].reason, NotCountedReason::VerificationFailed);
}

#[test]
fn what_is_known_and_not_decided_yet_is_undetermined() {
    let limits = Limits::default();
    let judged = |bytes: &[u8]| {
        let unverified = parse(bytes, Pointer::root(), &limits).unwrap();
        verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now())
    };
    for bytes in [&b"%PDF-1.7"[..], b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln~", br#"{"type": "Assertion"}"#] {
        let report = judged(bytes).report;
        assert_eq!(report.outcome(), Outcome::Undetermined);
        assert_eq!(report.credentials[0].checks[0].finding.code, FindingCode::FormatUnsupported);
    }
    assert_eq!(judged(b"{}").report.credentials[0].checks[0].finding.code, FindingCode::TypeUnknown);
}

#[test]
fn an_input_with_too_many_credentials_is_cut_off_and_says_so() {
    let limits = Limits { nested: 3, ..Limits::default() };
    let badges: Vec<Value> = (0..5).map(|_| badge()).collect();
    let bytes = signed(record(&badges)).to_string();
    let unverified = parse(bytes.as_bytes(), Pointer::root(), &limits).unwrap();
    let report = verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now()).report;
    assert_eq!(report.credentials[0].checks[0].finding.code, FindingCode::LimitExceeded);
    assert_ne!(report.credentials[0].outcome, Outcome::Passed);
    assert!(report.credentials.len() <= 5);
}

#[test]
fn references_name_the_documents_of_issuers_and_keys_once() {
    let credential = sign_with(
        changed(|b| b["issuer"]["id"] = json!("did:web:college.example:dept")),
        &key(1),
        "https://keys.example/controller#1",
    );
    let bytes = record(&[credential.clone(), credential]).to_string();
    let unverified = parse(bytes.as_bytes(), Pointer::root(), &Limits::default()).unwrap();
    let urls: Vec<String> =
        unverified.references(&Material::default(), &Policy::default(), now()).into_iter().map(String::from).collect();
    assert_eq!(urls, ["https://college.example/dept/did.json", "https://keys.example/controller"]);
}
