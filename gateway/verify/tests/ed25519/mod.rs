//! Credentials of our own, signed with throw-away keys.

use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

pub fn key(number: u8) -> SigningKey {
    SigningKey::from_seed([number; 32])
}

pub fn sign_with(credential: Value, key: &SigningKey, method: &str) -> Value {
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: method.to_owned(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        more: Default::default(),
    };
    sign(credential, key, &options).unwrap()
}

/// Signed by the issuer of [`badge`] and [`record`].
pub fn signed(credential: Value) -> Value {
    sign_with(credential, &key(1), &key(1).did_key_method())
}

pub fn badge() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c20",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data cleaning",
        "issuer": {"id": key(1).did_key(), "type": ["Profile"], "name": "Example College"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject", "hashed": false, "identityHash": "ada@example.org", "identityType": "emailAddress"
            }],
            "achievement": {
                "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c21",
                "type": ["Achievement"],
                "name": "Data cleaning",
                "description": "Cleans data before using it.",
                "criteria": {"narrative": "Cleaned three data sets."},
                "alignment": [{"type": ["Alignment"], "targetName": "Clean data", "targetUrl": "urn:uuid:6d1f0a10-5a3e-4c5b-9d20-000000000001"}]
            }
        }
    })
}

pub fn record(credentials: &[Value]) -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
        ],
        "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c30",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Record",
        "issuer": {"id": key(1).did_key(), "type": ["Profile"], "name": "Example College"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["ClrSubject"],
            "identifier": [{
                "type": "IdentityObject", "hashed": false, "identityHash": "ada@example.org", "identityType": "emailAddress"
            }],
            "verifiableCredential": credentials
        }
    })
}
