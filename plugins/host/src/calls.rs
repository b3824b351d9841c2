//! Calls into the sandbox and what comes back: values that serialise, so that the sandbox can live in another process.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use wellspring_model::{
    SecretString,
    connection::Connection,
    delivery::{ApplicationResult, DeliveryFailure, Receipt},
    id::TenantId,
    trace::TraceParent,
};

/// A connection with its secrets opened. They go to egress, which adds them to requests; a guest never holds them.
#[derive(Clone, Serialize, Deserialize)]
pub struct ConnectionView {
    pub connection: Connection,
    /// The secret of each credential the manifest names. What its text holds depends on the credential's type, see
    /// [`crate::grants`].
    #[serde(with = "exposed")]
    pub secrets: BTreeMap<String, SecretString>,
}

impl fmt::Debug for ConnectionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionView").field("connection", &self.connection.id).finish_non_exhaustive()
    }
}

/// Bring one result to the ATS.
#[derive(Clone, Serialize, Deserialize)]
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
    pub result: ApplicationResult,
    /// What the ATS is told of the trace that this call belongs to. `None`: nothing.
    pub trace: Option<TraceParent>,
}

impl fmt::Debug for DeliverCall {
    /// The result is about a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliverCall")
            .field("connection", &self.connection)
            .field("call_id", &self.call_id)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What a `deliver` came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// Secrets are written out on purpose where a call is serialised: it goes to the process that sends the requests.
mod exposed {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};
    use wellspring_model::{ExposeSecret, SecretString};

    pub fn serialize<S: Serializer>(secrets: &BTreeMap<String, SecretString>, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(secrets.iter().map(|(name, secret)| (name, secret.expose_secret())))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<String, SecretString>, D::Error> {
        BTreeMap::deserialize(input)
    }
}
