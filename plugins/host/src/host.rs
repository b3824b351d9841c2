//! The sandbox as the gateway sees it: install connectors, call them.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use wellspring_egress::Scrubber;
use wellspring_model::{
    connection::ConnectorId,
    delivery::{DeliveryFailure, FailureCode},
    time::{Clock, Entropy},
};

use crate::{
    apart::Apart,
    clients::Clients,
    compile::{Compiler, CompilerFigures, Workplace},
    engine::{Allocation, HostError},
    enter::{Loan, errand},
    errand::{Errand, Export, Given},
    failure,
    guest::{Executor, Handle},
    guests::Guests,
    kept::ConnectionState,
    lent::{Lent, Seen},
    limits::Limits,
    outbound::Outbound,
    package::PackageError,
    registry::{Connector, Registry},
    turns::{Direction, Missed, Turns},
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

/// The sandbox: where guests run, the installed connectors, and a way out for each connection.
pub struct Host {
    guests: Guests,
    handles: AtomicU64,
    pub(crate) limits: Arc<Limits>,
    compiler: Compiler,
    registry: Registry,
    turns: Turns,
    pub(crate) clients: Clients,
    pub(crate) kept: Arc<dyn ConnectionState>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("allocation", &self.allocation()).field("connectors", &self.registry).finish()
    }
}

