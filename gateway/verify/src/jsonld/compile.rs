//! Compiles a JSON-LD 1.1 context into a [`Compiled`] table.
//!
//! Covers what learner records use: terms, prefixes, keyword aliases, `@vocab`, `@language`, type coercion, `@set`,
//! `@list`, `@language` and `@graph` containers, scoped contexts, `@propagate`, `@protected`. A whole-context feature
//! outside of that (`@import`, `@base`, `@direction`) is refused by name; a single term that uses one (`@reverse`,
//! `@nest`, index, id and type maps) is kept and refused where a document uses it.

use serde_json::{Map, Value};
use wellspring_model::pointer::Pointer;

use super::{
    contexts::ContextError,
    definition::{arrange, check_together},
    keyword::{Keyword, is_keyword_like},
    table::{Compiled, Definition, Iri, Part, Table},
};
use crate::rdf::is_iri;

/// How deep contexts may be scoped in each other, and prefixes built on prefixes.
const MAX_DEPTH: usize = 32;
/// Terms of one context, scoped ones included.
const MAX_TERMS: usize = 20_000;

/// Compiles the value of an `@context` member.
pub(crate) fn compile(context: &Value, at: &Pointer) -> Result<Compiled, ContextError> {
    Compiler { terms_left: MAX_TERMS }.context(context, at, 0)
}

struct Compiler {
    terms_left: usize,
}

impl Compiler {
    fn context(&mut self, context: &Value, at: &Pointer, depth: usize) -> Result<Compiled, ContextError> {
        if depth > MAX_DEPTH {
            return Err(ContextError::Limit);
        }
        let parts: Vec<Part> = match context {
            Value::Array(members) => members
                .iter()
                .enumerate()
                .map(|(i, member)| match member.get("@propagate") {
                    Some(_) => Err(unsupported("@propagate in a list of contexts", &at.index(i))),
                    None => self.part(member, &at.index(i), depth),
                })
                .collect::<Result<_, _>>()?,
            single => vec![self.part(single, at, depth)?],
        };
        Ok(parts.into())
    }

    fn part(&mut self, context: &Value, at: &Pointer, depth: usize) -> Result<Part, ContextError> {
        match context {
            Value::Null => Ok(Part::Reset(())),
            Value::String(url) if is_iri(url) => Ok(Part::Url(url.clone())),
            Value::String(_) => Err(unsupported("a relative context URL", at)),
            Value::Object(object) => self.table(object, at, depth).map(Part::Table),
            _ => Err(invalid("a context is an object, a URL or null", at)),
        }
    }

    fn table(&mut self, object: &Map<String, Value>, at: &Pointer, depth: usize) -> Result<Table, ContextError> {
        let mut table = Table::default();
        let mut protected = false;
        for (key, value) in object {
            let here = at.key(key);
            match (key.as_str(), value) {
                ("@version", version) if version.as_f64() == Some(1.1) => {}
                ("@vocab", Value::Null) => table.vocab = Some(None),
                ("@vocab", Value::String(vocab)) if is_iri(vocab) => table.vocab = Some(Some(vocab.clone())),
                ("@vocab", Value::String(_)) => return Err(unsupported("a relative or compact @vocab", &here)),
                ("@language", Value::Null) => table.language = Some(None),
                ("@language", Value::String(tag)) => table.language = Some(Some(language(tag, &here)?)),
                ("@propagate", Value::Bool(propagate)) => table.propagate = Some(*propagate),
                ("@protected", Value::Bool(all)) => protected = *all,
                // Only says that `@type` is always an array, which matters to nobody who reads.
                ("@type", Value::Object(_)) => {}
                ("@import" | "@base" | "@direction", _) => return Err(unsupported(key, &here)),
                ("@context", _) => return Err(invalid("a context within a context", &here)),
                _ if Keyword::parse(key).is_some() => return Err(invalid("keyword with a wrong value", &here)),
                _ if is_keyword_like(key) => return Err(unsupported(key, &here)),
                _ => {}
            }
        }
        let source = Source { object, vocab: table.vocab.as_ref().and_then(Option::as_deref), at };
        for (name, value) in object.iter().filter(|(name, _)| Keyword::parse(name).is_none()) {
            self.terms_left = self.terms_left.checked_sub(1).ok_or(ContextError::Limit)?;
            table.terms.insert(name.clone(), self.definition(&source, name, value, protected, depth)?);
        }
        Ok(table)
    }

