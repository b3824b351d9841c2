//! The sandbox as the gateway sees it: install connectors, call them.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use wellspring_model::{
    connection::ConnectorId,
    delivery::{DeliveryFailure, FailureCode},
    time::{Clock, Entropy},
};

use crate::{
    clients::Clients,
    engine::{self, Allocation, HostError},
    failure,
    kept::ConnectionState,
    limits::Limits,
    outbound::Outbound,
    package::PackageError,
    registry::{Connector, Registry},
    runner::Runner,
};

/// `describe` has nothing to wait for.
const DESCRIBE_WALL: Duration = Duration::from_secs(5);

/// How the sandbox runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostConfig {
    /// What one call may use.
    pub limits: Limits,
    /// Calls at a time. Each reserves 4 GiB of address space (not of memory) per linear memory.
    pub slots: u32,
    /// Certificate authorities to trust beside the system's, as PEM: for an ATS on the premises.
    pub extra_ca_file: Option<PathBuf>,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self { limits: Limits::default(), slots: 32, extra_ca_file: None }
    }
}

/// The sandbox: an engine, the installed connectors, and a way out for each connection.
pub struct Host {
    engine: wasmtime::Engine,
    allocation: Allocation,
    pub(crate) limits: Arc<Limits>,
    pub(crate) runner: Runner,
    registry: Registry,
    pub(crate) clients: Clients,
    pub(crate) kept: Arc<dyn ConnectionState>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("allocation", &self.allocation).field("connectors", &self.registry).finish()
    }
}

impl Host {
    /// Starts the engine. Fails only where the machine cannot run one at all.
    pub fn new(
        config: HostConfig,
        kept: Arc<dyn ConnectionState>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, HostError> {
        let slots = config.slots.max(1);
        let (engine, allocation) = engine::start(&config.limits, slots)?;
        Ok(Self {
            runner: Runner::new(engine.clone(), slots),
            engine,
            allocation,
            limits: Arc::new(config.limits),
            registry: Registry::default(),
            clients: Clients::new(config.extra_ca_file, Arc::clone(&clock)),
            kept,
            clock,
            entropy,
        })
    }

    /// Has this answer the requests of all connections in place of the network, for programs that measure or test connectors. It
    /// is given each request as the guest made it: nothing of egress has looked at it.
    #[must_use]
    pub fn answered_by(self, outbound: Arc<dyn Outbound>) -> Self {
        Self { clients: self.clients.answered_by(outbound), ..self }
    }

    /// How instances get their memory on this machine.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    /// Inspects, compiles, links and tries a package, and from then on calls it by its id. A connector with the same id is
    /// replaced.
    pub async fn install(&self, bytes: Vec<u8>) -> Result<Arc<Connector>, PackageError> {
        let engine = self.engine.clone();
        let loaded = tokio::task::spawn_blocking(move || Connector::load(&engine, &bytes)).await;
        // The compiler has panicked on odd input before; that ends its thread and not ours.
        let connector = loaded.map_err(|_| PackageError::Compile("the compiler gave up".to_owned()))??;
        let state = self.state(&connector, "install".to_owned());
        let (described, state) = self
            .runner
            .run(&connector.pre, state, DESCRIBE_WALL.min(self.limits.wall), |guest, store| {
                Box::pin(guest.call_describe(store))
            })
            .await;
        let described =
            described.map_err(|stopped| PackageError::Describe(failure::stopped(&stopped, &state).message))?;
        connector.compare(&described)?;
        let connector = Arc::new(connector);
        self.registry.insert(Arc::clone(&connector));
        Ok(connector)
    }

    /// Forgets a connector. Calls under way finish. `false`: there was none.
    pub fn remove(&self, id: &ConnectorId) -> bool {
        self.registry.remove(id)
    }

    /// The installed connector of this id.
    pub fn connector(&self, id: &ConnectorId) -> Option<Arc<Connector>> {
        self.registry.get(id)
    }

    /// All installed connectors, by id.
    pub fn connectors(&self) -> Vec<Arc<Connector>> {
        self.registry.all()
    }

    pub(crate) fn installed(&self, id: &ConnectorId) -> Result<Arc<Connector>, DeliveryFailure> {
        self.registry
            .get(id)
            .ok_or_else(|| failure::sandbox(FailureCode::ConnectorMissing, format!("no connector `{id}` is installed")))
    }
}
