//! Registries of issuers as data: lists that an operator takes from somebody it relies on, with their version.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{credential::IssuerId, digest::Digest};

use crate::{Limits, json::read_json};

/// A list of issuers: `{"meta": {"updated": …}, "registry": {"did:…": {"name": …}}}`, the form of the Digital Credentials
/// Consortium's registries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// When the list says it was last changed.
    pub updated: Option<Timestamp>,
    /// Of the file: the version of the list that a decision rests on.
    pub digest: Digest,
    members: BTreeMap<IssuerId, Option<String>>,
}

/// Why a file is no registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a registry of issuers: {0}")]
pub struct RegistryError(String);

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    meta: Meta,
    registry: BTreeMap<IssuerId, Member>,
}

#[derive(Default, Deserialize)]
struct Meta {
    updated: Option<String>,
}

#[derive(Deserialize)]
struct Member {
    name: Option<String>,
}

impl Registry {
    /// Reads a registry's file.
    ///
    /// # Errors
    /// [`RegistryError`] where it is not one.
    pub fn read(bytes: &[u8]) -> Result<Self, RegistryError> {
        let value = read_json(bytes, &Limits::default()).map_err(|error| RegistryError(error.to_string()))?;
        let file: File = serde_json::from_value(value).map_err(|error| RegistryError(error.to_string()))?;
        Ok(Self {
            updated: file.meta.updated.and_then(|text| text.parse().ok()),
            digest: Digest::from_bytes(Sha256::digest(bytes).into()),
            members: file.registry.into_iter().map(|(id, member)| (id, member.name)).collect(),
        })
    }

    /// The name under which an issuer is listed; `Some(None)` where it is listed without one.
    pub(crate) fn member(&self, issuer: &IssuerId) -> Option<Option<&str>> {
        self.members.get(issuer).map(Option::as_deref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_read_with_its_version() {
        let file = br#"{"meta":{"created":"2020-12-02T02:32:16+0000","updated":"2020-12-20T00:00:00Z"},
            "registry":{"did:key:z6Mk1":{"name":"A College","location":"Cambridge","url":"https://a.example"},"did:web:b.example":{}}}"#;
        let registry = Registry::read(file).unwrap();
        assert_eq!(registry.updated.map(|time| time.to_string()).as_deref(), Some("2020-12-20T00:00:00Z"));
        assert_eq!(registry.member(&IssuerId("did:key:z6Mk1".into())), Some(Some("A College")));
        assert_eq!(registry.member(&IssuerId("did:web:b.example".into())), Some(None));
        assert_eq!(registry.member(&IssuerId("did:web:c.example".into())), None);
        assert!(Registry::read(b"[]").is_err());
        assert!(
            Registry::read(br#"{"registry":{"a":{},"a":{}}}"#).is_err(),
            "whoever stands twice could stand for two things"
        );
    }
}
