//! What waits. Counting reads the whole queue, which in an outage of an ATS may be millions of rows: so it is done beside the
//! scrape and not in it, not more often than every few seconds, and so that it takes a fiftieth of the time at most.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};
use tokio::sync::Mutex;
use wellspring_store::{QueueFigures, StoreError};

use crate::state::App;

/// Not more often than this, and not more often than [`SHARE`] times what it took.
const EVERY: Duration = Duration::from_secs(5);
const SHARE: u32 = 50;
/// How long a scrape waits for figures to be counted before it answers with those from before.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longer than this no count goes on; the next one is as far off as if it had ended.
const LONGEST: Duration = Duration::from_secs(30);

/// The queue as it was counted last. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sampled {
    tasks: Family<Tasks, Gauge>,
    gates: Family<Gates, Gauge>,
    oldest: Gauge<f64, AtomicU64>,
    exhausted: Gauge,
    age: Gauge<f64, AtomicU64>,
    last: Arc<Mutex<Last>>,
}

/// Held while it is counted.
#[derive(Default)]
struct Last {
    counted_at: Option<Instant>,
    next_at: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tasks {
    kind: String,
    /// `due`, `leased` or `later`.
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Gates {
    /// `open`, `tripped`, `paused` or `shut`.
    state: String,
}

impl Sampled {
    pub fn register(ours: &mut Registry) -> Self {
        let sampled = Self::default();
        ours.register("tasks", "Work in the queue, by kind: due, leased, or to be done later", sampled.tasks.clone());
        ours.register("gates", "Destinations by state", sampled.gates.clone());
        ours.register(
            "oldest_due_seconds",
            "For how long the oldest task has been due that waits for nothing but a worker",
            sampled.oldest.clone(),
        );
        ours.register("deliveries_exhausted", "Deliveries that were given up", sampled.exhausted.clone());
        ours.register("queue_sample_age_seconds", "How old the figures of the queue are", sampled.age.clone());
        sampled
    }

    /// Has the figures counted anew where it is time, and waits for that a moment.
    pub async fn refresh(&self, app: &App) {
        let (sampled, app) = (self.clone(), app.clone());
        let counting = tokio::spawn(async move { sampled.count(&app).await });
        let _in_time = tokio::time::timeout(PATIENCE, counting).await;
        if let Ok(last) = self.last.try_lock() {
            self.age.set(last.counted_at.map_or(f64::INFINITY, |at| at.elapsed().as_secs_f64()));
        }
    }

    async fn count(&self, app: &App) {
        // Somebody else is counting.
        let Ok(mut last) = self.last.try_lock() else { return };
        let began = Instant::now();
        if last.next_at.is_some_and(|next_at| began < next_at) {
            return;
        }
        match tokio::time::timeout(LONGEST, app.store.queue_figures()).await.unwrap_or(Err(StoreError::Unavailable)) {
            Ok(figures) => {
                self.show(&figures);
                last.counted_at = Some(Instant::now());
            }
            Err(error) => tracing::warn!(%error, "the queue cannot be counted; its figures are those from before"),
        }
        last.next_at = Some(Instant::now() + EVERY.max(began.elapsed() * SHARE));
    }

    fn show(&self, figures: &QueueFigures) {
        // What is not there any more is gone from the figures too.
        self.tasks.clear();
        self.gates.clear();
        for kind in ["assess", "deliver"] {
            self.show_tasks(kind, (0, 0, 0));
        }
        for (kind, tasks) in &figures.tasks {
            self.show_tasks(kind, (tasks.due, tasks.leased, tasks.later));
        }
        for state in ["open", "tripped", "paused", "shut"] {
            let count = figures.gates.get(state).copied().unwrap_or(0);
            self.gates.get_or_create(&Gates { state: state.to_owned() }).set(number(count));
        }
        self.oldest.set(Duration::from_micros(figures.oldest_due_micros).as_secs_f64());
        self.exhausted.set(number(figures.exhausted));
    }

    fn show_tasks(&self, kind: &str, (due, leased, later): (u64, u64, u64)) {
        for (state, count) in [("due", due), ("leased", leased), ("later", later)] {
            self.tasks.get_or_create(&Tasks { kind: kind.to_owned(), state }).set(number(count));
        }
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
