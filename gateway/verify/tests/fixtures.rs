//! Credentials that nobody here wrote, check by check, against `expectations.json`.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod canon_fixtures;

use std::collections::{BTreeMap, BTreeSet};

use canon_fixtures::{fixtures, read};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_model::trust::TrustRules;
use wellspring_model::{
    credential::{Applicant, IssuerId},
    finding::Outcome,
    pointer::Pointer,
    report::CheckName,
};
use wellspring_verify::{Document, Limits, Material, Policy, Verification, parse, verify};

const EXAMPLES: (&str, &str) =
    ("https://www.w3.org/ns/credentials/examples/v2", "w3c-ns-credentials-examples-v2.jsonld");

#[derive(Deserialize)]
struct Expectations {
    at: Timestamp,
    /// `<file>` or `<file>#<pointer>` to each check's outcome, and to the credential's under `outcome`.
    credentials: BTreeMap<String, BTreeMap<String, Outcome>>,
    gathered: Gathered,
}

/// What some checks come to once lists and documents are there.
#[derive(Deserialize)]
struct Gathered {
    status_issuers: Vec<IssuerId>,
    credentials: BTreeMap<String, BTreeMap<String, Outcome>>,
}

fn expectations() -> Expectations {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expectations.json");
    serde_json::from_str(&read(&path)).unwrap()
}

fn document(bytes: Vec<u8>, now: Timestamp) -> Document {
    Document { status: Some(200), content_type: None, bytes, fetched_at: now }
}

/// The W3C's example vocabulary, loaded as an operator would.
fn operator(now: Timestamp) -> Material {
    let mut material = Material::default();
    if let Some(contexts) = fixtures("contexts") {
        let bytes = read(&contexts.join(EXAMPLES.1)).into_bytes();
        material.insert_context(EXAMPLES.0, document(bytes, now)).unwrap();
    }
    material
}

fn judge(bytes: &[u8], material: &Material, now: Timestamp) -> Verification {
    let unverified = parse(bytes, Pointer::root(), &Limits::default()).unwrap();
    verify(&unverified, material, &Policy::default(), &Applicant::default(), now)
}

fn outcome(verification: &Verification, check: CheckName) -> Option<Outcome> {
    verification.report.credentials[0].checks.iter().find(|one| one.check == check).map(|one| one.outcome)
}

