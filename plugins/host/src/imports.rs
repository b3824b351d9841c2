//! The host's side of what a guest may import: `http`, `host` and (types only) `types`.
//!
//! Each call is counted first. Nothing a guest hands over is used before egress has checked it.

use std::time::Duration;

use tracing::{Instrument as _, field::Empty};
use wasmtime::Result;
use wellspring_egress::{OutboundBody, OutboundRequest, OutboundResponse, SendFailure, allowance};

use crate::{
    bindings::wellspring::connector::{
        host::{self, Level},
        http::{self, Body, BodyIn, Failure, Header, Request, Response},
        types,
    },
    redact::LOG_CHARS,
    state::CallState,
};

/// Random bytes a guest gets at a time.
const RANDOM_MAX: u32 = 4_096;

impl types::Host for CallState {}

impl http::Host for CallState {
    async fn send(&mut self, request: Request) -> Result<Result<Response, Failure>> {
        if !self.calls.http(&self.limits)? {
            return Ok(Err(Failure::Quota));
        }
        let Some(outbound) = self.outbound.clone() else {
            return Ok(Err(self.deny("no request is allowed here".to_owned())));
        };
        // Nothing in the guest's words: a path may name a person, and so may whatever else it says.
        let span = tracing::info_span!(
            "ats_request",
            otel.kind = "client",
            otel.status_code = Empty,
            connector = self.connector.as_str(),
            http.response.status_code = Empty,
            "error.type" = Empty,
        );
        let sent = outbound.send_within(outbound_request(request), self.trace).instrument(span.clone()).await;
        match &sent {
            Ok(answer) => {
                let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                self.allowance = allowance::wait(headers, self.clock.now());
                span.record("http.response.status_code", answer.status)
            }
            Err(failure) => span.record("otel.status_code", "ERROR").record("error.type", name(failure)),
        };
        Ok(sent.map(response).map_err(|failure| self.failure(failure)))
    }
}

impl CallState {
    fn failure(&mut self, failure: SendFailure) -> Failure {
        match failure {
            SendFailure::Denied(reason) => self.deny(reason.to_string()),
            SendFailure::Timeout => Failure::Timeout,
            SendFailure::TooLarge => Failure::TooLarge,
            SendFailure::Dns => Failure::Dns,
            SendFailure::Connect => Failure::Connect,
            SendFailure::Tls => Failure::Tls,
            SendFailure::Quota => Failure::Quota,
            SendFailure::Credential(reason) => Failure::Credential(reason.to_string()),
        }
    }

    fn deny(&mut self, reason: String) -> Failure {
        self.denied.get_or_insert_with(|| reason.clone());
        Failure::Denied(reason)
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

fn outbound_request(request: Request) -> OutboundRequest {
    let pairs = |headers: Vec<Header>| headers.into_iter().map(|header| (header.name, header.value)).collect();
    OutboundRequest {
        method: request.method,
        base: request.base,
        path: request.path,
        query: pairs(request.query),
        headers: pairs(request.headers),
        body: match request.body {
            Body::None => OutboundBody::None,
            Body::Text(text) => OutboundBody::Bytes(text.into_bytes().into()),
            Body::Bytes(bytes) => OutboundBody::Bytes(bytes.into()),
            Body::Json(json) => OutboundBody::Json(json),
            Body::Form(fields) => OutboundBody::Form(pairs(fields)),
        },
        credential: request.credential,
        timeout: request.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
    }
}

fn response(response: OutboundResponse) -> Response {
    let body = match String::from_utf8(response.body.into()) {
        Ok(text) if text.is_empty() => BodyIn::Empty,
        Ok(text) => BodyIn::Text(text),
        Err(error) => BodyIn::Bytes(error.into_bytes()),
    };
    let headers = response.headers.into_iter().map(|(name, value)| Header { name, value }).collect();
    Response { status: response.status, headers, body }
}

impl host::Host for CallState {
    async fn setting(&mut self, name: String) -> Result<Option<String>> {
        self.calls.any(&self.limits)?;
        Ok(self.settings.get(&name).map(ToString::to_string))
    }

    async fn log(&mut self, level: Level, message: String) -> Result<()> {
        self.calls.log(&self.limits)?;
        let message = self.redactor.line(&message, LOG_CHARS);
        let (connector, call) = (self.connector.as_str(), self.call_id.as_str());
        match level {
            Level::Debug => tracing::debug!(target: "connector", connector, call, "{message}"),
            Level::Info => tracing::info!(target: "connector", connector, call, "{message}"),
            Level::Warn => tracing::warn!(target: "connector", connector, call, "{message}"),
            Level::Error => tracing::error!(target: "connector", connector, call, "{message}"),
        }
        if matches!(level, Level::Error) {
            self.last_error = Some(message);
        }
        Ok(())
    }

    async fn now_ms(&mut self) -> Result<u64> {
        self.calls.any(&self.limits)?;
        Ok(u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0))
    }

    async fn random(&mut self, length: u32) -> Result<Vec<u8>> {
        self.calls.any(&self.limits)?;
        let mut bytes = vec![0; usize::try_from(length.min(RANDOM_MAX))?];
        self.entropy.fill(&mut bytes);
        Ok(bytes)
    }
}
