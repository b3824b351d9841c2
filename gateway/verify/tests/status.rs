//! Revocation and suspension: every entry counts, and a list that cannot be verified decides nothing.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519::{badge, key, sign_with, signed};
use flate2::{Compression, write::GzEncoder};
use judged::{document, judge_as, notices, now, relying, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    credential::{Applicant, IssuerId},
    finding::{FindingCode as F, Outcome},
    report::CheckName::{self, Status},
    trust::TrustRules,
};
use wellspring_verify::{Absence, Document, Limits, Material, Policy, parse};

mod ed25519;
mod judged;

const LIST: &str = "https://status.example/lists/1";
const OTHER: &str = "https://status.example/lists/2";

fn fold(bytes: &[u8]) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(encoder.finish().unwrap()))
}

/// A list of full length with these bytes at its beginning.
fn list(purpose: &str, first: &[u8]) -> Value {
    let mut bytes = vec![0; 16 * 1024];
    bytes[..first.len()].copy_from_slice(first);
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key(1).did_key(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": format!("{LIST}#list"), "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": fold(&bytes)}
    })
}

fn entry(purpose: &str, index: &str, address: &str) -> Value {
    json!({
        "id": format!("{address}#{index}"), "type": "BitstringStatusListEntry", "statusPurpose": purpose,
        "statusListIndex": index, "statusListCredential": address
    })
}

fn with_status(status: Value) -> Value {
    let mut badge = badge();
    badge["@context"].as_array_mut().unwrap().push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
    badge["credentialStatus"] = status;
    signed(badge)
}

fn judged_with(credential: &Value, policy: &Policy, material: &Material) -> (Vec<(CheckName, Outcome, F)>, Vec<F>) {
    let verification = judge_as(credential.to_string().as_bytes(), policy, &Applicant::default(), material);
    let report = &verification.report.credentials[0];
    (wrong(report), notices(report))
}

fn gathered(lists: &[(&str, Value)]) -> Material {
    let mut material = Material::default();
    for (address, list) in lists {
        material.insert(address, document(list.to_string()));
    }
    material
}

/// What a badge with this entry comes to, with this list.
fn judged(entry: Value, list: Value) -> (Vec<(CheckName, Outcome, F)>, Vec<F>) {
    judged_with(&with_status(entry), &Policy::default(), &gathered(&[(LIST, list)]))
}

#[test]
fn a_clear_bit_passes_and_a_set_one_fails_by_its_purpose() {
    let clear = judged(entry("revocation", "1", LIST), signed(list("revocation", &[0b1000_0000])));
    assert_eq!(clear, (vec![], vec![]));
    let revoked = judged(entry("revocation", "0", LIST), signed(list("revocation", &[0b1000_0000])));
    assert_eq!(revoked.0, [(Status, Outcome::Failed, F::Revoked)]);
    let suspended = judged(entry("suspension", "7", LIST), signed(list("suspension", &[1])));
    assert_eq!(suspended.0, [(Status, Outcome::Failed, F::Suspended)]);
    let renewed = judged(entry("refresh", "7", LIST), signed(list("refresh", &[1])));
    assert_eq!(renewed, (vec![], vec![F::RefreshOffered]));
    let mut message = entry("message", "1", LIST);
    message["statusSize"] = json!(2);
    message["statusMessage"] = json!([{"status": "0x0", "message": "fine"}, {"status": "0x2", "message": "ask us"}]);
    let told = (vec![], vec![F::StatusListShort, F::StatusMessage]);
    assert_eq!(judged(message, signed(list("message", &[0b0010_0000]))), told, "two bits each, so half as many");
}

#[test]
fn every_entry_is_looked_up() {
    let credential = with_status(json!([entry("revocation", "0", LIST), entry("suspension", "3", OTHER)]));
    let mut other = list("suspension", &[0b0001_0000]);
    other["id"] = json!(OTHER);
    let material = gathered(&[(LIST, signed(list("revocation", &[0]))), (OTHER, signed(other))]);
    let (wrong, _) = judged_with(&credential, &Policy::default(), &material);
    assert_eq!(wrong, [(Status, Outcome::Failed, F::Suspended)], "the second one too");
    let (wrong, _) =
        judged_with(&credential, &Policy::default(), &gathered(&[(LIST, signed(list("revocation", &[0])))]));
    assert_eq!(wrong, [(Status, Outcome::Undetermined, F::StatusUnreachable)]);
}

