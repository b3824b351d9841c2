//! One trace goes from the request, through the queue, to the ATS.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message as _;
use wellspring_tests::world::{Application, World};

use super::{credentials, world};

/// A collector on loopback: what it was sent, as it came.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(HeaderMap, Bytes)>>>);

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) {
    collector.lock().push((headers, body));
}

impl Collector {
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, endpoint)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(HeaderMap, Bytes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.lock().clone();
        let decoded =
            requests.into_iter().map(|(_, body)| ExportTraceServiceRequest::decode(body).expect("it is OTLP"));
        let scopes = decoded.flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hands in one application as a caller that records its trace does.
async fn submit(world: &World, application: &Application) -> String {
    let request = World::request(&world.connection, &world.job, application, &credentials(application));
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let answer = world.client.post_within("/v1/submissions", &traceparent, &request).await.expect("it is accepted");
    answer["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn one_trace_spans_the_request_the_assessment_and_the_call_to_the_ats() {
    let (collector, endpoint) = Collector::start().await;
    let settings = format!(
        "[telemetry]\notlp_endpoint = \"{endpoint}\"\notlp_headers = {{ x-collector-key = \"for the collector\" }}\ntell_ats = true\n\
         [log]\nformat = \"json\"\n"
    );
    let mut world = world(1, &settings).await;
    let application = Application::numbered(1);
    let submission = submit(&world, &application).await;
    world.delivered(&submission).await.expect("it is delivered");
    world.gateway.signal("TERM").expect("it runs");
    world.gateway.ended().await.expect("it ends, and sends what it has kept");

    let ours: Vec<Span> = collector.spans().into_iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let of_id: BTreeMap<String, &Span> = ours.iter().map(|span| (hex(&span.span_id), span)).collect();
    let path = |span: &Span| {
        let (mut names, mut at) = (vec![span.name.clone()], hex(&span.parent_span_id));
        while let Some(parent) = of_id.get(&at) {
            names.push(parent.name.clone());
            at = hex(&parent.parent_span_id);
        }
        assert_eq!(at, CALLER, "{names:?} begins at the caller");
        names.reverse();
        names.join(" > ")
    };
    let paths: Vec<String> = ours.iter().map(path).collect();
    for expected in [
        "POST /v1/submissions",
        "POST /v1/submissions > accept",
        "POST /v1/submissions > assess",
        "POST /v1/submissions > assess > claim",
        "POST /v1/submissions > assess > parse",
        "POST /v1/submissions > assess > gather",
        "POST /v1/submissions > assess > verify",
        "POST /v1/submissions > assess > score",
        "POST /v1/submissions > assess > record",
        "POST /v1/submissions > deliver",
        "POST /v1/submissions > deliver > claim",
        "POST /v1/submissions > deliver > call",
        "POST /v1/submissions > deliver > call > ats_request",
        "POST /v1/submissions > deliver > settle",
    ] {
        assert!(paths.iter().any(|path| path == expected), "{expected} is not in {paths:#?}");
    }

    let told: Vec<_> = world.ats.requests().into_iter().filter(|one| one.path == "/v3/notes").collect();
    assert!(!told.is_empty());
    for request in told {
        let traceparent = request.traceparent.expect("the ATS is told, since the operator says so");
        let parts: Vec<&str> = traceparent.split('-').collect();
        assert_eq!((parts[1], of_id[parts[2]].name.as_str()), (TRACE, "deliver"));
    }
    let log = world.gateway.log();
    assert!(
        log.iter().any(|line| line.contains("the ATS has it") && line.contains(TRACE) && line.contains("dlv_")),
        "the log names the trace and the delivery: {log:#?}"
    );
    for (headers, body) in collector.lock().iter() {
        assert_eq!(headers["x-collector-key"], "for the collector");
        let text = String::from_utf8_lossy(body);
        for private in [application.name.as_str(), &application.email, world.client.key(), &world.ats.client_secret()] {
            assert!(!text.contains(private), "{private} is in a span");
        }
        assert!(!text.contains("/v3/"), "no path of the ATS is in a span");
    }
}

#[tokio::test]
async fn without_a_collector_the_trace_stands_in_the_log_and_no_ats_is_told() {
    let world = world(1, "[log]\nformat = \"json\"\n").await;
    let application = Application::numbered(1);
    let submission = submit(&world, &application).await;
    world.delivered(&submission).await.expect("it is delivered");
    assert!(world.ats.requests().iter().all(|request| request.traceparent.is_none()));
    let log = world.gateway.log();
    assert!(log.iter().any(|line| line.contains("the ATS has it") && line.contains(TRACE)), "{log:#?}");
}