#[test]
fn every_check_of_every_published_ed25519_credential_is_as_expected() {
    let Some(root) = fixtures("") else { return };
    let expectations = expectations();
    let material = operator(expectations.at);
    let mut wrong = Vec::new();
    let mut files: BTreeSet<_> = expectations.credentials.keys().map(|name| name.split('#').next().unwrap()).collect();
    let mut compared = 0;
    for file in std::mem::take(&mut files) {
        let verification = judge(&std::fs::read(root.join(file)).unwrap(), &material, expectations.at);
        let mut expected: BTreeMap<_, _> = expectations
            .credentials
            .iter()
            .filter_map(|(name, checks)| Some((name.strip_prefix(file)?.trim_start_matches('#').to_owned(), checks)))
            .filter(|(rest, _)| rest.is_empty() || rest.starts_with('/'))
            .collect();
        for report in &verification.report.credentials {
            let mut found: BTreeMap<String, Outcome> =
                report.checks.iter().map(|check| (check.check.as_str().to_owned(), check.outcome)).collect();
            found.insert("outcome".to_owned(), report.outcome);
            compared += 1;
            let expected = expected.remove(report.path.as_str());
            if expected != Some(&found) {
                let codes: Vec<_> =
                    report.checks.iter().map(|check| (check.finding.code, &check.finding.pointer)).collect();
                wrong.push(format!("{file}#{}: {found:?}, expected {expected:?}; {codes:?}", report.path));
            }
        }
        wrong.extend(expected.keys().map(|path| format!("{file}#{path} was not found")));
    }
    let suites: BTreeSet<_> = expectations.credentials.keys().map(|name| name.split('/').next().unwrap()).collect();
    for suite in suites {
        let count = expectations.credentials.keys().filter(|name| name.starts_with(&format!("{suite}/"))).count();
        let differ = wrong.iter().filter(|line| line.starts_with(&format!("{suite}/"))).count();
        println!("  {suite:<26} {count:>4} credentials  {differ:>3} differ");
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(compared, expectations.credentials.len());
}

#[test]
fn with_what_they_name_gathered_status_and_key_are_as_their_source_says() {
    let Some(root) = fixtures("") else { return };
    let expectations = expectations();
    let mut material = operator(expectations.at);
    let pages = "https://digitalcredentials.github.io/vc-test-fixtures";
    let lists = "statusLists/didkey-ed25519Signature2020";
    for list in ["e5WK8CbZ1GjycuPombrj", "expired", "tampered"] {
        let bytes = std::fs::read(root.join("dcc-vc-test-fixtures").join(lists).join(list)).unwrap();
        material.insert(&format!("{pages}/{lists}/{list}"), document(bytes, expectations.at));
    }
    for name in ["legacy", "oidf"] {
        let bytes = std::fs::read(root.join(format!("dcc-vc-test-fixtures/dids/{name}/did.json"))).unwrap();
        material.insert(&format!("{pages}/dids/{name}/did.json"), document(bytes, expectations.at));
    }
    let bytes = std::fs::read(root.join("dcc-verifier-core/status/e5WK8CbZ1GjycuPombrj")).unwrap();
    let raw =
        "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status";
    material.insert(&format!("{raw}/e5WK8CbZ1GjycuPombrj"), document(bytes, expectations.at));
    let gathered = expectations.gathered;
    let rules = TrustRules { status_issuers: gathered.status_issuers, ..TrustRules::default() };
    let policy = Policy { trust: Some(rules), ..Policy::default() };
    let mut wrong = Vec::new();
    for (file, expected) in &gathered.credentials {
        let unverified = parse(&std::fs::read(root.join(file)).unwrap(), Pointer::root(), &Limits::default()).unwrap();
        let report = verify(&unverified, &material, &policy, &Applicant::default(), expectations.at).report;
        for (check, outcome) in expected {
            let found = report.credentials[0].checks.iter().find(|one| one.check.as_str() == check);
            if found.map(|check| check.outcome) != Some(*outcome) {
                wrong.push(format!("{file} {check}: expected {outcome}, {:?}", found.map(|check| &check.finding)));
            }
        }
    }
    println!("  {:<26} {:>4} credentials  {:>3} differ", "dcc, gathered", gathered.credentials.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The key that the (last) proof names.
fn method(credential: &Value) -> &str {
    let proofs = &credential["proof"];
    let proof = proofs.as_array().map_or(proofs, |proofs| proofs.last().unwrap());
    proof["verificationMethod"].as_str().unwrap()
}

/// The document that an issuer with an https id would serve.
fn controller_document(credential: &Value, now: Timestamp) -> (String, Document) {
    let issuer = credential["issuer"]["id"].as_str().or_else(|| credential["issuer"].as_str()).unwrap().to_owned();
    let method = method(credential);
    let key = method.split_once('#').unwrap().1;
    let document_text = json!({
        "@context": "https://www.w3.org/ns/cid/v1",
        "id": issuer,
        "verificationMethod": [{"id": method, "type": "Multikey", "controller": issuer, "publicKeyMultibase": key}],
        "assertionMethod": [method],
    });
    (issuer, document(document_text.to_string().into_bytes(), now))
}

#[test]
fn samples_with_https_keys_are_undecided_without_their_issuers_document_and_pass_with_it() {
    let Some(root) = fixtures("") else { return };
    for file in [
        "1edtech-openbadges-spec/linked-data-proof-clr--signed-credential-7.json",
        "1edtech-validator/ob30/simple.json",
        "1edtech-validator/ob30/simple-multiple-proofs.json",
        "1edtech-validator/ob30/simple_v1.json",
        "1edtech-validator/clr20/simple.json",
    ] {
        let text = read(&root.join(file));
        let credential: Value = serde_json::from_str(&text).unwrap();
        let now = expectations().at;
        let without = judge(text.as_bytes(), &Material::default(), now);
        assert_eq!(outcome(&without, CheckName::Proof), Some(Outcome::Passed), "{file}");
        assert_eq!(outcome(&without, CheckName::IssuerKey), Some(Outcome::Undetermined), "{file}");
        assert_ne!(without.report.credentials[0].outcome, Outcome::Passed, "{file}");

        let (url, document) = controller_document(&credential, now);
        let mut material = Material::default();
        material.insert(&url, document);
        let with = judge(text.as_bytes(), &material, now);
        assert_eq!(outcome(&with, CheckName::IssuerKey), Some(Outcome::Passed), "{file}");
        assert_eq!(with.report.credentials[0].outcome, Outcome::Passed, "{file}: {:?}", with.report.credentials[0]);
        assert_eq!(with.report.material.len(), 1, "what was used is in the report");
    }
}

#[test]
fn did_web_issuers_are_known_by_their_documents() {
    let Some(root) = fixtures("dcc-vc-test-fixtures") else { return };
    let now = expectations().at;
    let mut material = Material::default();
    for name in ["legacy", "oidf"] {
        let bytes = std::fs::read(root.join(format!("dids/{name}/did.json"))).unwrap();
        let url = format!("https://digitalcredentials.github.io/vc-test-fixtures/dids/{name}/did.json");
        material.insert(&url, document(bytes, now));
    }
    let mut judged = 0;
    for name in expectations().credentials.keys().filter(|name| name.contains("/didWeb/") || name.contains("/didweb/"))
    {
        let Some(file) = name.strip_prefix("dcc-vc-test-fixtures/") else { continue };
        let verification = judge(&std::fs::read(root.join(file)).unwrap(), &material, now);
        let resolves = !file.ends_with("badDidWeb.json");
        let expected = if resolves { Outcome::Passed } else { Outcome::Undetermined };
        assert_eq!(outcome(&verification, CheckName::IssuerKey), Some(expected), "{file}");
        judged += 1;
    }
    assert!(judged > 10);
}

/// Every text, number and truth value of a document, by its pointer.
fn leaves(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| leaves(member, &at.key(key), found)),
        Value::Array(members) => members.iter().enumerate().for_each(|(i, member)| leaves(member, &at.index(i), found)),
        _ => found.push(at.clone()),
    }
}

/// Other values for a leaf: each of another meaning, most of the same form.
fn other_values(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let mut changed = vec![json!(format!("{text}x")), json!(""), Value::Null];
            // Of the same form: a digit for a digit, a letter for a letter.
            let turned = text.chars().rev().enumerate().map(|(i, c)| match (i, c) {
                (0, '0'..='8' | 'a'..='y' | 'A'..='Y') => char::from_u32(c as u32 + 1).unwrap(),
                (0, '9') => '0',
                (0, 'z') => 'y',
                (0, 'Z') => 'Y',
                _ => c,
            });
            changed.push(json!(turned.collect::<Vec<_>>().into_iter().rev().collect::<String>()));
            changed.retain(|other| other != value);
            changed
        }
        Value::Number(number) => vec![json!(number.as_f64().unwrap() + 1.0), json!(number.to_string()), Value::Null],
        Value::Bool(truth) => vec![json!(!truth), Value::Null],
        _ => vec![json!("x")],
    }
}

