//! Open Badges of our own making, signed with a throw-away key.

use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

/// The address in the applications of these tests.
pub const EMAIL: &str = "ada@example.org";

pub fn key() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

/// A badge, not signed yet, for one achievement that is aligned to `item`.
pub fn unsigned(item: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c20",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data cleaning",
        "issuer": {"id": key().did_key(), "type": ["Profile"], "name": "Example College"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject", "hashed": false, "identityHash": EMAIL, "identityType": "emailAddress"
            }],
            "achievement": {
                "id": "urn:uuid:5f6b1f4e-9a43-4a0e-9d57-2f3f1e6a7c21",
                "type": ["Achievement"],
                "name": "Data cleaning",
                "description": "Cleans data before using it.",
                "criteria": {"narrative": "Cleaned three data sets under supervision."},
                "alignment": [{
                    "type": ["Alignment"], "targetName": "Cleans data", "targetUrl": item, "targetType": "CFItem"
                }]
            }
        }
    })
}

pub fn signed(credential: Value) -> Value {
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key().did_key_method(),
        created: "2026-01-01T00:00:00Z".parse().expect("a time"),
        more: Default::default(),
    };
    sign(credential, &key(), &options).expect("our own badge can be signed")
}
