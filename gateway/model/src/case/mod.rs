//! CASE packages (Competencies and Academic Standards Exchange, 1.0 and 1.1) as they were received: checked, with a place for
//! everything that can be asked for by its identifier. [`crate::competency`] has what scoring reads of them.

mod change;
mod fault;
mod hierarchy;
mod list;
pub mod mapping;
mod member;
mod object;
mod outline;
mod package;
mod references;
#[cfg(test)]
mod tests;
mod version;

pub use change::{AssociationChanges, Changes, ItemChanges, Replacement, changes};
pub use fault::{Fault, FaultCode, MOST_FAULTS, MOST_OBJECTS};
pub(crate) use list::List;
pub use object::{Object, ObjectKind};
pub use package::Package;
pub use version::CaseVersion;

/// The types of associations that CASE 1.0 has.
pub const ASSOCIATION_TYPES: [&str; 9] = [
    "isChildOf",
    "isPeerOf",
    "isPartOf",
    "exactMatchOf",
    "precedes",
    "isRelatedTo",
    "replacedBy",
    "exemplar",
    "hasSkillLevel",
];
/// The one that CASE 1.1 adds to them.
pub const TRANSLATION: &str = "isTranslationOf";
/// What the names of types begin with that somebody has added for themselves, since CASE 1.1.
pub const EXTENSION: &str = "ext:";

/// Whether a name is one that CASE 1.1 lets anybody make: `ext:` and letters, digits, `.`, `-`, `_`.
pub fn is_extension(name: &str) -> bool {
    let own = name.strip_prefix(EXTENSION).unwrap_or_default();
    !own.is_empty() && own.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'|'))
}
