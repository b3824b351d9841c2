//! JSON Pointer (RFC 6901): where in a document something was found.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A JSON Pointer in its string form. The empty pointer names the whole document.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Takes over a pointer that a library already wrote (`jsonschema` reports them so).
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// This pointer, one member further. `~` and `/` are escaped.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    /// This pointer, one array element further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// This pointer continued by another one.
    #[must_use]
    pub fn join(&self, tail: &Pointer) -> Self {
        Self(format!("{}{}", self.0, tail.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn a_pointer_finds_the_member_it_names() {
        let document = serde_json::json!({"a/b": [{"~": 1}]});
        let pointer = Pointer::root().key("a/b").index(0).key("~");
        assert_eq!(pointer.as_str(), "/a~1b/0/~0");
        assert_eq!(document.pointer(pointer.as_str()), Some(&serde_json::json!(1)));
    }
}
