//! What else a connector may ask of the host: settings, logs, the time, random bytes, files, a memory between calls, and whether a
//! request is genuine.

use serde::de::DeserializeOwned;

use crate::{
    Blob, Error, ErrorCode, Retry,
    bindings::wellspring::connector::host::{self, Level, StateFailure},
};

pub use crate::bindings::wellspring::connector::host::{Algorithm, Encoding, Segment};

/// A setting of the connection. `None` where it is not set; an error where it is of another type.
pub fn setting<T: DeserializeOwned>(name: &str) -> Result<Option<T>, Error> {
    let Some(json) = host::setting(name) else { return Ok(None) };
    serde_json::from_str(&json)
        .map_err(|_| Error::invalid_input(format!("setting `{name}` is not of the type this connector reads")))
}

/// Logs for the connector's author. At most 1,000 lines in one call, 4 KiB each. No personal data.
pub fn debug(message: &str) {
    host::log(Level::Debug, message);
}

/// Logs something worth knowing in daily operation.
pub fn info(message: &str) {
    host::log(Level::Info, message);
}

/// Logs something an operator should look at some day.
pub fn warn(message: &str) {
    host::log(Level::Warn, message);
}

/// Logs something that went wrong. After a trap, the last of these is shown with the failure.
pub fn error(message: &str) {
    host::log(Level::Error, message);
}

/// Milliseconds since 1970. The only clock there is.
pub fn now_ms() -> u64 {
    host::now_ms()
}

/// Unpredictable bytes, at most 4,096 at a time.
pub fn random(length: u32) -> Vec<u8> {
    host::random(length)
}

/// A file of the result that is delivered, by its name among [`ApplicationResult::attachments`](crate::ApplicationResult::attachments).
pub fn attachment(name: &str) -> Option<Blob> {
    host::attachment(name).map(Blob::new)
}

/// What this connector kept for this connection under a key.
pub fn state_get(key: &str) -> Result<Option<Vec<u8>>, Error> {
    host::state_get(key).map_err(|failure| not_kept(failure, key))
}

/// Keeps bytes for this connection, or with `None` forgets them. At once, also where the call then fails. At most 64 KiB for
/// all keys and values of the connection; no personal data.
pub fn state_set(key: &str, value: Option<&[u8]>) -> Result<(), Error> {
    host::state_set(key, value).map_err(|failure| not_kept(failure, key))
}

/// Whether a signature that came with the request is the HMAC of these segments with this credential, for ATSs whose way of
/// signing the manifest cannot describe (`check = "guest"`).
pub fn verify_hmac(
    credential: &str,
    algorithm: Algorithm,
    segments: &[Segment],
    signature: &str,
    encoding: Encoding,
) -> bool {
    host::verify_hmac(credential, algorithm, segments, signature, encoding)
}

/// Whether a text that came with the request is this credential.
pub fn verify_secret(credential: &str, value: &str) -> bool {
    host::verify_secret(credential, value)
}

fn not_kept(failure: StateFailure, key: &str) -> Error {
    let (retry, said) = match failure {
        StateFailure::Quota => (Retry::Never, "more would be kept for this connection than may be"),
        StateFailure::Key => (Retry::Never, "a key has 1 to 128 characters"),
        StateFailure::Unavailable => (Retry::Backoff, "what is kept for this connection cannot be reached"),
    };
    Error::new(ErrorCode::Internal, format!("state `{key}`: {said}"), retry)
}
