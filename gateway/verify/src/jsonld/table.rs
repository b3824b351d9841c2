//! Compiled contexts: what is left of a published context once its short forms are spelled out.
//!
//! A context does not stand alone: `xsd:boolean` in it means one thing when an earlier context defines the prefix and
//! another when none does. So an IRI that the context settles by itself is [`Iri::Final`], and one that depends on its
//! surroundings stays [`Iri::Open`] until [`super::link`] puts the table on top of an active context.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

/// Numbers compiled contexts, so that what they lead to can be looked up instead of computed again.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A compiled context: its parts apply one after the other. Cheap to clone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<Part>", into = "Vec<Part>")]
pub(crate) struct Compiled {
    pub(crate) id: u64,
    pub(crate) parts: Arc<[Part]>,
}

impl PartialEq for Compiled {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl From<Vec<Part>> for Compiled {
    fn from(parts: Vec<Part>) -> Self {
        Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), parts: parts.into() }
    }
}

impl From<Compiled> for Vec<Part> {
    fn from(compiled: Compiled) -> Self {
        compiled.parts.to_vec()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Part {
    /// `null`: forget everything.
    Reset(()),
    /// Another context, by URL.
    Url(String),
    Table(Table),
}

/// One context object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// `Some(None)` takes the default vocabulary away.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "nullable")]
    pub(crate) vocab: Option<Option<String>>,
    /// `Some(None)` takes the default language away.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "nullable")]
    pub(crate) language: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) propagate: Option<bool>,
    pub(crate) terms: BTreeMap<String, Definition>,
}

/// What a term means.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// Absent for a term that is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iri: Option<Iri>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) coercion: Option<Iri>,
    #[serde(default, skip_serializing_if = "Container::is_none")]
    pub(crate) container: Container,
    /// `Some(None)`: strings have no language whatever the default is.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "nullable")]
    pub(crate) language: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<Compiled>,
    /// May stand before a colon.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) prefix: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) protected: bool,
    /// A feature of this term that is not covered; using the term is refused by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unsupported: Option<String>,
}

/// An IRI or keyword in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Iri {
    /// An absolute IRI, or a keyword (`@id`).
    Final(String),
    /// A term, compact IRI or vocabulary-relative name that other contexts have a say in.
    Open { open: String },
}

/// How the values of a term are arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Container {
    /// A value or an array of values, in no order (`@set` says no more than that).
    #[default]
    None,
    List,
    Language,
    /// Every value is a graph of its own.
    Graph,
}

impl Container {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Tells an absent member from one that is `null`.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Option<String>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
        Option::deserialize(from).map(Some)
    }
}
