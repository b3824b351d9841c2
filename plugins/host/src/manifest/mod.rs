//! `connector.toml`: what a connector says of itself and which rights it asks for.
//!
//! A manifest only asks. What a connector gets is what its manifest asks for *and* an operator granted ([`crate::grants`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wellspring_model::connection::{BaseUrl, ConnectorId};

mod inbound;
mod rules;
mod template;

use template::{fill, is_host};

pub use inbound::{Algorithm, Check, Encoding, Inbound};
pub use rules::ManifestError;

/// The contract version this host speaks.
pub const CONTRACT: &str = "0.1";

/// The manifest, as written in `connector.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    pub id: ConnectorId,
    /// `major.minor.patch`.
    pub version: String,
    /// The contract it was built for, such as `0.1`.
    pub contract: String,
    pub display_level: DisplayLevel,
    pub serialize_by: SerializeBy,
    /// What it supports, by the names of the contract's exports.
    pub events: Vec<Event>,
    /// The origins it wants to reach, by name.
    #[serde(default)]
    pub bases: BTreeMap<String, Base>,
    /// The credentials it wants the host to add, by name.
    #[serde(default)]
    pub credentials: BTreeMap<String, Credential>,
    /// How webhooks of the ATS show that they are genuine: there where `receive` is supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhooks: Option<Inbound>,
    /// How requests of the ATS to its assessment partner show it: there where `partner` is supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Inbound>,
    /// What the ATS allows of requests, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Room for notes on the settings; their schema is `settings.schema.json`, which is packed beside the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// How native the result looks to people in the ATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisplayLevel {
    Note,
    File,
    Field,
    Assessment,
    Panel,
}

impl DisplayLevel {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::File => "file",
            Self::Field => "field",
            Self::Assessment => "assessment",
            Self::Panel => "panel",
        }
    }
}

impl fmt::Display for DisplayLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What may not be written by two deliveries at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerializeBy {
    Candidate,
    Application,
}

/// An export that a connector may support. `describe` and `check` are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    Deliver,
    Correct,
    Withdraw,
    Receive,
    Partner,
    ListJobs,
}

impl Event {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Correct => "correct",
            Self::Withdraw => "withdraw",
            Self::Receive => "receive",
            Self::Partner => "partner",
            Self::ListJobs => "list-jobs",
        }
    }
}

/// An origin, with the path everything is below. `{settings.NAME}` stands for a host name from the connection's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Base {
    pub url: String,
}

/// A credential that the host adds to requests. The guest knows its name only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credential {
    #[serde(rename = "type")]
    pub kind: CredentialKind,
    /// Where tokens come from (OAuth 2). `{bases.NAME}` stands for the approved address of that base, which is then
    /// for tokens only: guests cannot reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// OAuth 2 scopes to ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub attach: Attach,
    /// The header of `attach = "header"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

/// Kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    #[serde(rename = "oauth2-client-credentials")]
    OAuth2ClientCredentials,
    ApiKey,
    Basic,
    /// What both sides know, for requests that come to us. It is never attached to one that we make.
    SharedSecret,
}

impl CredentialKind {
    /// The members of its secret: a JSON object of texts, all of them there and nothing else.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::OAuth2ClientCredentials => &["client_id", "client_secret"],
            Self::ApiKey => &["key"],
            Self::Basic => &["username", "password"],
            Self::SharedSecret => &["secret"],
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OAuth2ClientCredentials => "oauth2-client-credentials",
            Self::ApiKey => "api-key",
            Self::Basic => "basic",
            Self::SharedSecret => "shared-secret",
        }
    }
}

/// Where the host puts a credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attach {
    /// `Authorization: Bearer …`.
    #[default]
    Bearer,
    /// `Authorization: Basic …`. A key goes there as the user name, with an empty password, as many ATSs want it.
    Basic,
    /// A header of its own.
    Header,
}

/// `requests` in each window of `per-seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rate {
    pub requests: u32,
    pub per_seconds: u32,
}

/// The `[settings]` table. It has no keys in contract 0.1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

impl Manifest {
    /// Reads and checks `connector.toml`.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Whether it supports this.
    pub fn supports(&self, event: Event) -> bool {
        self.events.contains(&event)
    }

    /// The bases from which tokens come. Guests do not reach these.
    pub fn token_bases(&self) -> BTreeSet<&str> {
        self.credentials
            .values()
            .filter_map(|credential| credential.token_url.as_deref()?.strip_prefix("{bases.")?.split('}').next())
            .collect()
    }

    /// The address the manifest asks for under this name, for a connection with these settings: what an operator is shown
    /// to approve.
    pub fn asked_base(&self, name: &str, settings: &Map<String, Value>) -> Result<BaseUrl, ManifestError> {
        let host =
            |name: &str| settings.get(name).and_then(Value::as_str).filter(|text| is_host(text)).map(str::to_owned);
        let base = self.bases.get(name).ok_or_else(|| ManifestError::Name(name.to_owned()))?;
        let filled = fill(&base.url, "settings", host).map_err(ManifestError::Setting)?;
        filled.parse().map_err(|_| ManifestError::Base { base: name.to_owned(), url: filled })
    }

    /// Where this credential's tokens come from, on a connection with these approved bases. `None`: the base it needs was
    /// not approved, or it needs no tokens.
    pub fn token_url(&self, credential: &Credential, approved: &BTreeMap<String, BaseUrl>) -> Option<BaseUrl> {
        let base = |name: &str| approved.get(name).map(|url| url.to_string().trim_end_matches('/').to_owned());
        fill(credential.token_url.as_deref()?, "bases", base).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests;
