//! Connectors: how many run on whose word, and what became of their code.

use std::sync::atomic::Ordering;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use wellspring_host::CompilerFigures;

use crate::installed::TakenUp;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Connectors {
    installed: Family<Standing, Gauge>,
    code: Family<Code, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Standing {
    /// `signed`, `unsigned`, `revoked` or `failed`.
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    /// `compiled`, `loaded` or `refused`.
    end: &'static str,
}

impl Connectors {
    pub fn register(ours: &mut Registry) -> Self {
        let connectors = Self::default();
        ours.register(
            "connectors",
            "Connectors that should run: signed and unsigned ones do, revoked and failed ones do not",
            connectors.installed.clone(),
        );
        ours.register(
            "connector_code",
            "Code of connectors: compiled, loaded from the cache, or refused there since somebody changed it",
            connectors.code.clone(),
        );
        connectors
    }

    pub fn stand(&self, taken_up: &TakenUp) {
        let TakenUp { signed, unsigned, revoked, failed, changed: _ } = taken_up;
        for (state, count) in
            [("signed", *signed), ("unsigned", *unsigned), ("revoked", revoked.len()), ("failed", failed.len())]
        {
            self.installed.get_or_create(&Standing { state }).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// The compiler counts by itself.
    pub fn show(&self, figures: CompilerFigures) {
        let CompilerFigures { compiled, loaded, refused } = figures;
        for (end, count) in [("compiled", compiled), ("loaded", loaded), ("refused", refused)] {
            self.code.get_or_create(&Code { end }).inner().store(count, Ordering::Relaxed);
        }
    }
}
