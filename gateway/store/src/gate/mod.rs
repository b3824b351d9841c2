//! Gates: what work waits before. One for each tenant's own assessing and one for each destination.
//!
//! A gate's row says how fast, how many at a time, and whether at all. It is shared by all nodes and survives restarts. It
//! is written when a limited gate is claimed from and, at the end of a transaction, when tasks have ended.

mod rules;
mod store;

use std::{collections::BTreeMap, fmt, str::FromStr};

use wellspring_model::id::{ConnectionId, EndpointId, IdError, TenantId};

pub(crate) use rules::{Failing, Gate, Pace, State, Window};
pub(crate) use store::{count, hold, insert, look, open, pace, shut, shut_after, write};

pub use rules::Passage;
pub use store::GateView;

/// Names a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateId {
    /// A tenant's own assessing.
    Tenant(TenantId),
    Connection(ConnectionId),
    /// Where events are sent.
    Endpoint(EndpointId),
}

impl fmt::Display for GateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant(id) => id.fmt(f),
            Self::Connection(id) => id.fmt(f),
            Self::Endpoint(id) => id.fmt(f),
        }
    }
}

impl FromStr for GateId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let endpoint = |_| text.parse().map(Self::Endpoint);
        text.parse().map(Self::Connection).or_else(endpoint).or_else(|_| text.parse().map(Self::Tenant))
    }
}

/// How fast a destination may be called: what its connector's manifest says, or what was agreed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub requests: u32,
    pub per_seconds: u32,
}

impl Rate {
    /// Microseconds that one request takes, and microseconds' worth that may be made at once.
    pub(crate) fn micros(self) -> (i64, i64) {
        let burst = i64::from(self.per_seconds) * 1_000_000;
        (burst / i64::from(self.requests.max(1)), burst)
    }
}

/// What passed each gate within a transaction.
#[derive(Clone, Default)]
pub(crate) struct Passages(BTreeMap<GateId, Vec<Passage>>);

impl Passages {
    pub fn add(&mut self, gate: GateId, passage: Passage) {
        self.0.entry(gate).or_default().push(passage);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
