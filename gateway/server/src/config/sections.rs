//! The sections of the configuration that are one thing each. What a key means stands in `default.toml`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use wellspring_model::{
    connection::BaseUrl,
    credential::{Assurance, IssuerId},
    trust::TrustRules,
};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    /// An address, or nothing.
    #[serde(deserialize_with = "or_nothing")]
    pub metrics_listen: Option<SocketAddr>,
    pub drain_notice_seconds: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// It may hold a password.
    pub url: SecretString,
    pub disk_reserve_bytes: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsConfig {
    pub master_key_file: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorsConfig {
    pub folder: PathBuf,
    /// Whether they run in a process of their own.
    pub own_process: bool,
    /// Empty: nobody is relied on.
    pub trust_file: PathBuf,
    pub allow_unsigned: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressSection {
    pub extra_ca_file: PathBuf,
    pub framework_origins: Vec<BaseUrl>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    pub body_bytes: usize,
    pub framework_bytes: usize,
    pub credential_bytes: usize,
    pub json_depth: usize,
    pub nested_credentials: usize,
    pub ats_request_bytes: usize,
    pub ats_requests_per_minute: u32,
    pub report_link_days: u16,
    pub cache_bytes: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    pub trusted_issuers: Vec<IssuerId>,
    pub denied_issuers: Vec<IssuerId>,
    pub registries: Vec<String>,
    pub accreditors: Vec<IssuerId>,
    pub creators: BTreeMap<IssuerId, Vec<IssuerId>>,
    pub status_issuers: Vec<IssuerId>,
    pub assurance: Vec<Assurance>,
    pub key_max_age_seconds: u32,
    pub status_max_age_seconds: u32,
    pub clock_skew_seconds: u32,
}

/// Where a registry of issuers is.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum RegistryConfig {
    /// A list on this machine, read at the start.
    File { file: PathBuf },
    /// A list at an address.
    Url { url: String },
    /// The trust anchor of an OpenID federation, and the file of its keys.
    Federation { anchor: String, keys: PathBuf },
}

impl PolicyConfig {
    /// Older than this nothing that was fetched is of any use.
    pub fn longest_age_seconds(&self) -> u32 {
        self.key_max_age_seconds.max(self.status_max_age_seconds)
    }

    /// The rules for everybody who has none of their own.
    pub fn rules(&self) -> TrustRules {
        TrustRules {
            trusted_issuers: self.trusted_issuers.clone(),
            denied_issuers: self.denied_issuers.clone(),
            registries: self.registries.clone(),
            accreditors: self.accreditors.clone(),
            creators: self.creators.clone(),
            status_issuers: self.status_issuers.clone(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkConfig {
    pub workers: u16,
    pub delivery_seconds: u32,
    pub lease_seconds: u32,
    pub drain_seconds: u32,
}

/// When to look whether what was said still holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecheckConfig {
    pub hours: u32,
    pub days: u32,
}

impl RecheckConfig {
    /// The time between two looks at the same source.
    pub fn every(&self) -> SignedDuration {
        SignedDuration::from_hours(self.hours.into())
    }

    /// How long after it came in a submission is re-checked by itself.
    pub fn for_so_long(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.days))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsConfig {
    pub keep_days: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditConfig {
    pub sign_minutes: u32,
}

impl AuditConfig {
    /// How often the ends of audit trails are signed.
    pub fn sign_every(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.sign_minutes))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// An address, or nothing.
    #[serde(deserialize_with = "or_nothing")]
    pub otlp_endpoint: Option<Url>,
    pub otlp_headers: BTreeMap<String, SecretString>,
    pub sample_ratio: f64,
    pub tell_ats: bool,
}

impl TelemetryConfig {
    /// Where traces go, if anywhere.
    pub const fn endpoint(&self) -> Option<&Url> {
        self.otlp_endpoint.as_ref()
    }
}

/// A value that an empty text takes away.
fn or_nothing<'de, T, D>(input: D) -> Result<Option<T>, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: serde::Deserializer<'de>,
{
    let text = String::deserialize(input)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("`{text}`: {error}")))
}
