//! Runs one call: a fresh instance, bounded in every direction, dropped afterwards whatever happened.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::{
    bindings,
    failure::{OutOfTime, Stopped},
    state::CallState,
};

/// Live resource handles of one guest: blobs.
const HANDLES_MAX: usize = 1_000;

/// A call under way.
pub(super) type Entered<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// Starts instances, as many at a time as there are slots.
pub(super) struct Runner {
    engine: Engine,
    slots: Arc<Semaphore>,
}

impl Runner {
    pub fn new(engine: Engine, slots: u32) -> Self {
        Self { engine, slots: Arc::new(Semaphore::new(usize::try_from(slots).unwrap_or(Semaphore::MAX_PERMITS))) }
    }

    /// Instantiates the connector, calls one export of it and gives back what came of it, with the call's state.
    ///
    /// The wait for a free slot counts towards the deadline: a call that could not begin in time did not succeed in time. `enter` is
    /// told how much of it is left.
    pub async fn run<T: Send>(
        &self,
        connector: &bindings::ConnectorPre<CallState>,
        state: CallState,
        deadline: Duration,
        enter: impl for<'a> FnOnce(&'a bindings::Connector, &'a mut Store<CallState>, Duration) -> Entered<'a, T> + Send,
    ) -> (Result<T, Stopped>, CallState) {
        let end = Instant::now() + deadline;
        // Held until the store is gone: the instance occupies its slot until then.
        let Ok(Ok(_slot)) = timeout_at(end, self.slots.acquire()).await else { return (Err(Stopped::Deadline), state) };
        let mut store = self.store(state);
        let ended = timeout_at(end, async {
            let instance = connector.instantiate_async(&mut store).await?;
            enter(&instance, &mut store, end.saturating_duration_since(Instant::now())).await
        })
        .await;
        let ended = match ended {
            Ok(ended) => ended.map_err(Stopped::Error),
            Err(_) => Err(Stopped::Deadline),
        };
        (ended, store.into_data())
    }

    fn store(&self, state: CallState) -> Store<CallState> {
        let (handover, budget) = (state.limits.handover_bytes, state.limits.cpu_ticks);
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.growth);
        store.set_hostcall_fuel(handover);
        store.set_max_component_handles(HANDLES_MAX);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut context| {
            let state = context.data_mut();
            state.ticks += 1;
            if state.ticks > budget {
                return Err(OutOfTime.into());
            }
            // Give way on every tick, so that a busy guest never holds up the other tasks of its thread.
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        store
    }
}
