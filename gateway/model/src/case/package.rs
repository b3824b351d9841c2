//! A package: its bytes as received, and what was read of them.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    ASSOCIATION_TYPES, CaseVersion, TRANSLATION,
    fault::{Fault, FaultCode, Faults, shown},
    hierarchy, is_extension,
    member::{self, Besides, plain_uuid},
    object::{Object, ObjectKind},
    outline::Outline,
    references,
};
use crate::{
    competency::{Association, Framework, FrameworkDocument, Item, Rubric},
    pointer::Pointer,
};

/// A CASE package that was checked. It keeps every byte of what came in.
pub struct Package {
    bytes: Vec<u8>,
    version: CaseVersion,
    framework: Framework,
    identifier: Uuid,
    is_deprecated: bool,
    objects: Vec<Object>,
    remarks: Vec<Fault>,
}

/// What a document says of itself besides.
#[derive(Default, Deserialize)]
struct Standing {
    #[serde(rename = "caseVersion", default)]
    case_version: Option<Value>,
    #[serde(rename = "adoptionStatus", default)]
    adoption_status: Option<Value>,
    #[serde(rename = "frameworkType", default)]
    framework_type: Option<Value>,
}

/// What has an identifier and nothing else that scoring reads.
#[derive(Deserialize)]
struct Named {
    identifier: String,
}

