//! Where payloads are kept.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use wellspring_store::{PayloadPlace, S3};

use super::ConfigError;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadsConfig {
    pub inline_bytes: usize,
    pub url: String,
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub allow_http: bool,
}

impl PayloadsConfig {
    /// A relative folder starts at the configuration file's.
    pub(super) fn start_at(&mut self, folder: &Path) {
        if !self.url.is_empty() && !self.url.contains("://") {
            self.url = folder.join(&self.url).display().to_string();
        }
    }

    /// The folder that payloads lie in, if they do.
    pub fn folder(&self) -> Option<PathBuf> {
        match self.place(None) {
            Ok(PayloadPlace::Folder(folder)) => Some(folder),
            _ => None,
        }
    }

    pub(super) fn place(&self, authorities: Option<Vec<u8>>) -> Result<PayloadPlace, ConfigError> {
        if let Some(bucket) = self.url.strip_prefix("s3://") {
            return self.s3(bucket, authorities).map(|s3| PayloadPlace::S3(Box::new(s3)));
        }
        if !self.url.contains("://") {
            let folder = PathBuf::from(&self.url);
            return Ok(if self.url.is_empty() { PayloadPlace::Database } else { PayloadPlace::Folder(folder) });
        }
        let url = Url::parse(&self.url).ok().filter(|url| url.scheme() == "file");
        let folder = url.and_then(|url| url.to_file_path().ok());
        folder.map(PayloadPlace::Folder).ok_or(ConfigError::PayloadsUrl)
    }

    fn s3(&self, bucket: &str, authorities: Option<Vec<u8>>) -> Result<S3, ConfigError> {
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        if bucket.is_empty() || !is_name(bucket) || !is_name(prefix) {
            return Err(ConfigError::PayloadsUrl);
        }
        for (name, is_empty) in [
            ("region", self.region.is_empty()),
            ("access_key_id", self.access_key_id.is_empty()),
            ("secret_access_key", self.secret_access_key.expose_secret().is_empty()),
        ] {
            if is_empty {
                return Err(ConfigError::PayloadsMissing(name));
            }
        }
        Ok(S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint: self.endpoint()?,
            region: self.region.clone(),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
            allow_http: self.allow_http,
            authorities,
        })
    }

    fn endpoint(&self) -> Result<Option<Url>, ConfigError> {
        if self.endpoint.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&self.endpoint).map_err(|_| ConfigError::PayloadsEndpoint)?;
        match url.scheme() {
            "https" => Ok(Some(url)),
            "http" if self.allow_http => Ok(Some(url)),
            "http" => Err(ConfigError::PayloadsHttp),
            _ => Err(ConfigError::PayloadsEndpoint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn with(text: &str) -> Result<PayloadPlace, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("wellspring.toml");
        std::fs::write(&file, format!("[payloads]\n{text}")).expect("the file is written");
        Config::load(Some(&file))?.payloads().map(|settings| settings.place)
    }

    #[test]
    fn all_lie_in_the_database_unless_a_folder_or_a_bucket_is_named() {
        assert!(matches!(with(""), Ok(PayloadPlace::Database)));
        assert!(matches!(with("url = \"payloads\""), Ok(PayloadPlace::Folder(folder)) if folder.is_absolute()));
        let Ok(PayloadPlace::Folder(folder)) = with("url = \"file:///var/lib/wellspring/pay%20loads\"") else {
            panic!()
        };
        assert_eq!(folder, Path::new("/var/lib/wellspring/pay loads"));
        let bucket = "url = \"s3://records/one/two/\"\naccess_key_id = \"id\"\nsecret_access_key = \"s3cret\"\n";
        let Ok(PayloadPlace::S3(s3)) = with(bucket) else { panic!() };
        assert_eq!((s3.bucket.as_str(), s3.prefix.as_str(), s3.endpoint.clone()), ("records", "one/two", None));
        assert!(!format!("{s3:?}").contains("s3cret"));
    }

    #[test]
    fn what_makes_no_sense_refuses_to_start_and_says_what_to_do() {
        let keys = "access_key_id = \"id\"\nsecret_access_key = \"s3cret\"\n";
        let bucket = |rest: &str| with(&format!("url = \"s3://records\"\n{rest}"));
        let says = |result: Result<PayloadPlace, ConfigError>, part: &str| {
            let error = result.expect_err(part).to_string();
            assert!(error.contains(part), "{error}");
        };
        says(with("url = \"gs://records\""), "`s3://BUCKET/PREFIX`");
        says(with("url = \"s3://\""), "`s3://BUCKET/PREFIX`");
        says(with("url = \"s3://records?a=b\""), "`s3://BUCKET/PREFIX`");
        says(bucket(""), "`payloads.access_key_id` must be set");
        says(bucket("access_key_id = \"id\""), "`payloads.secret_access_key` must be set");
        says(bucket(&format!("{keys}endpoint = \"minio:9000\"")), "`payloads.endpoint`");
        says(bucket(&format!("{keys}endpoint = \"http://minio:9000\"")), "`payloads.allow_http = true`");
        let allowed = bucket(&format!("{keys}endpoint = \"http://minio:9000\"\nallow_http = true"));
        assert!(matches!(allowed, Ok(PayloadPlace::S3(s3)) if s3.endpoint.is_some()));
        says(with("urk = \"x\""), "urk");
    }
}
