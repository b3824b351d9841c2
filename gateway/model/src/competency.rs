//! Competency frameworks (CASE 1.0 and 1.1) and job profiles.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use uuid::Uuid;

use crate::{digest::Digest, id::ProfileId};

/// Names a framework item. CASE items are named by their GUID in lower case, wherever it was found; anything else by its
/// URI as written (CASE 1.1 §CFItem; alignments point at items in several ways).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct ItemId(String);

impl ItemId {
    /// Reads a GUID, a CASE item address (`…/ims/case/v1p1/CFItems/{guid}`, `…/uri/{guid}`) or another URI.
    pub fn parse(text: &str) -> Self {
        match Written::read(text) {
            Written::Guid(guid) => Self(guid.hyphenated().to_string()),
            Written::Uri(uri) => Self(uri.to_owned()),
        }
    }

    /// Whether two texts name one item.
    pub fn is_same(one: &str, other: &str) -> bool {
        one == other || Written::read(one) == Written::read(other)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a text names, before it is kept.
#[derive(PartialEq)]
enum Written<'a> {
    Guid(Uuid),
    Uri(&'a str),
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Self {
        let text = text.trim();
        let last = text.rsplit('/').next().unwrap_or(text);
        let is_case_address = || {
            ["/ims/case/v1p0/CFItems/", "/ims/case/v1p1/CFItems/", "/uri/"]
                .iter()
                .any(|marker| text.strip_suffix(last).is_some_and(|head| head.ends_with(marker)))
        };
        if (last.len() == text.len() || is_case_address())
            && let Ok(guid) = Uuid::try_parse(last.strip_prefix("urn:uuid:").unwrap_or(last))
        {
            return Self::Guid(guid);
        }
        Self::Uri(text)
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> String {
        id.0
    }
}

impl From<String> for ItemId {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

/// What scoring reads of a CASE package: a document, its items, what associates them, and rubrics. Members that it does not
/// use are left out here; [`crate::case::Package`] has them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Framework {
    #[serde(rename = "CFDocument")]
    pub document: FrameworkDocument,
    #[serde(rename = "CFItems", default)]
    pub items: Vec<Item>,
    #[serde(rename = "CFAssociations", default)]
    pub associations: Vec<Association>,
    #[serde(rename = "CFRubrics", default, skip_serializing_if = "Vec::is_empty")]
    pub rubrics: Vec<Rubric>,
}

/// `CFDocument`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkDocument {
    pub identifier: String,
    pub uri: String,
    pub title: String,
    #[serde(default)]
    pub version: Option<String>,
    #[serde(rename = "lastChangeDateTime")]
    pub last_changed: String,
}

/// `CFItem`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub identifier: String,
    pub uri: String,
    #[serde(rename = "fullStatement")]
    pub full_statement: String,
    #[serde(rename = "abbreviatedStatement", default)]
    pub abbreviated_statement: Option<String>,
    #[serde(rename = "humanCodingScheme", default)]
    pub human_coding_scheme: Option<String>,
    /// From this day on the item is not in use any more.
    #[serde(rename = "statusEndDate", default, deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub status_end_date: Option<Date>,
}

impl Item {
    pub fn id(&self) -> ItemId {
        ItemId::parse(&self.identifier)
    }

    /// Whether its end has come.
    pub fn is_retired(&self, today: Date) -> bool {
        self.status_end_date.is_some_and(|end| end <= today)
    }

    /// What people read: the short statement where there is one.
    pub fn title(&self) -> &str {
        self.abbreviated_statement.as_deref().unwrap_or(&self.full_statement)
    }
}

/// `CFAssociation`: origin *type* destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    pub identifier: String,
    #[serde(rename = "associationType")]
    pub kind: String,
    #[serde(rename = "originNodeURI")]
    pub origin: Node,
    #[serde(rename = "destinationNodeURI")]
    pub destination: Node,
}

/// `LinkGenURI`: one end of an association.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub identifier: String,
    pub uri: String,
}

impl Node {
    pub fn item(&self) -> ItemId {
        ItemId::parse(&self.identifier)
    }
}

/// `CFRubric`: how well something was done, criterion by criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    pub identifier: String,
    pub uri: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(rename = "CFRubricCriteria", default)]
    pub criteria: Vec<RubricCriterion>,
}

/// `CFRubricCriterion`: what is looked at, as a rule at one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricCriterion {
    pub identifier: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(rename = "CFItemURI", default)]
    pub item: Option<Node>,
    #[serde(default)]
    pub position: Option<i64>,
    #[serde(rename = "CFRubricCriterionLevels", default)]
    pub levels: Vec<RubricLevel>,
}

/// `CFRubricCriterionLevel`: one step of a criterion. `position` says its place among the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RubricLevel {
    pub identifier: String,
    #[serde(default)]
    pub quality: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    /// As written, since a score is compared with no other.
    #[serde(default)]
    pub score: Option<Number>,
    #[serde(default)]
    pub position: Option<i64>,
}

/// A day, of which CASE 1.0 also allows a time and null.
fn day<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(input)? else { return Ok(None) };
    let day = text.get(..10).filter(|_| matches!(text.as_bytes().get(10), None | Some(b'T' | b' ')));
    let day = day.and_then(|day| day.parse().ok()).ok_or_else(|| serde::de::Error::custom("statusEndDate is no date"));
    day.map(Some)
}

/// Which edition of a framework an assessment used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FrameworkVersion {
    pub id: String,
    pub title: String,
    pub version: Option<String>,
    pub digest: Digest,
}

/// What a job asks for. A profile never changes; a new version is a new profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub id: ProfileId,
    pub title: String,
    /// Identifiers or URIs of the frameworks its items come from.
    pub framework: Vec<String>,
    pub requirements: Vec<Requirement>,
}

/// One thing a job asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub item: ItemId,
    /// Relative importance, 1 or more.
    pub weight: u32,
    /// Shown beside the score and never averaged away.
    #[serde(default)]
    pub must: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<RequiredLevel>,
}

/// The level a requirement asks for, on a declared scale.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredLevel {
    pub scale: String,
    pub required: String,
}

#[cfg(test)]
mod tests {
    use super::ItemId;

    #[test]
    fn an_item_has_one_name_however_it_was_written() {
        let guid = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10";
        for text in [
            guid.to_owned(),
            guid.to_uppercase(),
            format!("urn:uuid:{guid}"),
            format!("https://case.example/ims/case/v1p0/CFItems/{guid}"),
            format!("https://case.example/ims/case/v1p1/CFItems/{}", guid.to_uppercase()),
            format!("https://salt.example/uri/{guid}"),
        ] {
            assert_eq!(ItemId::parse(&text).as_str(), guid, "{text}");
            assert!(ItemId::is_same(&text, guid), "{text}");
        }
        let other = format!("https://example.org/skills/{guid}");
        assert_eq!(ItemId::parse(&other).as_str(), other, "an address of another kind is not a CASE item");
        assert!(ItemId::is_same(&other, &format!(" {other}")) && !ItemId::is_same(&other, guid));
    }
}
