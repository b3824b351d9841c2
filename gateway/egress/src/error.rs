//! Why a request did not come to an answer. None of these quotes a secret, a body or a path.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Egress itself cannot work.
#[derive(Debug, Error)]
pub enum EgressError {
    #[error("the file of certificate authorities {path} cannot be read: {reason}")]
    Authorities { path: String, reason: String },
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// Why a connector's request, or an event, was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum SendFailure {
    /// Not allowed; the reason is for the connector's author.
    #[error("denied: {0}")]
    Denied(String),
    #[error("no answer in time")]
    Timeout,
    #[error("the request or its answer is larger than the limit")]
    TooLarge,
    #[error("the name cannot be resolved")]
    Dns,
    /// An answer that cannot be read counts as well, and a token endpoint that is down.
    #[error("no connection, or it broke off")]
    Connect,
    #[error("the other side's certificate is not accepted")]
    Tls,
    #[error("too many requests")]
    Quota,
    /// The credential could not be obtained.
    #[error("the credential could not be obtained: {0}")]
    Credential(String),
}

/// Why a public document could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FetchFailure {
    #[error("only https addresses are fetched")]
    Scheme,
    #[error("the address lies on a private network")]
    PrivateAddress,
    #[error("the server sends on to another origin")]
    Redirect,
    #[error("no answer in time")]
    Timeout,
    #[error("the document is larger than the limit")]
    TooLarge,
    #[error("the name cannot be resolved")]
    Dns,
    #[error("no connection, or it broke off")]
    Connect,
    #[error("the server's certificate is not accepted")]
    Tls,
}

/// Why one exchange failed, before it is known whose it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum ExchangeFailure {
    #[error("private address")]
    PrivateAddress,
    #[error("timeout")]
    Timeout,
    #[error("too large")]
    TooLarge,
    #[error("dns")]
    Dns,
    #[error("connect")]
    Connect,
    #[error("tls")]
    Tls,
    /// The body is folded in a way that we did not ask for.
    #[error("coding")]
    Coding,
}

impl From<ExchangeFailure> for SendFailure {
    fn from(failure: ExchangeFailure) -> Self {
        match failure {
            ExchangeFailure::PrivateAddress => {
                Self::Denied("the address lies on a private network and was not granted to this connection".to_owned())
            }
            ExchangeFailure::Timeout => Self::Timeout,
            ExchangeFailure::TooLarge => Self::TooLarge,
            ExchangeFailure::Dns => Self::Dns,
            ExchangeFailure::Connect | ExchangeFailure::Coding => Self::Connect,
            ExchangeFailure::Tls => Self::Tls,
        }
    }
}

impl From<ExchangeFailure> for FetchFailure {
    fn from(failure: ExchangeFailure) -> Self {
        match failure {
            ExchangeFailure::PrivateAddress => Self::PrivateAddress,
            ExchangeFailure::Timeout => Self::Timeout,
            ExchangeFailure::TooLarge => Self::TooLarge,
            ExchangeFailure::Dns => Self::Dns,
            ExchangeFailure::Connect | ExchangeFailure::Coding => Self::Connect,
            ExchangeFailure::Tls => Self::Tls,
        }
    }
}
