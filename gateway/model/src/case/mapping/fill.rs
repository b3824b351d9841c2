//! Members that CASE requires, where a package came without them. What is put there is derived, or says that nothing was
//! stated; it is never made up.

use serde_json::{Map, Value, json};

use super::Serving;
use crate::case::{CaseVersion, ObjectKind};

const NOT_STATED: &str = "not stated";

pub(super) fn required(serving: &Serving, kind: ObjectKind, object: &mut Map<String, Value>) {
    named(serving, address(kind), object);
    let mut missing = |name: &str, value: Value| {
        object.entry(name).or_insert(value);
    };
    match kind {
        ObjectKind::Document => {
            let publisher = serving.document.get("publisher").filter(|publisher| publisher.is_string());
            missing("creator", publisher.cloned().unwrap_or_else(|| NOT_STATED.into()));
            if serving.version == CaseVersion::V1p1 {
                object.insert("caseVersion".to_owned(), CaseVersion::V1p1.as_str().into());
            }
        }
        ObjectKind::Item => missing("fullStatement", NOT_STATED.into()),
        ObjectKind::Association => {
            end(object.get_mut("originNodeURI"));
            end(object.get_mut("destinationNodeURI"));
        }
        ObjectKind::Rubric => criteria(serving, object),
        ObjectKind::Concept | ObjectKind::Subject | ObjectKind::License | ObjectKind::AssociationGrouping => {
            missing("title", NOT_STATED.into());
            match kind {
                ObjectKind::License => missing("licenseText", NOT_STATED.into()),
                ObjectKind::AssociationGrouping => {}
                _ => missing("hierarchyCode", "".into()),
            }
        }
        ObjectKind::ItemType => {
            missing("title", NOT_STATED.into());
            missing("hierarchyCode", "".into());
            let title = object.get("title").cloned().unwrap_or_default();
            object.entry("description").or_insert(title);
        }
    }
}

/// What an object says of where it belongs, when it stands by itself.
pub(super) fn belonging(serving: &Serving, kind: ObjectKind, object: &mut Map<String, Value>) {
    let of = |name: &str| serving.document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (title, identifier) = (of("title"), of("identifier").to_lowercase());
    match kind {
        ObjectKind::Document => {
            let uri = format!("{}/CFPackages/{identifier}", serving.base);
            object
                .entry("CFPackageURI")
                .or_insert_with(|| json!({"title": title, "identifier": identifier, "uri": uri}));
        }
        ObjectKind::Item => {
            let uri = of("uri");
            object
                .entry("CFDocumentURI")
                .or_insert_with(|| json!({"title": title, "identifier": identifier, "uri": uri}));
        }
        _ => {}
    }
}

/// The end of an object's address.
const fn address(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Document => "CFDocuments",
        _ => kind.collection(),
    }
}

fn named(serving: &Serving, address: &str, object: &mut Map<String, Value>) {
    let identifier = object.get("identifier").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let uri = format!("{}/{address}/{identifier}", serving.base);
    object.entry("uri").or_insert_with(|| uri.into());
    let changed = serving.document.get("lastChangeDateTime").cloned().unwrap_or_default();
    object.entry("lastChangeDateTime").or_insert(changed);
}

fn end(node: Option<&mut Value>) {
    let Some(Value::Object(node)) = node else { return };
    let identifier = node.get("identifier").cloned().unwrap_or_default();
    node.entry("title").or_insert(identifier);
}

fn criteria(serving: &Serving, rubric: &mut Map<String, Value>) {
    for criterion in objects(rubric.get_mut("CFRubricCriteria")) {
        named(serving, "CFRubricCriteria", criterion);
        for level in objects(criterion.get_mut("CFRubricCriterionLevels")) {
            named(serving, "CFRubricCriterionLevels", level);
        }
    }
}

fn objects(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    list.and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}
