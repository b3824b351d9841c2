//! What a call may use of its connection: the other side of what a guest asks for. It is where secrets are, so it stays in the
//! gateway's own process; and since the other side may have been taken over, it counts for itself.

mod given;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use tracing::{Instrument as _, Span, field::Empty};
use wellspring_egress::{OutboundRequest, OutboundResponse, Scrubber, SendFailure, allowance};
use wellspring_model::{
    SecretString,
    connection::ConnectorId,
    id::{ConnectionId, TenantId},
    time::Clock,
    trace::TraceParent,
};

use crate::{
    errand::{Comparison, LogLevel, Outside, Segment},
    genuine,
    kept::{ConnectionState, KEY_CHARS, NotKept},
    limits::Limits,
    manifest::{Algorithm, Encoding},
    outbound::Outbound,
    redact::{LOG_CHARS, Redactor},
};

/// More than this is not hashed on a thread that others wait for.
const LARGE: usize = 128 * 1024;
/// The longest signature: four times the longest there is.
const SIGNATURE_MAX: usize = 512;

/// The rights of one connection.
pub(crate) struct Rights {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub outbound: Arc<dyn Outbound>,
    /// What both sides know, by the credential's name. For comparisons; never told.
    pub shared: BTreeMap<String, SecretString>,
    pub kept: Arc<dyn ConnectionState>,
}

/// What is lent to one call.
pub(crate) struct Lent {
    pub connector: ConnectorId,
    pub call_id: String,
    /// `None`: no rights at all, as at installation.
    pub rights: Option<Rights>,
    /// What requests tell of the trace they belong to.
    pub trace: Option<TraceParent>,
    /// Knows the applicant whom the call is about.
    pub redactor: Redactor,
    /// Knows what both sides know: where the guest has to find out whether a request is genuine, it sees that.
    pub scrubber: Scrubber,
    /// The body of the request that came to us, where one did.
    pub body: Bytes,
    pub limits: Arc<Limits>,
    pub clock: Arc<dyn Clock>,
    pub seen: Seen,
    /// What requests and log lines belong to: they are made and written where it is not the current one.
    pub span: Span,
}

/// What a call was seen to do.
#[derive(Default)]
pub(crate) struct Seen {
    /// Questions of every kind.
    asks: AtomicU32,
    requests: AtomicU32,
    logs: AtomicU32,
    fits: AtomicBool,
    /// For how long the ATS's last answer asks to be left alone.
    wait: Mutex<Option<Duration>>,
}

impl Lent {
    /// How many requests were made.
    pub fn requests(&self) -> u32 {
        self.seen.requests.load(Ordering::Relaxed)
    }

    /// Whether something that came with a request was found to fit a shared secret.
    pub fn found_genuine(&self) -> bool {
        self.seen.fits.load(Ordering::Relaxed)
    }

