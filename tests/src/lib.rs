//! The whole system: the real gateway as a process of its own, real connectors in their sandbox, and a double of an ATS.
//!
//! The demo and the system tests share what is here.

pub mod browser;
pub mod client;
pub mod demo;
pub mod gateway;
pub mod measure;
pub mod prove;
pub mod world;

/// Why something of the system could not be set up or did not do what it should, in words.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

macro_rules! from {
    ($($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        })+
    };
}

from!(
    std::io::Error,
    reqwest::Error,
    serde_json::Error,
    toml::de::Error,
    jiff::Error,
    tokio::task::JoinError,
    wellspring_verify::sign::SignError
);
