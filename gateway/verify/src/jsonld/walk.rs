//! One walk over a document, from JSON straight to quads.
//!
//! This file keeps the walk's state: where it is, which contexts apply, what has been spent. [`super::node`] and
//! [`super::value`] do the walking.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use wellspring_model::pointer::Pointer;

use super::{
    CanonError, CanonLimits, Contexts,
    active::{Active, Term as ContextTerm},
    compile::compile,
    contexts::{ContextError, Step},
    link::{LinkError, link},
    place::Mention,
    table::{Compiled, Part},
};
use crate::rdf::{self, Dataset, Quad, Term};

/// How many contexts may name each other by URL.
const MAX_CONTEXT_DEPTH: usize = 8;

pub(super) struct Walk<'a> {
    contexts: &'a Contexts,
    depth: usize,
    terms_left: usize,
    pub(super) dataset: Dataset,
    /// Active contexts met in this document, so that most steps take no lock.
    met: HashMap<Step, Arc<Active>>,
    /// Inline contexts, by their text: documents repeat them.
    inline: HashMap<String, Compiled>,
    /// Blank nodes that the document itself has labels for.
    labels: HashMap<&'a str, Term>,
    /// What is said of nodes that have names.
    pub(super) mentions: Vec<Mention<'a>>,
    /// The document is a record of credentials (CLR).
    pub(super) in_record: bool,
    pub(super) path: Vec<Segment<'a>>,
}

#[derive(Clone, Copy)]
pub(super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

/// Where a value stands: under which key of which node, in which graph.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) active: Arc<Active>,
    pub(super) key: &'a str,
    /// The key's definition; an IRI used as a key has none.
    pub(super) term: Option<Arc<ContextTerm>>,
    pub(super) graph: Option<Term>,
    /// Directly in a list.
    pub(super) in_list: bool,
}

/// Why a context could not be applied.
enum Fault {
    Unknown(String),
    Link(LinkError),
    Nullified,
    Limit,
}

impl<'a> Walk<'a> {
    pub(super) fn new(contexts: &'a Contexts, limits: &CanonLimits) -> Self {
        Self {
            contexts,
            depth: limits.depth,
            terms_left: limits.terms,
            dataset: Dataset::new(limits.quads),
            met: HashMap::new(),
            inline: HashMap::new(),
            labels: HashMap::new(),
            mentions: Vec::new(),
            in_record: false,
            path: Vec::new(),
        }
    }

    pub(super) fn initial(&self) -> Arc<Active> {
        Arc::clone(&self.contexts.initial)
    }

    /// Goes one level down for as long as `inside` runs.
    pub(super) fn at<T>(
        &mut self,
        segment: Segment<'a>,
        inside: impl FnOnce(&mut Self) -> Result<T, CanonError>,
    ) -> Result<T, CanonError> {
        if self.path.len() >= self.depth {
            return Err(CanonError::Limit);
        }
        self.path.push(segment);
        let result = inside(self);
        self.path.pop();
        result
    }

    /// Puts a node's own `@context` on top of what applies around it.
    pub(super) fn own_context(&mut self, active: &Arc<Active>, context: &'a Value) -> Result<Arc<Active>, CanonError> {
        self.at(Segment::Key("@context"), |walk| match context {
            Value::Array(members) => members.iter().enumerate().try_fold(Arc::clone(active), |active, (i, member)| {
                walk.at(Segment::Index(i), |walk| match member.get("@propagate") {
                    // Meant for a context that stands alone; processors differ in what it does beside others.
                    Some(_) => Err(walk.unsupported("@propagate in a list of contexts")),
                    None => walk.one_context(&active, member),
                })
            }),
            single => walk.one_context(active, single),
        })
    }

    fn one_context(&mut self, active: &Arc<Active>, context: &Value) -> Result<Arc<Active>, CanonError> {
        let (compiled, lasting) = match context {
            Value::Array(_) => return Err(self.invalid("a list of contexts within one")),
            Value::String(url) => {
                let known = self.contexts.get(url).ok_or_else(|| self.unsupported(url))?;
                (known.clone(), active.lasting)
            }
            inline => (self.compile_inline(inline)?, false),
        };
        let result =
            self.apply(active, &compiled, true, false, lasting, 0).map_err(|fault| self.context_error(fault))?;
        if !context.is_string() {
            self.check_scopes(&result, &compiled).map_err(|fault| self.context_error(fault))?;
        }
        Ok(result)
    }

    /// An inline context whose scoped contexts do not fit is wrong, whether its terms are used or not (JSON-LD API,
    /// 4.2.2, step 21). Published contexts were read when they were compiled.
    fn check_scopes(&mut self, active: &Arc<Active>, context: &Compiled) -> Result<(), Fault> {
        let tables =
            context.parts.iter().filter_map(|part| if let Part::Table(table) = part { Some(table) } else { None });
        for scope in tables.flat_map(|table| table.terms.values()).filter_map(|definition| definition.scope.as_ref()) {
            let inside = self.apply(active, scope, true, true, false, 0)?;
            self.check_scopes(&inside, scope)?;
        }
        Ok(())
    }

    fn compile_inline(&mut self, context: &Value) -> Result<Compiled, CanonError> {
        let text = context.to_string();
        if let Some(known) = self.inline.get(&text) {
            return Ok(known.clone());
        }
        let compiled = compile(context, &self.pointer()).map_err(|error| match error {
            ContextError::Unsupported { what, pointer } => CanonError::ContextUnsupported { what, pointer },
            ContextError::Invalid { reason, pointer } => CanonError::Invalid { reason, pointer },
            ContextError::Limit => CanonError::Limit,
        })?;
        self.inline.insert(text, compiled.clone());
        Ok(compiled)
    }

