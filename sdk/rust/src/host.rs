//! What else a connector may ask of the host: settings, logs, the time, random bytes.

use serde::de::DeserializeOwned;

use crate::{
    Error,
    bindings::wellspring::connector::host::{self, Level},
};

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
