//! Whether anybody may read a framework through the CASE service.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{FrameworkView, edition};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

/// Whether a framework is public.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub published: bool,
}

/// Publish a framework, or take that back.
///
/// It holds for all editions, those to come included: the CASE service answers with the newest one. What is not published is
/// read there with a key of yours only.
#[utoipa::path(
    put,
    path = "/v1/frameworks/{id}/publication",
    tag = "frameworks",
    params(("id" = String, Path, description = "`frm_…`")),
    request_body = Publication,
    responses((status = 200, body = FrameworkView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<Publication>,
) -> Result<Json<FrameworkView>, Problem> {
    let found = edition(&app, caller, &id).await?;
    if body.value.published && found.case_version.is_none() {
        let at = wellspring_model::pointer::Pointer::root().key("published");
        let detail = "only what scoring reads was kept of this edition; import its package once more, then publish it";
        return Err(Problem::invalid_request(at, detail));
    }
    let (now, actor) = (app.now(), caller.actor());
    if !app.store.publish_framework(caller.tenant, found.id, body.value.published, now, &actor).await? {
        return Err(Problem::not_found());
    }
    Ok(Json(FrameworkView::new(&edition(&app, caller, &id).await?)))
}
