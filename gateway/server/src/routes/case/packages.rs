//! `CFPackages/{id}`: a whole framework.

use axum::{
    extract::{Path, State},
    response::Response,
};
use uuid::Uuid;
use wellspring_model::case::Package;

use super::{Reader, Status, json};
use crate::state::App;

pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Response, Status> {
    let id: Uuid = id.parse().map_err(|_| Status::no_uuid())?;
    let edition = app.store.framework_for(reader.tenant, reader.readers, &id.to_string()).await?;
    let edition = edition.ok_or_else(Status::unknown_object)?;
    let serving = reader.serving(&edition)?;
    let package = app.store.framework_package(reader.tenant, edition.id).await?.ok_or_else(Status::fault)?;
    if serving.is_as_received() {
        return Ok(json(package));
    }
    let version = edition.case_version;
    let mapped = move || Package::read(package, version).ok().and_then(|package| serving.package(&package).ok());
    app.compute(mapped).await.ok().flatten().map(json).ok_or_else(Status::fault)
}
