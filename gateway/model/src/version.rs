//! Versions of connectors: three numbers, compared as numbers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// `major.minor.patch`. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Version([u32; 3]);

/// Why a text is not a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version is written like 1.2.3, each number without leading zeros and of at most eight digits")]
pub struct VersionError;

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let number = |part: &str| {
            let is_plain = (1..9).contains(&part.len()) && (part == "0" || !part.starts_with('0'));
            // A plus sign would be read as part of a number.
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| is_plain && digits).ok_or(VersionError)
        };
        let parts: Vec<u32> = text.splitn(4, '.').map(number).collect::<Result<_, _>>()?;
        parts.try_into().map(Self).map_err(|_| VersionError)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_compared_as_numbers_and_have_one_spelling() {
        let version = |text: &str| text.parse::<Version>();
        assert!(version("0.10.0").expect("a version") > version("0.9.9").expect("a version"));
        assert_eq!(version("1.2.3").map(|version| version.to_string()), Ok("1.2.3".to_owned()));
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "01.2.3", "1.+2.3", "1.2.3-rc", "1.2.999999999"] {
            assert!(version(text).is_err(), "{text}");
        }
    }
}
