//! Texts that somebody has to state: who decides, and why.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not blank and has `MOST` characters at most. Blanks around it are dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Stated<const MOST: usize>(String);

/// Why a text does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("state it in 1 to {most} characters, not all of them blank")]
pub struct StatedError {
    most: usize,
}

/// The title of something that an employer keeps.
pub type Title = Stated<300>;
/// Whoever decides, by name.
pub type PersonName = Stated<200>;
/// Why somebody decided so.
pub type Reason = Stated<2_000>;

impl<const MOST: usize> Stated<MOST> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Stated<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MOST: usize> TryFrom<String> for Stated<MOST> {
    type Error = StatedError;

    fn try_from(text: String) -> Result<Self, StatedError> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().nth(MOST).is_none();
        if fits { Ok(Self(text.to_owned())) } else { Err(StatedError { most: MOST }) }
    }
}

impl<const MOST: usize> From<Stated<MOST>> for String {
    fn from(stated: Stated<MOST>) -> Self {
        stated.0
    }
}

#[cfg(test)]
mod tests {
    use super::Stated;

    #[test]
    fn a_stated_text_is_neither_blank_nor_longer_than_it_may_be() {
        let read = |text: &str| Stated::<3>::try_from(text.to_owned()).map(String::from);
        assert_eq!(read(" ñañ ").as_deref(), Ok("ñañ"), "characters are counted, and blanks around them dropped");
        for wrong in ["", " \t\n", "four"] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        assert!(serde_json::from_str::<Stated<3>>("\"  \"").is_err());
    }
}
