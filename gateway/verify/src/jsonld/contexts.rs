//! The contexts a verifier knows, and what applying them leads to.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wellspring_model::pointer::Pointer;

use super::{active::Active, builtin, compile::compile, table::Compiled};

/// Active contexts kept between documents. A document may name known contexts in any order, so the number of
/// combinations is not ours to choose; when the cache is full it starts again.
const CACHE: usize = 1_024;

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
pub struct Contexts {
    by_url: Arc<HashMap<String, Arc<Source>>>,
    pub(super) initial: Arc<Active>,
    cache: Arc<Mutex<HashMap<Step, Arc<Active>>>>,
}

/// An active context, a compiled context put on it, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) active: u64,
    pub(super) context: u64,
    pub(super) propagate: bool,
    pub(super) override_protected: bool,
}

/// A context by URL: a table of ours, read at first use, or one compiled from an operator's file.
#[derive(Debug)]
struct Source {
    text: &'static str,
    compiled: OnceLock<Option<Compiled>>,
}

/// A compiled context as the project carries it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    url: String,
    /// The SHA-256 of the published file.
    sha256: String,
    context: Compiled,
}

impl Contexts {
    /// The contexts that the product carries.
    pub fn builtin() -> &'static Contexts {
        static BUILTIN: LazyLock<Contexts> = LazyLock::new(|| {
            let sources = builtin::TABLES.iter().flat_map(|table| {
                let source = Arc::new(Source { text: table.text, compiled: OnceLock::new() });
                table.urls.iter().map(move |url| ((*url).to_owned(), Arc::clone(&source)))
            });
            Contexts::new(sources.collect())
        });
        &BUILTIN
    }

    /// The published URL and our file of every context that the product carries.
    pub fn builtin_files() -> impl Iterator<Item = (&'static str, &'static str)> {
        builtin::TABLES.iter().map(|table| (table.urls[0], table.file))
    }

    /// These contexts and one more, given as its published document (`{"@context": …}`). It takes the place of one
    /// with the same URL.
    ///
    /// # Errors
    /// [`ContextError`] when the document is not a context this compiler covers.
    pub fn with(&self, url: &str, context_document: &Value) -> Result<Contexts, ContextError> {
        let compiled = compile_document(context_document)?;
        let mut by_url = HashMap::clone(&self.by_url);
        by_url.insert(url.to_owned(), Arc::new(Source { text: "", compiled: Some(compiled).into() }));
        // A URL may mean something else now, so nothing computed so far is taken over.
        Ok(Self::new(by_url))
    }

    /// The URLs of these contexts, in no order.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.by_url.keys().map(String::as_str)
    }

    fn new(by_url: HashMap<String, Arc<Source>>) -> Self {
        Self { by_url: Arc::new(by_url), initial: Arc::new(Active::initial()), cache: Arc::default() }
    }

    pub(super) fn get(&self, url: &str) -> Option<&Compiled> {
        let source = self.by_url.get(url)?;
        source
            .compiled
            .get_or_init(|| serde_json::from_str::<Table>(source.text).ok().map(|table| table.context))
            .as_ref()
    }

    pub(super) fn cached(&self, step: Step) -> Option<Arc<Active>> {
        self.cache.lock().ok()?.get(&step).cloned()
    }

    pub(super) fn keep(&self, step: Step, active: &Arc<Active>) {
        let Ok(mut cache) = self.cache.lock() else { return };
        if cache.len() >= CACHE {
            cache.clear();
        }
        cache.insert(step, Arc::clone(active));
    }
}

/// Compiles a published context document.
fn compile_document(document: &Value) -> Result<Compiled, ContextError> {
    let at = Pointer::root();
    let context = document.get("@context").ok_or_else(|| ContextError::Invalid {
        reason: "a context document has an @context member".to_owned(),
        pointer: at.clone(),
    })?;
    compile(context, &at.key("@context"))
}

/// Compiles a published context file to the text that the project carries for it.
///
/// # Errors
/// [`ContextError`] when the file is not a context this compiler covers.
pub fn compile_table(url: &str, sha256: &str, context_document: &Value) -> Result<String, ContextError> {
    let context = compile_document(context_document)?;
    let table = Table { url: url.to_owned(), sha256: sha256.to_owned(), context };
    let text = serde_json::to_string(&table)
        .map_err(|error| ContextError::Invalid { reason: error.to_string(), pointer: Pointer::root() })?;
    Ok(text + "\n")
}
