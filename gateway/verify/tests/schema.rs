//! Our schemas against the published ones, answer by answer, over every credential of the shared fixtures and over each of
//! them with any one member taken away.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod canon_fixtures;

use std::path::Path;

use canon_fixtures::{fixtures, read};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use wellspring_model::{credential::Applicant, finding::Outcome, pointer::Pointer, report::CheckName};
use wellspring_verify::{Limits, Material, Policy, parse, verify};

/// A published schema. The order of contexts is left to the check of the structure, which knows more about it.
fn published(root: &Path, file: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(&read(&root.join("schemas").join(file))).unwrap();
    schema["properties"]["@context"] = json!(true);
    jsonschema::options().with_draft(Draft::Draft201909).should_validate_formats(true).build(&schema).unwrap()
}

fn ours(credential: &Value) -> Option<bool> {
    let bytes = credential.to_string();
    let unverified = parse(bytes.as_bytes(), Pointer::root(), &Limits::default()).unwrap();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let report = verify(&unverified, &Material::default(), &Policy::default(), &Applicant::default(), now).report;
    let check = report.credentials[0].checks.iter().find(|one| one.check == CheckName::Schema)?;
    Some(check.outcome == Outcome::Passed)
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The document, and the document without each of its members.
fn variants(document: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    members(document, &Pointer::root(), &mut places);
    let without = places.into_iter().map(|(object, name)| {
        let mut changed = document.clone();
        changed.pointer_mut(object.as_str()).unwrap().as_object_mut().unwrap().remove(&name);
        changed
    });
    std::iter::once(document.clone()).chain(without).collect()
}

fn members(value: &Value, at: &Pointer, found: &mut Vec<(Pointer, String)>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object.iter().filter(|(name, _)| *name != "@context") {
                found.push((at.clone(), name.clone()));
                // A credential within another is judged by itself, where the published schemas judge it with its parent.
                if !["verifiableCredential", "endorsement"].contains(&name.as_str()) {
                    members(member, &at.key(name), found);
                }
            }
        }
        Value::Array(array) => array.iter().enumerate().for_each(|(i, member)| members(member, &at.index(i), found)),
        _ => {}
    }
}

/// The endorsements within, each of which is a credential.
fn standing_in(value: &Value, found: &mut Vec<Value>) {
    let within = value.as_object().into_iter().flatten().filter(|(name, _)| *name == "endorsement");
    for (_, endorsements) in within {
        found.extend(endorsements.as_array().into_iter().flatten().filter(|one| one["@context"].is_array()).cloned());
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| standing_in(member, found)),
        Value::Array(members) => members.iter().for_each(|member| standing_in(member, found)),
        _ => {}
    }
}

#[test]
fn our_schemas_answer_as_the_published_ones_do() {
    let Some(root) = fixtures("") else { return };
    let badge = published(&root, "ob-3.0/ob_v3p0_achievementcredential_schema.json");
    let record = published(&root, "clr-2.0/clr_v2p0_clrcredential_schema.json");
    let endorsement = published(&root, "ob-3.0/ob_v3p0_endorsementcredential_schema.json");
    let mut paths = Vec::new();
    for folder in
        ["1edtech-openbadges-spec", "1edtech-validator", "dcc-vc-test-fixtures", "dcc-verifier-core", "learncard"]
    {
        files(&root.join(folder), &mut paths);
    }
    let mut documents = Vec::new();
    for path in paths {
        let Ok(document) = serde_json::from_str::<Value>(&std::fs::read_to_string(&path).unwrap_or_default()) else {
            continue;
        };
        documents.extend(
            document
                .pointer("/credentialSubject/verifiableCredential")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
        );
        standing_in(&document, &mut documents);
        documents.push(document);
    }
    let (mut compared, mut endorsements, mut differ) = (0, 0, Vec::new());
    for document in documents {
        let first = document["@context"].get(0).and_then(Value::as_str).unwrap_or_default();
        let types: Vec<&str> = document["type"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        // The published schemas are those of the second data model.
        if first != "https://www.w3.org/ns/credentials/v2" || !types.contains(&"VerifiableCredential") {
            continue;
        }
        for variant in variants(&document) {
            let Some(ours) = ours(&variant) else { continue };
            let theirs = match () {
                () if types.contains(&"ClrCredential") => &record,
                () if types.contains(&"EndorsementCredential") => &endorsement,
                () => &badge,
            };
            endorsements += usize::from(types.contains(&"EndorsementCredential"));
            compared += 1;
            if ours != theirs.is_valid(&variant) {
                let why: Vec<String> = theirs
                    .iter_errors(&variant)
                    .take(2)
                    .map(|e| format!("{} {}", e.instance_path(), e.masked()))
                    .collect();
                differ.push(format!("{}: ours {ours}; theirs {why:?}", document["id"]));
            }
        }
    }
    assert!(compared > 1_000 && endorsements > 10, "{compared}, of them endorsements {endorsements}");
    assert!(differ.is_empty(), "{} of {compared} differ:\n{}", differ.len(), differ.join("\n"));
}