impl Host {
    /// Runs guests in this process. Fails only where the machine cannot run them at all.
    ///
    /// # Errors
    /// Why there is no engine.
    pub fn new(
        config: HostConfig,
        kept: Arc<dyn ConnectionState>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, HostError> {
        let limits = Arc::new(config.limits);
        let slots = config.slots.max(1);
        let executor = Executor::new(Arc::clone(&limits), slots, Arc::clone(&clock), entropy)?;
        Ok(Self::with(Guests::Here(Arc::new(executor)), limits, slots, config.extra_ca_file, kept, clock))
    }

    /// Runs guests in a process of their own, which knows no secret and has no way out but through this one.
    ///
    /// # Errors
    /// Why that process does not start.
    pub async fn apart(
        config: HostConfig,
        program: Workplace,
        kept: Arc<dyn ConnectionState>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, HostError> {
        let limits = Arc::new(config.limits);
        let slots = config.slots.max(1);
        let apart = Apart::start(program, Arc::clone(&limits), slots).await?;
        Ok(Self::with(Guests::Apart(apart), limits, slots, config.extra_ca_file, kept, clock))
    }

    fn with(
        guests: Guests,
        limits: Arc<Limits>,
        slots: u32,
        extra_ca_file: Option<PathBuf>,
        kept: Arc<dyn ConnectionState>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            guests,
            handles: AtomicU64::new(0),
            limits,
            compiler: Compiler::here(),
            registry: Registry::default(),
            turns: Turns::new(slots),
            clients: Clients::new(extra_ca_file, Arc::clone(&clock)),
            kept,
            clock,
        }
    }

    /// Has packages compiled in this way; without it, on a thread of this process.
    #[must_use]
    pub fn with_compiler(self, compiler: Compiler) -> Self {
        Self { compiler, ..self }
    }

    /// What came of the packages that were to run.
    pub fn compiler_figures(&self) -> CompilerFigures {
        self.compiler.figures()
    }

    /// Has this answer the requests of all connections in place of the network, for programs that measure or test connectors. It
    /// is given each request as the guest made it: nothing of egress has looked at it.
    #[must_use]
    pub fn answered_by(self, outbound: Arc<dyn Outbound>) -> Self {
        Self { clients: self.clients.answered_by(outbound), ..self }
    }

    /// How instances get their memory on this machine.
    pub fn allocation(&self) -> Allocation {
        self.guests.allocation()
    }

    /// The process that runs guests, where they have one of their own.
    pub fn guests_process(&self) -> Option<u32> {
        match &self.guests {
            Guests::Here(_) => None,
            Guests::Apart(apart) => apart.process(),
        }
    }

    /// Inspects, compiles, links and tries a package, and from then on calls it by its id. A connector with the same id is
    /// replaced.
    ///
    /// # Errors
    /// Why the package is not accepted. A connector with the same id goes on as it was.
    pub async fn install(&self, bytes: Vec<u8>) -> Result<Arc<Connector>, PackageError> {
        let connector = self.try_out(bytes).await?;
        if let Some(replaced) = self.registry.insert(Arc::clone(&connector)) {
            self.guests.forget(replaced.handle);
        }
        Ok(connector)
    }

    /// All of [`Self::install`] but the last: nobody calls it, whatever ran before goes on.
    ///
    /// # Errors
    /// Why the package is not accepted.
    pub async fn try_out(&self, bytes: Vec<u8>) -> Result<Arc<Connector>, PackageError> {
        let handle = Handle(self.handles.fetch_add(1, Ordering::Relaxed));
        let connector = Connector::load(&self.guests, &self.compiler, handle, bytes).await?;
        if let Err(error) = self.describe(&connector).await {
            self.guests.forget(handle);
            return Err(error);
        }
        Ok(Arc::new(connector))
    }

    /// Has it say what it is, with no rights at all.
    async fn describe(&self, connector: &Connector) -> Result<(), PackageError> {
        let errand =
            Errand { deadline: DESCRIBE_WALL.min(self.limits.wall), ..errand("install".to_owned(), Export::Describe) };
        match self.run(connector, errand, Loan::default()).await.0 {
            Ok(Given::Description(description)) => connector.compare(&description),
            Ok(_) => Err(PackageError::Describe("it gave something else".to_owned())),
            Err(failure) => Err(PackageError::Describe(failure.message)),
        }
    }

    /// Runs an errand with what is lent to it.
    pub(crate) async fn run(
        &self,
        connector: &Connector,
        errand: Errand,
        loan: Loan,
    ) -> (Result<Given, DeliveryFailure>, Arc<Lent>) {
        let shared: Vec<_> = loan.rights.iter().flat_map(|rights| rights.shared.values().cloned()).collect();
        let lent = Arc::new(Lent {
            connector: connector.id().clone(),
            call_id: errand.call_id.clone(),
            rights: loan.rights,
            trace: loan.trace,
            redactor: errand.redactor.clone(),
            scrubber: Scrubber::new(shared),
            body: loan.body,
            limits: Arc::clone(&self.limits),
            clock: Arc::clone(&self.clock),
            seen: Seen::default(),
            span: tracing::Span::current(),
        });
        let given = self.in_turn(connector, errand, &lent).await;
        (lent.read(given).await, lent)
    }

    /// Runs an errand when it is the turn of its connection; one of nobody's at once.
    async fn in_turn(&self, connector: &Connector, errand: Errand, lent: &Arc<Lent>) -> Result<Given, DeliveryFailure> {
        let Some(rights) = &lent.rights else {
            return self.guests.run(connector.handle, errand, Arc::clone(lent)).await;
        };
        let direction = match errand.export {
            Export::Receive(_) | Export::Partner(..) => Direction::In,
            _ => Direction::Out,
        };
        let turn = self.turns.take(rights.connection, direction, errand.deadline).await.map_err(|missed| {
            let (code, whose) = match missed {
                // Its ATS is slow.
                Missed::ByItsOwn => (FailureCode::Deadline, "calls of the same connection"),
                // `DEADLINE` would be held against an ATS that nobody asked.
                Missed::ByOthers => (FailureCode::Internal, "calls of others"),
            };
            failure::sandbox(code, format!("{whose} had the sandbox for as long as this one may take"))
        })?;
        let errand = Errand { deadline: turn.left, ..errand };
        self.guests.run(connector.handle, errand, Arc::clone(lent)).await
    }

    /// Forgets a connector. Calls under way finish. `false`: there was none.
    pub fn remove(&self, id: &ConnectorId) -> bool {
        let removed = self.registry.remove(id);
        if let Some(connector) = &removed {
            self.guests.forget(connector.handle);
        }
        removed.is_some()
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
