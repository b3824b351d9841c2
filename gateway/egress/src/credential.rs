//! Credentials of a connection, as egress adds them to requests. A guest knows their names only.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use wellspring_model::connection::BaseUrl;

use crate::{SendFailure, headers};

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
    /// What both sides know, to compare requests with that come to us. It goes with no request; should the other side tell
    /// it, as those do that list their webhooks, it is kept from the guest like any other.
    Shared(SecretString),
}

impl Credential {
    /// Whether a credential may go by the field of this name: one that is well formed, and neither frames nor routes a request.
    pub fn may_go_by(name: &str) -> bool {
        headers::of_credential(name).is_some()
    }

    /// The field by which it goes. `None` where it goes by none, or a manifest names one by which no credential may go.
    pub(crate) fn field(&self) -> Option<HeaderName> {
        match self {
            Self::Header { name, .. } => headers::of_credential(name),
            Self::OAuth { .. } | Self::Basic { .. } | Self::BasicKey(_) | Self::Bearer(_) => Some(AUTHORIZATION),
            Self::Shared(_) => None,
        }
    }

    /// The field and the value that a request carries. With OAuth that is the token that was obtained, as [`Self::Bearer`].
    ///
    /// # Errors
    /// What was sealed, or obtained, cannot be sent.
    pub(crate) fn attachment(&self) -> Result<(HeaderName, HeaderValue), SendFailure> {
        let unusable = || SendFailure::Credential("the sealed secret cannot be sent in a header".to_owned());
        let text = match self {
            Self::OAuth { .. } => return Err(unusable()),
            Self::Shared(_) => {
                return Err(SendFailure::Denied("this secret is to compare with, and goes with no request".to_owned()));
            }
            Self::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose_secret())))
            }
            Self::BasicKey(key) => format!("Basic {}", STANDARD.encode(format!("{}:", key.expose_secret()))),
            Self::Header { value, .. } => value.expose_secret().to_owned(),
            Self::Bearer(key) => format!("Bearer {}", key.expose_secret()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| unusable())?;
        // Never shown in debug output.
        value.set_sensitive(true);
        Ok((self.field().ok_or_else(unusable)?, value))
    }

    /// What must not come back to a guest.
    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        match self {
            Self::OAuth { client_id, client_secret, .. } => {
                // As they go to the token endpoint (RFC 6749 §2.3.1).
                let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let (secret, sent) = (client_secret.expose_secret(), encoded(client_secret.expose_secret()));
                let pair = format!("{}:{sent}", encoded(client_id));
                vec![client_secret.clone(), format!("{client_id}:{secret}").into(), pair.into()]
            }
            Self::Basic { user, password } => {
                vec![password.clone(), format!("{user}:{}", password.expose_secret()).into()]
            }
            Self::BasicKey(key) => vec![key.clone(), format!("{}:", key.expose_secret()).into()],
            // `Token abc`: the word before is no secret, and may be left out where the rest is echoed.
            Self::Header { value, .. } => {
                let last = value.expose_secret().split_whitespace().next_back().unwrap_or_default();
                vec![value.clone(), last.into()]
            }
            Self::Bearer(key) | Self::Shared(key) => vec![key.clone()],
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OAuth { .. } => "OAuth(…)",
            Self::Basic { .. } => "Basic(…)",
            Self::BasicKey(_) => "BasicKey(…)",
            Self::Header { .. } => "Header(…)",
            Self::Bearer(_) => "Bearer(…)",
            Self::Shared(_) => "Shared(…)",
        })
    }
}