#[test]
fn a_list_that_cannot_be_verified_decides_nothing_whatever_it_says() {
    let undetermined = |code| vec![(Status, Outcome::Undetermined, code)];
    let ours = || entry("revocation", "0", LIST);
    for bits in [0, 0b1000_0000] {
        let set = || list("revocation", &[bits]);
        let mut unsigned = set();
        assert_eq!(judged(ours(), unsigned.clone()).0, undetermined(F::StatusListUnverified), "no proof");
        unsigned["proof"] = signed(list("suspension", &[0]))["proof"].clone();
        assert_eq!(judged(ours(), unsigned).0, undetermined(F::StatusListUnverified), "another's proof");
        let elsewhere = sign_with(set(), &key(9), &key(9).did_key_method());
        assert_eq!(judged(ours(), elsewhere).0, undetermined(F::StatusListUnverified), "another's key");
        let mut old = set();
        old["validUntil"] = json!("2026-02-01T00:00:00Z");
        assert_eq!(judged(ours(), signed(old)).0, undetermined(F::StatusListUnverified), "ended");
        let mut theirs = set();
        theirs["issuer"] = json!(key(9).did_key());
        let theirs = sign_with(theirs, &key(9), &key(9).did_key_method());
        assert_eq!(judged(ours(), theirs.clone()).0, undetermined(F::StatusListIssuer), "somebody else's list");
        let trusting =
            relying(TrustRules { status_issuers: vec![IssuerId(key(9).did_key())], ..TrustRules::default() });
        let (wrong, _) = judged_with(&with_status(ours()), &trusting, &gathered(&[(LIST, theirs)]));
        assert_eq!(wrong.is_empty(), bits == 0, "somebody the employer trusts with it: {wrong:?}");
        let kind = judged(ours(), signed(list("suspension", &[bits]))).0;
        assert_eq!(kind, undetermined(F::StatusListInvalid), "a list for another purpose");
    }
    let beyond = judged(entry("revocation", "131072", LIST), signed(list("revocation", &[0]))).0;
    assert_eq!(beyond, undetermined(F::StatusIndexInvalid));
    for index in ["-1", "NaN", "", "1.0", "99999999999999999999999999"] {
        assert_eq!(
            judged(entry("revocation", index, LIST), signed(list("revocation", &[0]))).0,
            undetermined(F::MemberInvalid),
            "{index}"
        );
    }
    let mut bomb = list("revocation", &[0]);
    bomb["credentialSubject"]["encodedList"] = json!(fold(&vec![0; 32 << 20]));
    assert_eq!(judged(ours(), signed(bomb)).0, undetermined(F::StatusListInvalid), "a bomb");
}

#[test]
fn what_is_merely_unusual_is_remarked_on() {
    let mut short = list("revocation", &[0]);
    short["credentialSubject"]["encodedList"] = json!(fold(&[0; 100]));
    short["id"] = json!("https://elsewhere.example/");
    let (wrong, notices) = judged(entry("revocation", "0", LIST), signed(short));
    assert_eq!((wrong, notices), (vec![], vec![F::StatusListShort, F::StatusListElsewhere]));
    let mut number = entry("revocation", "0", LIST);
    number["statusListIndex"] = json!(0);
    assert_eq!(judged(number, signed(list("revocation", &[0b1000_0000]))).0, [(Status, Outcome::Failed, F::Revoked)]);
}

