//! From a JSON-LD document to its canonical N-Quads: the bytes that a Data Integrity proof signs.
//!
//! Not a general JSON-LD processor. Contexts come from compiled tables ([`Contexts`]), never from the network, and
//! whatever would not reach the signed statements is an error ("safe mode"): an undefined term, a relative IRI, a
//! dropped value. What the processor does not cover is reported as unsupported, by name, and never guessed.

mod active;
mod builtin;
mod compile;
mod contexts;
mod definition;
mod guard;
mod keyword;
mod link;
mod node;
mod place;
mod property;
mod table;
mod value;
mod walk;

use sha2::{Digest, Sha256};
use wellspring_model::pointer::Pointer;

use crate::rdf::{self, Hash};

pub use contexts::{ContextError, Contexts, compile_table};

/// How much work one document may cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonLimits {
    /// Statements, before duplicates are removed.
    pub quads: usize,
    /// Levels of JSON nesting, of the document and of a context.
    pub depth: usize,
    /// Term definitions processed for contexts which the tables do not hold ready (inline contexts, unusual orders).
    pub terms: usize,
    /// Effort spent on blank nodes that look alike (see [`rdf::canonicalize`]). Honest credentials need little or none.
    pub symmetry: usize,
}

impl Default for CanonLimits {
    fn default() -> Self {
        Self { quads: 500_000, depth: 64, terms: 1_000_000, symmetry: 2_000_000 }
    }
}

/// A document's statements in canonical form (RDFC-1.0 with SHA-256).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Sorted N-Quads lines, each ended by a line feed.
    pub nquads: String,
}

impl Canonical {
    /// The SHA-256 of the canonical N-Quads.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.nquads.as_bytes()).into()
    }
}

/// Why a document has no canonical form. The pointers are relative to the document given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    /// A context that is not known here, or a feature of JSON-LD that is not covered: nothing is decided.
    #[error("context or feature not supported: {what}")]
    ContextUnsupported { what: String, pointer: Pointer },
    /// A key, type or reference that no context defines: it would vanish from the signed statements.
    #[error("term not defined by the document's contexts")]
    TermUndefined { term: String, pointer: Pointer },
    /// The document breaks a rule of JSON-LD or RDF.
    #[error("not valid JSON-LD: {reason}")]
    Invalid { reason: String, pointer: Pointer },
    /// One of [`CanonLimits`] was reached.
    #[error("canonicalisation needs more work than allowed")]
    Limit,
}

/// Expands a document with its contexts and canonicalises its statements.
///
/// # Errors
/// See [`CanonError`]; there is no partial result.
pub fn canonical(
    document: &serde_json::Value,
    contexts: &Contexts,
    limits: &CanonLimits,
) -> Result<Canonical, CanonError> {
    canonical_with(document, contexts, limits, Hash::Sha256)
}

/// [`canonical`] with the hash that some suites prescribe inside of RDFC-1.0 (ECDSA with P-384: SHA-384).
///
/// # Errors
/// See [`CanonError`].
pub fn canonical_with(
    document: &serde_json::Value,
    contexts: &Contexts,
    limits: &CanonLimits,
    hash: Hash,
) -> Result<Canonical, CanonError> {
    let serde_json::Value::Object(object) = document else {
        let reason = "a document is an object".to_owned();
        return Err(CanonError::Invalid { reason, pointer: Pointer::root() });
    };
    canonical_without(object, None, contexts, limits, hash)
}

/// The canonical form of a document without one of its members: what a proof within it is made over.
pub(crate) fn canonical_without(
    document: &serde_json::Map<String, serde_json::Value>,
    except: Option<&str>,
    contexts: &Contexts,
    limits: &CanonLimits,
    hash: Hash,
) -> Result<Canonical, CanonError> {
    let mut walk = walk::Walk::new(contexts, limits);
    walk.document(document, except)?;
    let canonical =
        rdf::canonicalize(walk.dataset, hash, limits.symmetry).map_err(|rdf::WorkLimit| CanonError::Limit)?;
    Ok(Canonical { nquads: canonical.nquads })
}
