//! Tokens: those that the seeds' issuer signed pass, and no others; and what is signed is still held against the rules.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use jiff::Timestamp;
use serde_json::Value;
use wellspring_model::report::CredentialReport;

use crate::{
    documents::key,
    judged::{self, now, passed},
    oracles::tokens::occurrences,
    seeds,
};

static SIGNED: LazyLock<Vec<String>> = LazyLock::new(seeds::tokens);

/// How far clocks may differ, and a second for what is rounded.
const SKEW: i64 = 61;

/// An input that begins with `+` or `-` is a line of header and lines of claims, to be signed by the issuer's key or by
/// another's. Any other input is taken as it is.
pub fn run(bytes: &[u8]) {
    match bytes.split_first() {
        Some((b'+', rest)) => made(rest, 1),
        Some((b'-', rest)) => made(rest, 9),
        _ => {
            let Some(verification) = judged::judge(bytes) else { return };
            let count = passed(&verification).count();
            assert!(count <= occurrences(bytes, &SIGNED), "a token passed that nobody signed");
        }
    }
}

fn made(lines: &[u8], signer: u8) {
    let end = lines.iter().position(|byte| *byte == b'\n').unwrap_or(lines.len());
    let (header, claims) = (&lines[..end], lines.get(end + 1..).unwrap_or_default());
    let message = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(claims));
    let signature = ed25519_dalek::SigningKey::from_bytes(&[signer; 32]).sign(message.as_bytes());
    let token = format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    let Some(verification) = judged::judge(token.as_bytes()) else { return };
    let (outer, inner): (Vec<_>, Vec<_>) = passed(&verification).partition(|report| report.path.as_str().is_empty());
    assert!(inner.len() <= occurrences(claims, &SIGNED), "a token within passed that nobody signed");
    for report in outer {
        let object = |text| serde_json::from_slice::<Value>(text).expect("what passed is JSON");
        lawful(&object(header), &object(claims), report, signer);
    }
}

/// What has to hold of a token that passed, read once more and plainly.
fn lawful(header: &Value, claims: &Value, report: &CredentialReport, signer: u8) {
    let issuer = report.issuer.as_ref().expect("what passed has an issuer");
    let is_own_key = issuer.0 == key(signer).did_key() || issuer.0.starts_with("did:jwk:");
    assert!(is_own_key, "signed by another than {issuer}");
    assert!(matches!(header["alg"].as_str(), Some("EdDSA" | "Ed25519")), "signed as {}", header["alg"]);
    assert!(header.get("crit").is_none() && header.get("b64").is_none(), "rules that nobody knows");
    for name in ["typ", "kid"] {
        assert!(header.get(name).is_none_or(Value::is_string), "the header's {name} is no text");
    }
    let seconds = |value: &Value| value.as_f64().expect("a time in a token is a number") as i64;
    let now = now().as_second();
    assert!(claims.get("exp").is_none_or(|end| seconds(end) >= now - SKEW), "the token has ended");
    assert!(claims.get("nbf").is_none_or(|begin| seconds(begin) <= now + SKEW), "the token has not begun");
    let content = if claims["vc"].is_object() { &claims["vc"] } else { claims };
    let time = |name: &str| {
        let time = content.get(name)?.as_str().expect("a time is a text").parse::<Timestamp>().expect("a time");
        Some(time.as_second())
    };
    for name in ["validUntil", "expirationDate"] {
        assert!(time(name).is_none_or(|end| end >= now - SKEW), "the credential has ended");
    }
    for name in ["validFrom", "issuanceDate"] {
        assert!(time(name).is_none_or(|begin| begin <= now + SKEW), "the credential has not begun");
    }
    assert!(claims.get("iss").is_none_or(|claimed| *claimed == issuer.0), "two issuers");
    let (claimed, id) = (claims.get("jti"), report.id.as_deref());
    assert!(claimed.zip(id).is_none_or(|(claimed, id)| claimed == id), "two ids");
    // The profile has one subject; where there are more, no claim is for one of them.
    let (claimed, subject) = (claims.get("sub"), content["credentialSubject"].get("id"));
    assert!(claimed.zip(subject).is_none_or(|(claimed, id)| claimed == id), "two subjects");
}
