//! Signatures of packages: who answers for these very bytes, under which id and version.
//!
//! `NAME.wasm.sig` lies beside `NAME.wasm`: a DSSE envelope around a [`Statement`], signed with Ed25519
//! (`docs/decisions/0012-signed-packages.md`). Checking one needs the bytes, the envelope and a public key, and nothing else.
//! Whether that key may sign for this connector at this time is the operator's to say ([`crate::trust`]).

mod envelope;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wellspring_model::{Timestamp, connection::ConnectorId, digest::Digest, ed25519::Ed25519, version::Version};

pub use wellspring_model::ed25519::PublicKey;

use self::envelope::Envelope;
use crate::{inspection::Inspection, manifest::ManifestError, package};

/// The largest envelope there may be. Ours have about a thousand bytes.
pub const SIGNATURE_MAX: usize = 16 << 10;
/// What a statement says it is, so that a signature over something else is never taken for one of these.
const TYPE: &str = "wellspring connector 1";

/// What is signed. A member that is not among these is refused: it might have been meant to limit what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "type")]
    kind: String,
    pub id: ConnectorId,
    pub version: Version,
    /// Of the whole package.
    pub sha256: Digest,
    /// The contract it was built for.
    pub contract: String,
    /// When it was signed, as the signer says.
    pub created: Timestamp,
    /// The public key it was signed with.
    pub key_id: PublicKey,
}

/// Why a signature says nothing about a package.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    #[error("the signature has {size} bytes; one has at most {SIGNATURE_MAX}")]
    TooLarge { size: usize },
    #[error("the signature is not one that `wellspring-connector sign` writes: {0}")]
    Unreadable(String),
    #[error("the signature is not valid: what it is over was changed, or the key that it names did not make it")]
    Invalid,
    #[error("the signature names the key {named} around what it is over, and {signed} within")]
    Key { named: PublicKey, signed: PublicKey },
    #[error(
        "the signature is over another file ({signed}); this one is {digest}. Use the signature that came with this file"
    )]
    Digest { signed: Digest, digest: Digest },
    #[error("the signature is for {field} `{signed}`; the package says `{package}`")]
    Package { field: &'static str, signed: String, package: String },
}

/// A statement that the key it names did sign. Nothing is said yet about whether anybody relies on that key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed(Statement);

impl Signed {
    /// Reads an envelope and checks its signature against the key that it names. Bounded by [`SIGNATURE_MAX`].
    ///
    /// # Errors
    /// It is no envelope of ours, or the key did not sign it.
    pub fn read(envelope: &[u8]) -> Result<Self, SignatureError> {
        if envelope.len() > SIGNATURE_MAX {
            return Err(SignatureError::TooLarge { size: envelope.len() });
        }
        let envelope = Envelope::parse(envelope)?;
        let key = VerifyingKey::from_bytes(&envelope.key.0).map_err(|_| SignatureError::Invalid)?;
        // Strictly: no second spelling of a signature, and no key for which everything is signed.
        key.verify_strict(&envelope.signed_bytes(), &Signature::from_bytes(&envelope.signature))
            .map_err(|_| SignatureError::Invalid)?;
        let statement: Statement =
            serde_json::from_slice(&envelope.payload).map_err(|error| unreadable(&error.to_string()))?;
        if statement.kind != TYPE {
            return Err(unreadable(&format!("its type is not `{TYPE}`")));
        }
        if statement.key_id != envelope.key {
            return Err(SignatureError::Key { named: envelope.key, signed: statement.key_id });
        }
        Ok(Self(statement))
    }

    pub fn statement(&self) -> &Statement {
        &self.0
    }

    /// Makes sure that it is about the file with this digest.
    ///
    /// # Errors
    /// It is about another one.
    pub fn over(&self, digest: Digest) -> Result<(), SignatureError> {
        let signed = self.0.sha256;
        if signed == digest { Ok(()) } else { Err(SignatureError::Digest { signed, digest }) }
    }

    /// Makes sure that it is about what the package says of itself.
    ///
    /// # Errors
    /// Names what differs.
    pub fn fits(&self, inspection: &Inspection) -> Result<(), SignatureError> {
        self.over(inspection.digest)?;
        let rows = [
            ("id", self.0.id.to_string(), inspection.id.to_string()),
            ("version", self.0.version.to_string(), inspection.version.clone()),
            ("contract", self.0.contract.clone(), inspection.contract.clone()),
        ];
        match rows.into_iter().find(|(_, signed, package)| signed != package) {
            Some((field, signed, package)) => Err(SignatureError::Package { field, signed, package }),
            None => Ok(()),
        }
    }
}

/// Signs a package that is in order, and gives the envelope to write beside it.
///
/// # Errors
/// It is not a package that a gateway would take.
pub fn sign(bytes: &[u8], key: &SigningKey, created: Timestamp) -> Result<Vec<u8>, package::PackageError> {
    let inspection = package::inspect(bytes)?;
    let version = inspection.version.parse().map_err(|_| ManifestError::Version(inspection.version.clone()))?;
    let statement = Statement {
        kind: TYPE.to_owned(),
        id: inspection.id,
        version,
        sha256: inspection.digest,
        contract: inspection.contract,
        created,
        key_id: public(key),
    };
    Ok(seal(&statement, key))
}

/// Signs a statement, whatever it says.
fn seal(statement: &Statement, key: &SigningKey) -> Vec<u8> {
    let payload = serde_json::to_vec(statement).unwrap_or_default();
    let mut envelope = Envelope { payload, key: public(key), signature: [0; 64] };
    envelope.signature = key.sign(&envelope.signed_bytes()).to_bytes();
    envelope.write()
}

/// The public part of a key, as operators write it into their trust file.
pub fn public(key: &SigningKey) -> PublicKey {
    Ed25519(key.verifying_key().to_bytes())
}

fn unreadable(reason: &str) -> SignatureError {
    SignatureError::Unreadable(reason.to_owned())
}

#[cfg(test)]
mod tests;
