//! What a package holds that has an identifier of its own.

use std::{fmt, ops::Range, str::FromStr};

use uuid::Uuid;

use crate::pointer::Pointer;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $collection:literal, $parent:expr;)+) => {
        /// What kind of thing an object is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ObjectKind {$($(#[$doc])* $name,)+}

        impl ObjectKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As rows say it.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }

            /// The member that holds them, and the end of the addresses they are asked for at.
            pub const fn collection(self) -> &'static str {
                match self {$(Self::$name => $collection,)+}
            }

            /// Where in the package the collection is, if not at its top.
            const fn parent(self) -> Option<&'static str> {
                match self {$(Self::$name => $parent,)+}
            }
        }
    };
}

const DEFINITIONS: Option<&str> = Some("CFDefinitions");

kinds! {
    Document = "document", "CFDocument", None;
    Item = "item", "CFItems", None;
    Association = "association", "CFAssociations", None;
    Concept = "concept", "CFConcepts", DEFINITIONS;
    Subject = "subject", "CFSubjects", DEFINITIONS;
    License = "license", "CFLicenses", DEFINITIONS;
    ItemType = "item_type", "CFItemTypes", DEFINITIONS;
    AssociationGrouping = "association_grouping", "CFAssociationGroupings", DEFINITIONS;
    Rubric = "rubric", "CFRubrics", None;
}

impl ObjectKind {
    /// Where the one at `index` of its collection is.
    pub fn pointer(self, index: usize) -> Pointer {
        let root = Pointer::root();
        let at = self.parent().map_or_else(|| root.clone(), |parent| root.key(parent)).key(self.collection());
        if self == Self::Document { at } else { at.index(index) }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of object has this name")]
pub struct NoObjectKind;

impl FromStr for ObjectKind {
    type Err = NoObjectKind;

    fn from_str(text: &str) -> Result<Self, NoObjectKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(NoObjectKind)
    }
}

/// One object: its name and where in the package's bytes it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub kind: ObjectKind,
    pub identifier: Uuid,
    pub span: Range<usize>,
    /// What an association leads from and to, where these are named by UUIDs.
    pub origin: Option<Uuid>,
    pub destination: Option<Uuid>,
}
