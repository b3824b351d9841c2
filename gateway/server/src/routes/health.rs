//! For load balancers, process supervisors and scrapers.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header::CONTENT_TYPE};
use serde::Serialize;

use crate::{
    metrics,
    problem::Problem,
    readiness::{self, Reason},
    state::App,
};

pub fn router() -> Router<App> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

/// What the operator's own address answers: the same, and the figures.
pub fn operators(app: App) -> Router {
    router().route("/metrics", get(figures)).with_state(app)
}

/// The process runs.
async fn healthz() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
}

/// The process can do its work, or why not.
async fn readyz(State(app): State<App>) -> (StatusCode, Json<Ready>) {
    let reasons = readiness::reasons(&app).await;
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: reasons.is_empty(), reasons }))
}

async fn figures(State(app): State<App>) -> Response {
    match metrics::text(&app).await {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}
