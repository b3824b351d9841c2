//! The log, and traces: from the request that hands something in, through the queue, to the ATS.
//!
//! Every piece of work has a trace, whether anybody records it or not: its number stands in the log, so that everything
//! about one submission is found by it. Where the operator names a collector, spans go there as well. Neither holds anything
//! about a person.

mod export;
pub mod request;

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _},
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, filter, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use wellspring_model::{time::Entropy, trace::TraceParent};

use crate::{
    config::{Config, LogFormat},
    start::StartError,
};

/// The log, and the way to the collector where there is one.
#[derive(Debug)]
#[must_use = "spans that are still kept are sent when it is ended"]
pub struct Telemetry {
    collector: Option<SdkTracerProvider>,
}

/// Starts writing the log to standard error.
///
/// # Errors
/// The filter cannot be read.
pub fn log(config: &Config) -> Result<(), StartError> {
    start_with(config, None)
}

/// As [`log`], and sends traces to the collector where the operator names one.
///
/// # Errors
/// The filter cannot be read, or no way to the collector can be made.
pub fn start(config: &Config) -> Result<Telemetry, StartError> {
    let collector = config.telemetry.endpoint().map(|endpoint| export::provider(config, endpoint)).transpose()?;
    start_with(config, collector.as_ref())?;
    Ok(Telemetry { collector })
}

fn start_with(config: &Config, collector: Option<&SdkTracerProvider>) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(&config.log.filter).map_err(|_| StartError::LogFilter(config.log.filter.clone()))?;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match config.log.format {
        LogFormat::Text => log.boxed(),
        LogFormat::Json => log.json().boxed(),
    };
    let spans = collector.map(|collector| {
        let layer = tracing_opentelemetry::layer().with_tracer(collector.tracer("wellspring"));
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_level(false);
        // Our own spans only, whatever the log's filter says; what is logged within them stays in the log.
        layer.with_tracked_inactivity(false).with_filter(filter::filter_fn(|metadata| {
            metadata.is_span() && metadata.target().starts_with("wellspring") && *metadata.level() <= Level::INFO
        }))
    });
    // A second call (in tests) finds the log already running, which is as good.
    let _running = tracing_subscriber::registry().with(spans).with(log.with_filter(filter)).try_init();
    Ok(())
}

impl Telemetry {
    /// Sends what is still kept.
    pub async fn end(self) {
        let Some(collector) = self.collector else { return };
        // It waits for its own thread, which sends through this runtime.
        let ended = tokio::task::spawn_blocking(move || collector.shutdown()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent to the collector");
        }
    }
}

/// Puts a span that has not begun below what came in, or at the beginning of a trace of its own, and notes the trace's number
/// in it. What it answers is handed on to whatever follows from this span.
pub fn go_on(span: &Span, from: Option<TraceParent>, entropy: &dyn Entropy) -> TraceParent {
    if let Some(from) = from {
        let flags = TraceFlags::default().with_sampled(from.is_sampled());
        let (trace, parent) = (TraceId::from_bytes(from.trace()), SpanId::from_bytes(from.span()));
        let remote = SpanContext::new(trace, parent, flags, true, TraceState::default());
        // Without a collector there is nobody to tell.
        let _told = span.set_parent(Context::new().with_remote_span_context(remote));
    }
    let trace = here(span).or(from).unwrap_or_else(|| TraceParent::begin(entropy));
    span.record("trace", trace.trace_id());
    trace
}

/// Where in its trace a span is, if anybody records it.
pub fn here(span: &Span) -> Option<TraceParent> {
    let context = span.context();
    let span = context.span();
    let place = span.span_context();
    TraceParent::new(place.trace_id().to_bytes(), place.span_id().to_bytes(), place.is_sampled())
}
