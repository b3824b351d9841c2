//! What a request can be refused with: a closed list of problems (RFC 9457), each with a page in `docs/problems`.
//!
//! `type` is the address of that page. It is written relative to this gateway's origin (RFC 9457 §3.1.1 allows that);
//! [`absolute`] puts the configured public address before it.

mod framework;
mod named;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use wellspring_model::pointer::Pointer;
use wellspring_store::StoreError;
use wellspring_verify::ParseError;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:ident, $title:literal;)+) => {
        /// Every kind of problem there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind {$($(#[$doc])* $name,)+}

        impl ProblemKind {
            pub const ALL: &'static [ProblemKind] = &[$(Self::$name,)+];

            /// The name of its page in `docs/problems` and at `/problems/…`.
            pub const fn slug(self) -> &'static str {
                match self {$(Self::$name => $slug,)+}
            }

            pub const fn status(self) -> StatusCode {
                match self {$(Self::$name => StatusCode::$status,)+}
            }

            /// The same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self {$(Self::$name => $title,)+}
            }
        }
    };
}

kinds! {
    /// The body is no JSON.
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not JSON";
    /// The body, or one credential in it, is larger than the limit.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The JSON nests deeper than the limit.
    JsonTooDeep = "json-too-deep", BAD_REQUEST, "The JSON nests too deeply";
    /// One object has the same key twice.
    DuplicateKey = "duplicate-key", BAD_REQUEST, "An object has the same key twice";
    /// Readable, but not what this route asks for.
    InvalidRequest = "invalid-request", BAD_REQUEST, "The request does not fit";
    /// A credential in the request cannot be read at all.
    UnreadableCredential = "unreadable-credential", BAD_REQUEST, "A credential cannot be read";
    /// There is no connection of that id.
    UnknownConnection = "unknown-connection", NOT_FOUND, "There is no such connection";
    /// There is no connector of that name.
    UnknownConnector = "unknown-connector", NOT_FOUND, "There is no such connector";
    /// There is no job of that id.
    UnknownJob = "unknown-job", NOT_FOUND, "There is no such job";
    /// There is no profile of that id.
    UnknownProfile = "unknown-profile", NOT_FOUND, "There is no such profile";
    /// There is no trust policy of that id.
    UnknownTrustPolicy = "unknown-trust-policy", NOT_FOUND, "There is no such trust policy";
    /// There is no scoring policy of that id.
    UnknownScoringPolicy = "unknown-scoring-policy", NOT_FOUND, "There is no such scoring policy";
    /// There is no framework of that id.
    UnknownFramework = "unknown-framework", NOT_FOUND, "There is no such framework";
    /// A framework was read, and is none that could be kept.
    InvalidFramework = "invalid-framework", BAD_REQUEST, "The framework has faults";
    /// Another CASE service did not give a framework.
    FrameworkSource = "framework-source", BAD_GATEWAY, "The framework could not be had from its source";
    /// There is no crosswalk of that id.
    UnknownCrosswalk = "unknown-crosswalk", NOT_FOUND, "There is no such crosswalk";
    /// Nothing at this address, or not for this key.
    NotFound = "not-found", NOT_FOUND, "There is nothing here";
    /// The application was withdrawn.
    Withdrawn = "withdrawn", CONFLICT, "The application is withdrawn";
    /// The submission is past the time that it is kept for.
    Retired = "retired", CONFLICT, "It is not kept any more";
    /// The connector of this connection does not do that.
    NotSupported = "not-supported", CONFLICT, "The connector does not do this";
    /// The ATS, or its connector, did not do what was asked.
    AtsFailed = "ats-failed", BAD_GATEWAY, "The ATS did not give it";
    /// A request of an ATS does not show that it is genuine.
    NotGenuine = "not-genuine", UNAUTHORIZED, "The request does not show that it is genuine";
    /// An ATS calls more often than it may.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "There are too many requests";
    /// The submission has no assessment, not yet or for good.
    NotAssessed = "not-assessed", CONFLICT, "There is no assessment";
    /// The crosswalk has an association from this origin to this destination.
    AssociationExists = "association-exists", CONFLICT, "The two are associated already";
    /// Another scoring policy has this name and version.
    ScoringPolicyExists = "scoring-policy-exists", CONFLICT, "There is a scoring policy of this name and version";
    /// An edition would have nothing in it.
    NothingApproved = "nothing-approved", CONFLICT, "Nothing is approved yet";
    /// What credentials name leads somewhere already.
    AlreadyResolved = "already-resolved", CONFLICT, "It is resolved already";
    /// Several entries of the queue name the same address, so that an association from it would count for all of them.
    AddressShared = "address-shared", CONFLICT, "Others name the same address";
    /// No key, or none that is valid.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid key is needed";
    /// The idempotency key was used before with other content.
    IdempotencyConflict = "idempotency-conflict", UNPROCESSABLE_ENTITY, "The idempotency key was used for something else";
    /// The first request with this idempotency key has not been answered yet.
    IdempotencyInFlight = "idempotency-in-flight", CONFLICT, "The first request with this idempotency key is still running";
    /// Nothing is sent to this endpoint until somebody resumes it.
    EndpointShut = "endpoint-shut", CONFLICT, "The endpoint is shut";
    /// The body is of a type this route does not read.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body is of a type that is not read here";
    /// The address exists, but not for this method.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "This method is not allowed here";
    /// Too busy, or starting or stopping.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The gateway cannot answer now";
    /// The disk or the database has no room left.
    StorageFull = "storage-full", INSUFFICIENT_STORAGE, "There is no room to store this";
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "The gateway met a fault of its own";
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// One refusal. Its texts never hold credentials' contents, secrets or personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    /// Where in the body (RFC 6901).
    pointer: Option<Pointer>,
    /// Further members, by name.
    members: Map<String, Value>,
    /// Seconds after which trying again makes sense.
    retry_after: Option<u32>,
}

