//! What belongs to one call of a guest: its counters, and what it was seen to do. Dropped with the call.

use std::{collections::BTreeMap, sync::Arc};

use wasmtime::component::ResourceTable;
use wellspring_model::time::{Clock, Entropy};

use crate::{
    calls::Attachment,
    errand::Outside,
    limits::{Calls, Growth, Limits},
    redact::Redactor,
};

/// The data of a store.
pub(super) struct CallState {
    pub limits: Arc<Limits>,
    pub growth: Growth,
    pub calls: Calls,
    /// Ticks in which the guest was found running.
    pub ticks: u32,
    pub outside: Arc<dyn Outside>,
    /// JSON texts.
    pub settings: BTreeMap<String, String>,
    pub redactor: Redactor,
    /// Files of what is delivered.
    pub attachments: Vec<Attachment>,
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
