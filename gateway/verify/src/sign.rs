//! Making proofs and tokens with Ed25519: what tests and demonstrations sign with. The gateway itself signs nothing.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wellspring_model::pointer::Pointer;

use crate::{
    jsonld::{CanonError, Contexts},
    key::{Algorithm, to_multikey},
    proof::{Content, Suite as Signed},
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

    /// A token with this header (beside `alg`) and these claims.
    pub fn jwt(&self, header: &Value, claims: &Value) -> String {
        let mut header = header.clone();
        header["alg"] = json!("EdDSA");
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = self.0.sign(message.as_bytes()).to_bytes();
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
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
    /// `DataIntegrityProof` with `eddsa-jcs-2022`.
    EddsaJcs2022,
    /// `Ed25519Signature2020`; the document's contexts have to define it.
    Ed25519Signature2020,
}

/// What a proof says about itself.
#[derive(Debug, Clone)]
pub struct ProofOptions {
    pub suite: Suite,
    pub verification_method: String,
    pub created: Timestamp,
    /// Further members, or others in place of the usual ones (`proofPurpose`, `challenge`, `id` …).
    pub more: Map<String, Value>,
}

/// Why a document cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("only an object can be signed")]
    NotAnObject,
    #[error(transparent)]
    Canon(#[from] CanonError),
}

/// Adds a proof to a document. One that has proofs already gets one more: a proof set, or, where `previousProof` is among the
/// options, a chain over all that were there.
///
/// # Errors
/// [`SignError`] when the document has no canonical form with the contexts that the product carries.
pub fn sign(document: Value, key: &SigningKey, options: &ProofOptions) -> Result<Value, SignError> {
    let Value::Object(mut document) = document else { return Err(SignError::NotAnObject) };
    let mut proof = Map::new();
    let (kind, suite, signed) = match options.suite {
        Suite::EddsaRdfc2022 => ("DataIntegrityProof", Some("eddsa-rdfc-2022"), Signed::EddsaRdfc2022),
        Suite::EddsaJcs2022 => ("DataIntegrityProof", Some("eddsa-jcs-2022"), Signed::EddsaJcs2022),
        Suite::Ed25519Signature2020 => ("Ed25519Signature2020", None, Signed::Ed25519Signature2020),
    };
    proof.insert("type".to_owned(), json!(kind));
    proof.extend(suite.map(|suite| ("cryptosuite".to_owned(), json!(suite))));
    proof.insert("created".to_owned(), json!(options.created));
    proof.insert("verificationMethod".to_owned(), json!(options.verification_method));
    proof.insert("proofPurpose".to_owned(), json!("assertionMethod"));
    proof.extend(options.more.clone());
    let before = document.remove("proof");
    let previous: Vec<&Value> = match (proof.get("previousProof"), &before) {
        (Some(_), Some(Value::Array(all))) => all.iter().collect(),
        (Some(_), Some(single)) => vec![single],
        _ => Vec::new(),
    };
    let content = Content::new(&document, Contexts::builtin());
    let bytes = content.signed_with(&proof, &previous, signed, Algorithm::EdDsa, &Pointer::root().key("proof"))?;
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
