//! What is counted of committing, for whoever draws graphs of it.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::{Store, StoreError};

/// Seconds: from a quick disk to one that hangs.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Units in one commit, up to the most there can be.
const UNITS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What is counted of the writer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct CommitFigures {
    seconds: Histogram,
    units: Histogram,
    failed: Family<Failed, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    reason: &'static str,
}

const REASONS: [&str; 3] = ["full", "unavailable", "not_committed"];

impl CommitFigures {
    pub fn new() -> Self {
        let failed = Family::default();
        // There from the beginning, so that the first failure is seen as a rise.
        for reason in REASONS {
            drop(failed.get_or_create(&Failed { reason }));
        }
        Self { seconds: Histogram::new(SECONDS), units: Histogram::new(UNITS), failed }
    }

    pub fn committed(&self, units: usize, took: Duration) {
        self.seconds.observe(took.as_secs_f64());
        self.units.observe(u32::try_from(units).map_or(f64::MAX, f64::from));
    }

    pub fn failed(&self, error: &StoreError) {
        let reason = match error {
            StoreError::Full => "full",
            StoreError::Unavailable => "unavailable",
            _ => "not_committed",
        };
        self.failed.get_or_create(&Failed { reason }).inc();
    }
}

impl Store {
    /// Hands over what is counted of committing.
    pub fn register_figures(&self, registry: &mut Registry) {
        let figures = self.writer.figures();
        registry.register(
            "commit_duration_seconds",
            "How long a commit took, from its beginning to the disk's answer",
            figures.seconds.clone(),
        );
        registry.register("commit_units", "Units of work that were committed together", figures.units.clone());
        registry.register(
            "commit_failures",
            "Commits that failed; nothing of them was acknowledged",
            figures.failed.clone(),
        );
    }
}
