//! The cryptographic suites: what exactly is signed (vc-di-eddsa §3.2 and §3.3, vc-di-ecdsa §3.2 and §3.3, Ed25519Signature2020,
//! which hashes the same bytes as `eddsa-rdfc-2022`).

use std::cell::OnceCell;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384};
use wellspring_model::{canonical::canonical_json, pointer::Pointer};

use crate::{
    document::{each, text},
    jsonld::{CanonError, CanonLimits, Contexts, canonical_without},
    key::Algorithm,
    rdf::Hash,
};

/// A suite that we decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    Ed25519Signature2020,
    EddsaRdfc2022,
    EddsaJcs2022,
    EcdsaRdfc2019,
    EcdsaJcs2019,
}

/// Why a proof has no suite that we decide.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoSuite<'a> {
    /// This member is absent or no text.
    Invalid(&'static str),
    /// This member names another suite.
    Unsupported(&'static str, &'a str),
}

impl Suite {
    pub(crate) fn of(proof: &Map<String, Value>) -> Result<Self, NoSuite<'_>> {
        match text(proof, "type").ok_or(NoSuite::Invalid("type"))? {
            "Ed25519Signature2020" => Ok(Self::Ed25519Signature2020),
            "DataIntegrityProof" => match text(proof, "cryptosuite").ok_or(NoSuite::Invalid("cryptosuite"))? {
                "eddsa-rdfc-2022" => Ok(Self::EddsaRdfc2022),
                "eddsa-jcs-2022" => Ok(Self::EddsaJcs2022),
                "ecdsa-rdfc-2019" => Ok(Self::EcdsaRdfc2019),
                "ecdsa-jcs-2019" => Ok(Self::EcdsaJcs2019),
                other => Err(NoSuite::Unsupported("cryptosuite", other)),
            },
            other => Err(NoSuite::Unsupported("type", other)),
        }
    }

    fn is_jcs(self) -> bool {
        matches!(self, Self::EddsaJcs2022 | Self::EcdsaJcs2019)
    }

    /// Whether a key of this algorithm makes signatures of this suite.
    pub(crate) fn takes(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Ed25519Signature2020 | Self::EddsaRdfc2022 | Self::EddsaJcs2022 => algorithm == Algorithm::EdDsa,
            Self::EcdsaRdfc2019 | Self::EcdsaJcs2019 => matches!(algorithm, Algorithm::Es256 | Algorithm::Es384),
        }
    }
}

/// A document without its proofs, hashed at most once for each way to hash it.
pub(crate) struct Content<'a> {
    document: &'a Map<String, Value>,
    contexts: &'a Contexts,
    rdfc_256: OnceCell<Result<Vec<u8>, CanonError>>,
    rdfc_384: OnceCell<Result<Vec<u8>, CanonError>>,
}

impl<'a> Content<'a> {
    pub(crate) fn new(document: &'a Map<String, Value>, contexts: &'a Contexts) -> Self {
        Self { document, contexts, rdfc_256: OnceCell::new(), rdfc_384: OnceCell::new() }
    }

    /// The bytes that are signed: the hash of the proof's own statements, then that of the document's. `previous` are the
    /// proofs that this one vouches for; `at` is where the proof stands.
    pub(crate) fn signed_with(
        &self,
        proof: &Map<String, Value>,
        previous: &[&Value],
        suite: Suite,
        algorithm: Algorithm,
        at: &Pointer,
    ) -> Result<Vec<u8>, CanonError> {
        let options = without(proof, "proofValue");
        if suite.is_jcs() {
            return self.jcs(options, previous, algorithm, at);
        }
        let mut options = options;
        if let Some(context) = self.document.get("@context") {
            options.insert("@context".to_owned(), context.clone());
        }
        let mut bytes = hash(&options, None, self.contexts, algorithm).map_err(|error| moved(error, at))?;
        bytes.extend(match (previous, algorithm) {
            ([], Algorithm::Es384) => self.once(&self.rdfc_384, algorithm)?,
            ([], _) => self.once(&self.rdfc_256, algorithm)?,
            _ => hash(&with_proofs(self.document, previous), None, self.contexts, algorithm)?,
        });
        Ok(bytes)
    }

