//! What a call may use of its connection: the other side of what a guest asks for. It is where secrets are, so it stays in the
//! gateway's own process; and since the other side may have been taken over, it counts for itself.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tracing::{Instrument as _, Span, field::Empty};
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure, allowance};
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
    kept::{ConnectionState, NotKept},
    limits::Limits,
    outbound::Outbound,
    redact::{LOG_CHARS, Redactor},
};

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
    /// The body of the request that came to us, where one did.
    pub body: Vec<u8>,
    pub limits: Arc<Limits>,
    pub clock: Arc<dyn Clock>,
    pub seen: Seen,
    /// What requests and log lines belong to: they are made and written where it is not the current one.
    pub span: Span,
}

/// What a call was seen to do.
#[derive(Default)]
pub(crate) struct Seen {
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

    fn rights(&self) -> Result<&Rights, NotKept> {
        self.rights.as_ref().ok_or(NotKept::Unavailable)
    }
}

#[async_trait]
impl Outside for Lent {
    async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendFailure> {
        let Some(rights) = &self.rights else {
            return Err(SendFailure::Denied("no request is allowed here".to_owned()));
        };
        if self.seen.requests.fetch_add(1, Ordering::Relaxed) >= self.limits.http {
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
        let rights = self.rights()?;
        rights.kept.get(rights.tenant, rights.connection, key).await
    }

    async fn state_set(&self, key: &str, value: Option<Vec<u8>>) -> Result<(), NotKept> {
        let rights = self.rights()?;
        rights.kept.set(rights.tenant, rights.connection, key, value, self.limits.state_bytes).await
    }

    async fn fits(&self, credential: &str, comparison: Comparison) -> bool {
        let secret = self.rights.as_ref().and_then(|rights| rights.shared.get(credential));
        let fits = secret.is_some_and(|secret| match &comparison {
            Comparison::Secret(value) => genuine::is_secret(secret, value),
            Comparison::Hmac { algorithm, segments, signature, encoding } => {
                let pieces = segments.iter().map(|segment| match segment {
                    Segment::Text(text) => text.as_bytes(),
                    Segment::Bytes(bytes) => bytes.as_slice(),
                    Segment::Body => self.body.as_slice(),
                });
                genuine::is_signed(secret, *algorithm, pieces, signature, *encoding)
            }
        });
        self.seen.fits.fetch_or(fits, Ordering::Relaxed);
        fits
    }

    fn log(&self, level: LogLevel, line: &str) {
        if self.seen.logs.fetch_add(1, Ordering::Relaxed) >= self.limits.logs {
            return;
        }
        // The applicant was taken out where the guest runs; what is left to hold here is one line of bounded length.
        let line = Redactor::default().line(line, LOG_CHARS);
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
mod tests {
    use wellspring_egress::OutboundBody;
    use wellspring_model::Timestamp;

    use super::*;
    use crate::kept::InMemory;

    struct Open;

    #[async_trait]
    impl Outbound for Open {
        async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
            Ok(OutboundResponse { status: 200, headers: Vec::new(), body: bytes::Bytes::new() })
        }
    }

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    fn request() -> OutboundRequest {
        OutboundRequest {
            method: "GET".to_owned(),
            base: "api".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: OutboundBody::None,
            credential: None,
            timeout: None,
        }
    }

    /// Guards the comparison in `send`. The half that runs guests counts too, but it may have been taken over.
    #[tokio::test]
    async fn whoever_lends_counts_for_itself() {
        let nil = uuid::Uuid::nil();
        let rights = Rights {
            tenant: TenantId::from_uuid(nil),
            connection: ConnectionId::from_uuid(nil),
            outbound: Arc::new(Open),
            shared: BTreeMap::new(),
            kept: Arc::new(InMemory::default()),
        };
        let lent = Lent {
            connector: "tries".parse().expect("an id"),
            call_id: "call".to_owned(),
            rights: Some(rights),
            trace: None,
            body: Vec::new(),
            limits: Arc::new(Limits { http: 2, ..Limits::default() }),
            clock: Arc::new(Stopped),
            seen: Seen::default(),
            span: Span::none(),
        };
        for _ in 0..2 {
            assert!(lent.send(request()).await.is_ok());
        }
        assert!(matches!(lent.send(request()).await, Err(SendFailure::Quota)));
    }
}
