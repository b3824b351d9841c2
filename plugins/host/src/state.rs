//! What belongs to one call: its counters, its rights and what it was seen to do. Dropped with the call.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Map, Value};
use wasmtime::component::ResourceTable;
use wellspring_model::{
    SecretString,
    connection::ConnectorId,
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
    trace::TraceParent,
};

use crate::{
    calls::Attachment,
    kept::ConnectionState,
    limits::{Calls, Growth, Limits},
    outbound::Outbound,
    redact::Redactor,
};

/// The data of a store.
pub(crate) struct CallState {
    pub limits: Arc<Limits>,
    pub growth: Growth,
    pub calls: Calls,
    /// For how long the ATS's last answer asks to be left alone.
    pub allowance: Option<Duration>,
    /// Ticks in which the guest was found running.
    pub ticks: u32,
    pub connector: ConnectorId,
    pub call_id: String,
    /// What the connection lends. `None`: no rights at all, as at installation.
    pub rights: Option<Rights>,
    pub redactor: Redactor,
    /// What requests tell of the trace they belong to.
    pub trace: Option<TraceParent>,
    /// Files of what is delivered.
    pub attachments: Vec<Attachment>,
    /// The request that came to us, where one did.
    pub inbound: Option<Inbound>,
    pub blobs: ResourceTable,
    /// Bytes in `blobs`.
    pub held: usize,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Why the first request that was not granted was refused.
    pub denied: Option<String>,
    /// The last message the guest logged as an error: after a trap, what is known of its reason.
    pub last_error: Option<String>,
}

/// What a call may use of its connection.
pub(crate) struct Rights {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub settings: Map<String, Value>,
    pub outbound: Arc<dyn Outbound>,
    /// What both sides know, by the credential's name. For comparisons of the host's; never told.
    pub shared: BTreeMap<String, SecretString>,
    pub kept: Arc<dyn ConnectionState>,
}

/// A request that came to us.
pub(crate) struct Inbound {
    pub body: Vec<u8>,
    /// Whether it is known to be genuine.
    pub is_genuine: bool,
}
