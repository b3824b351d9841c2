//! OpenID Federation 1.0: a trust anchor says in a signed statement whether an issuer is among its own. A statement counts
//! only if a key that the operator holds has signed it, it is about this issuer, and its time has not run out; whatever
//! else comes back says nothing. Entities below intermediates are not looked for.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use wellspring_model::{credential::IssuerId, digest::Digest, report::TrustAnswer};

use super::{RegistryError, Said, Unknown, https};
use crate::{Absence, Document, Limits, around::Around, json::read_json, jwt::Jwt, key_document::KeyDocument};

/// A trust anchor and the keys that it signs statements with.
#[derive(Debug, Clone)]
pub(super) struct Federation {
    anchor: String,
    /// Where its entity configuration stands (§9).
    configuration: Url,
    keys: Arc<KeyDocument>,
    digest: Digest,
}

impl Federation {
    pub(super) fn new(anchor: &str, keys: &[u8]) -> Result<Self, RegistryError> {
        let mut configuration = https(anchor)?;
        let path = format!("{}/.well-known/openid-federation", configuration.path().trim_end_matches('/'));
        configuration.set_path(&path);
        let invalid = |reason: &str| RegistryError::Keys(reason.to_owned());
        let json = read_json(keys, &Limits::default()).map_err(|error| invalid(&error.to_string()))?;
        let set = json.as_object().and_then(|set| KeyDocument::read(set, anchor)).filter(|set| set.is_jwk_set);
        let set = set.filter(|set| !set.is_empty()).ok_or_else(|| invalid("it lists none"))?;
        let digest = Digest::from_bytes(Sha256::digest(keys).into());
        Ok(Self { anchor: anchor.to_owned(), configuration, keys: Arc::new(set), digest })
    }

    pub(super) fn stamp(&self) -> Vec<u8> {
        [self.anchor.as_bytes(), self.digest.bytes()].concat()
    }

    /// The anchor's configuration, and once that is there, its statement about the issuer.
    pub(super) fn references(&self, issuer: &IssuerId, around: &Around<'_>) -> Vec<Url> {
        let statement = self.endpoint(around).ok().map(|endpoint| about(endpoint, issuer));
        std::iter::once(self.configuration.clone()).chain(statement).collect()
    }

    pub(super) fn says(&self, issuer: &IssuerId, around: &Around<'_>) -> Result<Said, Unknown> {
        let url = about(self.endpoint(around)?, issuer);
        let said = |answer| Said { answer, ..Said::default() };
        match around.library.document(&url) {
            // §8.1.2: the anchor does not know this subject.
            Err(Absence::Status(404)) => Ok(said(TrustAnswer::No)),
            Err(absence) => Err(Unknown::Absent(absence)),
            Ok(document) => {
                let (_, issued) = self.statement(document, &issuer.0, around)?;
                Ok(Said {
                    version: Some(Digest::from_bytes(Sha256::digest(&document.bytes).into())),
                    updated: Some(issued),
                    obtained_at: Some(document.fetched_at),
                    ..said(TrustAnswer::Yes)
                })
            }
        }
    }

    /// Where the anchor answers questions about others (§5.1.1), by its own signed word.
    fn endpoint(&self, around: &Around<'_>) -> Result<Url, Unknown> {
        let document = around.library.document(&self.configuration).map_err(Unknown::Absent)?;
        let (claims, _) = self.statement(document, &self.anchor, around)?;
        let endpoint = claims.value("metadata").and_then(|metadata| {
            metadata.get("federation_entity")?.get("federation_fetch_endpoint")?.as_str().map(https)
        });
        endpoint.and_then(Result::ok).ok_or(Unknown::Invalid)
    }

    /// Reads an entity statement about `subject` (§3), and when it was issued.
    fn statement(&self, document: &Document, subject: &str, around: &Around<'_>) -> Result<(Jwt, Timestamp), Unknown> {
        let jwt = Jwt::decode(document.bytes.trim_ascii(), &Limits::default()).map_err(|_| Unknown::Invalid)?;
        let named = jwt.header("kid").map(|kid| format!("{}#{}", self.anchor, kid.trim_start_matches('#')));
        let key = named.and_then(|name| self.keys.method(&name)?.key.as_ref());
        let is_signed = jwt.header("typ") == Some("entity-statement+jwt") && key.is_some_and(|key| jwt.is_by(key));
        let is_about = jwt.claim("iss") == Some(&self.anchor) && jwt.claim("sub") == Some(subject);
        let (Some(issued), Some(ends)) = (jwt.time("iat"), jwt.time("exp")) else { return Err(Unknown::Invalid) };
        let around = around.fetched();
        let is_current = !around.is_yet_to_come(issued) && !around.is_over(ends);
        // Claims that a reader must understand (§3.1): we understand none beyond these.
        let asks_for_more = jwt.value("crit").is_some_and(|crit| *crit != Value::Array(Vec::new()));
        if is_signed && is_about && is_current && !asks_for_more { Ok((jwt, issued)) } else { Err(Unknown::Invalid) }
    }
}

/// The address of the statement about an issuer (§8.1.1).
fn about(mut endpoint: Url, issuer: &IssuerId) -> Url {
    endpoint.query_pairs_mut().append_pair("sub", &issuer.0);
    endpoint
}
