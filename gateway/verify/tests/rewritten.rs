//! What was signed, at another place: two objects with one id are one node, and the signature does not tell which of them
//! said what. Each document here states what its issuer signed, and hides some of it from a reader of its JSON.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::signed;
use judged::{document, judge_as, wrong};
use rewriting::{EXTENSIONS, LIST, SUBJECT, again, also, made, passes, refused, take};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::CheckName::{Status, Validity},
};
use wellspring_verify::{Material, Policy};

mod ed25519;
mod judged;
mod rewriting;

/// A badge that offers a newer version at its own id, so that one more object has that id.
fn offering(change: impl FnOnce(&mut Value)) -> Value {
    signed(made(|badge| {
        also(badge, json!(EXTENSIONS));
        badge["id"] = json!("https://college.example/credentials/1");
        badge["refreshService"] = json!({"id": badge["id"], "type": "1EdTechCredentialRefresh"});
        change(badge);
    }))
}

fn to_the_offer(signed: &Value, name: &str) -> Value {
    again(signed, |badge| {
        let taken = take(badge, name);
        let kind = badge["refreshService"]["type"].clone();
        badge["type"].as_array_mut().unwrap().push(kind);
        badge["refreshService"]["type"] = json!("VerifiableCredential");
        badge["refreshService"][name] = taken;
    })
}

#[test]
fn an_end_date_at_another_object_of_the_credential() {
    let expired = offering(|badge| badge["validUntil"] = json!("2026-06-01T00:00:00Z"));
    let verification =
        judge_as(expired.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &Material::default());
    assert!(wrong(&verification.report.credentials[0]).contains(&(Validity, Outcome::Failed, F::Expired)));
    refused("an end date", &to_the_offer(&expired, "validUntil"), "/refreshService");
}

#[test]
fn a_status_entry_at_another_object_of_the_credential() {
    let entry = json!({"id": LIST, "type": "1EdTechRevocationList"});
    let revoked = offering(|badge| badge["credentialStatus"] = entry);
    let mut material = Material::default();
    material.insert(LIST, document(json!({"revokedCredential": [{"id": revoked["id"]}]}).to_string()));
    let report = judge_as(revoked.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &material).report;
    assert!(wrong(&report.credentials[0]).contains(&(Status, Outcome::Failed, F::Revoked)));
    refused("a status entry", &to_the_offer(&revoked, "credentialStatus"), "/refreshService");
}

#[test]
fn a_failed_result_at_another_object_of_the_subject() {
    let failed = json!([{"type": ["Result"], "status": "Failed"}]);
    let own = signed(made(|badge| {
        badge["credentialSubject"]["id"] = badge["issuer"]["id"].clone();
        badge["credentialSubject"]["result"] = failed.clone();
    }));
    passes("who awards to themselves may say so", &own);
    let at_issuer = again(&own, |badge| {
        badge["issuer"]["type"] = json!(["Profile", "AchievementSubject"]);
        badge["issuer"]["result"] = take(&mut badge["credentialSubject"], "result");
    });
    refused("at the issuer", &at_issuer, "/issuer");

    let other = signed(made(|badge| badge["credentialSubject"]["result"] = failed));
    let name = "https://www.w3.org/2018/credentials#credentialSubject";
    let under_its_iri = again(&other, |badge| {
        let result = take(&mut badge["credentialSubject"], "result");
        badge[name] = json!({"id": SUBJECT, "type": ["AchievementSubject"], "result": result});
    });
    refused(
        "at the subject under its IRI",
        &under_its_iri,
        "/https:~1~1www.w3.org~12018~1credentials#credentialSubject",
    );
}

#[test]
fn one_node_in_two_pieces() {
    let entry = json!({
        "id": "https://status.example/entries/1", "type": "BitstringStatusListEntry", "statusPurpose": ["revocation", "suspension"],
        "statusListIndex": ["0", "3"], "statusListCredential": LIST
    });
    let paired = signed(made(|badge| badge["credentialStatus"] = entry));
    let again_paired = again(&paired, |badge| {
        let entry = badge["credentialStatus"].clone();
        let one = |purpose: &str, index: &str| {
            again(&entry, |entry| {
                entry["statusPurpose"] = json!(purpose);
                entry["statusListIndex"] = json!(index);
            })
        };
        badge["credentialStatus"] = json!([one("revocation", "3"), one("suspension", "0")]);
    });
    refused("entries paired anew", &again_paired, "/credentialStatus/0");

    let framed = signed(made(|badge| {
        badge["credentialSubject"]["achievement"]["alignment"][0]["targetFramework"] = json!("Another framework");
    }));
    let split = again(&framed, |badge| {
        let list = &mut badge["credentialSubject"]["achievement"]["alignment"];
        list[0]["id"] = json!("_:one");
        let rest = list[0].clone();
        take(&mut list[0], "targetFramework");
        list.as_array_mut().unwrap().push(rest);
    });
    refused("an alignment without its framework", &split, "/credentialSubject/achievement/alignment/0");

    let twice = again(&framed, |badge| badge["@type"] = badge["type"][1].clone());
    refused("types in two members", &twice, "/type");
}
