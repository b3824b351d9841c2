//! Credentials of our own making, signed with throw-away keys: Open Badges 3.0, and CLR 2.0 records around them.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

use super::competencies::{COMPETENCIES, college_item, employer_item};
use crate::Failure;

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuer {
    /// Trusted by the employer.
    College,
    /// Trusted by the employer.
    Training,
    /// Genuine, and unknown to the employer.
    Stranger,
}

impl Issuer {
    fn key(self) -> SigningKey {
        SigningKey::from_seed([self as u8 + 1; 32])
    }

    /// Its `id`: a DID that is its key.
    pub fn id(self) -> String {
        self.key().did_key()
    }

    fn name(self) -> &'static str {
        match self {
            Self::College => "Riverbend Community College",
            Self::Training => "Northgate Training",
            Self::Stranger => "QuickCerts Online",
        }
    }

    fn profile(self) -> Value {
        json!({"id": self.id(), "type": ["Profile"], "name": self.name()})
    }
}

/// What a badge is for.
#[derive(Debug, Clone, Copy)]
pub enum Award {
    /// One of the employer's competencies, by its place.
    Competency(usize),
    /// One of the college's outcomes, by its place.
    Outcome(usize),
    /// Something that the job does not ask for.
    Pottery,
}

impl Award {
    fn name(self) -> String {
        match self {
            Self::Competency(index) => COMPETENCIES[index].title.to_owned(),
            Self::Outcome(index) => {
                ["Data preparation", "SQL basics", "Charts that speak", "Statistics I"][index].to_owned()
            }
            Self::Pottery => "Wheel-thrown pottery".to_owned(),
        }
    }

    fn target(self) -> String {
        match self {
            Self::Competency(index) => employer_item(index),
            Self::Outcome(index) => college_item(index),
            Self::Pottery => {
                "https://frameworks.example/ims/case/v1p1/CFItems/6d1f0a10-5a3e-4c5b-9d22-000000000001".to_owned()
            }
        }
    }
}

/// The day on which everything was issued that says nothing else.
const ISSUED: &str = "2026-06-15T09:00:00Z";

/// A badge that is not signed yet. Its subject is named by a fingerprint of the e-mail address.
pub fn badge(issuer: Issuer, award: Award, email: &str) -> Value {
    badge_for(issuer, &award.name(), &award.target(), email)
}

/// The same for an item of any framework.
pub fn badge_for(issuer: Issuer, name: &str, target: &str, email: &str) -> Value {
    let id = named(&[issuer.name(), name, email]);
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": issuer.profile(),
        "validFrom": ISSUED,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identifier(email)],
            "achievement": {
                "id": named(&[issuer.name(), name]),
                "type": ["Achievement"],
                "achievementType": "Competency",
                "name": name,
                "description": format!("{name}, shown in assessed work."),
                "criteria": {"narrative": "Three pieces of assessed work, each marked by two people."},
                "alignment": [{
                    "type": ["Alignment"], "targetType": "CFItem", "targetName": name, "targetUrl": target
                }]
            }
        }
    })
}

/// A CLR around signed badges, not signed yet.
pub fn record(issuer: Issuer, name: &str, badges: &[Value], email: &str) -> Value {
    json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
        ],
        "id": named(&[issuer.name(), name, email]),
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": name,
        "issuer": issuer.profile(),
        "validFrom": ISSUED,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "identifier": [identifier(email)],
            "verifiableCredential": badges
        }
    })
}

/// Signs with the issuer's own key.
///
/// # Errors
/// The document has no canonical form.
pub fn signed(issuer: Issuer, credential: Value) -> Result<Value, Failure> {
    signed_by(issuer, credential)
}

/// Signs with the key of `signer`, whoever the credential says has issued it.
///
/// # Errors
/// The document has no canonical form.
pub fn signed_by(signer: Issuer, credential: Value) -> Result<Value, Failure> {
    let key = signer.key();
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key.did_key_method(),
        created: ISSUED.parse()?,
        more: Default::default(),
    };
    Ok(sign(credential, &key, &options)?)
}

/// A CLR of one issuer with a badge for each award.
///
/// # Errors
/// A document has no canonical form.
pub fn transcript(issuer: Issuer, name: &str, awards: &[Award], email: &str) -> Result<Value, Failure> {
    let badges: Result<Vec<Value>, Failure> =
        awards.iter().map(|award| signed(issuer, badge(issuer, *award, email))).collect();
    signed(issuer, record(issuer, name, &badges?, email))
}

/// An identifier that tells nothing to those who do not know the address.
fn identifier(email: &str) -> Value {
    let salt = "riverbend";
    let hash = Sha256::digest(format!("{email}{salt}"));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "type": "IdentityObject", "hashed": true, "identityHash": format!("sha256${hex}"),
        "identityType": "emailAddress", "salt": salt
    })
}

/// An id that is the same in every run.
fn named(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\n"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
}
