//! Runs errands: finds the code, makes a fresh instance, calls the export, and puts what came of it into words.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};
use wasmtime::{
    Engine,
    component::{HasSelf, Linker, ResourceTable},
};
use wellspring_model::{
    delivery::{DeliveryFailure, FailureCode},
    time::{Clock, Entropy},
};

use super::{
    bindings::{self, ConnectorPre},
    failure,
    runner::Runner,
    state::CallState,
    words,
};
use crate::{
    compile::Code,
    engine::{self, Allocation, HostError},
    errand::{Errand, Export, Given, Outside},
    failure::sandbox,
    limits::{Calls, Growth, Limits},
};

/// Blobs a guest holds at a time.
const BLOBS_MAX: usize = 1_000;

/// Names loaded code. A connector that is installed again gets another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Handle(pub u64);

/// An engine, and the connectors that were loaded into it.
pub(crate) struct Executor {
    engine: Engine,
    allocation: Allocation,
    runner: Runner,
    limits: Arc<Limits>,
    loaded: RwLock<HashMap<Handle, Arc<ConnectorPre<CallState>>>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Executor {
    pub fn new(
        limits: Arc<Limits>,
        slots: u32,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, HostError> {
        let (engine, allocation) = engine::start(&limits, slots)?;
        let runner = Runner::new(engine.clone(), slots);
        Ok(Self { engine, allocation, runner, limits, loaded: RwLock::default(), clock, entropy })
    }

    /// How instances get their memory on this machine.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    /// Loads code and links it. Takes some milliseconds for large code: not for async threads.
    ///
    /// # Errors
    /// Why it does not fit the contract, or this engine.
    pub fn load(&self, handle: Handle, code: &Code) -> Result<(), String> {
        let component = code.component(&self.engine).map_err(|error| format!("{error:#}"))?;
        // Our own interfaces and nothing else: whatever else a component imports stays unresolved, and that is an error.
        let mut linker = Linker::new(&self.engine);
        let linked = bindings::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut CallState| state)
            .and_then(|()| ConnectorPre::new(linker.instantiate_pre(&component)?))
            .map_err(|error| format!("{error:#}"))?;
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(handle, Arc::new(linked));
        Ok(())
    }

    /// Forgets code. Calls under way finish.
    pub fn forget(&self, handle: Handle) {
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).remove(&handle);
    }

    /// Runs an errand in a fresh instance.
    ///
    /// # Errors
    /// Every way in which it can fail, by its name.
    pub async fn run(
        &self,
        handle: Handle,
        errand: Errand,
        outside: Arc<dyn Outside>,
    ) -> Result<Given, DeliveryFailure> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned();
        let Some(connector) = loaded else {
            return Err(sandbox(FailureCode::ConnectorMissing, "the connector was taken away".to_owned()));
        };
        let mut context = words::context(&errand);
        let (deadline, export) = (errand.deadline, errand.export);
        let mut blobs = ResourceTable::new();
        blobs.set_max_capacity(BLOBS_MAX);
        let state = CallState {
            growth: Growth::new(&self.limits),
            limits: Arc::clone(&self.limits),
            calls: Calls::default(),
            ticks: 0,
            outside,
            settings: errand.settings,
            redactor: errand.redactor,
            attachments: errand.attachments,
            blobs,
            held: 0,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            denied: None,
            last_error: None,
        };
        let (ended, state) = self
            .runner
            .run(&connector, state, deadline, move |guest, store, left| {
                context.deadline_ms = words::millis(left);
                Box::pin(async move {
                    Ok(match export {
                        Export::Describe => Ok(words::description(guest.call_describe(store).await?)),
                        Export::Check => guest.call_check(store, &context).await?.map(words::lines),
                        Export::Deliver(work) => {
                            guest.call_deliver(store, &context, &work.into()).await?.map(words::receipt)
                        }
                        Export::Correct(work) => {
                            guest.call_correct(store, &context, &work.into()).await?.map(words::receipt)
                        }
                        Export::Withdraw(work) => {
                            guest.call_withdraw(store, &context, &work.into()).await?.map(words::receipt)
                        }
                        Export::Receive(request) => {
                            guest.call_receive(store, &context, &request.into()).await?.map(words::answer)
                        }
                        Export::Partner(request, offers) => guest
                            .call_partner(store, &context, &request.into(), &offers.into())
                            .await?
                            .map(words::answer),
                        Export::ListJobs(cursor) => {
                            guest.call_list_jobs(store, &context, cursor.as_deref()).await?.map(words::page)
                        }
                    })
                })
            })
            .await;
        match ended {
            Ok(Ok(given)) => Ok(given),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
        }
    }
}
