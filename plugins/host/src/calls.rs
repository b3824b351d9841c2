//! Calls into the sandbox and what comes back, as the gateway says and hears it.

use std::{collections::BTreeMap, fmt, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wellspring_model::{
    SecretString,
    ats::{AtsEvent, AtsJob, Offers, Withdrawal},
    connection::Connection,
    delivery::{ApplicationResult, DeliveryFailure, Receipt},
    id::TenantId,
    trace::TraceParent,
};

/// A connection with its secrets opened. They go to egress, which adds them to requests; a guest never holds them.
#[derive(Clone)]
pub struct ConnectionView {
    pub connection: Connection,
    /// The secret of each credential the manifest names. What its text holds depends on the credential's type, see
    /// [`crate::grants`].
    pub secrets: BTreeMap<String, SecretString>,
}

impl fmt::Debug for ConnectionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionView").field("connection", &self.connection.id).finish_non_exhaustive()
    }
}

/// Bring something to the ATS, or take it back.
#[derive(Clone)]
pub struct DeliverCall {
    pub tenant: TenantId,
    pub connection: ConnectionView,
    /// Names this call in logs.
    pub call_id: String,
    /// The same for every attempt at the same content.
    pub idempotency_key: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The longest the call may take. The host's own limit holds where it is shorter.
    pub deadline: Duration,
    pub work: Work,
    /// What the ATS is told of the trace that this call belongs to. `None`: nothing.
    pub trace: Option<TraceParent>,
}

impl fmt::Debug for DeliverCall {
    /// The work is about a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliverCall")
            .field("connection", &self.connection)
            .field("call_id", &self.call_id)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What a delivery brings. Without `Debug` on purpose: it would print a person.
#[derive(Clone)]
pub enum Work {
    /// A result, or a correction of one: then it has the member `correction`, and goes to `correct` where the connector has
    /// that.
    Result { result: Box<ApplicationResult>, attachments: Vec<Attachment> },
    /// A result is taken back.
    Withdrawal(Box<Withdrawal>),
}

/// A file of a result: what its `attachments` name.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub content_type: String,
    pub bytes: Bytes,
}

/// What a delivery came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    pub result: Result<Receipt, DeliveryFailure>,
    /// HTTP requests that were made to the ATS for it.
    pub requests: u32,
    /// For how long the ATS asks to be left alone, although it answered: nothing is left of what it allows.
    pub wait: Option<Duration>,
}

/// One thing that `check` looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    pub name: String,
    pub ok: bool,
    /// A plain sentence for an operator.
    pub message: String,
}

/// A request of the ATS to us, as it arrived.
#[derive(Clone)]
pub struct InboundCall {
    pub connection: ConnectionView,
    /// Names this call in logs.
    pub call_id: String,
    pub deadline: Duration,
    pub purpose: Purpose,
    pub request: InboundRequest,
}

impl fmt::Debug for InboundCall {
    /// The request is about a person, and carries a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundCall")
            .field("connection", &self.connection)
            .field("call_id", &self.call_id)
            .finish_non_exhaustive()
    }
}

/// What a request is for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// It is a webhook.
    Receive,
    /// It is one that an ATS makes of its assessment partner. These can be ordered.
    Partner(Offers),
}

/// What came over HTTP.
#[derive(Clone, Serialize, Deserialize)]
pub struct InboundRequest {
    pub method: String,
    /// Below the connection's own address; begins with `/`.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// In any case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl InboundRequest {
    /// The value of a header that is there once. Of two, nobody knows which one was meant.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    }
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What happened at the ATS. To be kept before the answer is given.
    pub events: Vec<AtsEvent>,
    pub response: InboundResponse,
    /// What to answer instead, and keep none of the events, where what they order is ordered already and has not ended.
    pub conflict: Option<InboundResponse>,
}

/// What the ATS is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundResponse {
    pub status: u16,
    /// A JSON text.
    pub json: Option<String>,
}

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum NotAnswered {
    /// It did not show that it is genuine.
    NotGenuine,
    /// The connector could not make sense of it, or failed.
    Failed(DeliveryFailure),
}

/// Some of an ATS's jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobsPage {
    pub jobs: Vec<AtsJob>,
    /// Gets the next ones.
    pub next: Option<String>,
}
