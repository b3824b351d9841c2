//! `http`: requests to the ATS, one by one or side by side.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use wasmtime::Result;
use wellspring_egress::{OutboundBody, OutboundRequest, OutboundResponse, SendFailure};

use crate::{
    errand::SIDE_BY_SIDE,
    guest::{
        bindings::wellspring::connector::http::{
            self, Body, BodyIn, Content, Failure, Header, Part, Request, Response,
        },
        blob::Blob,
        multipart,
        state::CallState,
    },
};

const CONTENT_TYPE: &str = "content-type";

/// A request that may be sent, and whether its answer stays with the host.
struct Admitted {
    request: OutboundRequest,
    /// What it carries, as long as it is not written.
    form: Option<Form>,
    hold: bool,
}

/// A form that carries files.
struct Form {
    parts: Vec<multipart::Part>,
    boundary: String,
}

impl Admitted {
    /// The request with what it carries. Only now: of the requests of one `send-many`, few are written at a time.
    fn written(self) -> OutboundRequest {
        let Some(Form { parts, boundary }) = self.form else { return self.request };
        OutboundRequest { body: OutboundBody::Bytes(multipart::body(&parts, &boundary)), ..self.request }
    }
}

impl http::Host for CallState {
    async fn send(&mut self, request: Request) -> Result<Result<Response, Failure>> {
        let admitted = match self.admit(request)? {
            Ok(admitted) => admitted,
            Err(failure) => return Ok(Err(failure)),
        };
        let (outside, hold) = (Arc::clone(&self.outside), admitted.hold);
        let sent = outside.send(admitted.written()).await;
        self.answer(sent, hold)
    }

    async fn send_many(&mut self, requests: Vec<Request>) -> Result<Vec<Result<Response, Failure>>> {
        let admitted = requests.into_iter().map(|request| self.admit(request)).collect::<Result<Vec<_>>>()?;
        let outside = Arc::clone(&self.outside);
        let mut sent = stream::iter(admitted.into_iter().map(move |one| {
            let outside = Arc::clone(&outside);
            async move {
                let one = one?;
                let hold = one.hold;
                Ok::<_, Failure>((outside.send(one.written()).await, hold))
            }
        }))
        .buffered(SIDE_BY_SIDE);
        let mut answers = Vec::new();
        // Bytes of answers that wait here until the last has come.
        let mut waiting = 0;
        while let Some(one) = sent.next().await {
            answers.push(match one {
                Ok((Ok(answer), false)) if !self.may_wait(&mut waiting, answer.body.len()) => Err(Failure::TooLarge),
                Ok((sent, hold)) => self.answer(sent, hold)?,
                Err(failure) => Err(failure),
            });
        }
        Ok(answers)
    }
}

impl CallState {
    /// Counts a request and makes it one of ours.
    fn admit(&mut self, request: Request) -> Result<Result<Admitted, Failure>> {
        if !self.calls.http(&self.limits)? {
            return Ok(Err(Failure::Quota));
        }
        let admitted = self.outbound(request)?;
        Ok(admitted.ok_or(Failure::TooLarge))
    }

    /// Whether so many bytes more may wait, beside what is held.
    fn may_wait(&self, waiting: &mut usize, bytes: usize) -> bool {
        let all = waiting.saturating_add(bytes);
        let may = all.saturating_add(self.held) <= self.limits.held_bytes;
        if may {
            *waiting = all;
        }
        may
    }

    /// What the guest is told of it.
    fn answer(&mut self, sent: Result<OutboundResponse, SendFailure>, hold: bool) -> Result<Result<Response, Failure>> {
        let answer = match sent {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(self.failure(failure))),
        };
        let body = if hold && !answer.body.is_empty() {
            let content_type = answer.headers.iter().find(|(name, _)| name == CONTENT_TYPE);
            let content_type = content_type.map(|(_, value)| value.clone());
            match self.hold(Blob { bytes: answer.body, content_type })? {
                Some(blob) => BodyIn::Blob(blob),
                None => return Ok(Err(Failure::TooLarge)),
            }
        } else {
            body(answer.body)
        };
        let headers = answer.headers.into_iter().map(|(name, value)| Header { name, value }).collect();
        Ok(Ok(Response { status: answer.status, headers, body }))
    }

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

    /// `None`: it carries more than a request may.
    fn outbound(&self, request: Request) -> Result<Option<Admitted>> {
        let mut headers = pairs(request.headers);
        let mut form = None;
        let body = match request.body {
            Body::None => OutboundBody::None,
            Body::Text(text) => OutboundBody::Bytes(text.into_bytes().into()),
            Body::Bytes(bytes) => OutboundBody::Bytes(bytes.into()),
            Body::Json(json) => OutboundBody::Json(json),
            Body::Form(fields) => OutboundBody::Form(pairs(fields)),
            Body::Blob(blob) => {
                let blob = self.blobs.get(&blob)?;
                if let Some(kind) = &blob.content_type
                    && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE))
                {
                    headers.push((CONTENT_TYPE.to_owned(), kind.clone()));
                }
                OutboundBody::Bytes(blob.bytes.clone())
            }
            Body::Multipart(parts) => {
                let parts = parts.into_iter().map(|part| self.part(part)).collect::<Result<Vec<_>>>()?;
                if multipart::most(&parts).is_none_or(|most| most > self.limits.request_bytes) {
                    return Ok(None);
                }
                let boundary = self.boundary();
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case(CONTENT_TYPE));
                headers.push((CONTENT_TYPE.to_owned(), format!("multipart/form-data; boundary={boundary}")));
                form = Some(Form { parts, boundary });
                OutboundBody::None
            }
        };
        if body.size().is_none_or(|size| size > self.limits.request_bytes) {
            return Ok(None);
        }
        let ours = OutboundRequest {
            method: request.method,
            base: request.base,
            path: request.path,
            query: pairs(request.query),
            headers,
            body,
            credential: request.credential,
            timeout: request.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
        };
        Ok(Some(Admitted { request: ours, form, hold: request.hold }))
    }

    fn part(&self, part: Part) -> Result<multipart::Part> {
        let (content, known) = match part.content {
            Content::Text(text) => (Bytes::from(text), None),
            Content::Bytes(bytes) => (Bytes::from(bytes), None),
            Content::Blob(blob) => {
                let blob: &Blob = self.blobs.get(&blob)?;
                (blob.bytes.clone(), blob.content_type.clone())
            }
        };
        let content_type = part.content_type.or(known);
        Ok(multipart::Part { name: part.name, filename: part.filename, content_type, content })
    }

    fn boundary(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn pairs(headers: Vec<Header>) -> Vec<(String, String)> {
    headers.into_iter().map(|header| (header.name, header.value)).collect()
}

fn body(bytes: Bytes) -> BodyIn {
    match String::from_utf8(bytes.into()) {
        Ok(text) if text.is_empty() => BodyIn::Empty,
        Ok(text) => BodyIn::Text(text),
        Err(error) => BodyIn::Bytes(error.into_bytes()),
    }
}
