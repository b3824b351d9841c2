//! Records and badges to move things in: in every form, with everything that may be moved, and some that must not pass.

use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, Suite, sign};

use crate::ed25519::{badge, key, record, signed};

const ADA: &str = "did:example:ada";
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
pub const LIST: &str = "https://status.example/lists/1";
pub const REVOKED: &str = "https://college.example/credentials/revoked";

fn proved(credential: Value, number: u8, suite: Suite) -> Value {
    let options = ProofOptions {
        suite,
        verification_method: key(number).did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        more: Default::default(),
    };
    sign(credential, &key(number), &options).unwrap()
}

fn token(content: &Value, number: u8) -> Value {
    json!(key(number).jwt(&json!({"typ": "vc+jwt", "kid": key(number).did_key_method()}), content))
}

fn endorsement(of: &str, by: u8) -> Value {
    let endorsement = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": format!("urn:uuid:00000000-0000-4000-8000-0000000000e{by}"),
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Accreditation",
        "issuer": {"id": key(by).did_key(), "type": ["Profile"]},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": of, "type": ["EndorsementSubject"], "endorsementComment": "in good standing"}
    });
    proved(endorsement, by, Suite::EddsaRdfc2022)
}

/// One of the credentials of a record: about its subject, who is not named there.
fn inner(number: u8, issuer: u8, change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    badge["id"] = json!(format!("urn:uuid:00000000-0000-4000-8000-00000000000{number}"));
    badge["issuer"]["id"] = json!(key(issuer).did_key());
    let subject = &mut badge["credentialSubject"];
    subject["id"] = json!(ADA);
    subject.as_object_mut().unwrap().remove("identifier");
    let achievement = &mut subject["achievement"];
    achievement["id"] = json!(format!("urn:uuid:00000000-0000-4000-8000-0000000000a{number}"));
    achievement["name"] = json!(format!("Achievement {number}"));
    achievement["achievementType"] = json!("Course");
    achievement["creator"] = json!({"id": key(issuer).did_key(), "type": ["Profile"], "name": "Example College"});
    achievement["alignment"] = json!([
        {"type": ["Alignment"], "targetName": "One", "targetUrl": format!("urn:example:{number}-1"), "targetCode": "C1"},
        {"type": ["Alignment"], "targetName": "Two", "targetUrl": format!("urn:example:{number}-2"), "targetFramework": "F"}
    ]);
    subject["result"] = json!([{"type": ["Result"], "status": "Completed", "value": "A"}]);
    change(&mut badge);
    badge
}

fn failed(badge: &mut Value) {
    badge["credentialSubject"]["result"][0]["status"] = json!("Failed");
}

fn expired(badge: &mut Value) {
    badge["validUntil"] = json!("2026-06-01T00:00:00Z");
}

/// A record with three credentials that bear proofs, one that bears none, and with what belongs to none of them.
fn full(prove: impl Fn(Value, u8) -> Value) -> Value {
    let accredited = |badge: &mut Value| {
        badge["issuer"]["endorsement"] = json!([endorsement(&key(3).did_key(), 5)]);
    };
    let mut all = record(&[
        prove(inner(1, 1, |_| {}), 1),
        prove(inner(2, 1, failed), 1),
        prove(inner(3, 3, accredited), 3),
        inner(4, 1, |badge| {
            badge["credentialSubject"]["achievement"]["creator"]["id"] = json!("https://agency.example/")
        }),
    ]);
    all["credentialSubject"]["id"] = json!(ADA);
    all["credentialSubject"]["achievement"] = json!([badge()["credentialSubject"]["achievement"]]);
    all
}

/// A badge at whose id there is one more object.
fn offering(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    badge["@context"].as_array_mut().unwrap().push(json!(EXTENSIONS));
    badge["id"] = json!(REVOKED);
    badge["refreshService"] = json!({"id": badge["id"], "type": "1EdTechCredentialRefresh"});
    change(&mut badge);
    signed(badge)
}

fn own(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    badge["credentialSubject"]["id"] = badge["issuer"]["id"].clone();
    change(&mut badge);
    signed(badge)
}

/// The same in the first generation, whose terms nothing protects.
fn older(mut credential: Value) -> Value {
    let contexts = [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        "https://w3id.org/security/data-integrity/v2",
    ];
    credential["@context"] = json!(contexts);
    credential["issuanceDate"] = credential.as_object_mut().unwrap().remove("validFrom").unwrap();
    credential
}

pub fn documents() -> Vec<Value> {
    let by_graph = |credential: Value, number: u8| proved(credential, number, Suite::EddsaRdfc2022);
    let by_text = |credential: Value, number: u8| proved(credential, number, Suite::EddsaJcs2022);
    let entry = json!({"id": LIST, "type": "1EdTechRevocationList"});
    let described = |badge: &mut Value| {
        let alignment = &mut badge["credentialSubject"]["achievement"]["alignment"][0];
        alignment["targetDescription"] = json!("https://frameworks.example/welding");
    };
    let foreign = json!({"id": "https://agency.example/", "type": ["Profile"]});
    vec![
        signed(full(by_graph)),
        by_text(full(by_text), 1),
        by_text(full(by_graph), 1),
        token(&full(|credential, number| token(&credential, number)), 1),
        signed(badge()),
        offering(|_| {}),
        offering(expired),
        offering(|badge| badge["credentialStatus"] = entry),
        own(|badge| badge["credentialSubject"]["result"] = json!([{"type": ["Result"], "status": "Failed"}])),
        own(|badge| badge["credentialSubject"]["achievement"]["creator"] = foreign),
        by_graph(older(inner(6, 1, described)), 1),
        by_graph(older(inner(7, 1, failed)), 1),
        by_text(inner(8, 1, expired), 1),
        token(&inner(9, 1, expired), 1),
    ]
}
