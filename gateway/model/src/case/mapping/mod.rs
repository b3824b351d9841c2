//! What one version of CASE has been given, said in another. An answer in the version in which a framework came in is what
//! came in; this is for the other one, and for what lacks members that CASE requires. `docs/case.md` says it in words.

mod fill;
mod members;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use self::members::{Form, Member, members};
use super::{ASSOCIATION_TYPES, CaseVersion, ObjectKind, Package};

/// Whether documents have a member of this name in this version.
pub fn is_member_of_document(name: &str, version: CaseVersion) -> bool {
    members::is_of_document(name, version)
}

/// What `CFDefinitions` holds.
const DEFINITIONS: [ObjectKind; 5] = [
    ObjectKind::Concept,
    ObjectKind::Subject,
    ObjectKind::License,
    ObjectKind::ItemType,
    ObjectKind::AssociationGrouping,
];

/// How an object is written: by itself it says what it is of, within a package it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Alone,
    Package,
}

/// Who answers, and of which framework an object is.
#[derive(Debug, Clone)]
pub struct Serving {
    /// The version of the answer.
    pub version: CaseVersion,
    /// The address of our own service, without a slash at its end: `https://…/ims/case/v1p1`.
    pub base: String,
    /// The version in which the framework came in.
    pub received: CaseVersion,
    /// Whether it came with everything that CASE requires.
    pub is_complete: bool,
    /// The framework's `CFDocument` as received.
    pub document: Map<String, Value>,
}

impl Serving {
    /// Whether answers are what came in.
    pub fn is_as_received(&self) -> bool {
        self.version == self.received && self.is_complete
    }

    /// An object in the version of the answer. `None` where that version has no word for it.
    pub fn object(&self, kind: ObjectKind, received: Map<String, Value>, place: Place) -> Option<Map<String, Value>> {
        let mut object = received;
        if !self.is_as_received() {
            if kind == ObjectKind::Association && !self.has_type(&object) {
                return None;
            }
            object = self.mapped(members(kind), object);
            fill::required(self, kind, &mut object);
        }
        match place {
            Place::Alone => fill::belonging(self, kind, &mut object),
            Place::Package if !self.is_as_received() => {
                object.remove("CFDocumentURI");
                object.remove("CFPackageURI");
            }
            Place::Package => {}
        }
        Some(object)
    }

    /// A whole package. It is written object by object: a large one takes no more memory than its text.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn package(&self, package: &Package) -> Result<Vec<u8>, serde_json::Error> {
        let mut lists: BTreeMap<ObjectKind, Vec<u8>> = BTreeMap::new();
        for object in package.objects() {
            let received = serde_json::from_str(package.text(object))?;
            let Some(value) = self.object(object.kind, received, Place::Package) else { continue };
            let list = lists.entry(object.kind).or_default();
            if !list.is_empty() {
                list.push(b',');
            }
            serde_json::to_writer(list, &value)?;
        }
        let mut list = |kind: ObjectKind| {
            let list = lists.remove(&kind)?;
            Some([format!("\"{}\":[", kind.collection()).as_bytes(), &list, b"]"].concat())
        };
        let definitions: Vec<Vec<u8>> = DEFINITIONS.into_iter().filter_map(&mut list).collect();
        let (items, associations) = (list(ObjectKind::Item), list(ObjectKind::Association));
        let rubrics = list(ObjectKind::Rubric);
        let definitions = match definitions.is_empty() {
            true => None,
            false => Some([b"\"CFDefinitions\":{", definitions.join(&b',').as_slice(), b"}"].concat()),
        };
        let document = lists.remove(&ObjectKind::Document).unwrap_or_default();
        let document = [b"\"CFDocument\":", document.as_slice()].concat();
        let members = [Some(document), items, associations, definitions, rubrics];
        let members: Vec<Vec<u8>> = members.into_iter().flatten().collect();
        Ok([b"{", members.join(&b',').as_slice(), b"}"].concat())
    }

    fn has_type(&self, association: &Map<String, Value>) -> bool {
        let kind = association.get("associationType").and_then(Value::as_str).unwrap_or_default();
        self.version == CaseVersion::V1p1 || ASSOCIATION_TYPES.contains(&kind)
    }

    /// The members that this version has; others go among the extensions, where it has these.
    fn mapped(&self, members: &[Member], received: Map<String, Value>) -> Map<String, Value> {
        let (mut mapped, mut others) = (Map::new(), Map::new());
        for (name, value) in received.into_iter().filter(|(_, value)| !value.is_null()) {
            match members.iter().find(|member| member.name == name) {
                Some(member) if member.since <= self.version => {
                    mapped.insert(name, self.formed(member.form, value));
                }
                Some(_) => {}
                None => {
                    others.insert(name, value);
                }
            }
        }
        if self.version == CaseVersion::V1p1 && !others.is_empty() && members::has_extensions(members) {
            match mapped.entry("extensions").or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(own) => own.extend(others),
                Value::Array(own) => own.push(others.into()),
                _ => {}
            }
        }
        mapped
    }

    fn formed(&self, form: Form, value: Value) -> Value {
        match (form, value) {
            (Form::Texts, Value::String(text)) => Value::Array(vec![text.into()]),
            (Form::Day, Value::String(text)) => text.get(..10).unwrap_or(&text).into(),
            (Form::One(members), Value::Object(one)) => self.mapped(members, one).into(),
            (Form::Many(members), Value::Array(many)) => {
                let one = |value| match value {
                    Value::Object(one) => self.mapped(members, one).into(),
                    other => other,
                };
                many.into_iter().map(one).collect()
            }
            // Only a level of a rubric has a list of extensions.
            (Form::Listed, value @ Value::Object(_)) => Value::Array(vec![value]),
            (_, value) => value,
        }
    }
}
