//! A dataset: quads of interned terms.
//!
//! A term is kept as the text that canonical N-Quads has for it, so that hashing and writing only copy bytes.

use std::{collections::HashMap, sync::Arc};

use super::{XSD_STRING, nquads};

/// A term of one [`Dataset`]: an IRI, a literal or a blank node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(u32);

impl Term {
    const BLANK: u32 = 1 << 31;

    /// The number of a blank node, counted from zero in order of creation.
    pub fn blank_number(self) -> Option<usize> {
        (self.0 & Self::BLANK != 0).then_some((self.0 & !Self::BLANK) as usize)
    }

    /// The place of an IRI or literal among those of its dataset, in order of creation.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One statement. `graph` is `None` in the default graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quad {
    pub subject: Term,
    pub predicate: Term,
    pub object: Term,
    pub graph: Option<Term>,
}

impl Quad {
    /// The positions in which a blank node may stand, with the letters that RDFC-1.0 gives them.
    pub(super) fn blank_positions(&self) -> impl Iterator<Item = (u8, usize)> {
        [(b's', Some(self.subject)), (b'o', Some(self.object)), (b'g', self.graph)]
            .into_iter()
            .filter_map(|(position, term)| Some((position, term?.blank_number()?)))
    }
}

/// The dataset holds as many quads as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many statements")]
pub struct DatasetFull;

/// A set of quads. Duplicates are removed when it is canonicalised.
#[derive(Debug)]
pub struct Dataset {
    texts: Vec<Arc<str>>,
    index: HashMap<Arc<str>, u32>,
    blanks: u32,
    pub(super) quads: Vec<Quad>,
    capacity: usize,
}

impl Dataset {
    /// A dataset that takes at most `capacity` quads.
    pub fn new(capacity: usize) -> Self {
        Self { texts: Vec::new(), index: HashMap::new(), blanks: 0, quads: Vec::new(), capacity }
    }

    /// An IRI. The caller has checked it with [`super::is_iri`].
    pub fn iri(&mut self, iri: &str) -> Term {
        let mut text = String::with_capacity(iri.len() + 2);
        nquads::write_iri(&mut text, iri);
        self.intern(text)
    }

    /// A literal with a datatype.
    pub fn literal(&mut self, value: &str, datatype: &str) -> Term {
        let mut text = String::with_capacity(value.len() + datatype.len() + 6);
        nquads::write_string(&mut text, value);
        if datatype != XSD_STRING {
            text.push_str("^^");
            nquads::write_iri(&mut text, datatype);
        }
        self.intern(text)
    }

    /// A string with a language tag, which is written as given.
    pub fn language_string(&mut self, value: &str, language: &str) -> Term {
        let mut text = String::with_capacity(value.len() + language.len() + 3);
        nquads::write_string(&mut text, value);
        text.push('@');
        text.push_str(language);
        self.intern(text)
    }

    /// A blank node like no other.
    pub fn blank(&mut self) -> Term {
        self.blanks += 1;
        Term(Term::BLANK | (self.blanks - 1))
    }

    /// How many blank nodes there are.
    pub fn blank_count(&self) -> usize {
        self.blanks as usize
    }

    /// Adds a quad.
    ///
    /// # Errors
    /// [`DatasetFull`] at the capacity given when the dataset was made.
    pub fn insert(&mut self, quad: Quad) -> Result<(), DatasetFull> {
        if self.quads.len() >= self.capacity {
            return Err(DatasetFull);
        }
        self.quads.push(quad);
        Ok(())
    }

    /// How many quads were added.
    pub fn len(&self) -> usize {
        self.quads.len()
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.quads.is_empty()
    }

    /// The N-Quads text of an IRI or literal; empty for blank nodes, whose label depends on who writes them.
    pub(super) fn text(&self, term: Term) -> &str {
        self.texts.get(term.0 as usize).map_or("", |text| text)
    }

    /// How many IRIs and literals there are.
    pub(super) fn text_count(&self) -> usize {
        self.texts.len()
    }

    /// One of them, by its place in the order of creation ([`Term::index`]).
    pub(super) fn text_at(&self, index: usize) -> &str {
        &self.texts[index]
    }

    fn intern(&mut self, text: String) -> Term {
        if let Some(&known) = self.index.get(text.as_str()) {
            return Term(known);
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.index.insert(text, number);
        Term(number)
    }
}
