//! What handlers and workers share.

use std::{ops::Deref, sync::Arc};

use wellspring_egress::Fetcher;
use wellspring_host::Host;
use wellspring_model::{
    Timestamp,
    time::{Clock, Entropy},
};
use wellspring_score::ScoringPolicy;
use wellspring_store::Store;
use wellspring_verify::{Limits, Material, Policy};

use crate::config::Config;

/// One running gateway. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// The parts of a running gateway.
pub struct AppState {
    pub config: Config,
    pub store: Store,
    pub host: Host,
    pub fetcher: Fetcher,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub verification: Verification,
    pub scoring: ScoringPolicy,
}

/// How this gateway verifies: limits, the employer's policy, and the operator's contexts.
pub struct Verification {
    pub limits: Limits,
    pub policy: Policy,
    /// Material that is there without fetching: the operator's contexts.
    pub standing: Material,
}

impl App {
    pub fn new(state: AppState) -> Self {
        Self(Arc::new(state))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh UUIDv7 for an id.
    pub fn uuid(&self) -> uuid::Uuid {
        self.entropy.uuid(self.now())
    }
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}
