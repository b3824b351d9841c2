//! A package cut into its objects, without reading them yet.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    List, MOST_OBJECTS,
    fault::{FaultCode, Faults},
    object::ObjectKind,
};
use crate::pointer::Pointer;

/// The top of a package.
#[derive(Deserialize)]
struct Top<'p> {
    #[serde(borrow, rename = "CFDocument")]
    document: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFItems")]
    items: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFAssociations")]
    associations: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFDefinitions")]
    definitions: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFRubrics")]
    rubrics: Option<&'p RawValue>,
    #[serde(borrow)]
    extensions: Option<&'p RawValue>,
}

/// `CFDefinitions`.
#[derive(Default, Deserialize)]
struct Definitions<'p> {
    #[serde(borrow, rename = "CFConcepts")]
    concepts: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFSubjects")]
    subjects: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFLicenses")]
    licenses: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFItemTypes")]
    item_types: Option<&'p RawValue>,
    #[serde(borrow, rename = "CFAssociationGroupings")]
    association_groupings: Option<&'p RawValue>,
}

/// The objects of a package, each as its own text.
pub(super) struct Outline<'p> {
    pub document: &'p str,
    pub collections: Vec<(ObjectKind, Vec<&'p str>)>,
    pub has_extensions: bool,
}

impl<'p> Outline<'p> {
    /// `None` where the package has no shape in which anything could be looked for; the faults say why.
    pub fn read(text: &'p str, faults: &mut Faults) -> Option<Self> {
        // A list would be taken for the members in their order.
        let top = serde_json::from_str::<Top<'p>>(text).ok().filter(|_| text.trim_start().starts_with('{'));
        let Some(top) = top else {
            faults.add(FaultCode::WrongType, Pointer::root(), "a CFPackage is a JSON object with `CFDocument`");
            return None;
        };
        let Some(document) = top.document.filter(|raw| is_object(raw)) else {
            let detail = "a package has the object `CFDocument`; send a whole CFPackage";
            faults.add(FaultCode::Missing, Pointer::root().key("CFDocument"), detail);
            return None;
        };
        let definitions = definitions(top.definitions, faults);
        let mut collections = Vec::new();
        for (kind, raw) in [
            (ObjectKind::Item, top.items),
            (ObjectKind::Association, top.associations),
            (ObjectKind::Concept, definitions.concepts),
            (ObjectKind::Subject, definitions.subjects),
            (ObjectKind::License, definitions.licenses),
            (ObjectKind::ItemType, definitions.item_types),
            (ObjectKind::AssociationGrouping, definitions.association_groupings),
            (ObjectKind::Rubric, top.rubrics),
        ] {
            collections.push((kind, objects(kind, raw, faults)));
        }
        let has_extensions = top.extensions.is_some();
        faults.are_none().then_some(Self { document: document.get(), collections, has_extensions })
    }
}

fn definitions<'p>(raw: Option<&'p RawValue>, faults: &mut Faults) -> Definitions<'p> {
    let Some(raw) = raw.map(RawValue::get) else { return Definitions::default() };
    // OpenSALT and the schema of 1.0 write an empty list for none.
    if serde_json::from_str::<[(); 0]>(raw).is_ok() {
        return Definitions::default();
    }
    serde_json::from_str(raw).unwrap_or_else(|_| {
        faults.add(FaultCode::WrongType, Pointer::root().key("CFDefinitions"), "`CFDefinitions` is an object of lists");
        Definitions::default()
    })
}

fn objects<'p>(kind: ObjectKind, raw: Option<&'p RawValue>, faults: &mut Faults) -> Vec<&'p str> {
    let Some(raw) = raw else { return Vec::new() };
    let whole = || {
        let pointer = kind.pointer(0);
        Pointer::from_text(pointer.as_str().strip_suffix("/0").unwrap_or_default())
    };
    let Ok(List { texts, is_cut }) = serde_json::from_str::<List<'p>>(raw.get()) else {
        faults.add(FaultCode::WrongType, whole(), format!("`{}` is a list", kind.collection()));
        return Vec::new();
    };
    if is_cut {
        faults.add(FaultCode::TooMany, whole(), format!("at most {MOST_OBJECTS} are read; take the framework apart"));
    }
    for (index, _) in texts.iter().enumerate().filter(|(_, raw)| !is_object(raw)) {
        faults.add(FaultCode::WrongType, kind.pointer(index), format!("`{}` holds objects", kind.collection()));
        if faults.are_enough() {
            break;
        }
    }
    texts.into_iter().map(RawValue::get).collect()
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}
