//! Crosswalks: associations between the items of two frameworks, each decided by a named person, with the reason.

mod package;
mod stated;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use package::{Addresses, EditionOf};
pub use stated::{PersonName, Reason, Stated, StatedError, Title};

use crate::{
    assessment::Ppm,
    competency::{Item, ItemId},
    digest::Digest,
    id::{CrosswalkAssociationId, CrosswalkId, FrameworkId},
};

/// Associations from what credentials name to what jobs ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crosswalk {
    pub id: CrosswalkId,
    pub title: Title,
    /// `CFDocument.identifier` of the one framework. None: its origins are in no framework that was imported.
    pub from: Option<String>,
    /// `CFDocument.identifier` of the other one.
    pub to: String,
    pub created_at: Timestamp,
}

/// The types of CASE 1.1 §CFAssociation that say something of two items' contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AssociationType {
    ExactMatchOf,
    IsTranslationOf,
    ReplacedBy,
    IsChildOf,
    IsPartOf,
    IsPeerOf,
    Precedes,
    IsRelatedTo,
}

impl AssociationType {
    pub const ALL: [Self; 8] = [
        Self::ExactMatchOf,
        Self::IsTranslationOf,
        Self::ReplacedBy,
        Self::IsChildOf,
        Self::IsPartOf,
        Self::IsPeerOf,
        Self::Precedes,
        Self::IsRelatedTo,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExactMatchOf => "exactMatchOf",
            Self::IsTranslationOf => "isTranslationOf",
            Self::ReplacedBy => "replacedBy",
            Self::IsChildOf => "isChildOf",
            Self::IsPartOf => "isPartOf",
            Self::IsPeerOf => "isPeerOf",
            Self::Precedes => "precedes",
            Self::IsRelatedTo => "isRelatedTo",
        }
    }
}

/// One end of an association: an item, or whatever else a credential names by a URI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrosswalkNode {
    pub item: ItemId,
    pub uri: String,
    pub title: String,
}

impl CrosswalkNode {
    /// The most bytes that the name of an end may have, so that it can be looked up.
    pub const MOST_BYTES: usize = 1_000;

    /// An item as the end of an association. None where its name is too long to be one.
    pub fn of(item: &Item) -> Option<Self> {
        let node = Self { item: item.id(), uri: item.uri.clone(), title: item.title().to_owned() };
        node.fits().then_some(node)
    }

    /// Whether its name is short enough.
    pub fn fits(&self) -> bool {
        self.item.as_str().len() <= Self::MOST_BYTES
    }
}

/// What a program proposes. It counts for nothing until a person has approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// `name@version` of what proposed it.
    pub by: String,
    pub at: Timestamp,
    pub score: Ppm,
    /// The words of the origin that it was proposed for.
    pub matched: Vec<String>,
}

/// Who decided, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub by: PersonName,
    pub at: Timestamp,
    pub reason: Reason,
}

/// What an association is worth. Only an approved one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssociationState {
    Suggested(Suggestion),
    Approved(Decided),
    Rejected(Decided),
}

/// A decision, with the suggestion it was taken on if there was one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suggestion: Option<Suggestion>,
}

/// The word for a state, in JSON and SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    Suggested,
    Approved,
    Rejected,
}

impl StateName {
    pub const ALL: [Self; 3] = [Self::Suggested, Self::Approved, Self::Rejected];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suggested => "suggested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// Which way somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approved,
    Rejected,
}

impl Verdict {
    pub const fn state(self) -> StateName {
        match self {
            Self::Approved => StateName::Approved,
            Self::Rejected => StateName::Rejected,
        }
    }
}

/// One association of a crosswalk: origin *type* destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrosswalkAssociation {
    pub id: CrosswalkAssociationId,
    pub origin: CrosswalkNode,
    #[serde(rename = "type")]
    pub kind: AssociationType,
    pub destination: CrosswalkNode,
    pub state: AssociationState,
}

impl CrosswalkAssociation {
    pub const fn state_name(&self) -> StateName {
        match self.state {
            AssociationState::Suggested(_) => StateName::Suggested,
            AssociationState::Approved(_) => StateName::Approved,
            AssociationState::Rejected(_) => StateName::Rejected,
        }
    }

    /// What proposed it, if it was proposed.
    pub const fn suggestion(&self) -> Option<&Suggestion> {
        match &self.state {
            AssociationState::Suggested(suggestion) => Some(suggestion),
            AssociationState::Approved(decided) | AssociationState::Rejected(decided) => decided.suggestion.as_ref(),
        }
    }

    /// What was decided about it, if anything was.
    pub const fn decision(&self) -> Option<&Decision> {
        match &self.state {
            AssociationState::Suggested(_) => None,
            AssociationState::Approved(decided) | AssociationState::Rejected(decided) => Some(&decided.decision),
        }
    }
}

/// What was approved at a time, as a CASE package that never changes. It is kept as a framework too, for scoring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    pub crosswalk: CrosswalkId,
    /// Counts from 1 within the crosswalk.
    pub number: u32,
    pub framework: FrameworkId,
    pub digest: Digest,
    pub made_at: Timestamp,
}
