//! Making Data Integrity proofs with Ed25519: what tests and demonstrations sign with. The gateway itself signs nothing.

use ed25519_dalek::Signer as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    jsonld::{CanonError, Contexts},
    key::to_multikey,
    proof::signed_bytes,
};

/// An Ed25519 key pair.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key pair that 32 secret bytes stand for.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The public key as Multikey (`z6Mk…`).
    pub fn multikey(&self) -> String {
        to_multikey(&self.0.verifying_key())
    }

    /// The DID that is this key.
    pub fn did_key(&self) -> String {
        format!("did:key:{}", self.multikey())
    }

    /// How a proof names the key of [`Self::did_key`].
    pub fn did_key_method(&self) -> String {
        format!("{}#{}", self.did_key(), self.multikey())
    }
}

/// Which kind of proof to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// `DataIntegrityProof` with `eddsa-rdfc-2022`.
    EddsaRdfc2022,
    /// `Ed25519Signature2020`; the document's contexts have to define it.
    Ed25519Signature2020,
}

/// What a proof says about itself.
#[derive(Debug, Clone)]
pub struct ProofOptions {
    pub suite: Suite,
    pub verification_method: String,
    pub created: Timestamp,
}

/// Why a document cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("only an object can be signed")]
    NotAnObject,
    #[error(transparent)]
    Canon(#[from] CanonError),
}

/// Adds a proof to a document. One that has proofs already gets one more (a proof set).
///
/// # Errors
/// [`SignError`] when the document has no canonical form with the contexts that the product carries.
pub fn sign(document: Value, key: &SigningKey, options: &ProofOptions) -> Result<Value, SignError> {
    let Value::Object(mut document) = document else { return Err(SignError::NotAnObject) };
    let mut proof = Map::new();
    match options.suite {
        Suite::EddsaRdfc2022 => {
            proof.insert("type".to_owned(), json!("DataIntegrityProof"));
            proof.insert("cryptosuite".to_owned(), json!("eddsa-rdfc-2022"));
        }
        Suite::Ed25519Signature2020 => {
            proof.insert("type".to_owned(), json!("Ed25519Signature2020"));
        }
    }
    proof.insert("created".to_owned(), json!(options.created));
    proof.insert("verificationMethod".to_owned(), json!(options.verification_method));
    proof.insert("proofPurpose".to_owned(), json!("assertionMethod"));
    let before = document.remove("proof");
    let bytes = signed_bytes(&proof, &document, Contexts::builtin())?;
    let value = format!("z{}", bs58::encode(key.0.sign(&bytes).to_bytes()).into_string());
    proof.insert("proofValue".to_owned(), json!(value));
    let proofs = match before {
        None => Value::Object(proof),
        Some(Value::Array(mut proofs)) => {
            proofs.push(Value::Object(proof));
            Value::Array(proofs)
        }
        Some(single) => json!([single, proof]),
    };
    document.insert("proof".to_owned(), proofs);
    Ok(Value::Object(document))
}
