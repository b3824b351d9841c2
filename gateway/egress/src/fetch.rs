//! Fetching public documents that a verification needs: DID documents, controller documents, lists.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use jiff::SignedDuration;
use url::Url;
use wellspring_model::Timestamp;

use crate::{
    EgressError, EgressLimits, FetchFailure,
    authorities::verifier,
    client::Clients,
    judge::{Lookup, system_lookup},
    read,
};

/// Redirects within one origin that are followed.
const HOPS: usize = 3;
/// Documents kept at most.
const KEPT: usize = 1_024;

/// How documents are fetched.
#[derive(Debug, Clone)]
pub struct FetcherConfig {
    pub limits: EgressLimits,
    /// A PEM file of further certificate authorities.
    pub extra_ca_file: Option<PathBuf>,
    /// Origins on private networks that may be fetched from, exactly as written.
    pub private_origins: Vec<String>,
    /// How old a kept document may be.
    pub fresh: SignedDuration,
    /// How old it may be where it cannot be had anew.
    pub stale: SignedDuration,
    /// For how long an address that failed is not asked again.
    pub pause: SignedDuration,
}

impl Default for FetcherConfig {
    fn default() -> Self {
        let limits =
            EgressLimits { body_bytes: 1024 * 1024, first_byte: Duration::from_secs(10), ..EgressLimits::default() };
        Self {
            limits,
            extra_ca_file: None,
            private_origins: Vec::new(),
            fresh: SignedDuration::from_mins(5),
            stale: SignedDuration::from_hours(24),
            pause: SignedDuration::from_secs(10),
        }
    }
}

/// A document as the server sent it, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedDocument {
    pub status: u16,
    pub content_type: Option<String>,
    pub bytes: Bytes,
    pub fetched_at: Timestamp,
}

/// Fetches and keeps public documents.
pub struct Fetcher {
    clients: Clients,
    config: FetcherConfig,
    kept: Mutex<HashMap<Url, Slot>>,
}

/// Locked while somebody fetches; who comes meanwhile waits for the same answer.
type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// What is known of an address.
#[derive(Default)]
struct Kept {
    document: Option<FetchedDocument>,
    /// The last try, where it brought no answer, or one that says only that the server is unwell.
    failed: Option<(Result<FetchedDocument, FetchFailure>, Timestamp)>,
}

impl Fetcher {
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(config: FetcherConfig) -> Result<Self, EgressError> {
        Self::with_lookup(config, &system_lookup())
    }

    pub(crate) fn with_lookup(config: FetcherConfig, lookup: &Lookup) -> Result<Self, EgressError> {
        let private = config.private_origins.clone();
        let verifier = verifier(config.extra_ca_file.as_deref())?;
        let clients = Clients::new(private, &verifier, &config.limits, lookup)?;
        Ok(Self { clients, config, kept: Mutex::default() })
    }

    /// The document at an https address, fetched now or kept since not longer than the configured age. Where it cannot be
    /// had anew, an older one will do, up to the configured limit; `fetched_at` says how old it is.
    ///
    /// # Errors
    /// Why it could not be had. A status other than 200 is an answer and is kept too.
    pub async fn get(&self, url: &Url, now: Timestamp) -> Result<FetchedDocument, FetchFailure> {
        self.get_within(url, self.config.fresh, now).await
    }

    /// As [`Self::get`], for somebody to whom a kept document is fresh for another time than the configured one.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn get_within(
        &self,
        url: &Url,
        fresh: SignedDuration,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchFailure> {
        let slot = self.slot(url, now);
        let mut kept = slot.lock().await;
        let is_fresh = |document: &&FetchedDocument| now.duration_since(document.fetched_at) <= fresh;
        if let Some(document) = kept.document.as_ref().filter(is_fresh) {
            return Ok(document.clone());
        }
        let paused = kept.failed.as_ref().filter(|(_, at)| now.duration_since(*at) < self.config.pause);
        let answer = match paused {
            Some((answer, _)) => answer.clone(),
            None => self.fetch(url.clone(), now).await,
        };
        if answer.as_ref().is_ok_and(|document| !is_unwell(document.status)) {
            *kept = Kept { document: answer.as_ref().ok().cloned(), failed: None };
            return answer;
        }
        if paused.is_none() {
            kept.failed = Some((answer.clone(), now));
        }
        let older = kept.document.as_ref().filter(|kept| now.duration_since(kept.fetched_at) <= self.config.stale);
        older.cloned().map_or(answer, Ok)
    }

    fn slot(&self, url: &Url, now: Timestamp) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT && !kept.contains_key(url) {
            // A slot that is locked is being fetched and stays.
            kept.retain(|_, slot| match slot.try_lock() {
                Ok(kept) => kept.document.as_ref().is_some_and(|document| self.is_fresh(document, now)),
                Err(_) => true,
            });
            if kept.len() >= KEPT {
                kept.clear();
            }
        }
        Arc::clone(kept.entry(url.clone()).or_default())
    }

    fn is_fresh(&self, document: &FetchedDocument, now: Timestamp) -> bool {
        now.duration_since(document.fetched_at) <= self.config.fresh
    }

    async fn fetch(&self, mut url: Url, now: Timestamp) -> Result<FetchedDocument, FetchFailure> {
        let origin = url.origin();
        for _ in 0..=HOPS {
            if url.scheme() != "https" && !self.clients.is_granted(&url) {
                return Err(FetchFailure::Scheme);
            }
            let mut request = reqwest::Request::new(Method::GET, url.clone());
            let accept = HeaderValue::from_static(
                "application/did+json, application/json, application/ld+json;q=0.9, */*;q=0.1",
            );
            request.headers_mut().insert(header::ACCEPT, accept);
            let response = self.clients.execute(request).await?;
            if response.status().is_redirection() {
                let next = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                let next = next.and_then(|next| url.join(next).ok()).filter(|next| next.origin() == origin);
                url = next.ok_or(FetchFailure::Redirect)?;
                continue;
            }
            let status = response.status().as_u16();
            let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let content_type = kind.map(str::to_owned);
            let bytes = read::body(response, &self.config.limits).await?;
            return Ok(FetchedDocument { status, content_type, bytes, fetched_at: now });
        }
        Err(FetchFailure::Redirect)
    }
}

/// Whether a status says nothing of the document, only of its server (RFC 9110 §15.6, RFC 6585 §4).
fn is_unwell(status: u16) -> bool {
    status == 429 || (500..600).contains(&status)
}
