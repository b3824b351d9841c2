//! What handlers and workers share.

use std::{ops::Deref, sync::Arc};

use tokio::{sync::Semaphore, task::JoinError};
use wellspring_egress::{Fetcher, Webhooks};
use wellspring_host::Host;
use wellspring_model::{
    Timestamp,
    time::{Clock, Entropy},
    trust::TrustRules,
};
use wellspring_score::ScoringPolicy;
use wellspring_store::Store;
use wellspring_verify::{Cache, Limits, Material, Policy};

use crate::{config::Config, known::Known, metrics::Metrics, pace::Pace, prepared::Prepared, readiness::Readiness};

/// One running gateway. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// The parts of a running gateway.
pub struct AppState {
    pub config: Config,
    pub store: Store,
    pub host: Host,
    pub fetcher: Fetcher,
    pub webhooks: Webhooks,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub verification: Verification,
    /// For employers who have no policy of their own.
    pub scoring: Arc<ScoringPolicy>,
    pub prepared: Prepared,
    pub known: Known,
    /// How often ATSs may call.
    pub pace: Pace,
    /// As many as there are processors.
    pub processors: Semaphore,
    pub metrics: Metrics,
    pub readiness: Readiness,
}

/// How this gateway verifies.
pub struct Verification {
    pub limits: Limits,
    /// Ages and tolerances; whom to rely on is the employer's to say, for each job.
    pub policy: Policy,
    /// For employers who do not say.
    pub rules: TrustRules,
    /// Material that is there without fetching: the operator's contexts and registries.
    pub standing: Material,
    pub cache: Cache,
}

impl App {
    pub fn new(state: AppState) -> Self {
        Self(Arc::new(state))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Does a processor's work (signatures, canonical forms, scores) off the threads that answer requests, as much at a time
    /// as there are processors: many pieces of work may wait for others' sites, few can compute.
    ///
    /// # Errors
    /// The thread ended early.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // It is never closed.
        let _turn = self.processors.acquire().await.ok();
        tokio::task::spawn_blocking(work).await
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
