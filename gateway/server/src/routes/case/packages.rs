//! `CFPackages/{id}`: a whole framework.

use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wellspring_model::case::Package;

use super::{Reader, Status, json};
use crate::state::App;

/// Saying a large package in another version takes memory and seconds of a processor, and anybody may ask for it: one at a time.
static SAID_ANEW: Semaphore = Semaphore::const_new(1);

pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Response, Status> {
    let id: Uuid = id.parse().map_err(|_| Status::no_uuid())?;
    let edition = app.store.framework_for(reader.tenant, reader.readers, &id.to_string()).await?;
    let edition = edition.ok_or_else(Status::unknown_object)?;
    let serving = reader.serving(&edition)?;
    if serving.is_as_received() {
        let body = Body::from_stream(app.store.framework_parts(reader.tenant, &edition));
        return Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response());
    }
    let version = edition.case_version;
    // It is never closed.
    let _turn = SAID_ANEW.acquire().await.ok();
    let package = app.store.framework_package(reader.tenant, edition.id).await?.ok_or_else(Status::fault)?;
    let mapped = move || Package::read(package, version).ok().and_then(|package| serving.package(&package).ok());
    app.compute(mapped).await.ok().flatten().map(json).ok_or_else(Status::fault)
}
