//! What a manifest must keep to, and why one is not accepted.

use std::collections::BTreeSet;

use serde_json::Value;
use thiserror::Error;
use wellspring_egress::Credential as Granted;
use wellspring_model::connection::BaseUrl;

use super::{Attach, CONTRACT, CredentialKind, Event, Inbound, Manifest, template::fill};

/// Bases and credentials a manifest may name.
const NAMES_MAX: usize = 16;

/// Why a manifest is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ManifestError {
    #[error("the manifest cannot be read: {0}")]
    Unreadable(String),
    #[error("the manifest is for contract {0}; this host speaks {CONTRACT}")]
    Contract(String),
    #[error("`{0}` is not a version of the form 1.2.3")]
    Version(String),
    #[error("`{0}` is not a name: lower-case letters, digits and hyphens, at most 32 long")]
    Name(String),
    #[error("more than {NAMES_MAX} {0}")]
    TooMany(&'static str),
    #[error("base `{base}`: `{url}` is not written `https://host/path`")]
    Base { base: String, url: String },
    #[error("credential `{credential}`: {reason}")]
    Credential { credential: String, reason: &'static str },
    #[error("a manifest names each of its events once, and at least one")]
    Events,
    #[error("`[{section}]`: {reason}")]
    Inbound { section: &'static str, reason: &'static str },
    #[error("a rate of no requests, or in no time, would stop everything")]
    Rate,
    #[error("`{0}` holds a character that does not show, or that changes how others do")]
    Unseen(String),
    #[error("setting `{0}` is missing or is not a host name")]
    Setting(String),
}

/// The first text with a character that does not show, or that changes how others do, in a form that does show it. An operator reads
/// all of a manifest before accepting it, some of it on a terminal.
fn unseen(value: &Value) -> Option<String> {
    let shown = |c: char| if is_unseen(c) { c.escape_unicode().to_string() } else { c.to_string() };
    let unseen_in = |text: &str| text.chars().any(is_unseen).then(|| text.chars().map(shown).collect());
    match value {
        Value::String(text) => unseen_in(text),
        Value::Array(values) => values.iter().find_map(unseen),
        Value::Object(members) => members.iter().find_map(|(name, value)| unseen_in(name).or_else(|| unseen(value))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Controls of terminals, and what joins, turns around or hides letters (Unicode 16, category Cf, as far as it is used for that).
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl Manifest {
    /// Every rule that the types do not hold by themselves.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        if self.contract != CONTRACT {
            return Err(ManifestError::Contract(self.contract.clone()));
        }
        let texts = serde_json::to_value(self).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
        if let Some(text) = unseen(&texts) {
            return Err(ManifestError::Unseen(text));
        }
        let numbers: Vec<_> = self.version.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.len() < 9 && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() != 3 || !numbers.iter().all(is_number) {
            return Err(ManifestError::Version(self.version.clone()));
        }
        let events: BTreeSet<_> = self.events.iter().collect();
        if events.is_empty() || events.len() != self.events.len() {
            return Err(ManifestError::Events);
        }
        if self.rate.is_some_and(|rate| rate.requests == 0 || rate.per_seconds == 0) {
            return Err(ManifestError::Rate);
        }
        self.check_bases()?;
        self.check_credentials()?;
        self.check_inbound("webhooks", self.webhooks.as_ref(), Event::Receive)?;
        self.check_inbound("partner", self.partner.as_ref(), Event::Partner)
    }

    fn check_bases(&self) -> Result<(), ManifestError> {
        if self.bases.len() > NAMES_MAX {
            return Err(ManifestError::TooMany("bases"));
        }
        for (name, base) in &self.bases {
            check_name(name)?;
            // Any host name will do to see whether the rest of the address is in order.
            let filled = fill(&base.url, "settings", |_| Some("host.example".to_owned()));
            let url = filled.ok().and_then(|text| text.parse::<BaseUrl>().ok());
            if url.is_none_or(|url| url.url().scheme() != "https") {
                return Err(ManifestError::Base { base: name.clone(), url: base.url.clone() });
            }
        }
        Ok(())
    }

    fn check_credentials(&self) -> Result<(), ManifestError> {
        if self.credentials.len() > NAMES_MAX {
            return Err(ManifestError::TooMany("credentials"));
        }
        for (name, credential) in &self.credentials {
            check_name(name)?;
            let wrong = |reason| ManifestError::Credential { credential: name.clone(), reason };
            if credential.kind == CredentialKind::SharedSecret
                && (credential.attach != Attach::default() || !credential.scopes.is_empty())
            {
                return Err(wrong("a shared secret is attached to nothing"));
            }
            let oauth = credential.kind == CredentialKind::OAuth2ClientCredentials;
            if oauth != credential.token_url.is_some() {
                return Err(wrong("`token-url` belongs to OAuth 2 credentials, and to each of them"));
            }
            if (credential.attach == Attach::Header) != credential.header.is_some() {
                return Err(wrong("`header` belongs to `attach = \"header\"`"));
            }
            if credential.attach == Attach::Header && credential.kind != CredentialKind::ApiKey {
                return Err(wrong("`attach = \"header\"` belongs to `type = \"api-key\"`"));
            }
            if credential.header.as_deref().is_some_and(|name| !Granted::may_go_by(name)) {
                return Err(wrong("`header` is no name of a header, or of one that frames or routes requests"));
            }
            let is_basic = credential.attach == Attach::Basic;
            let may_be_basic = matches!(credential.kind, CredentialKind::Basic | CredentialKind::ApiKey);
            if (credential.kind == CredentialKind::Basic && !is_basic) || (is_basic && !may_be_basic) {
                return Err(wrong("`attach = \"basic\"` belongs to `type = \"basic\"`, and may go with `\"api-key\"`"));
            }
            if let Some(url) = &credential.token_url {
                let known = |base: &str| self.bases.contains_key(base).then(|| "https://host.example".to_owned());
                let filled =
                    fill(url, "bases", known).map_err(|_| wrong("`token-url` names a base that is not there"))?;
                // A literal address would receive the client's secret without being among what an operator approves.
                let tail = url.strip_prefix("{bases.").and_then(|rest| rest.split_once('}'));
                if !tail.is_some_and(|(_, path)| path.starts_with('/')) || filled.parse::<BaseUrl>().is_err() {
                    return Err(wrong("`token-url` is not written `{bases.NAME}/path`"));
                }
            }
        }
        Ok(())
    }
}

impl Manifest {
    fn check_inbound(
        &self,
        section: &'static str,
        inbound: Option<&Inbound>,
        event: Event,
    ) -> Result<(), ManifestError> {
        let wrong = |reason| Err(ManifestError::Inbound { section, reason });
        let Some(inbound) = inbound else {
            return if self.supports(event) { wrong("it is missing, and the events ask for it") } else { Ok(()) };
        };
        if !self.supports(event) {
            return wrong("the events do not name what it is for");
        }
        let credential = self.credentials.get(&inbound.credential);
        if credential.is_none_or(|credential| credential.kind != CredentialKind::SharedSecret) {
            return wrong("its credential is not one of type `shared-secret`");
        }
        inbound.flaw().map_or(Ok(()), wrong)
    }
}

fn check_name(name: &str) -> Result<(), ManifestError> {
    let is_name = !name.is_empty()
        && name.len() <= 32
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_name { Ok(()) } else { Err(ManifestError::Name(name.to_owned())) }
}
