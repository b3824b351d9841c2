//! The operator's trust file: whose keys may sign which connectors, from when to when, and what is revoked.
//!
//! ```toml
//! [[keys]]
//! key = "ed25519:…"
//! name = "Acme, 2026"
//! connectors = ["acme/*"]
//! not-before = "2026-01-01T00:00:00Z"
//! not-after = "2027-06-30T00:00:00Z"
//!
//! [revoked]
//! keys = ["ed25519:…"]
//! digests = ["sha256:…"]
//! ```
//!
//! During a rotation two keys stand beside each other. A key that has run out bars what is new; a revoked one also stops what
//! runs: otherwise a connector would stop at midnight only because its vendor has a new key.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;
use wellspring_model::{Timestamp, connection::ConnectorId, digest::Digest, ed25519::PublicKey};

use crate::signature::Signed;

/// How far the signer's clock may be ahead of ours.
const SKEW_SECONDS: i64 = 300;

/// A trust file, read. The empty one relies on nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    #[serde(default)]
    keys: Vec<TrustedKey>,
    #[serde(default)]
    revoked: Revoked,
}

/// A key that may sign some connectors for some time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TrustedKey {
    key: PublicKey,
    /// Whose it is, for people.
    #[serde(default)]
    name: Option<String>,
    connectors: Vec<ConnectorPattern>,
    #[serde(default)]
    not_before: Option<Timestamp>,
    #[serde(default)]
    not_after: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoked {
    #[serde(default)]
    keys: BTreeSet<PublicKey>,
    #[serde(default)]
    digests: BTreeSet<Digest>,
}

/// Which connectors: one by its id, or all of a vendor (`acme/*`).
#[derive(Debug, Clone, PartialEq, Eq)]
enum ConnectorPattern {
    One(ConnectorId),
    Vendor(String),
}

impl ConnectorPattern {
    fn covers(&self, id: &ConnectorId) -> bool {
        match self {
            Self::One(one) => one == id,
            Self::Vendor(vendor) => id.as_str().split_once('/').is_some_and(|(of, _)| of == vendor),
        }
    }
}

impl FromStr for ConnectorPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |error: &dyn fmt::Display| {
            format!("`{text}` is neither a connector's id nor `VENDOR/*` for all of a vendor's ({error})")
        };
        match text.strip_suffix("/*") {
            // A vendor's name is written as a connector's.
            Some(vendor) if !vendor.contains('/') => {
                vendor.parse::<ConnectorId>().map(|_| Self::Vendor(vendor.to_owned())).map_err(|error| wrong(&error))
            }
            _ => text.parse().map(Self::One).map_err(|error| wrong(&error)),
        }
    }
}

impl<'de> Deserialize<'de> for ConnectorPattern {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(de::Error::custom)
    }
}

/// Why nobody answers for a package, or whoever does may not.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrustError {
    #[error("{digest} is revoked in the trust file: it is not to run anywhere. Ask its vendor for a newer version")]
    DigestRevoked { digest: Digest },
    #[error("the key {key} is revoked in the trust file; ask the vendor for a version signed with another one")]
    KeyRevoked { key: PublicKey },
    #[error(
        "it is signed with {key}, which is not in the trust file. If its vendor told you this key by another way than this \
         file's, add it there"
    )]
    KeyUnknown { key: PublicKey },
    #[error("the key {key} may not sign for `{id}` by the trust file, only for {allowed}")]
    NotAllowed { key: PublicKey, id: ConnectorId, allowed: String },
    #[error("the key {key} is good from {not_before} on by the trust file")]
    NotYet { key: PublicKey, not_before: Timestamp },
    #[error(
        "the key {key} was good until {not_after} by the trust file; ask the vendor for a version signed with the key after it"
    )]
    RunOut { key: PublicKey, not_after: Timestamp },
    #[error(
        "it says that it was signed at {created}, which is not yet; look at the clocks of this machine and of the vendor"
    )]
    Future { created: Timestamp },
}

