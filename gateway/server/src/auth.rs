//! Who calls: the tenant comes from the bearer key, and from nothing else.

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    digest::Digest,
    id::{KeyId, TenantId},
    time::Entropy,
};
use wellspring_store::{Action, AuditNote, detail_of};

use crate::{problem::Problem, state::App};

/// What every API key begins with, so that secret scanners find a leaked one.
pub const KEY_PREFIX: &str = "wsk_";

/// The tenant behind a request, and the key it used.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    pub tenant: TenantId,
    pub key: KeyId,
}

impl Caller {
    /// How the audit trail names this caller.
    pub fn actor(&self) -> String {
        self.key.to_string()
    }

    /// Writes down what the caller is about to be shown, or has done. What cannot be written down is not shown.
    ///
    /// # Errors
    /// The store's.
    pub async fn notes(
        &self,
        app: &App,
        action: Action,
        subject: impl ToString,
        detail: Option<Digest>,
    ) -> Result<(), Problem> {
        let note = AuditNote::new(self.tenant, app.now(), &self.actor(), action, subject);
        Ok(app.store.audit(note.with(detail)).await?)
    }

    /// As [`Self::notes`], of a list: with the digest of the ids that are shown.
    ///
    /// # Errors
    /// The store's.
    pub async fn lists(
        &self,
        app: &App,
        action: Action,
        ids: impl Iterator<Item = impl ToString>,
    ) -> Result<(), Problem> {
        self.notes(app, action, self.tenant, Some(digest_of_ids(ids))).await
    }
}

/// A new API key: the text to hand out once, and the digest to keep.
pub fn new_key(entropy: &dyn Entropy) -> (String, Digest) {
    let text = format!("{KEY_PREFIX}{}", random_token(entropy));
    let digest = token_digest(&text);
    (text, digest)
}

/// 256 unpredictable bits as URL-safe text.
pub fn random_token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the store keeps of a key or link token. They hold 256 random bits, so a plain hash cannot be guessed back.
pub fn token_digest(token: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(token.as_bytes()).into())
}

/// The digest of the ids in a list, a line each.
pub fn digest_of_ids(ids: impl Iterator<Item = impl ToString>) -> Digest {
    detail_of(ids.map(|id| id.to_string() + "\n").collect::<String>())
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Self::of_key(&presented(parts)?, app).await
    }
}

impl Caller {
    async fn of_key(key: &Digest, app: &App) -> Result<Self, Problem> {
        match app.store.api_key(key).await.map_err(Problem::from)? {
            Some(found) if !found.is_revoked => Ok(Self { tenant: found.tenant, key: found.id }),
            found => {
                app.known.refused.count(found.map(|found| (found.tenant, found.id)));
                Err(Problem::unauthorized())
            }
        }
    }
}

/// A [`Caller`] that may be remembered from an earlier request. Only for what the store writes if the key is still valid.
pub struct KnownCaller {
    pub caller: Caller,
    digest: Digest,
}

impl FromRequestParts<App> for KnownCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let digest = presented(parts)?;
        if let Some(caller) = app.known.callers.get(&digest) {
            return Ok(Self { caller, digest });
        }
        let caller = Caller::of_key(&digest, app).await?;
        app.known.callers.keep(digest, caller);
        Ok(Self { caller, digest })
    }
}

impl KnownCaller {
    /// Asks anew, where the store found that something remembered is no longer so.
    ///
    /// # Errors
    /// The key is not valid.
    pub async fn ask_again(&self, app: &App) -> Result<Caller, Problem> {
        app.known.callers.forget(&self.digest);
        Caller::of_key(&self.digest, app).await
    }
}

/// The digest of the key that a request shows.
fn presented(parts: &Parts) -> Result<Digest, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let key = key.filter(|key| key.starts_with(KEY_PREFIX)).ok_or_else(Problem::unauthorized)?;
    Ok(token_digest(key))
}
