//! The W3C's structure suite for the data model 2.0: what it calls good is not refused, what it
//! calls bad is.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use canon_fixtures::fixtures;
use ed25519::key;
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode, Outcome},
    pointer::Pointer,
    report::CheckName,
};
use wellspring_verify::{
    Limits, Material, Policy,
    jsonld::CanonError,
    parse,
    sign::{ProofOptions, SignError, Suite, sign},
    verify,
};

mod canon_fixtures;
mod ed25519;

#[test]
fn inputs_are_told_apart_as_the_suite_does() {
    let Some(root) = fixtures("w3c-vcdm2-test-suite") else { return };
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        // Whether the holder has issued the credential itself is said in the name, and for others to judge.
        let good = name.ends_with("-ok.json") || name.contains("self-asserted");
        assert!(good || name.contains("-fail"), "{name}");
        let found = refusal(&std::fs::read_to_string(path).unwrap(), &name);
        if found.is_none() != good {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

/// Why an input is refused, as its issuer would hand it in: the suite leaves issuer and proof to whoever runs it.
fn refusal(text: &str, name: &str) -> Option<String> {
    let mut input: Value = serde_json::from_str(text).unwrap();
    let is_credential = !name.starts_with("presentation");
    if is_credential && !name.contains("no-issuer") {
        match &mut input["issuer"] {
            issuer @ Value::Null if !text.contains("\"issuer\"") => *issuer = json!(key(1).did_key()),
            Value::Object(issuer) if !issuer.contains_key("id") => {
                issuer.insert("id".to_owned(), json!(key(1).did_key()));
            }
            _ => {}
        }
    }
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key(1).did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        more: Default::default(),
    };
    let needs_signature = is_credential && input.get("proof").is_none() && !text.contains("credentials/examples/v2");
    let input = match sign(input.clone(), &key(1), &options) {
        Ok(signed) if needs_signature => signed,
        // What we do not cover is left open, and refused by nobody.
        Err(SignError::Canon(CanonError::ContextUnsupported { .. })) => input,
        // What has no canonical form has no signature that could be checked.
        Err(error) if needs_signature => return Some(error.to_string()),
        _ => input,
    };
    let unverified = match parse(input.to_string().as_bytes(), Pointer::root(), &Limits::default()) {
        Ok(unverified) => unverified,
        Err(error) => return Some(error.to_string()),
    };
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let report = verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now).report;
    let checks = report.credentials.iter().take(if is_credential { 1 } else { 2 }).flat_map(|one| &one.checks);
    let mut refused = checks.filter(|check| check.outcome == Outcome::Failed).filter(|check| {
        // A beginning in the future is well formed; inner credentials bear no proof here, and sample proofs are none.
        let is_sample = text.contains("\"proof\"") && name.ends_with("-ok.json") && check.check == CheckName::Proof;
        let is_of_no_matter =
            matches!(check.finding.code, FindingCode::NotYetValid | FindingCode::ProofMissing | FindingCode::Expired);
        !is_sample && !is_of_no_matter
    });
    refused.next().map(|check| format!("{} {}", check.finding.code, check.finding.pointer))
}