    fn once(&self, cell: &OnceCell<Result<Vec<u8>, CanonError>>, algorithm: Algorithm) -> Result<Vec<u8>, CanonError> {
        cell.get_or_init(|| hash(self.document, Some("proof"), self.contexts, algorithm)).clone()
    }

    /// With JSON canonicalisation the proof carries the contexts it was made with; those of the document may go on after
    /// them, and what goes on was not signed (vc-di-eddsa §3.3.2, steps 3 and 4).
    fn jcs(
        &self,
        options: Map<String, Value>,
        previous: &[&Value],
        algorithm: Algorithm,
        at: &Pointer,
    ) -> Result<Vec<u8>, CanonError> {
        let mut document = with_proofs(self.document, previous);
        if let Some(context) = options.get("@context") {
            let signed = each(&options, "@context");
            let now = each(self.document, "@context");
            let begins = signed.len() <= now.len() && signed.iter().zip(&now).all(|((_, a), (_, b))| a == b);
            if !begins {
                let reason = "the proof was made with other contexts".to_owned();
                return Err(CanonError::Invalid { reason, pointer: at.key("@context") });
            }
            document.insert("@context".to_owned(), context.clone());
        }
        let text = |object: Map<String, Value>, pointer: Pointer| {
            let reason = "a number that not every reader reads alike".to_owned();
            canonical_json(&Value::Object(object)).ok_or(CanonError::Invalid { reason, pointer })
        };
        let mut bytes = digest(text(options, at.clone())?.as_bytes(), algorithm);
        bytes.extend(digest(text(document, Pointer::root())?.as_bytes(), algorithm));
        Ok(bytes)
    }
}

fn without(object: &Map<String, Value>, name: &str) -> Map<String, Value> {
    object.iter().filter(|(key, _)| *key != name).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn with_proofs(document: &Map<String, Value>, previous: &[&Value]) -> Map<String, Value> {
    let mut document = without(document, "proof");
    if !previous.is_empty() {
        document.insert("proof".to_owned(), previous.iter().copied().cloned().collect());
    }
    document
}

/// P-384 hashes with SHA-384, all else with SHA-256.
fn digest(bytes: &[u8], algorithm: Algorithm) -> Vec<u8> {
    match algorithm {
        Algorithm::Es384 => Sha384::digest(bytes).to_vec(),
        _ => Sha256::digest(bytes).to_vec(),
    }
}

fn hash(
    document: &Map<String, Value>,
    except: Option<&str>,
    contexts: &Contexts,
    algorithm: Algorithm,
) -> Result<Vec<u8>, CanonError> {
    let inner = if algorithm == Algorithm::Es384 { Hash::Sha384 } else { Hash::Sha256 };
    let canonical = canonical_without(document, except, contexts, &CanonLimits::default(), inner)?;
    Ok(digest(canonical.nquads.as_bytes(), algorithm))
}

/// A fault in the proof's own statements, with its place in the document. Contexts are the document's.
fn moved(error: CanonError, at: &Pointer) -> CanonError {
    let place = |pointer: Pointer| match pointer.as_str().starts_with("/@context") {
        true => pointer,
        false => at.join(&pointer),
    };
    match error {
        CanonError::ContextUnsupported { what, pointer } => {
            CanonError::ContextUnsupported { what, pointer: place(pointer) }
        }
        CanonError::TermUndefined { term, pointer } => CanonError::TermUndefined { term, pointer: place(pointer) },
        CanonError::Invalid { reason, pointer } => CanonError::Invalid { reason, pointer: place(pointer) },
        CanonError::Limit => CanonError::Limit,
    }
}
