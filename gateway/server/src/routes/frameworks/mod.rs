//! `/v1/frameworks`: competency frameworks, as CASE packages.

pub mod changes;
pub mod import;
pub mod publication;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::id::FrameworkId;
use wellspring_store::FrameworkEdition;

use super::{PageQuery, PageView, page};
use crate::{auth::Caller, problem::Problem, state::App};

/// One edition of a framework.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrameworkView {
    pub id: String,
    /// `CFDocument.identifier`. All editions of a framework have the same.
    pub identifier: String,
    /// Which of its editions this is, from 1. The last one is in use.
    pub edition: u32,
    pub uri: String,
    pub title: String,
    pub version: Option<String>,
    /// The version of CASE that it came in: `1.0` or `1.1`. Absent where it was imported by a gateway that kept only what
    /// scoring reads; import the same package once more to have it whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_version: Option<String>,
    pub items: u32,
    pub associations: u32,
    /// Whether anybody may read it at `/case/{tenant}/ims/case/…`.
    pub published: bool,
    pub digest: String,
    pub imported_at: String,
}

impl FrameworkView {
    pub fn new(edition: &FrameworkEdition) -> Self {
        Self {
            id: edition.id.to_string(),
            identifier: edition.identifier.clone(),
            edition: edition.edition,
            uri: edition.uri.clone(),
            title: edition.title.clone(),
            version: edition.version.clone(),
            case_version: edition.case_version.map(|version| version.to_string()),
            items: edition.items,
            associations: edition.associations,
            published: edition.is_published,
            digest: edition.digest.to_string(),
            imported_at: edition.imported_at.to_string(),
        }
    }
}

/// The edition of this id.
async fn edition(app: &App, caller: Caller, id: &str) -> Result<FrameworkEdition, Problem> {
    let id: FrameworkId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.framework_edition(caller.tenant, id).await?.ok_or_else(Problem::not_found)
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
    Ok(Json(FrameworkView::new(&edition(&app, caller, &id).await?)))
}

/// All frameworks with all their editions, oldest first.
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
