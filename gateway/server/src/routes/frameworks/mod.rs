//! `/v1/frameworks`: competency frameworks, as CASE packages.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use wellspring_model::{competency::Framework, digest::Digest, id::FrameworkId, pointer::Pointer};
use wellspring_store::StoredFramework;

use super::{PageQuery, PageView, created, page};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

/// A framework that was imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrameworkView {
    pub id: String,
    /// `CFDocument.identifier`.
    pub identifier: String,
    pub uri: String,
    pub title: String,
    pub version: Option<String>,
    pub items: usize,
    pub associations: usize,
    pub digest: String,
    pub imported_at: String,
}

impl FrameworkView {
    pub fn new(stored: &StoredFramework) -> Self {
        let document = &stored.framework.document;
        Self {
            id: stored.id.to_string(),
            identifier: document.identifier.clone(),
            uri: document.uri.clone(),
            title: document.title.clone(),
            version: document.version.clone(),
            items: stored.framework.items.len(),
            associations: stored.framework.associations.len(),
            digest: stored.digest.to_string(),
            imported_at: stored.imported_at.to_string(),
        }
    }
}

/// Makes what is stored of a package; the digest is over its bytes as received.
pub fn stored(app: &App, framework: Framework, bytes: &[u8]) -> StoredFramework {
    StoredFramework {
        id: FrameworkId::from_uuid(app.uuid()),
        framework,
        digest: Digest::from_bytes(Sha256::digest(bytes).into()),
        imported_at: app.now(),
    }
}

/// Import a CASE package (`CFPackage`, 1.0 or 1.1).
#[utoipa::path(
    post,
    path = "/v1/frameworks",
    tag = "frameworks",
    request_body(content = Object, description = "a CFPackage"),
    responses((status = 201, body = FrameworkView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<Framework>,
) -> Result<impl IntoResponse, Problem> {
    if body.value.items.is_empty() {
        let why = "the package has no items".to_owned();
        return Err(Problem::invalid_request(Pointer::root().key("CFItems"), why));
    }
    let stored = stored(&app, body.value, &body.bytes);
    app.store.add_framework(caller.tenant, &stored, &caller.actor()).await?;
    Ok(created(format!("/v1/frameworks/{}", stored.id), FrameworkView::new(&stored)))
}

/// One framework.
#[utoipa::path(
    get,
    path = "/v1/frameworks/{id}",
    tag = "frameworks",
    params(("id" = String, Path, description = "`frm_…`")),
    responses((status = 200, body = FrameworkView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<FrameworkView>, Problem> {
    let id: FrameworkId = id.parse().map_err(|_| Problem::not_found())?;
    let stored = app.store.framework(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(FrameworkView::new(&stored)))
}

/// All frameworks, oldest first.
#[utoipa::path(
    get,
    path = "/v1/frameworks",
    tag = "frameworks",
    params(PageQuery),
    responses((status = 200, body = PageView<FrameworkView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<FrameworkView>>, Problem> {
    let (frameworks, next) = app.store.frameworks(caller.tenant, page(&query)?).await?;
    Ok(Json(PageView { items: frameworks.iter().map(FrameworkView::new).collect(), next: next.map(String::from) }))
}
