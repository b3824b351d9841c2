//! Which version of CASE a package is of.

use std::{fmt, str::FromStr};

/// A version of CASE that is read and served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseVersion {
    V1p0,
    V1p1,
}

impl CaseVersion {
    pub const ALL: [Self; 2] = [Self::V1p0, Self::V1p1];

    /// As `caseVersion` says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1p0 => "1.0",
            Self::V1p1 => "1.1",
        }
    }

    /// As addresses say it: `…/ims/case/v1p1/…`.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1p0 => "v1p0",
            Self::V1p1 => "v1p1",
        }
    }
}

impl fmt::Display for CaseVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No version that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version of CASE is `1.0` or `1.1`")]
pub struct NoCaseVersion;

impl FromStr for CaseVersion {
    type Err = NoCaseVersion;

    fn from_str(text: &str) -> Result<Self, NoCaseVersion> {
        Self::ALL.into_iter().find(|version| version.as_str() == text).ok_or(NoCaseVersion)
    }
}
