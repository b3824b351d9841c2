//! Forgeries that other verifiers have been seen to accept, and the test that each fails in here.
//!
//! | accepted elsewhere | test |
//! | --- | --- |
//! | a token under any key in its own header | [`a_key_in_the_header_is_nobodys`] |
//! | a token under the key at any address | [`a_key_at_an_address_is_its_owners`] |
//! | a token whose `iss`, `sub`, `jti` or `nbf` contradicts the credential | `tokens`: `claims_that_contradict_the_credential_fail_and_absent_ones_are_remarked_on` |
//! | a key spelled out behind the issuer's name (`did:web:university.example#z6Mk…`) | [`a_key_behind_the_issuers_name_is_not_yet_the_issuers`] |
//! | a key of the issuer that is not for assertions | [`a_key_for_showing_who_one_is_asserts_nothing`] |
//! | a second proof that nobody looks at | [`the_second_proof_is_looked_at`] |
//! | a revocation list that cannot be had | [`a_revocation_list_that_is_not_had_leaves_it_open`] |
//! | a revocation list that nobody signed, as if it were signed | `status`: `an_unsigned_revocation_list_can_revoke_and_cannot_vouch` |
//! | a credential that is suspended, not revoked | `status`: `a_clear_bit_passes_and_a_set_one_fails_by_its_purpose` |
//! | an issuer that nobody has heard of | `flaws`: `trust_and_binding_stand_beside_the_outcome` |
//! | somebody else's credential | [`somebody_elses_credential_is_not_the_applicants`] |
//! | an inner credential of another type than a badge | [`an_inner_credential_is_judged_whatever_its_type`] |
//! | an inner credential about somebody else than its record | `holders`: `a_record_says_whose_its_credentials_are_if_its_issuer_may` |
//! | a second status entry that nobody looks at | `status`: `every_entry_is_looked_up` |
//! | a revoked entry in an older list (StatusList2021) | `status`: `the_older_lists_are_read_by_their_own_rules` |
//! | a revoked entry in a revocation list | [`a_revocation_list_revokes`] |
//! | in a presentation, the status of the first credential for all | [`each_credential_of_a_presentation_has_its_own_status`] |
//! | a presentation made for somebody else, or at another time | `holders`: `a_presentation_that_is_not_for_us_binds_nothing` |
//! | a context from wherever the credential says | [`a_context_is_never_had_from_where_the_credential_says`] |
//! | an AchievementCredential or a record that does not fit its schema | [`every_type_has_its_schema_and_it_decides`] |
//! | an inner credential that was changed before its record was signed | [`an_inner_credential_is_judged_by_its_own_proof`] |
//! | a status list that was changed, or has ended | `status`: `a_list_that_cannot_be_verified_decides_nothing_whatever_it_says` |
//! | results or end dates moved about within the signed statements | `moved`, `rewritten` and `respelled` |

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519::{badge, key, record, sign_with, signed};
use judged::{ada, document, judge, judge_as, now, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::{
        CheckName::{self, IssuerKey, Proof, Schema, Status, Subject},
        VerificationReport,
    },
};
use wellspring_verify::{Absence, Limits, Material, Policy, parse};

mod ed25519;
mod judged;

const UNIVERSITY: &str = "https://university.example/issuers/1";
const LIST: &str = "https://status.example/lists/1";
const FORGER: u8 = 9;

fn issued_by(issuer: &str) -> Value {
    let mut badge = badge();
    badge["issuer"]["id"] = json!(issuer);
    badge
}

fn jwk(number: u8) -> Value {
    let bytes = bs58::decode(&key(number).multikey()[1..]).into_vec().unwrap().split_off(2);
    json!({"kty": "OKP", "crv": "Ed25519", "kid": "key-1", "x": BASE64_URL_SAFE_NO_PAD.encode(bytes)})
}

/// A document that lists the first key for a purpose.
fn keys(owner: &str, purpose: &str, number: u8) -> Value {
    let method =
        json!({"id": "#key-1", "type": "Multikey", "controller": owner, "publicKeyMultibase": key(number).multikey()});
    json!({"id": owner, "verificationMethod": [method], purpose: ["#key-1"]})
}

fn gathered(documents: &[(&str, Value)]) -> Material {
    let mut material = Material::default();
    documents.iter().for_each(|(address, one)| material.insert(address, document(one.to_string())));
    material
}

fn report(bytes: &[u8], material: &Material) -> VerificationReport {
    judge_as(bytes, &Policy::default(), &Applicant::default(), material).report
}

fn first(value: &Value, material: &Material) -> Vec<(CheckName, Outcome, F)> {
    wrong(&report(value.to_string().as_bytes(), material).credentials[0])
}

