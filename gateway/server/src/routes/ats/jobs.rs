//! `GET /v1/connections/{id}/jobs`: the jobs of the ATS, for whoever sets up jobs of ours for them.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{
    ats::AtsJob,
    delivery::{DeliveryFailure, FailureCode},
    id::ConnectionId,
    pointer::Pointer,
};
use wellspring_store::Action;

use crate::{auth::Caller, problem::Problem, state::App, work::deliver};

/// The longest cursor that is taken.
const CURSOR_MAX: usize = 4_096;

/// Where a page of the ATS's jobs begins.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CursorQuery {
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of the ATS's jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct AtsJobsView {
    pub items: Vec<AtsJobView>,
    /// Give it as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A job as the ATS lists it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AtsJobView {
    /// The ATS's id: the `external_id` of a job of ours.
    pub id: String,
    pub title: String,
    /// `open`, `closed` or `draft`.
    pub status: String,
    /// The number the employer knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requisition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Where people see it in the ATS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl From<AtsJob> for AtsJobView {
    fn from(job: AtsJob) -> Self {
        Self {
            id: job.id.to_string(),
            title: job.title,
            status: job.status.as_str().to_owned(),
            requisition: job.requisition,
            department: job.department,
            location: job.location,
            url: job.url.map(String::from),
        }
    }
}

/// The jobs of the ATS, a page at a time, as it lists them now.
#[utoipa::path(
    get,
    path = "/v1/connections/{id}/jobs",
    tag = "connections",
    params(("id" = String, Path, description = "`con_…`"), CursorQuery),
    responses(
        (status = 200, body = AtsJobsView),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "the connector lists no jobs", content_type = "application/problem+json"),
        (status = 502, description = "the ATS did not give them", content_type = "application/problem+json"),
    )
)]
pub async fn jobs(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<CursorQuery>,
) -> Result<Json<AtsJobsView>, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    let connection = app.store.connection(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let cursor = query.0.cursor;
    if cursor.as_ref().is_some_and(|cursor| cursor.len() > CURSOR_MAX) {
        let why = "it must be the `next` of an earlier page".to_owned();
        return Err(Problem::invalid_request(Pointer::root().key("cursor"), why));
    }
    let connector = connection.connector.clone();
    let view = deliver::view(&app, connection).await.map_err(|_| Problem::internal())?;
    let page = app.host.list_jobs(&connector, view, cursor).await.map_err(not_listed)?;
    caller.notes(&app, Action::JobsOfAtsListed, id, None).await?;
    Ok(Json(AtsJobsView { items: page.jobs.into_iter().map(AtsJobView::from).collect(), next: page.next }))
}

fn not_listed(failure: DeliveryFailure) -> Problem {
    match failure.code {
        FailureCode::Unsupported => Problem::not_supported("list-jobs"),
        code => Problem::ats_failed(code, failure.message),
    }
}