#[test]
fn an_old_list_is_told_and_too_old_a_list_decides_nothing() {
    let credential = with_status(entry("revocation", "0", LIST));
    let aged = |hours: i64| {
        let mut old = document(signed(list("revocation", &[0])).to_string());
        old.fetched_at = now().checked_sub(jiff::SignedDuration::from_hours(hours)).unwrap();
        let mut material = Material::default();
        material.insert(LIST, old);
        judged_with(&credential, &Policy::default(), &material)
    };
    assert_eq!(aged(0), (vec![], vec![]));
    assert_eq!(aged(2), (vec![], vec![F::StatusAged]));
    assert_eq!(aged(25).0, [(Status, Outcome::Undetermined, F::StatusStale)]);
}

#[test]
fn why_a_list_could_not_be_had_is_told() {
    let credential = with_status(entry("revocation", "0", LIST));
    let reason = |material: &Material| {
        let verification =
            judge_as(credential.to_string().as_bytes(), &Policy::default(), &Applicant::default(), material);
        let check =
            verification.report.credentials[0].checks.iter().find(|check| check.check == Status).unwrap().clone();
        assert_eq!((check.outcome, check.finding.code), (Outcome::Undetermined, F::StatusUnreachable));
        check.finding.params["reason"].clone()
    };
    assert_eq!(reason(&Material::default()), "not gathered");
    for (absence, text) in [(Absence::Dns, "name not found"), (Absence::Timeout, "no answer in time")] {
        let mut material = Material::default();
        material.insert_absence(LIST, absence);
        assert_eq!(reason(&material), text);
    }
    for status in [404, 410, 500] {
        let mut material = Material::default();
        let mut gone = document(signed(list("revocation", &[0])).to_string());
        gone.status = Some(status);
        material.insert(LIST, gone);
        assert_eq!(reason(&material), format!("HTTP {status}"));
    }
}

#[test]
fn the_older_lists_are_read_by_their_own_rules() {
    let mut old = list("revocation", &[0b0100_0000]);
    old["@context"] = json!([
        "https://www.w3.org/2018/credentials/v1",
        "https://w3id.org/vc/status-list/2021/v1",
        "https://w3id.org/security/data-integrity/v2"
    ]);
    old["type"] = json!(["VerifiableCredential", "StatusList2021Credential"]);
    old["credentialSubject"]["type"] = json!("StatusList2021");
    old["issuanceDate"] = json!("2026-01-01T00:00:00Z");
    old.as_object_mut().unwrap().remove("validFrom");
    let encoded = old["credentialSubject"]["encodedList"].as_str().unwrap()[1..].to_owned();
    old["credentialSubject"]["encodedList"] = json!(encoded);
    let older = |index: &str| {
        let mut entry = entry("revocation", index, LIST);
        entry["type"] = json!("StatusList2021Entry");
        let mut badge = badge();
        badge["@context"].as_array_mut().unwrap().push(json!("https://w3id.org/vc/status-list/2021/v1"));
        badge["credentialStatus"] = entry;
        judged_with(&signed(badge), &Policy::default(), &gathered(&[(LIST, signed(old.clone()))])).0
    };
    assert_eq!(older("1"), [(Status, Outcome::Failed, F::Revoked)]);
    assert_eq!(older("0"), []);
}

#[test]
fn an_unsigned_revocation_list_can_revoke_and_cannot_vouch() {
    let ours = json!({"id": LIST, "type": "1EdTechRevocationList"});
    let listed = |list: Value| judged(ours.clone(), list);
    let id = badge()["id"].clone();
    assert_eq!(
        listed(json!({"id": LIST, "revokedCredential": [{"id": id}]})).0,
        [(Status, Outcome::Failed, F::Revoked)]
    );
    assert_eq!(
        listed(json!({"id": LIST, "revokedCredential": [{"id": "urn:other"}]})),
        (vec![], vec![F::StatusListUnsigned])
    );
    let lifted = json!({"id": LIST, "revokedCredential": [{"id": id, "revoked": false}]});
    assert_eq!(listed(lifted), (vec![], vec![F::StatusListUnsigned]));
    let foreign = json!({"id": LIST, "issuer": "https://else.example/", "revokedCredential": []});
    assert_eq!(listed(foreign).0, [(Status, Outcome::Undetermined, F::StatusListIssuer)]);
    assert_eq!(listed(json!({"error": "not found"})).0, [(Status, Outcome::Undetermined, F::StatusListInvalid)]);
}

