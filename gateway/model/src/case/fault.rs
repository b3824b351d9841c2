//! What is wrong with a package: a stable code, the place, and a sentence that says what to do.

use std::fmt;

use crate::pointer::Pointer;

/// How many are named at most. Who has more mends these first.
pub const MOST_FAULTS: usize = 20;

/// Objects of one kind at most: fifty times what the largest frameworks have. A short text can name very many empty ones.
pub const MOST_OBJECTS: usize = 1_000_000;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultCode {
    /// A member that is needed is not there.
    Missing,
    /// A member is of another kind than CASE says.
    WrongType,
    /// `caseVersion` is none that is read.
    WrongVersion,
    /// An identifier is no UUID.
    NoUuid,
    /// Two of a kind have the same identifier.
    DuplicateIdentifier,
    /// The type of an association is none of this version of CASE.
    UnknownAssociationType,
    /// The origin of an association is not in the package, and has to be.
    DanglingOrigin,
    /// The destination of an association is not in the package, and has to be.
    DanglingDestination,
    /// An item would be its own ancestor.
    Cycle,
    /// There are neither items nor associations.
    Empty,
    /// There are more objects of a kind than are read.
    TooMany,
}

impl FaultCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::WrongType => "WRONG_TYPE",
            Self::WrongVersion => "WRONG_VERSION",
            Self::NoUuid => "NO_UUID",
            Self::DuplicateIdentifier => "DUPLICATE_IDENTIFIER",
            Self::UnknownAssociationType => "UNKNOWN_ASSOCIATION_TYPE",
            Self::DanglingOrigin => "DANGLING_ORIGIN",
            Self::DanglingDestination => "DANGLING_DESTINATION",
            Self::Cycle => "CYCLE",
            Self::Empty => "EMPTY",
            Self::TooMany => "TOO_MANY",
        }
    }
}

/// One thing that is wrong, or worth a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    pub pointer: Pointer,
    /// For people: what is wrong and what to do.
    pub detail: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`: {}", self.code.as_str(), self.pointer, self.detail)
    }
}

/// The first faults that were found.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub fn add(&mut self, code: FaultCode, pointer: Pointer, detail: impl Into<String>) {
        if !self.are_enough() {
            self.0.push(Fault { code, pointer, detail: detail.into() });
        }
    }

    /// Whether looking further would tell nothing.
    pub fn are_enough(&self) -> bool {
        self.0.len() >= MOST_FAULTS
    }

    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// What somebody wrote, made fit for a sentence.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
