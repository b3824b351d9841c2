//! The active context: what every term means at one place of a document.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    keyword::{Keyword, is_keyword_like},
    table::{Compiled, Container},
};

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// An active context. Never changes; shared by all the nodes it applies to, in all documents.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) id: u64,
    pub(crate) terms: HashMap<Arc<str>, Arc<Term>>,
    pub(crate) vocab: Option<Arc<str>>,
    pub(crate) language: Option<Arc<str>>,
    /// What applies again in the next node object, when this context came from a node's type.
    pub(crate) previous: Option<Arc<Active>>,
    /// Made of contexts known by URL only, so worth keeping between documents.
    pub(crate) lasting: bool,
}

/// A term's meaning in an active context.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) target: Target,
    pub(crate) coercion: Coercion,
    pub(crate) container: Container,
    pub(crate) language: Option<Option<Arc<str>>>,
    pub(crate) scope: Option<Compiled>,
    pub(crate) prefix: bool,
    pub(crate) protected: bool,
    pub(crate) unsupported: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Nothing,
    Keyword(Keyword),
    Iri(Arc<str>),
}

/// How a term reads its plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Coercion {
    /// By their JSON type.
    None,
    Id,
    Vocab,
    Json,
    Datatype(Arc<str>),
}

/// What a key or a type of a document expands to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expanded {
    /// No context says anything about it.
    Undefined,
    Keyword(Keyword),
    Iri(Arc<str>),
}

impl Active {
    /// The context before any context.
    pub(crate) fn initial() -> Self {
        Self { id: Self::next_id(), terms: HashMap::new(), vocab: None, language: None, previous: None, lasting: true }
    }

    /// A copy under a number of its own.
    pub(crate) fn copy(&self) -> Self {
        Self {
            id: Self::next_id(),
            terms: self.terms.clone(),
            vocab: self.vocab.clone(),
            language: self.language.clone(),
            previous: self.previous.clone(),
            lasting: self.lasting,
        }
    }

    fn next_id() -> u64 {
        NEXT_ID.fetch_add(1, Ordering::Relaxed)
    }

    /// IRI expansion of keys, types and vocabulary values (JSON-LD API, 5.2, with vocab).
    pub(crate) fn expand_vocab(&self, text: &str) -> Expanded {
        if let Some(term) = self.terms.get(text) {
            return match &term.target {
                Target::Nothing => Expanded::Undefined,
                Target::Keyword(keyword) => Expanded::Keyword(*keyword),
                Target::Iri(iri) => Expanded::Iri(Arc::clone(iri)),
            };
        }
        if let Some(keyword) = Keyword::parse(text) {
            return Expanded::Keyword(keyword);
        }
        if is_keyword_like(text) {
            return Expanded::Undefined;
        }
        match (self.expand_compact(text), &self.vocab) {
            (Some(iri), _) => Expanded::Iri(iri),
            (None, Some(vocab)) => Expanded::Iri(format!("{vocab}{text}").into()),
            (None, None) => Expanded::Undefined,
        }
    }

    /// IRI expansion of references: compact and absolute IRIs, no terms. There is no base IRI, so a relative
    /// reference is `None`.
    pub(crate) fn expand_reference(&self, text: &str) -> Option<Arc<str>> {
        if text.starts_with('@') { None } else { self.expand_compact(text) }
    }

    fn expand_compact(&self, text: &str) -> Option<Arc<str>> {
        let (prefix, suffix) = text.split_once(':').filter(|(prefix, _)| !prefix.is_empty())?;
        if prefix != "_"
            && !suffix.starts_with("//")
            && let Some(term) = self.terms.get(prefix)
            && term.prefix
            && let Target::Iri(base) = &term.target
        {
            return Some(format!("{base}{suffix}").into());
        }
        (prefix == "_" || crate::rdf::has_scheme(text)).then(|| text.into())
    }
}
