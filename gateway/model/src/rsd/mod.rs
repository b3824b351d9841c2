//! Rich Skill Descriptors (Open Skills Network), in JSON as OSMT serves them and in CSV as it imports and exports them, made into
//! a CASE 1.1 package: an item each, under its canonical URL, and what it is aligned with as associations.

mod json;
mod made;
mod table;
#[cfg(test)]
mod tests;

pub use json::{from_json, is_rsd};
pub use made::package;
pub use table::from_csv;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Date;

/// What skills say together that have no document: a name for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillSet {
    /// Else the collection that they are of.
    pub title: Option<String>,
    /// Else made of the title, so that the same title is the same framework.
    pub identifier: Option<Uuid>,
}

/// One skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The canonical URL, where it has one.
    pub uri: Option<String>,
    pub identifier: Option<Uuid>,
    pub name: String,
    pub statement: String,
    pub categories: Vec<String>,
    pub keywords: Vec<String>,
    pub authors: Vec<String>,
    pub alignments: Vec<Alignment>,
    pub collection: Option<String>,
    /// A table says no times.
    pub changed: Option<String>,
    pub archived: Option<Date>,
    /// All of it, as received.
    pub received: Map<String, Value>,
}

/// What a skill is aligned with, in somebody else's framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    pub uri: String,
    pub title: Option<String>,
}

/// Texts between semicolons, as OSMT writes lists.
fn listed(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}
