//! What a running double keeps.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{fault::Route, index::Index, seed::GreenhouseSeed};
use crate::{
    fault::{Fault, Holding},
    seen::RequestSeen,
};

/// How long a token lives.
pub(super) const TOKEN_LIFE: Duration = Duration::from_secs(3_600);
/// The window of the rate limit.
pub(super) const WINDOW: Duration = Duration::from_secs(30);

pub(super) struct Shared {
    pub(super) origin: String,
    pub(super) holding: Holding,
    state: Mutex<State>,
}

pub(super) struct State {
    /// The records, as they are by now.
    pub(super) seed: GreenhouseSeed,
    pub(super) index: Index,
    /// When each note was written, by the clock of whoever measures.
    pub(super) written: Vec<std::time::Instant>,
    started: Instant,
    pub(super) advanced: Duration,
    /// When each token ends, on the double's own clock.
    pub(super) tokens: HashMap<String, Duration>,
    pub(super) tokens_given: u64,
    pub(super) requests: Vec<RequestSeen>,
    pub(super) faults: VecDeque<(Route, Fault)>,
    window: (Duration, u32),
}

impl Shared {
    pub(super) fn new(origin: String, seed: GreenhouseSeed) -> Self {
        let state = State {
            index: Index::new(&seed),
            written: vec![std::time::Instant::now(); seed.notes.len()],
            seed,
            started: Instant::now(),
            advanced: Duration::ZERO,
            tokens: HashMap::new(),
            tokens_given: 0,
            requests: Vec::new(),
            faults: VecDeque::new(),
            window: (Duration::ZERO, 0),
        };
        Self { origin, holding: Holding::new(), state: Mutex::new(state) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while looking does not make the records wrong.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How long the double has run, by its own clock.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed() + self.advanced
    }

    pub(super) fn now(&self) -> Timestamp {
        self.seed.now.checked_add(self.elapsed()).unwrap_or(self.seed.now)
    }

    /// Takes the fault that waits for this route, if any.
    pub(super) fn fault(&mut self, route: Route) -> Option<Fault> {
        let place = self.faults.iter().position(|(at, _)| *at == route)?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }

    /// Counts a request. What remains in this window and when it ends; `None` where nothing remains.
    pub(super) fn count(&mut self) -> (Option<u32>, Duration) {
        let now = self.elapsed();
        if now >= self.window.0 + WINDOW {
            self.window = (now, 0);
        }
        self.window.1 += 1;
        (self.seed.rate_limit.checked_sub(self.window.1), self.window.0 + WINDOW - now)
    }
}
