//! What a connector may reach: what its manifest asks for **and** what the operator granted to the connection. One function.
//!
//! | right | manifest | operator |
//! | --- | --- | --- |
//! | a base address | `[bases.NAME]` | an approved address of that name in the connection |
//! | an address on a private network | (cannot ask) | the exact origin, in the connection's `private_origins` |
//! | a credential | `[credentials.NAME]` | a sealed secret of that name |
//!
//! A base that only serves tokens (`token-url = "{bases.NAME}/…"`) is not open to the guest.
//!
//! A secret is the text of a JSON object with the members that its type has
//! ([`CredentialKind::fields`]): `{"client_id": "…", "client_secret": "…"}`. [`crate::Connector::connect`] makes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use wellspring_egress::{ConnectionEgress, Credential as Granted};
use wellspring_model::{ExposeSecret, SecretString, connection::BaseUrl};

use crate::{
    calls::ConnectionView,
    manifest::{Attach, Credential, CredentialKind, Manifest},
};

/// Why the rights of a connection cannot be worked out. Never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrantError {
    #[error("the secret of credential `{0}` is not of the form its type asks for")]
    Secret(String),
    #[error("credential `{0}` needs an approved address for its tokens")]
    TokenUrl(String),
}

/// The rights of a connector on a connection.
pub fn grant(manifest: &Manifest, view: &ConnectionView) -> Result<ConnectionEgress, GrantError> {
    let connection = &view.connection;
    let token_bases = manifest.token_bases();
    let bases = connection
        .bases
        .iter()
        .filter(|(name, _)| manifest.bases.contains_key(*name) && !token_bases.contains(name.as_str()))
        .map(|(name, url)| (name.clone(), url.clone()))
        .collect();
    let credentials = manifest
        .credentials
        .iter()
        .filter_map(|(name, asked)| Some((name, asked, view.secrets.get(name)?)))
        .map(|(name, asked, secret)| {
            let token_url = manifest.token_url(asked, &connection.bases);
            Ok((name.clone(), credential(name, asked, token_url, secret)?))
        })
        .collect::<Result<BTreeMap<_, _>, GrantError>>()?;
    Ok(ConnectionEgress { bases, private_origins: connection.private_origins.clone(), credentials })
}

/// What both sides know, by the credential's name: to compare requests with that come to us.
pub(crate) fn shared_secrets(
    manifest: &Manifest,
    view: &ConnectionView,
) -> Result<BTreeMap<String, SecretString>, GrantError> {
    let shared = manifest.credentials.iter().filter(|(_, asked)| asked.kind == CredentialKind::SharedSecret);
    shared
        .filter_map(|(name, _)| Some((name, view.secrets.get(name)?)))
        .map(|(name, secret)| Ok((name.clone(), parse::<SharedSecret>(name, secret)?.secret)))
        .collect()
}

fn credential(
    name: &str,
    asked: &Credential,
    token_url: Option<BaseUrl>,
    secret: &SecretString,
) -> Result<Granted, GrantError> {
    match asked.kind {
        CredentialKind::OAuth2ClientCredentials => {
            let ClientSecret { client_id, client_secret } = parse(name, secret)?;
            let token_url = token_url.ok_or_else(|| GrantError::TokenUrl(name.to_owned()))?;
            Ok(Granted::OAuth { token_url, client_id, client_secret, scopes: asked.scopes.clone() })
        }
        CredentialKind::Basic => {
            let BasicSecret { username, password } = parse(name, secret)?;
            Ok(Granted::Basic { user: username, password })
        }
        CredentialKind::ApiKey => {
            let KeySecret { key } = parse(name, secret)?;
            Ok(match (asked.attach, &asked.header) {
                (Attach::Header, Some(header)) => Granted::Header { name: header.clone(), value: key },
                (Attach::Basic, _) => Granted::BasicKey(key),
                _ => Granted::Bearer(key),
            })
        }
        // Attached to nothing; egress has to know it to keep it from the guest.
        CredentialKind::SharedSecret => Ok(Granted::Shared(parse::<SharedSecret>(name, secret)?.secret)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientSecret {
    client_id: String,
    client_secret: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasicSecret {
    username: String,
    password: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedSecret {
    secret: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySecret {
    key: SecretString,
}

fn parse<T: for<'de> Deserialize<'de>>(name: &str, secret: &SecretString) -> Result<T, GrantError> {
    serde_json::from_str(secret.expose_secret()).map_err(|_| GrantError::Secret(name.to_owned()))
}
