//! What can be done with an endpoint: other keys, a test, and going on after it was shut.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::id::{DeliveryId, EventId, TaskId};
use wellspring_store::{TestEvent, Tested};

use super::{new_keys, read};
use crate::{auth::Caller, problem::Problem, state::App};

/// How long the keys that were replaced sign beside the new ones.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// New keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rotated {
    /// `whsec_…`: what `v1` signatures verify with from now on. Keep it; it cannot be shown again.
    pub secret: String,
    /// `whpk_…`: what `v1a` signatures verify with from now on.
    pub public_key: String,
    /// Until then every event is signed with the keys before as well.
    pub previous_until: String,
}

/// A test event on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestSent {
    /// The `webhook-id` that it will arrive with.
    pub event: String,
    /// Ask `/v1/deliveries/{id}` how it went.
    pub delivery: String,
}

/// Replace an endpoint's keys.
///
/// For 24 hours every event carries signatures by the old and the new keys, so that a receiver can change over in its own
/// time. Three sets of keys sign at the same time at most.
#[utoipa::path(
    post,
    path = "/v1/events/endpoints/{id}/rotate",
    tag = "events",
    params(("id" = String, Path, description = "`end_…`")),
    responses((status = 200, body = Rotated), (status = 404, content_type = "application/problem+json"))
)]
pub async fn rotate(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<Rotated>, Problem> {
    let (id, keys, now) = (read(&id)?, new_keys(&app)?, app.now());
    let until = now.checked_add(OVERLAP).map_err(|_| Problem::internal())?;
    if !app.store.rotate_endpoint((caller.tenant, id), &keys, now, until, &caller.actor()).await? {
        return Err(Problem::not_found());
    }
    let secret = keys.secret.expose_secret().to_owned();
    Ok(Json(Rotated { secret, public_key: keys.public_key, previous_until: until.to_string() }))
}

/// Send a test event to an endpoint, whatever types it wants.
#[utoipa::path(
    post,
    path = "/v1/events/endpoints/{id}/test",
    tag = "events",
    params(("id" = String, Path, description = "`end_…`")),
    responses(
        (status = 202, body = TestSent),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "the endpoint is shut", content_type = "application/problem+json")
    )
)]
pub async fn test(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<impl IntoResponse, Problem> {
    let id = read(&id)?;
    let test = TestEvent {
        event: EventId::from_uuid(app.uuid()),
        delivery: DeliveryId::from_uuid(app.uuid()),
        task: TaskId::from_uuid(app.uuid()),
    };
    match app.store.test_endpoint((caller.tenant, id), test, app.now(), &caller.actor()).await? {
        Tested::Enqueued => {
            let sent = TestSent { event: test.event.to_string(), delivery: test.delivery.to_string() };
            Ok((StatusCode::ACCEPTED, Json(sent)))
        }
        Tested::Shut => Err(Problem::endpoint_shut()),
        Tested::Absent => Err(Problem::not_found()),
    }
}

/// Send events to an endpoint again that was shut or paused, or did not answer.
///
/// What it missed while it was shut is not sent by itself: `POST /v1/deliveries/replay` with `endpoint` and
/// `"state": "cancelled"` does that.
#[utoipa::path(
    post,
    path = "/v1/events/endpoints/{id}/resume",
    tag = "events",
    params(("id" = String, Path, description = "`end_…`")),
    responses((status = 204, description = "events are sent"), (status = 404, content_type = "application/problem+json"))
)]
pub async fn resume(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<StatusCode, Problem> {
    let resumed = app.store.resume_endpoint(caller.tenant, read(&id)?, app.now(), &caller.actor()).await?;
    if resumed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