    /// Applies the context that a term carries for the nodes of a type (`propagate` false) or the values of a
    /// property, which may also redefine protected terms.
    pub(super) fn scope(
        &mut self,
        active: &Arc<Active>,
        scope: &Compiled,
        of_type: bool,
    ) -> Result<Arc<Active>, CanonError> {
        self.apply(active, scope, !of_type, !of_type, active.lasting, 0).map_err(|fault| self.context_error(fault))
    }

    fn apply(
        &mut self,
        active: &Arc<Active>,
        compiled: &Compiled,
        propagate: bool,
        override_protected: bool,
        lasting: bool,
        depth: usize,
    ) -> Result<Arc<Active>, Fault> {
        let step = Step { active: active.id, context: compiled.id, propagate, override_protected };
        if let Some(known) = self.met.get(&step) {
            return Ok(known.clone());
        }
        if let Some(known) = lasting.then(|| self.contexts.cached(step)).flatten() {
            self.met.insert(step, Arc::clone(&known));
            return Ok(known);
        }
        if depth > MAX_CONTEXT_DEPTH {
            return Err(Fault::Limit);
        }
        let mut result = Arc::clone(active);
        for part in compiled.parts.iter() {
            result = self.apply_part(&result, part, override_protected, lasting, depth)?;
        }
        let propagate = match compiled.parts.first() {
            Some(Part::Table(table)) => table.propagate.unwrap_or(propagate),
            _ => propagate,
        };
        if !propagate && result.previous.is_none() && !Arc::ptr_eq(&result, active) {
            result = Arc::new(Active { previous: Some(Arc::clone(active)), ..result.copy() });
        }
        self.met.insert(step, Arc::clone(&result));
        if lasting {
            self.contexts.keep(step, &result);
        }
        Ok(result)
    }

    fn apply_part(
        &mut self,
        active: &Arc<Active>,
        part: &Part,
        override_protected: bool,
        lasting: bool,
        depth: usize,
    ) -> Result<Arc<Active>, Fault> {
        match part {
            Part::Reset(()) => {
                if !override_protected && active.terms.values().any(|term| term.protected) {
                    return Err(Fault::Nullified);
                }
                Ok(self.initial())
            }
            Part::Url(url) => {
                let known = self.contexts.get(url).ok_or_else(|| Fault::Unknown(url.clone()))?;
                self.apply(active, &known.clone(), true, override_protected, lasting, depth + 1)
            }
            Part::Table(table) => {
                self.terms_left =
                    self.terms_left.checked_sub(active.terms.len() + table.terms.len()).ok_or(Fault::Limit)?;
                let linked = link(active, table, override_protected).map_err(Fault::Link)?;
                Ok(linked.map_or_else(
                    || Arc::clone(active),
                    |mut next| {
                        next.lasting = lasting;
                        Arc::new(next)
                    },
                ))
            }
        }
    }

    fn context_error(&self, fault: Fault) -> CanonError {
        match fault {
            Fault::Unknown(url) => self.unsupported(&url),
            Fault::Link(LinkError::ProtectedTerm(term)) => self.invalid(&format!("protected term {term} is redefined")),
            Fault::Link(LinkError::NotAnIri(term)) => self.invalid(&format!("term {term} does not expand to an IRI")),
            Fault::Link(LinkError::Cycle(term)) => self.invalid(&format!("term {term} is defined by itself")),
            Fault::Nullified => self.invalid("a context with protected terms is taken away"),
            Fault::Limit => CanonError::Limit,
        }
    }

    /// An IRI or blank node of the document, already expanded.
    pub(super) fn resource(&mut self, iri: &str, written: &'a str) -> Result<Term, CanonError> {
        if iri.starts_with("_:") {
            if iri.contains(rdf::is_space) {
                return Err(self.invalid("a blank node's label holds a space"));
            }
            let dataset = &mut self.dataset;
            return Ok(*self.labels.entry(written).or_insert_with(|| dataset.blank()));
        }
        if rdf::is_iri(iri) { Ok(self.dataset.iri(iri)) } else { Err(self.not_an_iri(written, iri)) }
    }

    pub(super) fn not_an_iri(&self, written: &str, iri: &str) -> CanonError {
        if rdf::has_scheme(iri) { self.invalid("a character that no IRI may hold") } else { self.undefined(written) }
    }

    pub(super) fn state(
        &mut self,
        subject: Term,
        predicate: Term,
        object: Term,
        graph: Option<Term>,
    ) -> Result<(), CanonError> {
        self.dataset.insert(Quad { subject, predicate, object, graph }).map_err(|_| CanonError::Limit)
    }

    pub(super) fn pointer(&self) -> Pointer {
        pointer(&self.path)
    }

    pub(super) fn unsupported(&self, what: &str) -> CanonError {
        CanonError::ContextUnsupported { what: what.to_owned(), pointer: self.pointer() }
    }

    pub(super) fn undefined(&self, term: &str) -> CanonError {
        CanonError::TermUndefined { term: term.to_owned(), pointer: self.pointer() }
    }

    pub(super) fn invalid(&self, reason: &str) -> CanonError {
        CanonError::Invalid { reason: reason.to_owned(), pointer: self.pointer() }
    }
}

pub(super) fn pointer(path: &[Segment<'_>]) -> Pointer {
    path.iter().fold(Pointer::root(), |pointer, segment| match segment {
        Segment::Key(key) => pointer.key(key),
        Segment::Index(index) => pointer.index(*index),
    })
}