#[test]
fn a_key_in_the_header_is_nobodys() {
    let material = gathered(&[(UNIVERSITY, keys(UNIVERSITY, "assertionMethod", 1))]);
    let token = key(FORGER).jwt(&json!({"typ": "vc+jwt", "jwk": jwk(FORGER)}), &issued_by(UNIVERSITY));
    let found = wrong(&report(token.as_bytes(), &material).credentials[0]);
    assert_eq!(found, [(IssuerKey, Outcome::Failed, F::IssuerKeyMismatch)]);
}

#[test]
fn a_key_at_an_address_is_its_owners() {
    let forger = "https://forger.example/keys";
    let token = |kid: &str| key(FORGER).jwt(&json!({"typ": "vc+jwt", "kid": kid}), &issued_by(UNIVERSITY));
    let own = keys(UNIVERSITY, "assertionMethod", 1);
    for theirs in [json!({"keys": [jwk(FORGER)]}), keys(forger, "assertionMethod", FORGER)] {
        let material = gathered(&[(UNIVERSITY, own.clone()), (forger, theirs)]);
        let found = wrong(&report(token(&format!("{forger}#key-1")).as_bytes(), &material).credentials[0]);
        assert_eq!(found, [(IssuerKey, Outcome::Failed, F::IssuerKeyMismatch)]);
    }
}

#[test]
fn a_key_behind_the_issuers_name_is_not_yet_the_issuers() {
    let issuer = "did:web:university.example";
    let method = format!("{issuer}#{}", key(FORGER).multikey());
    let forged = sign_with(issued_by(issuer), &key(FORGER), &method);
    assert_eq!(first(&forged, &Material::default()), [(IssuerKey, Outcome::Undetermined, F::KeyUnresolved)]);
    let known = gathered(&[("https://university.example/.well-known/did.json", keys(issuer, "assertionMethod", 1))]);
    assert_eq!(first(&forged, &known), [(IssuerKey, Outcome::Failed, F::KeyNotAuthorised)]);
}

#[test]
fn a_key_for_showing_who_one_is_asserts_nothing() {
    let credential = sign_with(issued_by(UNIVERSITY), &key(1), &format!("{UNIVERSITY}#key-1"));
    let with = |purpose: &str| first(&credential, &gathered(&[(UNIVERSITY, keys(UNIVERSITY, purpose, 1))]));
    assert_eq!(with("assertionMethod"), []);
    assert_eq!(with("authentication"), [(IssuerKey, Outcome::Failed, F::KeyNotAuthorised)]);
}

#[test]
fn the_second_proof_is_looked_at() {
    let theirs = sign_with(badge(), &key(FORGER), &key(FORGER).did_key_method());
    let both = sign_with(theirs.clone(), &key(1), &key(1).did_key_method());
    assert_eq!(first(&both, &Material::default()), [], "the issuer's own comes second");
    assert_eq!(first(&theirs, &Material::default()), [(IssuerKey, Outcome::Failed, F::IssuerKeyMismatch)]);
}

/// A badge with a revocation list.
fn listed() -> Value {
    let mut badge = badge();
    badge["@context"].as_array_mut().unwrap().push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
    badge["credentialStatus"] = json!({"id": LIST, "type": "1EdTechRevocationList"});
    signed(badge)
}

#[test]
fn a_revocation_list_that_is_not_had_leaves_it_open() {
    let open = [(Status, Outcome::Undetermined, F::StatusUnreachable)];
    assert_eq!(first(&listed(), &Material::default()), open);
    let mut material = Material::default();
    material.insert_absence(LIST, Absence::Timeout);
    assert_eq!(first(&listed(), &material), open);
    let page = gathered(&[(LIST, json!("<html>"))]);
    assert_eq!(first(&listed(), &page), [(Status, Outcome::Undetermined, F::StatusListInvalid)]);
}

#[test]
fn a_revocation_list_revokes() {
    let material = gathered(&[(LIST, json!({"id": LIST, "revokedCredential": [{"id": badge()["id"]}]}))]);
    assert_eq!(first(&listed(), &material), [(Status, Outcome::Failed, F::Revoked)]);
}

