//! How a request that comes to us shows that it is genuine. The host looks at it before any guest does.

use http::HeaderName;
use serde::{Deserialize, Serialize};

/// `[webhooks]` and `[partner]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inbound {
    /// The credential of type `shared-secret` that both sides know.
    pub credential: String,
    pub check: Check,
    /// Where the signature, or the secret, stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What stands before the signature in its header, such as `sha256=`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    #[serde(default)]
    pub encoding: Encoding,
    #[serde(default)]
    pub algorithm: Algorithm,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The header holds an HMAC of the body, with the secret as its key.
    Hmac,
    /// The header holds the secret.
    Header,
    /// `Authorization: Bearer` with the secret.
    Bearer,
    /// `Authorization: Basic`; the secret is `user:password`.
    Basic,
    /// The guest finds out, with `verify-hmac` or `verify-secret`. Unless one of them said yes, nothing it tells counts.
    Guest,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// The hash of an HMAC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// Only because some ATSs sign with nothing else; as an HMAC it still holds.
    Sha1,
    #[default]
    Sha256,
    Sha512,
}

impl Inbound {
    /// What is wrong with it by itself.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        let wants_header = matches!(self.check, Check::Hmac | Check::Header);
        if wants_header != self.header.is_some() {
            return Some("`header` belongs to the checks `hmac` and `header`, and to each of them");
        }
        if self.header.as_deref().is_some_and(|name| HeaderName::from_bytes(name.as_bytes()).is_err()) {
            return Some("`header` is no name of a header");
        }
        if self.check != Check::Hmac && !self.prefix.is_empty() {
            return Some("`prefix` belongs to the check `hmac`");
        }
        None
    }
}
