//! Each request: its span, its trace, its figures.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method};
use tracing::{Instrument as _, field::Empty};
use wellspring_model::trace::TraceParent;

use super::go_on;
use crate::state::App;

/// Methods that are named; whoever calls with another one makes up no new line in the figures.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Goes around every route. Handlers find the [`TraceParent`] among the request's extensions.
///
/// The path of a report link is a secret: spans and figures hold the matched route, not the path.
pub async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = METHODS.iter().find(|method| *method == request.method()).map_or("other", Method::as_str).to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        method,
        route,
        trace = Empty,
        "http.response.status_code" = Empty,
    );
    let trace = go_on(&span, incoming(request.headers()), &*app.entropy);
    request.extensions_mut().insert(trace);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.in_scope(|| tracing::error!(status = status.as_u16(), "the request could not be served"));
    }
    app.metrics.answered(&method, &route, status, began.elapsed());
    response
}

/// The trace that the caller is in, if it says so.
fn incoming(headers: &HeaderMap) -> Option<TraceParent> {
    headers.get("traceparent")?.to_str().ok()?.parse().ok()
}
