//! What was signed, at another place: two objects with one id are one node, and the signature does not tell which of them
//! said what. Each document here states what its issuer signed, and hides some of it from a reader of its JSON.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, key, record, signed};
use judged::{ada, document, judge_as, wrong};
use rewriting::{EXTENSIONS, LIST, SUBJECT, again, also, made, passes, refused, take};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::{
        CheckName::{self, Status, Subject, Validity},
        CredentialReport,
    },
};
use wellspring_verify::{
    Material, Policy,
    sign::{ProofOptions, Suite, sign},
};

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

fn older(credential: Value, issuer: u8) -> Value {
    let options = ProofOptions {
        suite: Suite::Ed25519Signature2020,
        verification_method: key(issuer).did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        more: serde_json::Map::new(),
    };
    sign(credential, &key(issuer), &options).unwrap()
}

#[test]
fn what_one_credential_says_of_its_subject_at_the_record_around_it() {
    // In these contexts a record and what it holds are one graph.
    const CONTEXTS: [&str; 4] = [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ];
    let first_generation = |mut credential: Value| {
        credential["@context"] = json!(CONTEXTS);
        credential["issuanceDate"] = take(&mut credential, "validFrom");
        credential["credentialSubject"]["id"] = json!("did:example:somebody");
        credential
    };
    let about = |number: u8, issuer: u8, names_ada: bool| {
        let mut badge = first_generation(badge());
        badge["id"] = json!(format!("urn:uuid:00000000-0000-4000-8000-00000000000{number}"));
        badge["issuer"]["id"] = json!(key(issuer).did_key());
        badge["credentialSubject"]["achievement"]["id"] = json!(format!("urn:example:achievement-{number}"));
        if !names_ada {
            take(&mut badge["credentialSubject"], "identifier");
        }
        older(badge, issuer)
    };
    // Anybody's badge may say that a subject is Ada; the record says only that the badge is there.
    let mut whole = first_generation(record(&[about(1, 1, false), about(2, 9, true)]));
    take(&mut whole["credentialSubject"], "identifier");
    let whole = older(whole, 1);
    let judged = |document: &Value| {
        let bytes = document.to_string();
        judge_as(bytes.as_bytes(), &Policy::default(), &ada(), &Material::default()).report.credentials
    };
    let proof = |report: &CredentialReport| {
        report
            .checks
            .iter()
            .find(|check| check.check == CheckName::Proof)
            .map_or(Outcome::Undetermined, |one| one.outcome)
    };
    let before = judged(&whole);
    assert!(before.iter().all(|report| proof(report) == Outcome::Passed));
    assert_eq!((before[0].binding, before[1].binding), (None, None), "nobody whom we believe says so");

    let mut moved = whole.clone();
    let identifier =
        take(&mut moved["credentialSubject"]["verifiableCredential"][1]["credentialSubject"], "identifier");
    moved["credentialSubject"]["identifier"] = identifier;
    // The badges say this of the subject too, so it states nothing new; and it is what defines the member here.
    moved["credentialSubject"]["type"] = json!(["ClrSubject", "AchievementSubject"]);
    let after = judged(&moved);
    assert_eq!(proof(&after[0]), Outcome::Passed, "the record states the same");
    assert_eq!(after[1].binding, None, "but binds nothing: a credential within it was rewritten");
    assert!(wrong(&after[1]).contains(&(Subject, Outcome::Undetermined, F::SubjectNotComparable)));
}
