//! The sandbox as the gateway sees it: install connectors, call them.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Map;
use wellspring_model::{
    connection::ConnectorId,
    delivery::{ApplicationResult, DeliveryFailure, FailureCode, Retry},
    id::TenantId,
    time::{Clock, Entropy},
};

use crate::{
    bindings::wellspring::connector::types::{Context, Entity},
    calls::{CheckLine, ConnectionView, DeliverCall, Delivered},
    clients::Clients,
    compile::{Compiler, CompilerFigures},
    engine::{self, Allocation, HostError},
    failure,
    limits::{Calls, Growth, Limits},
    package::PackageError,
    receipt,
    redact::Redactor,
    registry::{Connector, Registry},
    runner::Runner,
    state::CallState,
};

/// Name and version of what `deliver` is given: `plugins/wit/0.1/schemas/application-result.schema.json`.
pub const APPLICATION_RESULT: &str = "application-result@0.1";
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
    limits: Arc<Limits>,
    runner: Runner,
    compiler: Compiler,
    registry: Registry,
    clients: Clients,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("allocation", &self.allocation).field("connectors", &self.registry).finish()
    }
}

impl Host {
    /// Starts the engine. Fails only where the machine cannot run one at all.
    pub fn new(config: HostConfig, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, HostError> {
        let slots = config.slots.max(1);
        let (engine, allocation) = engine::start(&config.limits, slots)?;
        Ok(Self {
            runner: Runner::new(engine.clone(), slots),
            engine,
            allocation,
            limits: Arc::new(config.limits),
            compiler: Compiler::here(),
            registry: Registry::default(),
            clients: Clients::new(config.extra_ca_file, Arc::clone(&clock)),
            clock,
            entropy,
        })
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

    /// How instances get their memory on this machine.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    /// Inspects, compiles, links and tries a package, and from then on calls it by its id. A connector with the same id is
    /// replaced.
    pub async fn install(&self, bytes: Vec<u8>) -> Result<Arc<Connector>, PackageError> {
        let connector = self.try_out(bytes).await?;
        self.registry.insert(Arc::clone(&connector));
        Ok(connector)
    }

    /// All of [`Self::install`] but the last: nobody calls it, whatever ran before goes on.
    pub async fn try_out(&self, bytes: Vec<u8>) -> Result<Arc<Connector>, PackageError> {
        let connector = Connector::load(&self.engine, &self.compiler, bytes).await?;
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
        Ok(Arc::new(connector))
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

    /// Brings one result to the ATS. Every way in which that can fail is a [`DeliveryFailure`] with its name.
    pub async fn deliver(&self, id: &ConnectorId, call: DeliverCall) -> Delivered {
        self.try_deliver(id, call).await.unwrap_or_else(|failure| Delivered {
            result: Err(failure),
            requests: 0,
            wait: None,
        })
    }

    /// `Err`: the connector was not called at all.
    async fn try_deliver(&self, id: &ConnectorId, call: DeliverCall) -> Result<Delivered, DeliveryFailure> {
        let connector = self.installed(id)?;
        let entity = entity(&call.result)?;
        let deadline = call.deadline.min(self.limits.wall);
        let context = Context {
            idempotency_key: call.idempotency_key,
            attempt: call.attempt,
            ..context(call.tenant, &call.connection, &call.call_id, deadline)
        };
        let state = self.rights(
            &connector,
            call.tenant,
            &call.connection,
            call.call_id,
            Redactor::new(&call.result.application.candidate),
        )?;
        let state = CallState { trace: call.trace, ..state };
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, deadline, move |guest, store| {
                Box::pin(async move { guest.call_deliver(store, &context, &entity).await })
            })
            .await;
        let result = match ended {
            Ok(Ok(receipt)) => Ok(receipt::read(receipt)),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
        };
        Ok(Delivered { result, requests: state.calls.requests(), wait: state.allowance })
    }

    /// Finds out whether a connection works, in words. `Err`: it could not be found out.
    pub async fn check(&self, id: &ConnectorId, view: ConnectionView) -> Result<Vec<CheckLine>, DeliveryFailure> {
        let connector = self.installed(id)?;
        let tenant = view.connection.tenant;
        let call_id = format!("check of {}", view.connection.id);
        let context = context(tenant, &view, &call_id, self.limits.wall);
        let state = self.rights(&connector, tenant, &view, call_id, Redactor::default())?;
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, self.limits.wall, move |guest, store| {
                Box::pin(async move { guest.call_check(store, &context).await })
            })
            .await;
        match ended {
            Ok(Ok(lines)) => Ok(receipt::lines(lines, &state.redactor)),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
        }
    }

    fn installed(&self, id: &ConnectorId) -> Result<Arc<Connector>, DeliveryFailure> {
        self.registry
            .get(id)
            .ok_or_else(|| failure::sandbox(FailureCode::ConnectorMissing, format!("no connector `{id}` is installed")))
    }

    /// The state of a call without any way out.
    fn state(&self, connector: &Connector, call_id: String) -> CallState {
        CallState {
            growth: Growth::new(&self.limits),
            limits: Arc::clone(&self.limits),
            calls: Calls::default(),
            allowance: None,
            ticks: 0,
            connector: connector.manifest().id.clone(),
            call_id,
            settings: Map::new(),
            outbound: None,
            redactor: Redactor::default(),
            trace: None,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            denied: None,
            last_error: None,
        }
    }

    /// The state of a call with the rights of its connection.
    fn rights(
        &self,
        connector: &Connector,
        tenant: TenantId,
        view: &ConnectionView,
        call_id: String,
        redactor: Redactor,
    ) -> Result<CallState, DeliveryFailure> {
        let connection = &view.connection;
        let invalid = |message: String| DeliveryFailure {
            retry: Retry::Never,
            ..failure::sandbox(FailureCode::ConnectionInvalid, message)
        };
        if connection.tenant != tenant || connection.connector != connector.manifest().id {
            return Err(invalid("the connection belongs to another tenant or connector".to_owned()));
        }
        if let Some((pointer, mistake)) = connector.check_settings(&connection.settings).into_iter().next() {
            return Err(invalid(format!("the connection's settings do not fit the connector: {pointer}: {mistake}")));
        }
        let outbound = self.clients.get(connector.manifest(), view).map_err(|error| invalid(error.to_string()))?;
        Ok(CallState {
            settings: connection.settings.clone(),
            outbound: Some(outbound),
            redactor,
            ..self.state(connector, call_id)
        })
    }
}

fn context(tenant: TenantId, view: &ConnectionView, call_id: &str, deadline: Duration) -> Context {
    Context {
        tenant: tenant.to_string(),
        connection: view.connection.id.to_string(),
        call_id: call_id.to_owned(),
        idempotency_key: String::new(),
        attempt: 1,
        deadline_ms: u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX),
    }
}

fn entity(result: &ApplicationResult) -> Result<Entity, DeliveryFailure> {
    let json = serde_json::to_string(result)
        .map_err(|error| failure::sandbox(FailureCode::Internal, format!("the result cannot be written: {error}")))?;
    Ok(Entity { schema: APPLICATION_RESULT.to_owned(), json })
}