/// Why a text is no trust file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the trust file cannot be used: {0}")]
pub struct TrustFileError(String);

impl FromStr for TrustFile {
    type Err = TrustFileError;

    fn from_str(text: &str) -> Result<Self, TrustFileError> {
        let file: Self = toml::from_str(text).map_err(|error| TrustFileError(error.to_string()))?;
        for trusted in &file.keys {
            if trusted.connectors.is_empty() {
                return Err(TrustFileError(format!("the key {} has no `connectors` that it may sign", trusted.key)));
            }
            if trusted.not_before.zip(trusted.not_after).is_some_and(|(from, to)| from >= to) {
                return Err(TrustFileError(format!("the key {} ends before it begins", trusted.key)));
            }
        }
        Ok(file)
    }
}

impl TrustFile {
    /// Relies on one key, for one connector, at any time.
    pub fn only(key: PublicKey, id: ConnectorId) -> Self {
        let connectors = vec![ConnectorPattern::One(id)];
        let trusted = TrustedKey { key, name: None, connectors, not_before: None, not_after: None };
        Self { keys: vec![trusted], revoked: Revoked::default() }
    }

    /// Whether a package may be installed on the word of whoever signed it.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(&self, signed: &Signed, now: Timestamp) -> Result<(), TrustError> {
        let statement = signed.statement();
        let key = statement.key_id;
        self.stands(statement.sha256, Some(key))?;
        let entries: Vec<&TrustedKey> = self.keys.iter().filter(|trusted| trusted.key == key).collect();
        if entries.is_empty() {
            return Err(TrustError::KeyUnknown { key });
        }
        let for_it: Vec<&TrustedKey> = entries
            .iter()
            .copied()
            .filter(|entry| entry.connectors.iter().any(|one| one.covers(&statement.id)))
            .collect();
        if for_it.is_empty() {
            let allowed: Vec<String> =
                entries.iter().flat_map(|entry| &entry.connectors).map(ToString::to_string).collect();
            return Err(TrustError::NotAllowed { key, id: statement.id.clone(), allowed: allowed.join(", ") });
        }
        if statement.created.as_second() > now.as_second().saturating_add(SKEW_SECONDS) {
            return Err(TrustError::Future { created: statement.created });
        }
        // The signer's word for the time is not enough: whoever stole an old key would date back.
        let judged: Vec<_> = for_it.into_iter().map(|entry| entry.in_time(&[statement.created, now])).collect();
        if judged.iter().any(Result::is_ok) { Ok(()) } else { judged.into_iter().collect() }
    }

    /// Whether what is installed may go on running: neither it nor the key that signed it is revoked.
    ///
    /// # Errors
    /// What is revoked.
    pub fn stands(&self, digest: Digest, key: Option<PublicKey>) -> Result<(), TrustError> {
        if self.revoked.digests.contains(&digest) {
            return Err(TrustError::DigestRevoked { digest });
        }
        match key.filter(|key| self.revoked.keys.contains(key)) {
            Some(key) => Err(TrustError::KeyRevoked { key }),
            None => Ok(()),
        }
    }

    /// Whose key it is, where the file says so.
    pub fn name(&self, key: PublicKey) -> Option<&str> {
        self.keys.iter().filter(|trusted| trusted.key == key).find_map(|trusted| trusted.name.as_deref())
    }
}

impl TrustedKey {
    fn in_time(&self, times: &[Timestamp]) -> Result<(), TrustError> {
        for at in times {
            if let Some(not_before) = self.not_before.filter(|not_before| at < not_before) {
                return Err(TrustError::NotYet { key: self.key, not_before });
            }
            if let Some(not_after) = self.not_after.filter(|not_after| at > not_after) {
                return Err(TrustError::RunOut { key: self.key, not_after });
            }
        }
        Ok(())
    }
}

impl fmt::Display for ConnectorPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => write!(f, "`{id}`"),
            Self::Vendor(vendor) => write!(f, "`{vendor}/*`"),
        }
    }
}
