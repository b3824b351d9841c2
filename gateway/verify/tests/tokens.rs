//! Credentials as tokens and in pictures: the three shapes pass, and every known way to fool a reader of them fails.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519::{badge, key, signed};
use judged::{document, judge, judge_as, notices, report_of, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    credential::Applicant,
    finding::{FindingCode as F, Outcome},
    report::CheckName::{IssuerKey, Proof, Structure, Validity},
};
use wellspring_verify::{Material, Policy};

mod ed25519;
mod judged;

/// The claims of the Open Badges 3.0 profile: the credential's members, and those of the token beside them.
fn claims() -> Value {
    let mut claims = badge();
    claims["credentialSubject"]["id"] = json!("did:example:ada");
    claims["sub"] = json!("did:example:ada");
    claims["iss"] = claims["issuer"]["id"].clone();
    claims["jti"] = claims["id"].clone();
    claims["nbf"] = json!(1_767_225_600);
    claims
}

fn header() -> Value {
    json!({"typ": "JWT", "kid": key(1).did_key_method()})
}

fn token(header: &Value, claims: &Value) -> String {
    key(1).jwt(header, claims)
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

#[test]
fn all_three_shapes_pass() {
    let profile = token(&header(), &claims());
    let mut inner = badge();
    inner["@context"] =
        json!(["https://www.w3.org/2018/credentials/v1", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]);
    for name in ["id", "issuer", "validFrom"] {
        inner.as_object_mut().unwrap().remove(name);
    }
    inner["issuer"] = json!({"id": key(1).did_key(), "type": ["Profile"], "name": "Example College"});
    let older = json!({"vc": inner, "iss": key(1).did_key(), "jti": "urn:uuid:1", "sub": "did:example:ada", "nbf": 1_767_225_600, "exp": 1_893_456_000});
    let older = token(&header(), &older);
    let alone = token(&with(header(), "typ", json!("vc+jwt")), &badge());
    for (what, token) in [("the profile", &profile), ("the vc claim", &older), ("the credential alone", &alone)] {
        let report = judge(token.as_bytes()).report;
        assert_eq!(wrong(&report.credentials[0]), [], "{what}");
        assert_eq!(report.outcome(), Outcome::Passed, "{what}");
        assert_eq!(notices(&report.credentials[0]), [], "{what}");
    }
    let enveloped = json!({
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": format!("data:application/vc+jwt,{alone}"),
        "type": "EnvelopedVerifiableCredential"
    });
    assert_eq!(judge(enveloped.to_string().as_bytes()).report.outcome(), Outcome::Passed);
    assert_eq!(judge(json!(profile).to_string().as_bytes()).report.outcome(), Outcome::Passed, "as a JSON text");
    let presented = json!({
        "@context": "https://www.w3.org/ns/credentials/v2", "type": "VerifiablePresentation", "verifiableCredential": [enveloped]
    });
    let inside = judge(presented.to_string().as_bytes()).report;
    assert_eq!(inside.credentials[1].path.as_str(), "/verifiableCredential/0");
    assert_eq!((wrong(&inside.credentials[0]), wrong(&inside.credentials[1])), (vec![], vec![]));
}

#[test]
fn claims_that_contradict_the_credential_fail_and_absent_ones_are_remarked_on() {
    for (claim, value) in [
        ("iss", json!("https://university.example")),
        ("jti", json!("urn:uuid:other")),
        ("sub", json!("did:example:eve")),
        ("nbf", json!(1_767_225_601)),
        ("nbf", json!("soon")),
    ] {
        let report = judge(token(&header(), &with(claims(), claim, value.clone())).as_bytes()).report;
        assert!(
            wrong(&report.credentials[0]).contains(&(Proof, Outcome::Failed, F::JwtClaimMismatch)),
            "{claim} {value}: {:?}",
            wrong(&report.credentials[0])
        );
    }
    let mut less = claims();
    less.as_object_mut().unwrap().remove("sub");
    let report = judge(token(&header(), &less).as_bytes()).report;
    assert_eq!((wrong(&report.credentials[0]), notices(&report.credentials[0])), (vec![], vec![F::JwtClaimAbsent]));
}

#[test]
fn the_tokens_own_time_counts() {
    let ended = with(claims(), "exp", json!(1_790_000_000));
    let report = judge(token(&header(), &ended).as_bytes()).report;
    assert_eq!(wrong(&report.credentials[0]), [(Validity, Outcome::Failed, F::Expired)]);
    let mut alone = badge();
    alone["nbf"] = json!(4_000_000_000_u64);
    alone.as_object_mut().unwrap().remove("validFrom");
    let report = judge(token(&with(header(), "typ", json!("vc+jwt")), &alone).as_bytes()).report;
    assert!(wrong(&report.credentials[0]).contains(&(Validity, Outcome::Failed, F::NotYetValid)));
}

/// A token whose header says something else than what signed it.
fn forged(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", part(header.to_string().as_bytes()), part(claims.to_string().as_bytes()), part(signature))
}

#[test]
fn a_token_that_nobody_signed_with_a_key_of_the_issuer_never_passes() {
    let own = json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(bs58::decode(&key(9).multikey()[1..]).into_vec().unwrap().split_off(2))});
    let university = |issuer: &str| {
        let mut claims = claims();
        claims["issuer"]["id"] = json!(issuer);
        with(claims, "iss", json!(issuer))
    };
    let web = "did:web:university.example";
    let signed_by_nine = |header: Value, claims: Value| key(9).jwt(&header, &claims);
    let cases: Vec<(&str, String, (wellspring_model::report::CheckName, Outcome, F))> = vec![
        (
            "no signature",
            forged(&with(header(), "alg", json!("none")), &claims(), b""),
            (Proof, Outcome::Failed, F::AlgorithmMismatch),
        ),
        (
            "a shared secret",
            forged(&with(header(), "alg", json!("HS256")), &claims(), &[0; 32]),
            (Proof, Outcome::Failed, F::AlgorithmMismatch),
        ),
        (
            "another algorithm than the key's",
            forged(&with(header(), "alg", json!("ES256")), &claims(), &[0; 64]),
            (Proof, Outcome::Failed, F::AlgorithmMismatch),
        ),
        (
            "any key in the header",
            signed_by_nine(json!({"jwk": own}), claims()),
            (IssuerKey, Outcome::Failed, F::IssuerKeyMismatch),
        ),
        (
            "any key in the header, for an issuer whose keys are not to be had",
            signed_by_nine(json!({"jwk": own}), university(web)),
            (IssuerKey, Outcome::Undetermined, F::KeyUnresolved),
        ),
        (
            "a key in the fragment of the issuer's name",
            signed_by_nine(json!({"kid": format!("{web}#{}", key(9).multikey())}), university(web)),
            (IssuerKey, Outcome::Undetermined, F::KeyUnresolved),
        ),
        (
            "another's DID as the key",
            signed_by_nine(json!({"kid": key(9).did_key_method()}), claims()),
            (IssuerKey, Outcome::Failed, F::IssuerKeyMismatch),
        ),
        (
            "rules that nobody knows",
            token(&with(header(), "crit", json!(["exp"])), &claims()),
            (Proof, Outcome::Failed, F::JwtInvalid),
        ),
        (
            "a token of another kind",
            token(&with(header(), "typ", json!("at+jwt")), &claims()),
            (Proof, Outcome::Failed, F::JwtInvalid),
        ),
        ("no key named", token(&json!({}), &university(web)), (Proof, Outcome::Undetermined, F::KeyUnresolved)),
        (
            "no key named, and not by the key that the issuer is",
            signed_by_nine(json!({}), claims()),
            (Proof, Outcome::Failed, F::SignatureInvalid),
        ),
        (
            "the private half in the header",
            signed_by_nine(json!({"jwk": with(own.clone(), "d", json!("AAAA"))}), claims()),
            (Proof, Outcome::Failed, F::JwtInvalid),
        ),
    ];
    for (what, token, expected) in cases {
        let report = judge(token.as_bytes()).report;
        assert!(wrong(&report.credentials[0]).contains(&expected), "{what}: {:?}", wrong(&report.credentials[0]));
        assert_ne!(report.outcome(), Outcome::Passed, "{what}");
    }
    for (what, token) in [
        ("padding", token(&header(), &claims()) + "="),
        ("a member twice", {
            let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
            format!("{}.{}.{}", part(r#"{"alg":"EdDSA","alg":"none"}"#), part("{}"), part("x"))
        }),
        ("a token around nothing", token(&header(), &json!({"vp": "text"}))),
    ] {
        let Some(report) = report_of(token.as_bytes()) else { continue };
        assert!(
            wrong(&report.credentials[0])
                .iter()
                .any(|(check, outcome, _)| (*check, *outcome) == (Structure, Outcome::Failed)),
            "{what}"
        );
    }
}

#[test]
fn each_part_of_a_token_is_signed() {
    let whole = token(&header(), &claims());
    for (index, byte) in whole.bytes().enumerate().step_by(7) {
        let other = if byte == b'A' { b'B' } else { b'A' };
        let mut changed = whole.clone().into_bytes();
        if byte == b'.' {
            continue;
        }
        changed[index] = other;
        // The last letter of a part holds bits that count for nothing; a reader that is strict about them refuses it.
        let Some(report) = report_of(&changed) else { continue };
        assert_ne!(report.outcome(), Outcome::Passed, "byte {index}");
    }
}

#[test]
fn a_set_of_keys_speaks_for_an_issuer_where_only_the_issuer_can_put_it() {
    let issuer = "https://college.example/issuers/1";
    let mut claims = claims();
    claims["issuer"]["id"] = json!(issuer);
    claims["iss"] = json!(issuer);
    let x = BASE64_URL_SAFE_NO_PAD.encode(bs58::decode(&key(1).multikey()[1..]).into_vec().unwrap().split_off(2));
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "key-1", "x": x}]}).to_string();
    let judged_at = |address: &str| {
        let mut material = Material::default();
        material.insert(address, document(set.clone()));
        let token = token(&json!({"kid": format!("{address}#key-1")}), &claims);
        let report = judge_as(token.as_bytes(), &Policy::default(), &Applicant::default(), &material).report;
        wrong(&report.credentials[0])
    };
    assert_eq!(judged_at(issuer), [], "at its own address");
    assert_eq!(judged_at("https://college.example/issuers/1/keys"), [], "below it");
    assert_eq!(judged_at("https://college.example/.well-known/jwks.json"), [], "at the origin's well-known place");
    for elsewhere in
        ["https://college.example/issuers/2/keys", "https://college.example/issuers/10", "https://keys.example/"]
    {
        let unknown = [(IssuerKey, Outcome::Undetermined, F::KeyUnresolved)];
        assert_eq!(judged_at(elsewhere), unknown, "{elsewhere} may be a neighbour's");
    }
}

