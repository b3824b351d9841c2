//! Connections: a tenant's account at an ATS, reached through a connector.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::id::{ConnectionId, TenantId};

/// A connector's id: `greenhouse`, or `vendor/name` for other vendors'.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ConnectorId(String);

/// Why a text is not a connector id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a connector id is `name` or `vendor/name`, each part lower-case letters, digits and hyphens, at most 64 long")]
pub struct ConnectorIdError;

impl ConnectorId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectorId {
    type Err = ConnectorIdError;

    fn from_str(text: &str) -> Result<Self, ConnectorIdError> {
        let is_word = |part: &str| {
            !part.is_empty()
                && part.len() <= 64
                && !part.starts_with('-')
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let parts: Vec<&str> = text.split('/').collect();
        (parts.len() <= 2 && parts.into_iter().all(is_word)).then(|| Self(text.to_owned())).ok_or(ConnectorIdError)
    }
}

impl fmt::Display for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ConnectorId> for String {
    fn from(id: ConnectorId) -> String {
        id.0
    }
}

impl TryFrom<String> for ConnectorId {
    type Error = ConnectorIdError;

    fn try_from(text: String) -> Result<Self, ConnectorIdError> {
        text.parse()
    }
}

/// An address that an operator approved: `https://host[:port]/prefix`, without credentials, query or fragment.
/// Everything a guest asks for is joined below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BaseUrl(Url);

/// Why a text is not a base address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a base address is written `https://host/path`, without user, query or fragment")]
pub struct BaseUrlError;

impl BaseUrl {
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// `scheme://host:port`, what an operator grants.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text).map_err(|_| BaseUrlError)?;
        let plain = matches!(url.scheme(), "https" | "http")
            && url.host().is_some_and(|host| names_one(&host))
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        plain.then_some(Self(url)).ok_or(BaseUrlError)
    }
}

/// Whether it is one host's name or number. `*` is a character like others to whoever parses addresses; here it would seem to
/// stand for every host.
fn names_one(host: &url::Host<&str>) -> bool {
    match host {
        url::Host::Domain(name) => name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => true,
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> String {
        url.0.into()
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        text.parse()
    }
}

/// A tenant's account at an ATS. Its secrets are kept sealed, apart from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    pub id: ConnectionId,
    pub tenant: TenantId,
    pub name: String,
    pub connector: ConnectorId,
    /// Not secret; checked against the connector's schema.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// The approved addresses, by the names the connector's manifest uses.
    pub bases: BTreeMap<String, BaseUrl>,
    /// Names of the credentials for which secrets are sealed.
    pub credentials: Vec<String>,
    /// Addresses on private or loopback networks that the operator granted to this connection, as origins.
    pub private_origins: Vec<String>,
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn a_base_address_names_one_host() {
        for good in [
            "https://ats.example",
            "https://ats.example:8443/v1",
            "http://127.0.0.1:9",
            "https://[::1]/",
            "https://äts.example",
        ] {
            assert!(good.parse::<BaseUrl>().is_ok(), "{good}");
        }
        for bad in [
            "https://*",
            "https://*.example",
            "https://a*.example",
            "https://{host}",
            "https://user@ats.example",
            "ats.example",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }
}
