//! Configuration: parsed once, at start, into domain types. No component reads another's section or the environment.

mod payloads;
mod retention;
mod sections;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use url::Url;
use wellspring_store::{Database, PayloadSettings};

pub use self::{
    payloads::PayloadsConfig,
    retention::RetentionConfig,
    sections::{
        AuditConfig, ConnectorsConfig, DatabaseConfig, EgressSection, EventsConfig, LimitsConfig, LogConfig, LogFormat,
        PolicyConfig, RecheckConfig, RegistryConfig, SecretsConfig, ServerConfig, TelemetryConfig, WorkConfig,
    },
};

/// The default file, which is also the manual.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything an operator can set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub public_url: Url,
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub payloads: PayloadsConfig,
    pub retention: RetentionConfig,
    pub secrets: SecretsConfig,
    pub connectors: ConnectorsConfig,
    pub egress: EgressSection,
    pub limits: LimitsConfig,
    pub policy: PolicyConfig,
    pub registries: BTreeMap<String, RegistryConfig>,
    pub contexts: BTreeMap<String, PathBuf>,
    pub work: WorkConfig,
    pub recheck: RecheckConfig,
    pub events: EventsConfig,
    pub audit: AuditConfig,
    pub log: LogConfig,
    pub telemetry: TelemetryConfig,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {0} does not exist")]
    Absent(PathBuf),
    #[error("{0}")]
    Invalid(Box<figment::Error>),
    #[error("`work.lease_seconds` must be at least 15 more than `work.delivery_seconds`")]
    LeaseTooShort,
    #[error("`telemetry.sample_ratio` must be from 0 to 1")]
    SampleRatio,
    #[error("`telemetry.otlp_endpoint` must be an http or https address")]
    OtlpEndpoint,
    #[error("`{0}` must not be zero")]
    Zero(&'static str),
    #[error("`policy.registries` names `{0}`, which `[registries]` does not have")]
    UnknownRegistry(String),
    #[error("`payloads.url` must be empty, a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX`")]
    PayloadsUrl,
    #[error("`payloads.endpoint` must be empty or the http(s) address of an S3-compatible service")]
    PayloadsEndpoint,
    #[error("`payloads.endpoint` is without TLS; set `payloads.allow_http = true` if nobody else is on the way to it")]
    PayloadsHttp,
    #[error("`payloads.url` is a bucket: `payloads.{0}` must be set")]
    PayloadsMissing(&'static str),
    #[error("{path}: {error}")]
    Authorities { path: PathBuf, error: std::io::Error },
    #[error(
        "`retention.credentials_days` must not be longer than `retention.reports_days`: they go together at the latest"
    )]
    CredentialsOutlast,
    #[error("`database.url` must be `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`")]
    Database,
}

impl Config {
    /// Reads the defaults, then `file`, then the environment. Relative paths start at the file's folder.
    ///
    /// # Errors
    /// Names the key that is unknown or has a value of the wrong form.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULT));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::Absent(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let environment = Env::prefixed("WELLSPRING_").split("__");
        let mut config: Self =
            figment.merge(environment).extract().map_err(|error| ConfigError::Invalid(Box::new(error)))?;
        let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
        for path in [&mut config.secrets.master_key_file, &mut config.connectors.folder] {
            *path = folder.join(&*path);
        }
        config.contexts.values_mut().for_each(|path| *path = folder.join(&*path));
        for registry in config.registries.values_mut() {
            match registry {
                RegistryConfig::File { file: path } | RegistryConfig::Federation { keys: path, .. } => {
                    *path = folder.join(&*path);
                }
                RegistryConfig::Url { .. } => {}
            }
        }
        // What is empty stays so.
        for path in [&mut config.egress.extra_ca_file, &mut config.connectors.trust_file] {
            if *path != Path::new("") {
                *path = folder.join(&*path);
            }
        }
        config.payloads.start_at(folder);
        config.check(folder)
    }

    fn check(mut self, folder: &Path) -> Result<Self, ConfigError> {
        if self.work.lease_seconds < self.work.delivery_seconds.saturating_add(15) {
            return Err(ConfigError::LeaseTooShort);
        }
        for (name, is_zero) in [
            ("work.delivery_seconds", self.work.delivery_seconds == 0),
            ("limits.json_depth", self.limits.json_depth == 0),
            ("events.keep_days", self.events.keep_days == 0),
            ("audit.sign_minutes", self.audit.sign_minutes == 0),
        ] {
            if is_zero {
                return Err(ConfigError::Zero(name));
            }
        }
        if !(0.0..=1.0).contains(&self.telemetry.sample_ratio) {
            return Err(ConfigError::SampleRatio);
        }
        if self.telemetry.endpoint().is_some_and(|endpoint| !["http", "https"].contains(&endpoint.scheme())) {
            return Err(ConfigError::OtlpEndpoint);
        }
        if let Some(name) = self.policy.registries.iter().find(|name| !self.registries.contains_key(*name)) {
            return Err(ConfigError::UnknownRegistry(name.clone()));
        }
        self.retention.check()?;
        self.payloads.place(None)?;
        let url = self.database.url.expose_secret();
        if let Some(path) = url.strip_prefix("sqlite://") {
            self.database.url = format!("sqlite://{}", folder.join(path).display()).into();
        } else if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(ConfigError::Database);
        }
        Ok(self)
    }

    /// Where the store is.
    pub fn database(&self) -> Database {
        match self.database.url.expose_secret().strip_prefix("sqlite://") {
            Some(path) => Database::Sqlite(path.into()),
            None => Database::Postgres(self.database.url.clone()),
        }
    }

    /// How payloads are kept.
    ///
    /// # Errors
    /// The file of extra certificate authorities cannot be read.
    pub fn payloads(&self) -> Result<PayloadSettings, ConfigError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| ConfigError::Authorities { path: path.to_owned(), error })
        };
        let authorities = self.extra_ca_file().map(read).transpose()?;
        let place = self.payloads.place(authorities)?;
        Ok(PayloadSettings { inline_bytes: self.payloads.inline_bytes, place })
    }

    /// The extra certificate authorities, if any.
    pub fn extra_ca_file(&self) -> Option<&Path> {
        Some(self.egress.extra_ca_file.as_path()).filter(|path| *path != Path::new(""))
    }

    /// How long work that was begun may take to end when the process is told to.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.work.drain_seconds.into())
    }

    /// How long a process that was told to stop still takes requests, so that load balancers see that it is not ready.
    pub fn drain_notice(&self) -> Duration {
        Duration::from_secs(self.server.drain_notice_seconds.into())
    }

    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.work.lease_seconds.into())
    }
}

