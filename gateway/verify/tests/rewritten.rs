//! What was signed, written anew: with RDF canonicalisation a signature covers statements, and the same statements can be
//! written in many ways. Each document here states what its issuer signed, and shows something else to a reader of its JSON.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, signed};
use judged::{document, judge_as, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::CheckName::{Proof, Status, Validity},
};
use wellspring_verify::{Material, Policy};

mod ed25519;
mod judged;

const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
const OB_3_0_1: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json";
const OB: &str = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
const XSD: &str = "https://www.w3.org/2001/XMLSchema#";
const LIST: &str = "https://status.example/lists/1";
const SUBJECT: &str = "did:example:ada";

fn made(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    badge["credentialSubject"]["id"] = json!(SUBJECT);
    change(&mut badge);
    badge
}

fn again(signed: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut written = signed.clone();
    change(&mut written);
    written
}

fn take(from: &mut Value, name: &str) -> Value {
    from.as_object_mut().unwrap().remove(name).unwrap()
}

/// The same in the first generation of the data model, with a context whose terms nothing protects.
fn older(credential: &mut Value, contexts: &[&str]) {
    let around = |context: &str| json!(format!("https://{context}"));
    let inner = contexts.iter().map(|context| json!(context));
    let first = around("www.w3.org/2018/credentials/v1");
    credential["@context"] =
        std::iter::once(first).chain(inner).chain([around("w3id.org/security/data-integrity/v2")]).collect();
    credential["issuanceDate"] = take(credential, "validFrom");
}

fn also(credential: &mut Value, context: Value) {
    credential["@context"].as_array_mut().unwrap().push(context);
}

/// Refused because of how it is written, not because its signature would not fit.
fn refused(what: &str, written: &Value, pointer: &str) {
    let verification =
        judge_as(written.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &Material::default());
    let report = &verification.report.credentials[0];
    let proof = report.checks.iter().find(|check| check.check == Proof).unwrap();
    let found = (proof.outcome, proof.finding.code, proof.finding.pointer.as_str());
    assert_eq!(found, (Outcome::Failed, F::MemberInvalid, pointer), "{what}");
    assert!(verification.credentials.is_empty(), "{what}");
}

fn passes(what: &str, credential: &Value) {
    let verification =
        judge_as(credential.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &Material::default());
    assert_eq!(wrong(&verification.report.credentials[0]), [], "{what}");
}

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
fn a_foreign_creator_under_another_name() {
    let creator = json!({"id": "https://agency.example/", "type": ["Profile"]});
    let foreign = signed(made(|badge| badge["credentialSubject"]["achievement"]["creator"] = creator.clone()));
    let written = again(&foreign, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement[format!("{OB}creator")] = take(achievement, "creator");
    });
    let at = "/credentialSubject/achievement/https:~1~1purl.imsglobal.org~1spec~1vc~1ob~1vocab.html#creator";
    refused("under its IRI", &written, at);

    // The first published context has one IRI for the member and for the class.
    let first = signed(made(|badge| {
        older(badge, &["https://purl.imsglobal.org/spec/ob/v3p0/context.json"]);
        badge["credentialSubject"]["achievement"]["creator"] = creator;
    }));
    passes("as the context has it", &first);
    let written = again(&first, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement["Profile"] = take(achievement, "creator");
    });
    refused("under the name of its class", &written, "/credentialSubject/achievement/Profile");
}

#[test]
fn a_name_made_of_renamed_keywords() {
    let written = again(&signed(made(|_| {})), |badge| {
        let string = "http://www.w3.org/2001/XMLSchema#string";
        also(badge, json!({"en": "@type", "es": "@value", "Welding": string}));
        badge["credentialSubject"]["achievement"]["name"] = json!({"en": "Welding", "es": "Data cleaning"});
    });
    refused("a datatype for a name", &written, "/credentialSubject/achievement/name/en");
}

#[test]
fn members_that_change_places_by_a_context_within_the_document() {
    let url = "https://frameworks.example/welding";
    let aligned = signed(made(|badge| {
        older(badge, &[OB_3_0_1]);
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        alignment["targetDescription"] = json!(url);
    }));
    passes("as it was signed", &aligned);
    let swapped = again(&aligned, |badge| {
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        let real = alignment["targetUrl"].clone();
        alignment["targetUrl"] = json!(url);
        alignment["targetDescription"] = real;
        let typed = |name: &str, kind: &str| json!({"@id": format!("https://schema.org/{name}"), "@type": format!("{XSD}{kind}")});
        let scope = json!({
            "targetUrl": typed("targetDescription", "string"),
            "targetDescription": typed("targetUrl", "anyURI"),
            "targetName": typed("targetName", "string")
        });
        alignment["@context"] = json!({"Alignment": {"@id": "https://schema.org/AlignmentObject", "@context": scope}});
    });
    refused("a description as address", &swapped, "/credentialSubject/achievement/alignment/0/targetDescription");

    let coded = signed(made(|badge| {
        older(badge, &[OB_3_0_1]);
        badge["credentialSubject"]["achievement"]["humanCode"] = json!("urn:example:welding");
    }));
    let renamed = again(&coded, |badge| {
        let achievement = &mut badge["credentialSubject"]["achievement"];
        achievement["@id"] = achievement["id"].clone();
        achievement["id"] = take(achievement, "humanCode");
        let code = json!({"id": {"@id": format!("{OB}humanCode"), "@type": format!("{XSD}string")}});
        let scope = json!({
            "identifier": format!("{OB}identifier"),
            "achievement": {"@id": format!("{OB}achievement-0"), "@context": code}
        });
        badge["credentialSubject"]["@context"] =
            json!({"AchievementSubject": {"@id": format!("{OB}AchievementSubject"), "@context": scope}});
    });
    refused("a code as id", &renamed, "/credentialSubject/achievement/id");
}

#[test]
fn a_record_that_calls_itself_a_badge() {
    // What the subject of a record lists is not earned.
    let achievement = badge()["credentialSubject"]["achievement"].clone();
    let mut inner = badge();
    older(&mut inner, &[OB_3_0_1]);
    let mut record = ed25519::record(&[inner]);
    older(&mut record, &["https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB_3_0_1]);
    record["credentialSubject"]["achievement"] = achievement;
    let record = signed(record);
    let written = again(&record, |record| {
        let clr = "https://purl.imsglobal.org/spec/vc/clr/vocab.html#ClrCredential";
        also(record, json!({"AchievementCredential": clr}));
        record["type"] = json!(["VerifiableCredential", "AchievementCredential"]);
        record["credentialSubject"]["type"] = json!("ClrSubject");
    });
    refused("a record as badge", &written, "/type/1");
}

#[test]
fn an_address_in_short() {
    let listed = signed(made(|badge| {
        also(badge, json!(EXTENSIONS));
        badge["credentialStatus"] = json!({"id": LIST, "type": "1EdTechRevocationList"});
    }));
    // Whoever follows `https:example/lists/1` as an address asks another host.
    let written = again(&listed, |badge| {
        also(badge, json!({"https": {"@id": "https://status.", "@prefix": true}}));
        badge["credentialStatus"]["id"] = json!("https:example/lists/1");
    });
    refused("the address of a list", &written, "/credentialStatus/id");
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