#[test]
fn each_credential_of_a_presentation_has_its_own_status() {
    let material = gathered(&[(LIST, json!({"id": LIST, "revokedCredential": [{"id": badge()["id"]}]}))]);
    for all in [[signed(badge()), listed()], [listed(), signed(badge())]] {
        let presentation = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"], "verifiableCredential": all
        });
        let report = report(presentation.to_string().as_bytes(), &material);
        let mut outcomes: Vec<Outcome> = report.credentials[1..].iter().map(|one| one.outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, [Outcome::Passed, Outcome::Failed]);
        let revoked = all.iter().position(|one| one.get("credentialStatus").is_some()).unwrap();
        assert_eq!(wrong(&report.credentials[1 + revoked]), [(Status, Outcome::Failed, F::Revoked)]);
    }
}

#[test]
fn somebody_elses_credential_is_not_the_applicants() {
    let eve = Applicant { email: Some("eve@example.org".to_owned()), ..Applicant::default() };
    let judged = |applicant: &Applicant| {
        let bytes = signed(badge()).to_string();
        judge_as(bytes.as_bytes(), &Policy::default(), applicant, &Material::default())
    };
    assert_eq!(wrong(&judged(&ada()).report.credentials[0]), []);
    let theirs = judged(&eve);
    assert_eq!(wrong(&theirs.report.credentials[0]), [(Subject, Outcome::Failed, F::SubjectMismatch)]);
    assert!(theirs.credentials.is_empty());
}

#[test]
fn an_inner_credential_is_judged_whatever_its_type() {
    let plain = |kinds: Value| {
        let mut badge = badge();
        badge["type"] = kinds;
        badge
    };
    let mut changed = signed(plain(json!(["VerifiableCredential"])));
    changed["name"] = json!("Another");
    let forged = sign_with(
        plain(json!(["VerifiableCredential", "EndorsementCredential"])),
        &key(FORGER),
        &key(FORGER).did_key_method(),
    );
    for (inner, expected) in [
        (changed, (Proof, Outcome::Failed, F::SignatureInvalid)),
        (forged, (IssuerKey, Outcome::Failed, F::IssuerKeyMismatch)),
        (plain(json!(["VerifiableCredential"])), (Proof, Outcome::Failed, F::ProofMissing)),
    ] {
        let report = judge(signed(record(&[inner])).to_string().as_bytes()).report;
        assert_eq!(report.credentials[0].outcome, Outcome::Passed);
        assert!(wrong(&report.credentials[1]).contains(&expected), "{:?}", wrong(&report.credentials[1]));
    }
}

#[test]
fn an_inner_credential_is_judged_by_its_own_proof() {
    let mut changed = signed(badge());
    changed["credentialSubject"]["achievement"]["name"] = json!("Welding");
    let verification = judge(signed(record(&[changed, signed(badge())])).to_string().as_bytes());
    let outcomes: Vec<Outcome> = verification.report.credentials.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Passed, Outcome::Failed, Outcome::Passed]);
    assert_eq!(wrong(&verification.report.credentials[1]), [(Proof, Outcome::Failed, F::SignatureInvalid)]);
    let scored: Vec<&str> = verification.credentials.iter().map(|one| one.path().as_str()).collect();
    assert_eq!(scored, ["/credentialSubject/verifiableCredential/1"]);
}

#[test]
fn a_context_is_never_had_from_where_the_credential_says() {
    let url = "https://forger.example/context";
    let mut told = signed(badge());
    told["@context"].as_array_mut().unwrap().push(json!(url));
    told["promoted"] = json!("yes");
    let bytes = told.to_string();
    let unverified = parse(bytes.as_bytes(), Default::default(), &Limits::default()).unwrap();
    assert_eq!(unverified.references(&Material::default(), &Policy::default(), now()), [], "nothing is asked for");
    let material = gathered(&[(url, json!({"@context": {"promoted": null}}))]);
    assert_eq!(first(&told, &material), [(Proof, Outcome::Undetermined, F::ContextUnsupported)]);
}

#[test]
fn every_type_has_its_schema_and_it_decides() {
    for kind in ["AchievementCredential", "OpenBadgeCredential"] {
        let mut without = badge();
        without["type"] = json!(["VerifiableCredential", kind]);
        without["credentialSubject"].as_object_mut().unwrap().remove("achievement");
        let report = judge(signed(without).to_string().as_bytes()).report;
        assert_eq!(wrong(&report.credentials[0]), [(Schema, Outcome::Failed, F::SchemaMismatch)], "{kind}");
        assert_eq!(report.outcome(), Outcome::Failed);
    }
    let mut without = record(&[]);
    without["credentialSubject"].as_object_mut().unwrap().remove("verifiableCredential");
    let report = judge(signed(without).to_string().as_bytes()).report;
    assert_eq!(wrong(&report.credentials[0]), [(Schema, Outcome::Failed, F::SchemaMismatch)], "a record");
    assert_eq!(report.outcome(), Outcome::Failed);
}
