//! What belongs to one call: its counters, its rights and what it was seen to do. Dropped with the call.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use wellspring_egress::ConnectionClient;
use wellspring_model::{
    connection::ConnectorId,
    time::{Clock, Entropy},
    trace::TraceParent,
};

use crate::{
    limits::{Calls, Growth, Limits},
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
    pub settings: Map<String, Value>,
    /// The way out, within the connection's rights. `None`: no way out at all.
    pub outbound: Option<Arc<ConnectionClient>>,
    pub redactor: Redactor,
    /// What requests tell of the trace they belong to.
    pub trace: Option<TraceParent>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Why the first request that was not granted was refused.
    pub denied: Option<String>,
    /// The last message the guest logged as an error: after a trap, what is known of its reason.
    pub last_error: Option<String>,
}