fn png(text: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat();
    let data = [b"openbadgecredential\0\0\0\0\0", text].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &[0; 13]), chunk(b"iTXt", &data), chunk(b"IEND", b"")].concat()
}

#[test]
fn what_is_baked_into_a_picture_is_judged_as_if_it_came_alone() {
    let json = signed(badge()).to_string();
    let token = token(&header(), &claims());
    for text in [&json, &token] {
        assert_eq!(judge(&png(text.as_bytes())).report.outcome(), Outcome::Passed);
        let svg = format!(
            r#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[{text}]]></openbadges:credential></svg>"#
        );
        assert_eq!(judge(svg.as_bytes()).report.outcome(), Outcome::Passed);
    }
    let changed = json.replace("Data cleaning", "Data mining");
    assert_eq!(judge(&png(changed.as_bytes())).report.outcome(), Outcome::Failed);
    let plain = [b"\x89PNG\r\n\x1a\n".as_slice(), &0_u32.to_be_bytes(), b"IEND", &[0; 4]].concat();
    assert_eq!(wrong(&judge(&plain).report.credentials[0]), [(Structure, Outcome::Failed, F::TypeUnknown)]);
    let bomb = format!(r#"<!DOCTYPE svg [<!ENTITY a "{}">]><svg>&a;</svg>"#, "ha".repeat(1_000));
    assert_eq!(wrong(&judge(bomb.as_bytes()).report.credentials[0]), [(Structure, Outcome::Failed, F::PictureInvalid)]);
}
