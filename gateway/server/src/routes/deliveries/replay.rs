//! Taking deliveries up again, and taking them back.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    Timestamp,
    delivery::FailureCode,
    id::{ConnectionId, DeliveryId, EndpointId, TaskId},
    pointer::Pointer,
};
use wellspring_store::{Action, DeliveryFilter, EndState, MOST_REPLAYED, Replay};

use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

/// Which deliveries to take up again: by id, or all that fit. At least one of the members must be there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// These deliveries. 1,000 at most.
    #[serde(default)]
    pub ids: Option<Vec<String>>,
    #[serde(default)]
    pub connection: Option<String>,
    /// Events to this endpoint.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// `exhausted`, `cancelled` or `delivered`.
    #[serde(default)]
    pub state: Option<String>,
    /// The code of the failure that ended them, such as `INVALID_INPUT`.
    #[serde(default)]
    pub code: Option<String>,
    /// Ended at this time or later.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Ended before this time.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Only say which would be taken up.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was taken up, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayView {
    pub dry_run: bool,
    pub deliveries: Vec<String>,
    /// Whether more fit than one call takes: ask again.
    pub more: bool,
}

/// Take deliveries up again.
///
/// Each begins a new series of attempts under the idempotency key it had, so that what the ATS already has is not written
/// twice; an event keeps its `webhook-id`. They go at the pace of their destination. 1,000 a call.
#[utoipa::path(
    post,
    path = "/v1/deliveries/replay",
    tag = "deliveries",
    request_body = ReplayRequest,
    responses((status = 200, body = ReplayView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn replay(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<ReplayRequest>,
) -> Result<Json<ReplayView>, Problem> {
    let (dry_run, filter) = (body.value.dry_run, filter(body.value)?);
    let replay = if dry_run {
        let found = app.store.replayable(caller.tenant, &filter).await?;
        caller.lists(&app, Action::DeliveriesListed, found.deliveries.iter()).await?;
        found
    } else {
        take_up(&app, caller, filter).await?
    };
    let deliveries = replay.deliveries.iter().map(ToString::to_string).collect();
    Ok(Json(ReplayView { dry_run, deliveries, more: replay.more }))
}

/// Take one delivery up again that has ended.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/replay",
    tag = "deliveries",
    params(("id" = String, Path, description = "`dlv_…`")),
    responses((status = 200, body = ReplayView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn replay_one(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<ReplayView>, Problem> {
    let id: DeliveryId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.delivery(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let replay = take_up(&app, caller, DeliveryFilter { ids: Some(vec![id]), ..DeliveryFilter::default() }).await?;
    let deliveries = replay.deliveries.iter().map(ToString::to_string).collect();
    Ok(Json(ReplayView { dry_run: false, deliveries, more: false }))
}

/// Take a delivery back that waits for its next attempt.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/cancel",
    tag = "deliveries",
    params(("id" = String, Path, description = "`dlv_…`")),
    responses(
        (status = 204, description = "it will not be delivered"),
        (status = 404, description = "none, or it has ended, or is being made", content_type = "application/problem+json")
    )
)]
pub async fn cancel(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<StatusCode, Problem> {
    let id: DeliveryId = id.parse().map_err(|_| Problem::not_found())?;
    let cancelled = app.store.cancel(caller.tenant, id, app.now(), &caller.actor()).await?;
    if cancelled { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

async fn take_up(app: &App, caller: Caller, filter: DeliveryFilter) -> Result<Replay, Problem> {
    let (ids, actor) = (app.clone(), caller.actor());
    let task = move || TaskId::from_uuid(ids.uuid());
    Ok(app.store.replay(caller.tenant, filter, task, app.now(), &actor).await?)
}

fn filter(request: ReplayRequest) -> Result<DeliveryFilter, Problem> {
    let at = Pointer::root();
    let refuse = |key: &str, why: &str| Problem::invalid_request(at.key(key), why.to_owned());
    let connection = request.connection.as_deref().map(str::parse::<ConnectionId>).transpose();
    let endpoint = request.endpoint.as_deref().map(str::parse::<EndpointId>).transpose();
    let state = request.state.as_deref().map(|state| {
        [EndState::Exhausted, EndState::Cancelled, EndState::Delivered]
            .into_iter()
            .find(|known| known.as_str() == state)
    });
    let code =
        request.code.as_deref().map(|code| FailureCode::ALL.iter().copied().find(|known| known.as_str() == code));
    let ids = request.ids.as_ref().map(|ids| ids.iter().map(|id| id.parse()).collect::<Result<Vec<DeliveryId>, _>>());
    let filter = DeliveryFilter {
        ids: ids.transpose().map_err(|_| refuse("ids", "each must be the id of a delivery"))?,
        connection: connection.map_err(|_| refuse("connection", "it must be the id of a connection"))?,
        endpoint: endpoint.map_err(|_| refuse("endpoint", "it must be the id of an endpoint"))?,
        state: state
            .map(|state| state.ok_or_else(|| refuse("state", "it must be exhausted, cancelled or delivered")))
            .transpose()?,
        code: code.map(|code| code.ok_or_else(|| refuse("code", "there is no such code of a failure"))).transpose()?,
        since: request.since,
        until: request.until,
    };
    if filter.ids.as_ref().is_some_and(|ids| ids.len() > MOST_REPLAYED) {
        return Err(refuse("ids", "1,000 at most in one call"));
    }
    if filter == DeliveryFilter::default() {
        return Err(Problem::invalid_request(at, "say which: ids, connection, endpoint, state, code, since or until"));
    }
    Ok(filter)
}
