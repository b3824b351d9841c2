//! Puts a compiled table on top of an active context (JSON-LD API, 4.1 and 4.2).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    active::{Active, Coercion, Expanded, Target, Term},
    keyword::Keyword,
    table::{Definition, Iri, Table},
};
use crate::rdf::is_iri;

/// Why a table does not fit on an active context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkError {
    ProtectedTerm(String),
    NotAnIri(String),
    Cycle(String),
}

/// The active context that results, or `None` when the table changes nothing: nested credentials repeat their
/// parent's contexts, and so share its active context.
pub(crate) fn link(active: &Arc<Active>, table: &Table, override_protected: bool) -> Result<Option<Active>, LinkError> {
    let mut next = active.copy();
    if let Some(vocab) = &table.vocab {
        next.vocab = vocab.as_deref().map(Arc::from);
    }
    if let Some(language) = &table.language {
        next.language = language.as_deref().map(Arc::from);
    }
    let mut changed = next.vocab != active.vocab || next.language != active.language;
    let mut linker =
        Linker { table, before: &active.terms, next: &mut next, started: HashSet::new(), override_protected };
    for name in table.terms.keys() {
        changed |= linker.define(name)?;
    }
    Ok(changed.then_some(next))
}

struct Linker<'a> {
    table: &'a Table,
    before: &'a HashMap<Arc<str>, Arc<Term>>,
    next: &'a mut Active,
    started: HashSet<&'a str>,
    override_protected: bool,
}

impl<'a> Linker<'a> {
    /// Defines one term, after the terms it is written with. True when that changes its meaning.
    fn define(&mut self, name: &'a str) -> Result<bool, LinkError> {
        let Some(definition) = self.table.terms.get(name) else { return Ok(false) };
        if !self.started.insert(name) {
            return Ok(false);
        }
        let mut changed = self.define_what_it_needs(name, definition)?;
        // A term does not see its own earlier meaning.
        let known = self.next.terms.remove_entry(name);
        let mut term = self.term(name, definition)?;
        let before = self.before.get(name);
        if let Some(before) = before.filter(|before| before.protected && !self.override_protected) {
            term.protected = true;
            if **before != term {
                return Err(LinkError::ProtectedTerm(name.to_owned()));
            }
        }
        match (known, before) {
            (Some((key, old)), Some(before)) if **before == term => {
                self.next.terms.insert(key, old);
            }
            _ => {
                changed = true;
                self.next.terms.insert(name.into(), Arc::new(term));
            }
        }
        Ok(changed)
    }

    fn define_what_it_needs(&mut self, name: &str, definition: &'a Definition) -> Result<bool, LinkError> {
        let mut changed = false;
        for iri in [&definition.iri, &definition.coercion].into_iter().flatten() {
            let Iri::Open { open } = iri else { continue };
            for needed in [Some(open.as_str()), open.split_once(':').map(|(prefix, _)| prefix)].into_iter().flatten() {
                if needed != name {
                    changed |= self.define(needed)?;
                    if self.table.terms.contains_key(needed) && !self.next.terms.contains_key(needed) {
                        return Err(LinkError::Cycle(needed.to_owned()));
                    }
                }
            }
        }
        Ok(changed)
    }

    fn term(&self, name: &str, definition: &Definition) -> Result<Term, LinkError> {
        let target = match &definition.iri {
            None => Target::Nothing,
            Some(Iri::Final(text)) => match Keyword::parse(text) {
                Some(keyword) => Target::Keyword(keyword),
                None => Target::Iri(text.as_str().into()),
            },
            Some(Iri::Open { open }) => match self.own_name(name, open).unwrap_or_else(|| self.next.expand_vocab(open))
            {
                Expanded::Keyword(keyword) => Target::Keyword(keyword),
                Expanded::Iri(iri) if is_iri(&iri) => Target::Iri(iri),
                _ => return Err(LinkError::NotAnIri(name.to_owned())),
            },
        };
        let coercion = match &definition.coercion {
            None => Coercion::None,
            Some(Iri::Final(text)) => match text.as_str() {
                "@id" => Coercion::Id,
                "@vocab" => Coercion::Vocab,
                "@json" => Coercion::Json,
                "@none" => Coercion::None,
                iri => Coercion::Datatype(iri.into()),
            },
            Some(Iri::Open { open }) => match self.next.expand_vocab(open) {
                Expanded::Iri(iri) if is_iri(&iri) => Coercion::Datatype(iri),
                _ => return Err(LinkError::NotAnIri(name.to_owned())),
            },
        };
        Ok(Term {
            target,
            coercion,
            container: definition.container,
            language: definition.language.as_ref().map(|tag| tag.as_deref().map(Arc::from)),
            scope: definition.scope.clone(),
            prefix: definition.prefix,
            protected: definition.protected,
            unsupported: definition.unsupported.as_deref().map(Arc::from),
        })
    }

    /// A term whose own name is built on another term needs no prefix for that (JSON-LD API, 4.2.2, step 15).
    fn own_name(&self, name: &str, open: &str) -> Option<Expanded> {
        let (prefix, suffix) = open.split_once(':').filter(|_| name == open)?;
        match &self.next.terms.get(prefix)?.target {
            Target::Iri(base) => Some(Expanded::Iri(format!("{base}{suffix}").into())),
            _ => None,
        }
    }
}
