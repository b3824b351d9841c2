//! Reading one object, and saying precisely what is wrong with one that cannot be read.

use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    fault::{FaultCode, Faults, shown},
    object::ObjectKind,
};
use crate::pointer::Pointer;

/// Members that say more of an object than scoring needs: what CASE requires besides, and what is new in 1.1.
#[derive(Default, Deserialize)]
pub(super) struct Besides {
    uri: Option<IgnoredAny>,
    creator: Option<IgnoredAny>,
    #[serde(rename = "lastChangeDateTime")]
    last_changed: Option<IgnoredAny>,
    extensions: Option<IgnoredAny>,
    #[serde(rename = "frameworkType")]
    framework_type: Option<IgnoredAny>,
    subject: Option<IgnoredAny>,
    #[serde(rename = "subjectURI")]
    subject_uri: Option<IgnoredAny>,
    notes: Option<IgnoredAny>,
    #[serde(rename = "originNodeURI")]
    origin: Option<End>,
    #[serde(rename = "destinationNodeURI")]
    destination: Option<End>,
}

/// What else one end of an association has.
#[derive(Default, Deserialize)]
struct End {
    title: Option<IgnoredAny>,
    #[serde(rename = "targetType")]
    target_type: Option<IgnoredAny>,
}

impl Besides {
    /// Whether the object has what CASE has since 1.1 only.
    pub fn is_of_1p1(&self, kind: ObjectKind) -> bool {
        let subjects = kind == ObjectKind::Item && (self.subject.is_some() || self.subject_uri.is_some());
        let notes = kind == ObjectKind::Association && self.notes.is_some();
        let targets = [&self.origin, &self.destination].into_iter().flatten().any(|end| end.target_type.is_some());
        self.extensions.is_some() || self.framework_type.is_some() || subjects || notes || targets
    }

    /// The first member that CASE requires and that is not there; scoring can do without.
    pub fn lacks(&self, kind: ObjectKind) -> Option<&'static str> {
        let is_association = kind == ObjectKind::Association;
        let untitled = |end: &Option<End>| is_association && end.as_ref().is_some_and(|end| end.title.is_none());
        [
            ("creator", kind == ObjectKind::Document && self.creator.is_none()),
            ("uri", self.uri.is_none()),
            ("lastChangeDateTime", self.last_changed.is_none()),
            ("originNodeURI/title", untitled(&self.origin)),
            ("destinationNodeURI/title", untitled(&self.destination)),
        ]
        .into_iter()
        .find_map(|(name, is_missing)| is_missing.then_some(name))
    }
}

/// Reads an object as what scoring needs of it.
pub(super) fn read<T: DeserializeOwned>(
    kind: ObjectKind,
    index: usize,
    raw: &str,
    faults: &mut Faults,
) -> Option<(T, Besides)> {
    let value = serde_json::from_str::<T>(raw);
    match value {
        Ok(value) => Some((value, serde_json::from_str(raw).unwrap_or_default())),
        Err(error) => {
            if !faults.are_enough() {
                explain(kind, &kind.pointer(index), raw, &error, faults);
            }
            None
        }
    }
}

/// The identifier of an object as CASE wants it.
pub(super) fn uuid(kind: ObjectKind, index: usize, identifier: &str, faults: &mut Faults) -> Option<Uuid> {
    let found = plain_uuid(identifier);
    if found.is_none() {
        let at = kind.pointer(index).key("identifier");
        faults.add(
            FaultCode::NoUuid,
            at,
            format!("`{}` is no UUID such as CASE has for identifiers", shown(identifier)),
        );
    }
    found
}

/// A UUID in its usual spelling, in letters of either case.
pub(super) fn plain_uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// What has to be there.
fn needed(kind: ObjectKind) -> &'static [&'static str] {
    match kind {
        ObjectKind::Document => &["identifier", "uri", "title", "lastChangeDateTime"],
        ObjectKind::Item => &["identifier", "uri", "fullStatement"],
        ObjectKind::Association => &["identifier", "associationType"],
        ObjectKind::Rubric => &["identifier", "uri"],
        _ => &["identifier"],
    }
}

fn explain(kind: ObjectKind, at: &Pointer, raw: &str, error: &serde_json::Error, faults: &mut Faults) {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(raw) else {
        return faults.add(FaultCode::WrongType, at.clone(), "this is no JSON object");
    };
    let mut is_explained = texts(&members, needed(kind), at, faults);
    if kind == ObjectKind::Association {
        for end in ["originNodeURI", "destinationNodeURI"] {
            let at = at.key(end);
            is_explained |= match members.get(end) {
                Some(Value::Object(node)) => texts(node, &["identifier", "uri"], &at, faults),
                found => {
                    let code = if found.is_some() { FaultCode::WrongType } else { FaultCode::Missing };
                    faults.add(code, at, "an association has here an object with `title`, `identifier` and `uri`");
                    true
                }
            };
        }
    }
    if !is_explained {
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        faults.add(
            FaultCode::WrongType,
            at.clone(),
            format!("a member is not of the kind that CASE says: {}", shown(text)),
        );
    }
}

/// Names the members that are not texts; whether there are any.
fn texts(members: &Map<String, Value>, names: &[&str], at: &Pointer, faults: &mut Faults) -> bool {
    let mut found = false;
    for name in names {
        let (code, what) = match members.get(*name) {
            Some(Value::String(_)) => continue,
            Some(_) => (FaultCode::WrongType, "has to be a text"),
            None => (FaultCode::Missing, "has to be there"),
        };
        faults.add(code, at.key(name), format!("`{name}` {what}"));
        found = true;
    }
    found
}