impl Problem {
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), pointer: None, members: Map::new(), retry_after: None }
    }

    /// Says where in the body.
    #[must_use]
    pub fn at(mut self, pointer: Pointer) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// Adds a member of its own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    pub fn pointer(&self) -> Option<&Pointer> {
        self.pointer.as_ref()
    }

    /// The problem as JSON, its `type` below `base` (no slash at the end; empty for a relative address).
    pub fn to_json(&self, base: &str) -> Value {
        let mut json = self.members.clone();
        json.insert("type".to_owned(), format!("{base}/problems/{}", self.kind.slug()).into());
        json.insert("title".to_owned(), self.kind.title().into());
        json.insert("status".to_owned(), self.kind.status().as_u16().into());
        json.insert("detail".to_owned(), self.detail.clone().into());
        if let Some(pointer) = &self.pointer {
            json.insert("pointer".to_owned(), pointer.as_str().into());
        }
        Value::Object(json)
    }

    fn response(self, base: &str) -> Response {
        let body = self.to_json(base).to_string();
        let mut response = (self.kind.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.kind.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::storage_full(),
            StoreError::NotCommitted | StoreError::Closed | StoreError::Unavailable => Self::unavailable(),
            error @ (StoreError::ObjectsUnavailable(_) | StoreError::ObjectsRefused(_)) => {
                tracing::error!(%error, "what is too long for the database cannot be stored");
                Self::unavailable()
            }
            StoreError::Nul => Self::invalid_request(Pointer::root(), "a text holds the character U+0000"),
            StoreError::Exists(_) => {
                Self::invalid_request(Pointer::root(), "something with the same external id is already there")
            }
            error => {
                tracing::error!(%error, "a request met a fault of the store");
                Self::internal()
            }
        }
    }
}

impl From<ParseError> for Problem {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::TooLarge { limit } => Self::body_too_large(limit),
            ParseError::Malformed { line, column } => Self::malformed_json(line, column),
            ParseError::TooDeep { pointer, limit } => Self::json_too_deep(pointer, limit),
            ParseError::DuplicateKey { pointer } => Self::duplicate_key(pointer),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response("")
    }
}

/// Middleware that puts the public address before the `type` of every problem that passes:
/// `.layer(axum::middleware::map_response_with_state(base, problem::absolute))`.
pub async fn absolute(State(base): State<Arc<str>>, mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut written = problem.response(base.trim_end_matches('/'));
    for (name, value) in response.headers() {
        // What a layer further in added (`Allow`, a request id) stays; what describes the old body does not.
        if !written.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            written.headers_mut().append(name, value.clone());
        }
    }
    written
}