    fn definition(
        &mut self,
        source: &Source<'_>,
        name: &str,
        value: &Value,
        protected: bool,
        depth: usize,
    ) -> Result<Definition, ContextError> {
        let at = source.at.key(name);
        if name.is_empty() {
            return Err(invalid("a term may not be empty", &at));
        }
        let empty = Map::new();
        let members = match value {
            Value::Object(members) => members,
            Value::String(_) | Value::Null => &empty,
            _ => return Err(invalid("a term is defined by a string, an object or null", &at)),
        };
        let iri = source.target(name, 0)?;
        if matches!(&iri, Some(Iri::Final(keyword)) if keyword == "@context" || keyword == "@preserve") {
            return Err(invalid("a keyword that may not have another name", &at));
        }
        source.check_iri_shaped(name, iri.as_ref())?;
        let simple = value.is_string() && !name.contains(':') && iri.as_ref().is_some_and(ends_in_delimiter);
        let mut definition = Definition { iri, prefix: simple, protected, ..Definition::default() };
        for (key, value) in members {
            self.member(source, &mut definition, key, value, &at.key(key), depth)?;
        }
        check_together(name, &definition, members).map_err(|reason| invalid(reason, &at))?;
        if members.contains_key("@type") {
            // A language counts only where no type is given, not even `@none`.
            definition.language = None;
        }
        Ok(definition)
    }

    fn member(
        &mut self,
        source: &Source<'_>,
        definition: &mut Definition,
        key: &str,
        value: &Value,
        at: &Pointer,
        depth: usize,
    ) -> Result<(), ContextError> {
        match (key, value) {
            ("@id", Value::String(_) | Value::Null) => {}
            ("@type", Value::String(coercion)) => definition.coercion = Some(source.coercion(coercion, at)?),
            ("@container", container) => arrange(definition, container).map_err(|reason| invalid(reason, at))?,
            ("@language", Value::Null) => definition.language = Some(None),
            ("@language", Value::String(tag)) => definition.language = Some(Some(language(tag, at)?)),
            ("@context", scope) => definition.scope = Some(self.context(scope, at, depth + 1)?),
            ("@protected", Value::Bool(protected)) => definition.protected = *protected,
            ("@prefix", Value::Bool(prefix)) => definition.prefix = *prefix,
            ("@reverse" | "@nest" | "@index" | "@direction", Value::String(_)) | ("@direction", Value::Null) => {
                definition.unsupported = Some(key.to_owned());
            }
            _ => return Err(invalid("a term definition has a member it may not have", at)),
        }
        Ok(())
    }
}

/// The context object that is being compiled: its own terms help to spell out each other.
struct Source<'a> {
    object: &'a Map<String, Value>,
    vocab: Option<&'a str>,
    at: &'a Pointer,
}