#[test]
fn a_list_and_then_what_it_needs_are_named_to_be_gathered() {
    let bytes = with_status(entry("revocation", "0", LIST)).to_string();
    let unverified = parse(bytes.as_bytes(), Default::default(), &Limits::default()).unwrap();
    let names = |material: &Material| {
        unverified.references(material, &Policy::default(), now()).into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(names(&Material::default()), [LIST]);
    let mut theirs = list("revocation", &[0]);
    theirs["issuer"] = json!("did:web:lists.example");
    let theirs = sign_with(theirs, &key(9), "did:web:lists.example#key-1");
    let mut material = gathered(&[(LIST, theirs)]);
    assert_eq!(names(&material), ["https://lists.example/.well-known/did.json"]);
    material.insert_absence("https://lists.example/.well-known/did.json", Absence::Dns);
    assert!(names(&material).is_empty());
}

#[test]
fn what_a_verdict_rests_on_is_told_and_what_decides_nothing_is_not() {
    let mut badge = badge();
    badge["@context"].as_array_mut().unwrap().push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
    badge["credentialStatus"] = json!([entry("revocation", "0", LIST), entry("suspension", "3", OTHER)]);
    badge["refreshService"] = json!({"id": "https://college.example/refresh/1", "type": "1EdTechCredentialRefresh"});
    let credential = signed(badge);
    let rests_on = |list: Document| {
        let mut material = Material::default();
        let seen = list.seen();
        material.insert(LIST, list);
        material.insert("https://college.example/refresh/1", document(credential.to_string()));
        let bytes = credential.to_string();
        let grounds = judge_as(bytes.as_bytes(), &Policy::default(), &Applicant::default(), &material).grounds;
        assert_eq!(grounds.documents.keys().map(String::as_str).collect::<Vec<_>>(), [LIST, OTHER]);
        assert_eq!(grounds.documents[OTHER], None, "it could not be had");
        assert_eq!(grounds.documents[LIST], seen);
        seen
    };
    let list = || document(signed(list("revocation", &[0])).to_string());
    let answering = |status| Document { status: Some(status), ..list() };
    assert!(rests_on(list()).is_some());
    let gone = rests_on(answering(404));
    assert!(gone.is_some() && gone != rests_on(list()), "that it is gone is an answer");
    assert_eq!(rests_on(answering(503)), None, "that its server is unwell is none");
    let page = Document { content_type: Some("text/html".to_owned()), ..list() };
    assert_eq!(rests_on(page), None, "nor is a page for people");
}

#[test]
fn when_time_alone_may_change_a_verdict_is_told_and_the_end_of_a_list_is_no_such_time() {
    let turns_at = |change: &dyn Fn(&mut Value)| {
        let mut badge = badge();
        badge["@context"]
            .as_array_mut()
            .unwrap()
            .push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
        badge["credentialStatus"] = entry("revocation", "0", LIST);
        change(&mut badge);
        let mut list = list("revocation", &[0]);
        list["validUntil"] = json!("2026-11-23T13:00:00Z");
        let bytes = signed(badge).to_string();
        let material = gathered(&[(LIST, signed(list))]);
        let verification = judge_as(bytes.as_bytes(), &Policy::default(), &Applicant::default(), &material);
        verification.grounds.turns_at.map(|time| time.to_string())
    };
    assert_eq!(turns_at(&|_| {}), None);
    let ends = turns_at(&|badge| badge["validUntil"] = json!("2027-01-01T00:00:00Z"));
    assert_eq!(ends.as_deref(), Some("2027-01-01T00:01:00Z"), "with a minute for clocks that differ");
    let begins = turns_at(&|badge| badge["validFrom"] = json!("2026-12-01T00:00:00Z"));
    assert_eq!(begins.as_deref(), Some("2026-11-30T23:59:00Z"));
    assert_eq!(turns_at(&|badge| badge["validUntil"] = json!("2026-06-01T00:00:00Z")), None, "that is over");
}
