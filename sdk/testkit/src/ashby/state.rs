//! What a running double keeps.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{record::id, seed::AshbySeed};
use crate::{
    fault::{Fault, Holding},
    seen::RequestSeen,
};

pub(super) struct Shared {
    pub(super) holding: Holding,
    state: Mutex<State>,
}

pub(super) struct State {
    /// The records, as they are by now.
    pub(super) seed: AshbySeed,
    pub(super) requests: Vec<RequestSeen>,
    /// What waits to go wrong, by verb.
    pub(super) faults: VecDeque<(String, Fault)>,
    started: Instant,
    made: u64,
}

impl Shared {
    pub(super) fn new(seed: AshbySeed) -> Self {
        let state =
            State { seed, requests: Vec::new(), faults: VecDeque::new(), started: Instant::now(), made: 0x9_0000 };
        Self { holding: Holding::new(), state: Mutex::new(state) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while looking does not make the records wrong.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn now(&self) -> Timestamp {
        self.seed.now.checked_add(self.started.elapsed()).unwrap_or(self.seed.now)
    }

    /// An id that nothing has yet.
    pub(super) fn fresh_id(&mut self) -> String {
        self.made += 1;
        id(self.made)
    }

    /// Takes the fault that waits for this verb, if any.
    pub(super) fn fault(&mut self, verb: &str) -> Option<Fault> {
        let place = self.faults.iter().position(|(at, _)| at == verb)?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }
}
