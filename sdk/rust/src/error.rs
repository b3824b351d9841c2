//! Errors a connector answers with. Each says what happened and whether trying again can help.

use std::fmt;

use crate::bindings::wellspring::connector::{
    http::Failure,
    types::{self, Retry as ContractRetry},
};

pub use crate::bindings::wellspring::connector::types::ErrorCode;

/// Whether and when the host should try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Trying again cannot help.
    Never,
    /// Not before this many milliseconds.
    AfterMs(u64),
    /// By the host's schedule.
    Backoff,
}

/// Why a connector could not do what it was asked. `?` makes one of an HTTP failure or an unexpected status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    message: String,
    retry: Retry,
    remote_status: Option<u16>,
}

impl Error {
    /// `message` is one plain sentence for an operator, without personal data.
    pub fn new(code: ErrorCode, message: impl Into<String>, retry: Retry) -> Self {
        Self { code, message: message.into(), retry, remote_status: None }
    }

    /// The candidate or application is not at the ATS.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message, Retry::Never)
    }

    /// The ATS, or this connector, cannot take this content or these settings.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message, Retry::Never)
    }

    /// Something else changed what we were writing; the next try will see it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message, Retry::Backoff)
    }

    /// The ATS answered something that this connector does not understand.
    pub fn upstream(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Upstream, message, Retry::Backoff)
    }

    /// This connector does not do that.
    pub fn unsupported(what: &str) -> Self {
        Self::new(ErrorCode::Unsupported, format!("this connector does not support `{what}`"), Retry::Never)
    }

    /// Adds the ATS's HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.remote_status = Some(status);
        self
    }

    /// What kind of error this is.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Whether and when trying again can help.
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// The ATS's HTTP status, where there was one.
    pub fn remote_status(&self) -> Option<u16> {
        self.remote_status
    }

    /// The contract's answer to an HTTP status that is no success. `retry_after_ms` is what the ATS asked for.
    pub fn from_status(status: u16, retry_after_ms: Option<u64>, what: &str) -> Self {
        let wait = retry_after_ms.map_or(Retry::Backoff, Retry::AfterMs);
        let (code, retry, said) = match status {
            401 => (ErrorCode::Auth, Retry::Backoff, "does not accept the credentials"),
            403 => (ErrorCode::Forbidden, Retry::Never, "refuses: the credentials lack a right"),
            404 | 410 => (ErrorCode::NotFound, Retry::Never, "does not have it"),
            409 | 412 => (ErrorCode::Conflict, Retry::Backoff, "reports a conflict"),
            429 => (ErrorCode::RateLimited, wait, "asks to wait"),
            408 | 425 | 500..=599 => (ErrorCode::Unavailable, wait, "is not available"),
            400..=499 => (ErrorCode::InvalidInput, Retry::Never, "refuses the content"),
            _ => (ErrorCode::Upstream, Retry::Backoff, "answers something unexpected"),
        };
        Self::new(code, format!("{what}: the ATS {said} (status {status})"), retry).with_status(status)
    }

    /// The contract's answer to a request that got no response.
    pub(crate) fn from_failure(failure: Failure, what: &str) -> Self {
        let (code, retry, said) = match failure {
            Failure::Denied(reason) => (ErrorCode::Forbidden, Retry::Never, format!("the host refused it: {reason}")),
            Failure::Timeout => (ErrorCode::Unavailable, Retry::Backoff, "no answer in time".to_owned()),
            Failure::TooLarge => {
                (ErrorCode::Upstream, Retry::Never, "the request or its answer is larger than the limit".to_owned())
            }
            Failure::Dns => (ErrorCode::Unavailable, Retry::Backoff, "the ATS's name was not found".to_owned()),
            Failure::Connect => (ErrorCode::Unavailable, Retry::Backoff, "no connection".to_owned()),
            Failure::Tls => (ErrorCode::Unavailable, Retry::Backoff, "no secure connection".to_owned()),
            // Too many in one call are named by the host; too many at a time pass.
            Failure::Quota => (ErrorCode::Internal, Retry::Backoff, "too many requests".to_owned()),
            Failure::Credential(reason) => (ErrorCode::Auth, Retry::Backoff, format!("no token: {reason}")),
        };
        Self::new(code, format!("{what}: {said}"), retry)
    }

    pub(crate) fn into_contract(self) -> types::Error {
        types::Error {
            code: self.code,
            message: self.message,
            retry: match self.retry {
                Retry::Never => ContractRetry::Never,
                Retry::AfterMs(ms) => ContractRetry::AfterMs(ms),
                Retry::Backoff => ContractRetry::Backoff,
            },
            remote_status: self.remote_status,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
