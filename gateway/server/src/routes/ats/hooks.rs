//! `POST /hooks/{connection}` and below: webhooks of an ATS.

use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use wellspring_model::{
    ats::{AtsEvent, Happened},
    delivery::FailureCode,
    id::AtsEventId,
};
use wellspring_store::{Heard, NewAtsEvent};

use super::called::{Called, Door, respond};
use crate::{problem::Problem, state::App};

/// Keeps what a webhook tells, and only then answers.
pub async fn receive(
    State(app): State<App>,
    Path(place): Path<Vec<(String, String)>>,
    request: Request,
) -> Result<Response, Problem> {
    let called = Called::read(&app, Door::Hooks, connection(&place), request).await?;
    let answered = called.ask(&app, None).await?;
    if answered.events.iter().any(|event| matches!(event.what, Happened::AssessmentOrdered { .. })) {
        return Err(broken(&called, "a webhook orders nothing: there was no id to give the order"));
    }
    let new =
        |event: &AtsEvent| NewAtsEvent { id: AtsEventId::from_uuid(app.uuid()), event: event.clone(), delivery: None };
    keep(&app, &called, answered.events.iter().map(new).collect()).await?;
    Ok(respond(&answered.response))
}

/// The connection's id in the address.
pub(super) fn connection(place: &[(String, String)]) -> &str {
    place.iter().find(|(name, _)| name == "connection").map_or("", |(_, id)| id)
}

/// Keeps it, together with what it announces.
async fn keep(app: &App, called: &Called, events: Vec<NewAtsEvent>) -> Result<(), Problem> {
    if events.is_empty() {
        return Ok(());
    }
    let connection = &called.connection;
    let told = events.len();
    heard(called, told, app.store.hear(connection.tenant, connection.id, events, app.now()).await?)
}

/// What was heard, of so much that was told.
pub(super) fn heard(called: &Called, told: usize, heard: Heard) -> Result<(), Problem> {
    match heard {
        Heard::New(new) => {
            tracing::info!(connection = %called.connection.id, told, new, "the ATS told something");
            Ok(())
        }
        Heard::NoConnection => Err(Problem::not_found()),
    }
}

/// The connector gave what it may not. The ATS tells it again, perhaps to another version of the connector.
pub(super) fn broken(called: &Called, why: &str) -> Problem {
    let (connection, code) = (called.connection.id, FailureCode::GuestTrap);
    tracing::error!(%connection, %code, why, "the connector broke the contract");
    Problem::unavailable()
}
