//! The unmapped queue: what verified credentials name that leads to no item of any framework.
//!
//! It is counted and holds nothing about a person: what an issuer's alignment names, since when, and in how many
//! submissions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    achievement::Alignment,
    competency::ItemId,
    crosswalk::{CrosswalkNode, Decision},
    id::{CrosswalkAssociationId, UnmappedId},
};

/// What an alignment names (Open Badges 3.0 §Alignment), without where it stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    pub target_url: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target_framework: Option<String>,
    /// The issuer's words for it, as they were first seen. They tell people what it is, and say nothing of what it names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target_name: Option<String>,
}

impl Named {
    /// The most bytes of each part; longer codes and addresses name nothing that anybody could look up.
    const MOST_BYTES: usize = CrosswalkNode::MOST_BYTES;

    /// What an alignment names, or nothing where that is too long to be kept.
    pub fn of(alignment: &Alignment) -> Option<Self> {
        let fits = |text: &str| text.len() <= Self::MOST_BYTES && !text.contains('\0');
        let names = [Some(&alignment.target_url), alignment.target_code.as_ref(), alignment.target_framework.as_ref()];
        if !names.into_iter().flatten().all(|text| fits(text)) {
            return None;
        }
        Some(Self {
            target_url: alignment.target_url.clone(),
            target_code: alignment.target_code.clone(),
            target_framework: alignment.target_framework.clone(),
            target_name: alignment.target_name.clone().filter(|name| fits(name)),
        })
    }

    /// What scoring takes its address for.
    pub fn item(&self) -> ItemId {
        ItemId::parse(&self.target_url)
    }

    /// What tells it from others. The issuer's words for it do not, nor how a GUID is written.
    pub fn key(&self) -> (ItemId, Option<&str>, Option<&str>) {
        (self.item(), self.target_code.as_deref(), self.target_framework.as_deref())
    }

    /// As the origin of an association: CASE lets a node be anything that has a URI.
    pub fn node(&self) -> CrosswalkNode {
        let title = self.target_name.as_ref().or(self.target_code.as_ref()).unwrap_or(&self.target_url);
        let item = self.item();
        let uri = if self.target_url.contains(':') { self.target_url.clone() } else { format!("urn:uuid:{item}") };
        CrosswalkNode { item, uri, title: title.clone() }
    }
}

/// An entry of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    pub id: UnmappedId,
    pub named: Named,
    /// In how many submissions it was seen.
    pub submissions: u32,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub state: UnmappedState,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnmappedState {
    /// Nobody has decided yet.
    Open,
    /// It leads somewhere by an association of a crosswalk, from the crosswalk's next edition on.
    Resolved { association: CrosswalkAssociationId, decision: Decision },
    /// Somebody decided that it leads nowhere.
    Dismissed { decision: Decision },
}

/// The word for a state, in JSON and SQL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnmappedStateName {
    #[default]
    Open,
    Resolved,
    Dismissed,
}

impl UnmappedStateName {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

impl UnmappedState {
    pub const fn name(&self) -> UnmappedStateName {
        match self {
            Self::Open => UnmappedStateName::Open,
            Self::Resolved { .. } => UnmappedStateName::Resolved,
            Self::Dismissed { .. } => UnmappedStateName::Dismissed,
        }
    }

    /// Who decided, when and why, if anybody did.
    pub const fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Open => None,
            Self::Resolved { decision, .. } | Self::Dismissed { decision } => Some(decision),
        }
    }
}
