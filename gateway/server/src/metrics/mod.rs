//! Figures for whoever draws graphs: what was asked of us, what became of it, what waits, how the process is.
//!
//! Labels are bounded: routes, methods, codes, connectors that an operator installed. No tenant, no id, no path.

mod connectors;
mod process;
mod queue;

use std::time::Duration;

use http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};
use wellspring_model::{
    Timestamp,
    delivery::{DeliveryFailure, Receipt},
    finding::Outcome,
    report::VerificationReport,
};
use wellspring_store::Store;

use crate::{installed::TakenUp, readiness, state::App};

/// What scrapers expect.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// Seconds of an answer or of a call to an ATS.
const SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
/// Seconds until something has happened that may have to wait: from a tenth of a second to three days.
const LONG_SECONDS: [f64; 14] =
    [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0, 86_400.0, 259_200.0];

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// The figures of one process.
pub struct Metrics {
    registry: Registry,
    requests: Durations<Request>,
    accepted: Counter,
    assessed: Family<OfOutcome, Counter>,
    credentials: Family<OfOutcome, Counter>,
    until_assessed: Histogram,
    until_delivered: Histogram,
    tasks: Durations<Task>,
    attempts: Durations<Attempt>,
    ats_requests: Family<OfConnector, Counter>,
    ready: Gauge,
    queue: queue::Sampled,
    connectors: connectors::Connectors,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    /// `2xx` and the like.
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Task {
    kind: &'static str,
    /// `done`, `fenced` (the lease ended before) or `failed` (it is taken up again).
    end: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempt {
    connector: String,
    /// `DELIVERED`, or the code of the failure.
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfConnector {
    connector: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// What a report comes down to.
pub struct Outcomes {
    whole: Outcome,
    credentials: Vec<Outcome>,
}

impl Outcomes {
    pub fn of(report: &VerificationReport) -> Self {
        let credentials = report.credentials.iter().map(|credential| credential.outcome).collect();
        Self { whole: report.outcome(), credentials }
    }
}

impl Metrics {
    pub fn new(store: &Store, started: Timestamp) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(process::Process { started }));
        let ours = registry.sub_registry_with_prefix("wellspring");
        ours.register("build", "Which program this is", Info::new(Build { version: env!("CARGO_PKG_VERSION") }));
        store.register_figures(ours);
        let queue = queue::Sampled::register(ours);
        let connectors = connectors::Connectors::register(ours);
        let durations: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Durations::new_with_constructor(durations),
            accepted: Counter::default(),
            assessed: Family::default(),
            credentials: Family::default(),
            until_assessed: Histogram::new(LONG_SECONDS),
            until_delivered: Histogram::new(LONG_SECONDS),
            tasks: Durations::new_with_constructor(durations),
            attempts: Durations::new_with_constructor(durations),
            ats_requests: Family::default(),
            ready: Gauge::default(),
            queue,
            connectors,
        };
        metrics.register(ours);
        metrics.registry = registry;
        metrics
    }

    fn register(&self, ours: &mut Registry) {
        ours.register(
            "http_request_duration_seconds",
            "Requests by route, method and class of status",
            self.requests.clone(),
        );
        ours.register("submissions_accepted", "Submissions that were acknowledged", self.accepted.clone());
        ours.register(
            "submissions_assessed",
            "Submissions that were judged, by what came of it",
            self.assessed.clone(),
        );
        ours.register("credentials_verified", "Credentials by what came of verifying them", self.credentials.clone());
        ours.register(
            "acceptance_to_assessment_seconds",
            "From the acknowledgement to the assessment",
            self.until_assessed.clone(),
        );
        ours.register(
            "acceptance_to_delivery_seconds",
            "From the acknowledgement to the ATS having the result",
            self.until_delivered.clone(),
        );
        ours.register("task_duration_seconds", "Pieces of work by kind and how they ended", self.tasks.clone());
        ours.register(
            "delivery_attempt_duration_seconds",
            "Attempts to deliver, by connector and code",
            self.attempts.clone(),
        );
        ours.register("ats_requests", "Requests that connectors made to their ATS", self.ats_requests.clone());
        ours.register("ready", "1 while this process says that it is ready", self.ready.clone());
    }

    pub fn answered(&self, method: &str, route: &str, status: StatusCode, took: Duration) {
        let status = format!("{}xx", status.as_u16() / 100);
        let labels = Request { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// How connectors stand.
    pub fn connectors(&self, taken_up: &TakenUp) {
        self.connectors.stand(taken_up);
    }

    pub fn accepted(&self) {
        self.accepted.inc();
    }

    pub fn assessed(&self, outcomes: &Outcomes, received_at: Timestamp, at: Timestamp) {
        self.assessed.get_or_create(&OfOutcome { outcome: word(outcomes.whole) }).inc();
        for outcome in &outcomes.credentials {
            self.credentials.get_or_create(&OfOutcome { outcome: word(*outcome) }).inc();
        }
        self.until_assessed.observe(between(received_at, at));
    }

    pub fn task(&self, kind: &'static str, end: &'static str, took: Duration) {
        self.tasks.get_or_create(&Task { kind, end }).observe(took.as_secs_f64());
    }

    pub fn attempted(&self, connector: &str, result: &Result<Receipt, DeliveryFailure>, requests: u32, took: Duration) {
        let connector = connector.to_owned();
        let code = result.as_ref().map_or_else(|failure| failure.code.as_str(), |_| "DELIVERED");
        self.ats_requests.get_or_create(&OfConnector { connector: connector.clone() }).inc_by(requests.into());
        self.attempts.get_or_create(&Attempt { connector, code }).observe(took.as_secs_f64());
    }

    pub fn delivered(&self, at: Timestamp, received_at: Timestamp) {
        self.until_delivered.observe(between(received_at, at));
    }
}

/// Everything as text for a scraper.
///
/// # Errors
/// A figure cannot be written.
pub async fn text(app: &App) -> Result<String, std::fmt::Error> {
    let metrics = &app.metrics;
    let (reasons, ()) = tokio::join!(readiness::reasons(app), metrics.queue.refresh(app));
    metrics.connectors.show(app.host.compiler_figures());
    metrics.ready.set(i64::from(reasons.is_empty()));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &metrics.registry)?;
    Ok(text)
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Undetermined => "undetermined",
    }
}

/// Seconds between; nodes' clocks may differ, and nothing takes less than no time.
fn between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