    /// For how long the ATS asks to be left alone, although it answered.
    pub fn wait(&self) -> Option<Duration> {
        *self.seen.wait.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a question, and says whether it may be asked.
    fn may_ask(&self) -> bool {
        self.seen.asks.fetch_add(1, Ordering::Relaxed) < self.limits.host_calls
    }

    /// Where something is kept under this key, for one question more. A guest is told by its own half what is wrong with a key.
    fn keeping(&self, key: &str) -> Result<&Rights, NotKept> {
        let is_key = (1..=KEY_CHARS).contains(&key.chars().take(KEY_CHARS + 1).count());
        if !self.may_ask() || !is_key {
            return Err(NotKept::Unavailable);
        }
        self.rights.as_ref().ok_or(NotKept::Unavailable)
    }

    async fn is_signed(
        &self,
        secret: &SecretString,
        algorithm: Algorithm,
        segments: Vec<Segment>,
        signature: String,
        encoding: Encoding,
    ) -> bool {
        let most = self.limits.handover_bytes.saturating_add(self.body.len());
        let Some(size) = size(&segments, &self.body).filter(|size| *size <= most) else { return false };
        if signature.len() > SIGNATURE_MAX {
            return false;
        }
        let (secret, body) = (secret.clone(), self.body.clone());
        let compare = move || {
            let pieces = segments.iter().map(|segment| bytes(segment, &body));
            genuine::is_signed(&secret, algorithm, pieces, &signature, encoding)
        };
        if size <= LARGE {
            return compare();
        }
        tokio::task::spawn_blocking(compare).await.unwrap_or(false)
    }
}

fn bytes<'a>(segment: &'a Segment, body: &'a [u8]) -> &'a [u8] {
    match segment {
        Segment::Text(text) => text.as_bytes(),
        Segment::Bytes(bytes) => bytes,
        Segment::Body => body,
    }
}

/// How many bytes are to be hashed. `None`: the body is named twice, which nobody signs; or they cannot be counted.
fn size(segments: &[Segment], body: &[u8]) -> Option<usize> {
    let bodies = segments.iter().filter(|segment| matches!(segment, Segment::Body)).take(2).count();
    let sizes = segments.iter().map(|segment| bytes(segment, body).len());
    (bodies < 2).then_some(sizes)?.try_fold(0_usize, usize::checked_add)
}

#[async_trait]
impl Outside for Lent {
    async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendFailure> {
        let Some(rights) = &self.rights else {
            return Err(SendFailure::Denied("no request is allowed here".to_owned()));
        };
        if !self.may_ask() || self.seen.requests.fetch_add(1, Ordering::Relaxed) >= self.limits.http {
            return Err(SendFailure::Quota);
        }
        // Nothing in the guest's words: a path may name a person, and so may whatever else it says.
        let span = tracing::info_span!(
            parent: &self.span,
            "ats_request",
            otel.kind = "client",
            otel.status_code = Empty,
            connector = self.connector.as_str(),
            http.response.status_code = Empty,
            "error.type" = Empty,
        );
        let sent = rights.outbound.send(request, self.trace).instrument(span.clone()).await;
        match &sent {
            Ok(answer) => {
                let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let wait = allowance::wait(headers, self.clock.now());
                *self.seen.wait.lock().unwrap_or_else(PoisonError::into_inner) = wait;
                span.record("http.response.status_code", answer.status)
            }
            Err(failure) => span.record("otel.status_code", "ERROR").record("error.type", name(failure)),
        };
        sent
    }

    async fn state_get(&self, key: &str) -> Result<Option<Vec<u8>>, NotKept> {
        let rights = self.keeping(key)?;
        rights.kept.get(rights.tenant, rights.connection, key).await
    }

    async fn state_set(&self, key: &str, value: Option<Vec<u8>>) -> Result<(), NotKept> {
        let rights = self.keeping(key)?;
        rights.kept.set(rights.tenant, rights.connection, key, value, self.limits.state_bytes).await
    }

    async fn fits(&self, credential: &str, comparison: Comparison) -> bool {
        if !self.may_ask() {
            return false;
        }
        let secret = self.rights.as_ref().and_then(|rights| rights.shared.get(credential));
        let Some(secret) = secret else { return false };
        let fits = match comparison {
            Comparison::Secret(value) => genuine::is_secret(secret, &value),
            Comparison::Hmac { algorithm, segments, signature, encoding } => {
                self.is_signed(secret, algorithm, segments, signature, encoding).await
            }
        };
        self.seen.fits.fetch_or(fits, Ordering::Relaxed);
        fits
    }

    fn log(&self, level: LogLevel, line: &str) {
        if !self.may_ask() || self.seen.logs.fetch_add(1, Ordering::Relaxed) >= self.limits.logs {
            return;
        }
        // The applicant was taken out where the guest runs, which may have been taken over.
        let line = self.line(line, LOG_CHARS);
        let (connector, call) = (self.connector.as_str(), self.call_id.as_str());
        let _within = self.span.enter();
        match level {
            LogLevel::Debug => tracing::debug!(target: "connector", connector, call, "{line}"),
            LogLevel::Info => tracing::info!(target: "connector", connector, call, "{line}"),
            LogLevel::Warn => tracing::warn!(target: "connector", connector, call, "{line}"),
            LogLevel::Error => tracing::error!(target: "connector", connector, call, "{line}"),
        }
    }
}

/// A failure in one word.
const fn name(failure: &SendFailure) -> &'static str {
    match failure {
        SendFailure::Denied(_) => "denied",
        SendFailure::Timeout => "timeout",
        SendFailure::TooLarge => "too_large",
        SendFailure::Dns => "dns",
        SendFailure::Connect => "connect",
        SendFailure::Tls => "tls",
        SendFailure::Quota => "quota",
        SendFailure::Credential(_) => "credential",
    }
}

#[cfg(test)]
mod tests;