impl Package {
    /// Reads a package, whose JSON was found to be well-formed and without duplicate keys. `told` is the version of the
    /// address that it came from, for packages that do not show their own.
    ///
    /// # Errors
    /// What is wrong with it, up to [`super::MOST_FAULTS`] faults.
    pub fn read(bytes: Vec<u8>, told: Option<CaseVersion>) -> Result<Self, Vec<Fault>> {
        let mut reading = Reading::default();
        let read = match std::str::from_utf8(&bytes) {
            Ok(text) => reading.read(text, told),
            Err(_) => {
                reading.faults.add(FaultCode::WrongType, Pointer::root(), "JSON is written in UTF-8");
                None
            }
        };
        let (Some((framework, identifier, version)), true) = (read, reading.faults.are_none()) else {
            return Err(reading.faults.into_vec());
        };
        let Reading { objects, remarks, is_deprecated, .. } = reading;
        Ok(Self { bytes, version, framework, identifier, is_deprecated, objects, remarks: remarks.into_vec() })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub const fn version(&self) -> CaseVersion {
        self.version
    }

    /// What scoring reads.
    pub const fn framework(&self) -> &Framework {
        &self.framework
    }

    /// `CFDocument.identifier`.
    pub const fn identifier(&self) -> Uuid {
        self.identifier
    }

    /// Whether `adoptionStatus` says that it is not to be used any more.
    pub const fn is_deprecated(&self) -> bool {
        self.is_deprecated
    }

    /// Everything that has an identifier, the document first.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The JSON of an object, as received.
    pub fn text(&self, object: &Object) -> &str {
        let bytes = self.bytes.get(object.span.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// What CASE requires and the package lacks, which nothing here depends on.
    pub fn remarks(&self) -> &[Fault] {
        &self.remarks
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Package").field("identifier", &self.identifier).field("objects", &self.objects.len()).finish()
    }
}

/// What has been found so far.
#[derive(Default)]
struct Reading {
    faults: Faults,
    remarks: Faults,
    objects: Vec<Object>,
    is_deprecated: bool,
    /// Whether it says that it is a crosswalk: one from which everything was taken back has nothing in it.
    is_crosswalk: bool,
    /// Whether something was seen that only CASE 1.1 has.
    is_of_1p1: bool,
}

impl Reading {
    fn read(&mut self, text: &str, told: Option<CaseVersion>) -> Option<(Framework, Uuid, CaseVersion)> {
        let outline = Outline::read(text, &mut self.faults)?;
        self.is_of_1p1 |= outline.has_extensions;
        let document: Option<FrameworkDocument> = self.object(text, ObjectKind::Document, 0, outline.document);
        let standing: Standing = serde_json::from_str(outline.document).unwrap_or_default();
        self.is_crosswalk = standing.framework_type == Some("Crosswalk".into());
        self.is_deprecated = standing.adoption_status == Some("Deprecated".into());
        let (mut items, mut associations, mut rubrics) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, raws) in &outline.collections {
            for (index, raw) in raws.iter().enumerate() {
                match kind {
                    ObjectKind::Item => items.extend(self.object::<Item>(text, *kind, index, raw)),
                    ObjectKind::Association => associations.extend(self.object::<Association>(text, *kind, index, raw)),
                    ObjectKind::Rubric => rubrics.extend(self.object::<Rubric>(text, *kind, index, raw)),
                    _ => drop(self.object::<Named>(text, *kind, index, raw)),
                }
                if self.faults.are_enough() {
                    return None;
                }
            }
        }
        let version = self.version(&standing, &associations, told);
        let framework = Framework { document: document?, items, associations, rubrics };
        if self.faults.are_none() {
            self.whole(&framework, version);
        }
        let identifier = self.objects.first()?.identifier;
        Some((framework, identifier, version))
    }

    /// What can be said only of a package of which every object was read.
    fn whole(&mut self, framework: &Framework, version: CaseVersion) {
        if framework.items.is_empty() && framework.associations.is_empty() && !self.is_crosswalk {
            let detail = "a framework has items, a crosswalk has associations; this package has neither";
            self.faults.add(FaultCode::Empty, Pointer::root().key("CFItems"), detail);
        }
        types(&framework.associations, version, &mut self.faults);
        references::check(framework, &self.objects, &mut self.faults);
        hierarchy::check(&framework.associations, &mut self.faults);
    }

    fn object<T: Readable>(&mut self, text: &str, kind: ObjectKind, index: usize, raw: &str) -> Option<T> {
        let (value, besides) = member::read::<T>(kind, index, raw, &mut self.faults)?;
        let identifier = member::uuid(kind, index, value.identifier(), &mut self.faults)?;
        self.remark(kind, index, &besides);
        let start = raw.as_ptr().addr() - text.as_ptr().addr();
        let (origin, destination) = value.ends();
        self.objects.push(Object { kind, identifier, span: start..start + raw.len(), origin, destination });
        Some(value)
    }

    fn remark(&mut self, kind: ObjectKind, index: usize, besides: &Besides) {
        self.is_of_1p1 |= besides.is_of_1p1(kind);
        if let Some(name) = besides.lacks(kind) {
            let at = name.split('/').fold(kind.pointer(index), |at, name| at.key(name));
            let detail =
                "CASE requires this member; where the framework is published, the answer says something in its place";
            self.remarks.add(FaultCode::Missing, at, detail);
        }
    }

    /// The version that the package says it is of; else the one that it shows by what it has; else the one of its address.
    fn version(&mut self, standing: &Standing, associations: &[Association], told: Option<CaseVersion>) -> CaseVersion {
        let shows = self.is_of_1p1 || associations.iter().any(|one| one.kind == TRANSLATION || is_extension(&one.kind));
        let shown_or_told = if shows { CaseVersion::V1p1 } else { told.unwrap_or(CaseVersion::V1p0) };
        let said = match &standing.case_version {
            None => return shown_or_told,
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        said.unwrap_or_else(|| {
            let at = ObjectKind::Document.pointer(0).key("caseVersion");
            let detail = "CASE 1.0 and 1.1 are read; a package of 1.1 says `1.1`, one of 1.0 says nothing";
            self.faults.add(FaultCode::WrongVersion, at, detail);
            shown_or_told
        })
    }
}

/// What every kind of object has.
trait Readable: serde::de::DeserializeOwned {
    fn identifier(&self) -> &str;

    fn ends(&self) -> (Option<Uuid>, Option<Uuid>) {
        (None, None)
    }
}

macro_rules! readable {
    ($($name:ident)+) => {$(
        impl Readable for $name {
            fn identifier(&self) -> &str {
                &self.identifier
            }
        }
    )+};
}

readable!(FrameworkDocument Item Rubric Named);

impl Readable for Association {
    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn ends(&self) -> (Option<Uuid>, Option<Uuid>) {
        (plain_uuid(&self.origin.identifier), plain_uuid(&self.destination.identifier))
    }
}

fn types(associations: &[Association], version: CaseVersion, faults: &mut Faults) {
    for (index, association) in associations.iter().enumerate() {
        let kind = association.kind.as_str();
        let is_new = kind == TRANSLATION || is_extension(kind);
        if ASSOCIATION_TYPES.contains(&kind) || (is_new && version == CaseVersion::V1p1) {
            continue;
        }
        let known = ASSOCIATION_TYPES.join(", ");
        let detail = match version {
            CaseVersion::V1p0 if is_new => format!("`{}` is of CASE 1.1; say `caseVersion` 1.1", shown(kind)),
            CaseVersion::V1p0 => format!("CASE 1.0 has no `{}`; it has {known}", shown(kind)),
            CaseVersion::V1p1 => {
                format!(
                    "CASE 1.1 has no `{}`; it has {known}, {TRANSLATION}, and names that begin with `ext:`",
                    shown(kind)
                )
            }
        };
        let at = ObjectKind::Association.pointer(index).key("associationType");
        faults.add(FaultCode::UnknownAssociationType, at, detail);
    }
}
