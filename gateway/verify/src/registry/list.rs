//! A registry that is a list: `{"meta": {"updated": …}, "registry": {"did:…": {"name": …}}}`, the form of the Digital
//! Credentials Consortium's registries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use wellspring_model::{credential::IssuerId, digest::Digest};

use super::RegistryError;
use crate::{Limits, json::read_json};

/// Who is in it, and in which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberList {
    /// When the list says it was last changed.
    pub(crate) updated: Option<Timestamp>,
    /// Of the file.
    pub(crate) digest: Digest,
    members: BTreeMap<IssuerId, Member>,
}

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

/// What the list says of a member is of no interest here: that it is one is all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Member {}

impl MemberList {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, RegistryError> {
        let invalid = |reason: String| RegistryError::List(reason);
        let value = read_json(bytes, &Limits::default()).map_err(|error| invalid(error.to_string()))?;
        let file: File = serde_json::from_value(value).map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            updated: file.meta.updated.and_then(|text| text.parse().ok()),
            digest: Digest::from_bytes(Sha256::digest(bytes).into()),
            members: file.registry,
        })
    }

    pub(crate) fn names(&self, issuer: &IssuerId) -> bool {
        self.members.contains_key(issuer)
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_its_version() {
        let file = br#"{"meta":{"created":"2020-12-02T02:32:16+0000","updated":"2020-12-20T00:00:00Z"},
            "registry":{"did:key:z6Mk1":{"name":"A College","location":"Cambridge","url":"https://a.example"},"did:web:b.example":{}}}"#;
        let list = MemberList::read(file).unwrap();
        assert_eq!(list.updated.map(|time| time.to_string()).as_deref(), Some("2020-12-20T00:00:00Z"));
        let names = |id: &str| list.names(&IssuerId(id.to_owned()));
        assert!(names("did:key:z6Mk1") && names("did:web:b.example") && !names("did:web:c.example"));
        assert_eq!(list.len(), 2);
        assert!(MemberList::read(b"[]").is_err());
        assert!(
            MemberList::read(br#"{"registry":{"a":{},"a":{}}}"#).is_err(),
            "whoever stands twice could stand for two things"
        );
    }
}