#[cfg(test)]
mod tests {
    use wellspring_model::credential::Assurance;

    use super::*;

    fn with(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("wellspring.toml");
        std::fs::write(&file, text).expect("the file is written");
        Config::load(Some(&file))
    }

    #[test]
    fn the_default_file_is_a_valid_configuration() {
        let config = Config::load(None).expect("defaults load");
        assert_eq!(config.limits.json_depth, 64);
        assert_eq!(config.policy.assurance, [Assurance::A]);
    }

    #[test]
    fn an_unknown_key_refuses_to_start_and_is_named() {
        let error = with("[server]\nlistne = \"127.0.0.1:1\"\n").expect_err("the key does not exist").to_string();
        assert!(error.contains("listne"), "{error}");
    }

    #[test]
    fn a_registry_is_one_of_three_kinds_and_a_name_without_one_refuses_to_start() {
        let three = "[registries]\na = { file = \"a.json\" }\nb = { url = \"https://b.example/\" }\n\
                     c = { anchor = \"https://c.example\", keys = \"c.jwks\" }\n";
        let config = with(three).expect("it loads");
        assert!(matches!(&config.registries["a"], RegistryConfig::File { file } if file.is_absolute()));
        assert!(matches!(&config.registries["c"], RegistryConfig::Federation { keys, .. } if keys.is_absolute()));
        assert!(with("[registries]\na = { fiel = \"a.json\" }\n").is_err());
        let unknown = with("[policy]\nregistries = [\"dcc\"]\n");
        assert!(matches!(unknown, Err(ConfigError::UnknownRegistry(name)) if name == "dcc"));
    }

    #[test]
    fn a_lease_shorter_than_a_delivery_refuses_to_start() {
        assert!(matches!(with("[work]\nlease_seconds = 70\n"), Err(ConfigError::LeaseTooShort)));
    }

    #[test]
    fn figures_and_traces_are_switched_off_by_an_empty_address_and_a_wrong_one_refuses_to_start() {
        let config = with("[server]\nmetrics_listen = \"\"\n").expect("it loads");
        assert_eq!((config.server.metrics_listen, config.telemetry.endpoint()), (None, None));
        let error = with("[server]\nmetrics_listen = \"9464\"\n").expect_err("no address").to_string();
        assert!(error.contains("9464"), "{error}");
        assert!(matches!(with("[telemetry]\notlp_endpoint = \"file:///traces\"\n"), Err(ConfigError::OtlpEndpoint)));
        assert!(matches!(with("[telemetry]\nsample_ratio = 2.0\n"), Err(ConfigError::SampleRatio)));
    }

    #[test]
    fn relative_paths_start_at_the_files_folder() {
        let config = with("[connectors]\nfolder = \"c\"\n").expect("it loads");
        assert!(config.connectors.folder.is_absolute());
        assert!(matches!(config.database(), Database::Sqlite(path) if path.is_absolute()));
    }
}
