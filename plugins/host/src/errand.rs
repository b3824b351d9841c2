//! One call as values: what a guest is to do, and what it gave. They pass between the half that holds rights and the half that runs
//! guests, in one process or between two; so they serialise into a format that is not self-describing, and domain data stays the JSON
//! text that the contract carries.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use wellspring_egress::{OutboundRequest, OutboundResponse, SendFailure};

use crate::{
    calls::{Attachment, CheckLine, InboundRequest, InboundResponse},
    kept::NotKept,
    manifest::{Algorithm, Encoding},
    redact::Redactor,
};

/// How much of one call may be asked of the outside at once: requests of one `send-many` that are under way at a time.
pub(crate) const SIDE_BY_SIDE: usize = 4;

/// What a guest is to do, with all that it is told.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub tenant: String,
    pub connection: String,
    pub call_id: String,
    pub idempotency_key: String,
    pub attempt: u32,
    /// The whole call has to end within it.
    pub deadline: Duration,
    /// JSON texts.
    pub settings: BTreeMap<String, String>,
    pub redactor: Redactor,
    pub attachments: Vec<Attachment>,
    pub export: Export,
}

/// The export that is called, with what it is given.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Export {
    Describe,
    Check,
    Deliver(Data),
    Correct(Data),
    Withdraw(Data),
    Receive(InboundRequest),
    Partner(InboundRequest, Data),
    ListJobs(Option<String>),
}

/// An entity of the contract.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Data {
    pub schema: String,
    pub json: String,
}

/// What an export gave.
#[derive(Serialize, Deserialize)]
pub(crate) enum Given {
    Description(Description),
    Lines(Vec<CheckLine>),
    Receipt { remote_id: Option<String>, changed: bool, json: String },
    Answer { events: Vec<Data>, response: InboundResponse, conflict: Option<InboundResponse> },
    Page { items: Vec<Data>, next: Option<String> },
}

/// What a connector says of itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct Description {
    pub id: String,
    pub version: String,
    pub contract: String,
    pub events: Vec<String>,
    pub display_level: String,
    pub bases: Vec<String>,
    pub credentials: Vec<String>,
    pub settings_schema: String,
}

/// How important a line of log is to its author.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// A piece of what was signed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Segment {
    Text(String),
    Bytes(Vec<u8>),
    /// The body of the request that came to us.
    Body,
}

/// What a guest asks to be compared with a secret.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Comparison {
    Hmac { algorithm: Algorithm, segments: Vec<Segment>, signature: String, encoding: Encoding },
    Secret(String),
}

/// What lies outside of a guest: whatever needs a right or a secret. Everything a guest asks for has been counted before it comes
/// here, and is bounded again here where it costs somebody else something.
#[async_trait]
pub(crate) trait Outside: Send + Sync {
    /// Sends a request within the connection's rights.
    async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendFailure>;

    async fn state_get(&self, key: &str) -> Result<Option<Vec<u8>>, NotKept>;

    async fn state_set(&self, key: &str, value: Option<Vec<u8>>) -> Result<(), NotKept>;

    /// Whether something that came with a request fits a shared secret.
    async fn fits(&self, credential: &str, comparison: Comparison) -> bool;

    /// A line that the guest logs.
    fn log(&self, level: LogLevel, line: &str);
}
