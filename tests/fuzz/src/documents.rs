//! Credentials, tokens and lists of our own, signed with throw-away keys: what the fuzzer starts from.

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

pub const V1: &str = "https://www.w3.org/2018/credentials/v1";
pub const V2: &str = "https://www.w3.org/ns/credentials/v2";
pub const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
pub const CLR: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";
pub const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
pub const LIST: &str = "https://status.example/lists/1";
pub const BADGE: &str = "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c20";

pub fn key(number: u8) -> SigningKey {
    SigningKey::from_seed([number; 32])
}

pub fn signed_as(document: Value, suite: Suite, more: Map<String, Value>) -> Value {
    let options = ProofOptions {
        suite,
        verification_method: key(1).did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().expect("a time"),
        more,
    };
    sign(document, &key(1), &options).expect("it is signed")
}

/// Signed by the issuer of [`badge`].
pub fn signed(document: Value) -> Value {
    signed_as(document, Suite::EddsaRdfc2022, Map::new())
}

fn issuer() -> Value {
    json!({"id": key(1).did_key(), "type": ["Profile"], "name": "Example College"})
}

fn ada() -> Value {
    json!([{"type": "IdentityObject", "hashed": false, "identityHash": "ada@example.org", "identityType": "emailAddress"}])
}

pub fn badge() -> Value {
    json!({
        "@context": [V2, OB, EXTENSIONS],
        "id": BADGE,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data cleaning",
        "issuer": issuer(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:ada",
            "type": ["AchievementSubject"],
            "identifier": ada(),
            "achievement": {
                "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c21",
                "type": ["Achievement"],
                "name": "Data cleaning",
                "description": "Cleans data before using it.",
                "criteria": {"id": "urn:criteria", "narrative": "Cleaned three data sets."},
                "alignment": [{
                    "id": "urn:alignment", "type": ["Alignment"], "targetName": "Clean data",
                    "targetUrl": "urn:uuid:6d1f0a10-5a3e-4c5b-9d20-000000000001", "targetCode": "C1"
                }]
            }
        }
    })
}

/// A badge with something else about it.
pub fn badge_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut badge = badge();
    change(&mut badge);
    badge
}

/// A badge of the first generation of the data model.
pub fn older_badge() -> Value {
    badge_with(|badge| {
        badge["@context"] = json!([V1, OB, "https://w3id.org/security/suites/ed25519-2020/v1"]);
        let begins = badge.as_object_mut().and_then(|badge| badge.remove("validFrom"));
        badge["issuanceDate"] = begins.unwrap_or_default();
    })
}

pub fn record(credentials: &[Value]) -> Value {
    json!({
        "@context": [V2, CLR, OB],
        "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c30",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Record",
        "issuer": issuer(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"type": ["ClrSubject"], "identifier": ada(), "verifiableCredential": credentials}
    })
}

/// An entry in a list: `size` bits each.
pub fn entry(purpose: &str, index: &str, size: usize) -> Value {
    let mut entry = json!({
        "id": format!("{LIST}#{index}"), "type": "BitstringStatusListEntry", "statusPurpose": purpose,
        "statusListIndex": index, "statusListCredential": LIST
    });
    if size != 1 {
        entry["statusSize"] = json!(size);
    }
    entry
}

/// A list in which the first bit is set, and the eleventh and twelfth.
pub fn list() -> Value {
    let mut bits = vec![0; 16 * 1024];
    (bits[0], bits[1]) = (0b1000_0000, 0b0011_0000);
    list_of(&format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(fold(&bits))), true)
}

/// A list with these bits encoded, of the newer kind or the older.
pub fn list_of(encoded: &str, is_newer: bool) -> Value {
    let (context, credential, subject, begins) = match is_newer {
        true => (json!([V2]), "BitstringStatusListCredential", "BitstringStatusList", "validFrom"),
        false => {
            let older =
                json!([V1, "https://w3id.org/vc/status-list/2021/v1", "https://w3id.org/security/data-integrity/v2"]);
            (older, "StatusList2021Credential", "StatusList2021", "issuanceDate")
        }
    };
    json!({
        "@context": context,
        "id": LIST,
        "type": ["VerifiableCredential", credential],
        "issuer": key(1).did_key(),
        begins: "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": format!("{LIST}#list"), "type": subject, "encodedList": encoded,
            "statusPurpose": if is_newer { json!(["revocation", "suspension", "refresh", "message"]) } else { json!("revocation") }
        }
    })
}

pub fn fold(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("it is packed");
    encoder.finish().expect("it is packed")
}

/// The claims of the Open Badges 3.0 profile: the credential's members, and those of the token beside them.
pub fn claims() -> Value {
    let mut claims = badge();
    claims["sub"] = json!("did:example:ada");
    claims["iss"] = json!(key(1).did_key());
    claims["jti"] = claims["id"].clone();
    claims["nbf"] = json!(1_767_225_600);
    claims
}

pub fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": key(1).did_key_method()})
}