#[test]
fn no_credential_passes_with_any_one_leaf_changed() {
    let Some(root) = fixtures("") else { return };
    let now = expectations().at;
    let mut tried = 0;
    for file in [
        "1edtech-openbadges-spec/linked-data-proof-clr--signed-credential-7.json",
        "1edtech-validator/ob30/simple.json",
        "1edtech-validator/clr20/simple.json",
        "dcc-verifier-core/v2OBv3SpecExample.json",
        "w3c-vc-di-eddsa/Ed25519Signature2020/signedEdSig.json",
        "w3c-vc-di-eddsa/eddsa-rdfc-2022/signedDataInt.json",
        "dcc-vc-test-fixtures/verifiableCredentials/v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-OBSpecExample.json",
        "dcc-vc-test-fixtures/verifiableCredentials/v2/dataIntegrityProof/didKey/legacyRegistry-noStatus-noExpiry-basicOBv3.json",
    ] {
        let credential: Value = serde_json::from_str(&read(&root.join(file))).unwrap();
        // With its issuer's document it would pass, so that only the change stands in its way.
        let mut material = operator(now);
        let issuer = credential["issuer"]["id"].as_str().or_else(|| credential["issuer"].as_str()).unwrap();
        if issuer.starts_with("https://") {
            let method = method(&credential);
            let (url, mut document) = controller_document(&credential, now);
            if method.starts_with("did:key:") {
                document.bytes = json!({"id": issuer, "assertionMethod": [method]}).to_string().into_bytes();
            }
            material.insert(&url, document);
        }
        let whole = judge(credential.to_string().as_bytes(), &material, now);
        assert_eq!(whole.report.credentials[0].outcome, Outcome::Passed, "{file}: {:?}", whole.report.credentials[0]);
        let mut places = Vec::new();
        leaves(&credential, &Pointer::root(), &mut places);
        for place in places {
            for other in other_values(credential.pointer(place.as_str()).unwrap()) {
                let mut changed = credential.clone();
                *changed.pointer_mut(place.as_str()).unwrap() = other.clone();
                let judged = judge(changed.to_string().as_bytes(), &material, now);
                assert_ne!(judged.report.credentials[0].outcome, Outcome::Passed, "{file} {place} = {other}");
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    println!("{tried} changed credentials, none passed");
}
