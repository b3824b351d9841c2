//! Credentials of a connection, as egress adds them to requests. A guest knows their names only.

use std::fmt;

use secrecy::SecretString;
use wellspring_model::connection::BaseUrl;

/// How a request proves whose it is.
#[derive(Clone)]
pub enum Credential {
    /// OAuth 2.0 client credentials (RFC 6749 §4.4); the token goes out as `Authorization: Bearer`.
    OAuth { token_url: BaseUrl, client_id: String, client_secret: SecretString, scopes: Vec<String> },
    /// `Authorization: Basic` (RFC 7617).
    Basic { user: String, password: SecretString },
    /// The same with a key as the user name and an empty password.
    BasicKey(SecretString),
    /// A header of the ATS's own.
    Header { name: String, value: SecretString },
    /// `Authorization: Bearer` with a key that does not change.
    Bearer(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OAuth { .. } => "OAuth(…)",
            Self::Basic { .. } => "Basic(…)",
            Self::BasicKey(_) => "BasicKey(…)",
            Self::Header { .. } => "Header(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}