impl Source<'_> {
    /// What a term of this object stands for; `None` when it is defined as nothing.
    fn target(&self, name: &str, depth: usize) -> Result<Option<Iri>, ContextError> {
        let at = self.at.key(name);
        let id = match self.object.get(name) {
            Some(Value::Null) => return Ok(None),
            Some(Value::String(id)) => Some(id.as_str()),
            Some(Value::Object(members)) => match (members.get("@id"), members.get("@reverse")) {
                (Some(Value::Null), _) => return Ok(None),
                (Some(Value::String(id)), _) | (None, Some(Value::String(id))) => Some(id.as_str()),
                (None, None) => None,
                _ => return Err(invalid("@id is a string or null", &at)),
            },
            _ => return Err(invalid("a term is defined by a string, an object or null", &at)),
        };
        match id {
            Some(id) if id != name => self.resolve(id, &at, depth),
            _ => self.resolve_own_name(name, &at, depth).map(Some),
        }
    }

    /// A term without an `@id` is its own name, as a compact or absolute IRI or relative to the vocabulary.
    fn resolve_own_name(&self, name: &str, at: &Pointer, depth: usize) -> Result<Iri, ContextError> {
        if name.contains(':') {
            return Ok(self.resolve_compact(name, true, at, depth)?.unwrap_or_else(|| open(name)));
        }
        match self.vocab {
            Some(vocab) => absolute(format!("{vocab}{name}"), at),
            None => Ok(open(name)),
        }
    }

    fn resolve(&self, text: &str, at: &Pointer, depth: usize) -> Result<Option<Iri>, ContextError> {
        if depth > MAX_DEPTH {
            return Err(invalid("terms are defined by each other", at));
        }
        if Keyword::parse(text).is_some() {
            return Ok(Some(Iri::Final(text.to_owned())));
        }
        if is_keyword_like(text) {
            return Err(unsupported(text, at));
        }
        if self.object.contains_key(text) {
            return self.target(text, depth + 1);
        }
        Ok(Some(self.resolve_compact(text, false, at, depth)?.unwrap_or_else(|| open(text))))
    }

    /// `None` where other contexts have a say. A term's own name is built on any term, a text only on one that may be a
    /// prefix (JSON-LD API, 4.2.2, step 15, and 5.2).
    fn resolve_compact(
        &self,
        text: &str,
        own_name: bool,
        at: &Pointer,
        depth: usize,
    ) -> Result<Option<Iri>, ContextError> {
        if depth > MAX_DEPTH {
            return Err(invalid("terms are defined by each other", at));
        }
        let Some((prefix, suffix)) = text.split_once(':').filter(|(prefix, _)| !prefix.is_empty()) else {
            return Ok(None);
        };
        if prefix == "_" {
            return Err(unsupported("a blank node as a term", at));
        }
        if suffix.starts_with("//") {
            return absolute(text.to_owned(), at).map(Some);
        }
        if !self.object.contains_key(prefix) {
            return Ok(None);
        }
        match self.target(prefix, depth + 1)? {
            Some(Iri::Final(base)) if own_name || self.may_prefix(prefix, &base) => {
                absolute(format!("{base}{suffix}"), at).map(Some)
            }
            Some(Iri::Open { .. }) => Ok(None),
            _ => absolute(text.to_owned(), at).map(Some),
        }
    }

    fn may_prefix(&self, term: &str, iri: &str) -> bool {
        match self.object.get(term) {
            Some(Value::Object(members)) => members.get("@prefix") == Some(&Value::Bool(true)),
            _ => ends_in_delimiter(&Iri::Final(iri.to_owned())),
        }
    }

    fn coercion(&self, text: &str, at: &Pointer) -> Result<Iri, ContextError> {
        match self.resolve(text, at, 0)? {
            Some(Iri::Final(iri)) if iri.starts_with('@') => match text {
                "@id" | "@vocab" | "@json" | "@none" => Ok(Iri::Final(iri)),
                _ => Err(invalid("@type names a keyword it may not name", at)),
            },
            Some(iri) => Ok(iri),
            None => Err(invalid("@type names a term that is defined as nothing", at)),
        }
    }

    /// A term that looks like an IRI may not mean another one.
    fn check_iri_shaped(&self, name: &str, iri: Option<&Iri>) -> Result<(), ContextError> {
        let at = self.at.key(name);
        let Some(iri) = iri.filter(|_| name.contains([':', '/'])) else { return Ok(()) };
        match (self.resolve_own_name(name, &at, 0)?, iri) {
            (own, iri) if own == *iri => Ok(()),
            (Iri::Final(_), Iri::Final(_)) => Err(invalid("a term that is an IRI means another IRI", &at)),
            // Other contexts decide whether that is the same.
            _ => Err(unsupported("a compact IRI as a term", &at)),
        }
    }
}

fn absolute(iri: String, at: &Pointer) -> Result<Iri, ContextError> {
    if is_iri(&iri) { Ok(Iri::Final(iri)) } else { Err(invalid("a term does not expand to an absolute IRI", at)) }
}

fn open(text: &str) -> Iri {
    Iri::Open { open: text.to_owned() }
}

/// A term of one string is a prefix when it ends like one (JSON-LD 1.1, 4.1.5).
fn ends_in_delimiter(iri: &Iri) -> bool {
    let (Iri::Final(text) | Iri::Open { open: text }) = iri;
    !text.starts_with('@') && text.ends_with([':', '/', '?', '#', '[', ']', '@'])
}

/// A language tag in lower case, as JSON-LD processors write it.
pub(crate) fn language_tag(tag: &str) -> Option<String> {
    let mut subtags = tag.split('-');
    let first = subtags.next().is_some_and(|s| matches!(s.len(), 1..=8) && s.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = subtags.all(|s| matches!(s.len(), 1..=8) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
    (first && rest).then(|| tag.to_ascii_lowercase())
}

fn language(tag: &str, at: &Pointer) -> Result<String, ContextError> {
    language_tag(tag).ok_or_else(|| invalid("not a language tag", at))
}

fn invalid(reason: &str, at: &Pointer) -> ContextError {
    ContextError::Invalid { reason: reason.to_owned(), pointer: at.clone() }
}

fn unsupported(what: &str, at: &Pointer) -> ContextError {
    ContextError::Unsupported { what: what.to_owned(), pointer: at.clone() }
}
