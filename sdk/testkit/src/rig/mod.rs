//! A connector in the real host, with a [`Front`] where its ATS would be: calls it and tells everything that came of it.

mod call;
mod kept;
mod log;
mod sample;

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value};
use thiserror::Error;
use tracing::instrument::WithSubscriber as _;
use uuid::Uuid;
use wellspring_host::{ConnectionView, Connector, Host, HostConfig, HostError, PackageError, Refusal};
use wellspring_model::{
    Timestamp,
    connection::Connection,
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
};

use crate::front::{Answer, Asked, Behind, Exchange, Front};

pub use call::{Call, Outcome, Proof};
pub use log::LogLine;
pub use sample::{Applicant, Sample};

use kept::Kept;

/// The longest a call may take here: nobody waits for an ATS that is far away.
const DEADLINE: Duration = Duration::from_secs(20);

/// Why a connector cannot be tried.
#[derive(Debug, Error)]
pub enum RigError {
    #[error("the sandbox cannot start: {0}")]
    Host(#[from] HostError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("no port on loopback can be had: {0}")]
    Port(#[from] io::Error),
    #[error("a connection cannot be made: {0}")]
    Connection(#[from] Refusal),
    #[error("the double's applicant makes no work: {0}")]
    Sample(#[from] serde_json::Error),
}

/// A connector in the real host.
pub struct Rig {
    host: Host,
    connector: Arc<Connector>,
    front: Front,
    settings: Map<String, Value>,
    view: Mutex<ConnectionView>,
    connections: AtomicU64,
    kept: Arc<Kept>,
}

/// Everything that came of a call.
#[derive(Debug, Clone)]
pub struct Ran {
    pub outcome: Outcome,
    /// What the connector logged, without the applicant.
    pub logs: Vec<LogLine>,
    /// What was exchanged with the ATS.
    pub exchanges: Vec<Exchange>,
}

impl Rig {
    /// Installs a package and makes a connection for it.
    ///
    /// # Errors
    /// Why it cannot be tried.
    pub async fn new(
        package: Vec<u8>,
        settings: &Map<String, Value>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RigError> {
        let kept = Arc::new(Kept::default());
        let config = HostConfig { slots: 4, ..HostConfig::default() };
        let host = Host::new(config, Arc::clone(&kept) as _, clock, Arc::clone(&entropy))?;
        let connector = host.install(package).await?;
        let front = Front::start(connector.manifest(), Arc::new(Nobody), &*entropy).await?;
        let view = connect(&connector, &front, settings, 1)?;
        let connections = AtomicU64::new(1);
        Ok(Self { host, connector, front, settings: settings.clone(), view: Mutex::new(view), connections, kept })
    }

    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    pub fn front(&self) -> &Front {
        &self.front
    }

    /// Everything the connector kept between calls, keys and values as text.
    pub fn kept(&self) -> Vec<String> {
        self.kept.texts()
    }

    /// A connection as if no call had been made before: nothing kept, and other settings where these are given.
    ///
    /// # Errors
    /// The settings do not fit the connector.
    pub fn begin(&self, settings: Option<&Map<String, Value>>, behind: Arc<dyn Behind>) -> Result<(), RigError> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let view = connect(&self.connector, &self.front, settings.unwrap_or(&self.settings), number)?;
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
        self.kept.forget();
        self.front.put_behind(behind);
        Ok(())
    }

    /// Nobody answers any more: what was behind until now can be reached through this no longer.
    pub fn end(&self) {
        self.front.put_behind(Arc::new(Nobody));
    }

    /// Calls the connector.
    pub async fn call(&self, call: Call) -> Ran {
        self.call_within(call, DEADLINE).await
    }

    /// As [`Self::call`], with less time.
    pub async fn call_within(&self, call: Call, deadline: Duration) -> Ran {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let _before = self.front.take_trace();
        let (logs, subscriber) = log::tap();
        let outcome = call.make(&self.host, &self.front, self.connector.manifest(), view, deadline.min(DEADLINE));
        let outcome = outcome.with_subscriber(subscriber).await;
        Ran { outcome, logs: logs.take(), exchanges: self.front.take_trace() }
    }
}

fn connect(
    connector: &Connector,
    front: &Front,
    settings: &Map<String, Value>,
    number: u64,
) -> Result<ConnectionView, RigError> {
    let manifest = connector.manifest();
    let accepted = connector.connect(settings, &front.bases(manifest), &front.secrets())?;
    let connection = Connection {
        id: ConnectionId::from_uuid(Uuid::from_u128(u128::from(number))),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        name: "test".to_owned(),
        connector: manifest.id.clone(),
        settings: settings.clone(),
        bases: accepted.bases,
        credentials: accepted.secrets.keys().cloned().collect(),
        private_origins: vec![front.origin().to_owned()],
        created_at: Timestamp::UNIX_EPOCH,
    };
    Ok(ConnectionView { connection, secrets: accepted.secrets })
}

/// Answers that nobody is there.
struct Nobody;

#[async_trait::async_trait]
impl Behind for Nobody {
    async fn answer(&self, _: &Asked) -> Answer {
        Answer::json(503, &serde_json::json!({ "message": "nobody is here yet" }))
    }
}

/// A clock that stands still, so that two runs are the same.
#[derive(Debug, Clone, Copy)]
pub struct StoppedClock(pub Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Numbers that look random and are the same in every run with the same seed (SplitMix64). Not for secrets.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
