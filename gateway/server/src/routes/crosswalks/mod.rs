//! `/v1/crosswalks`: which items of two frameworks belong together, decided by named people.

pub mod associations;
pub mod editions;
pub mod suggestions;
mod view;

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    Timestamp,
    crosswalk::{Crosswalk, Decision, PersonName, Reason, Title},
    id::{CrosswalkId, TenantId},
    pointer::Pointer,
};

use super::{PageQuery, PageView, created, page};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

pub use view::{AssociationDecisionView, AssociationView, CrosswalkView, EditionView, NodeView};

/// A crosswalk to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCrosswalk {
    #[schema(value_type = String)]
    pub title: Title,
    /// Identifier (GUID) or URI of an imported framework, such as a school's. Absent: its origins are what credentials name
    /// and no framework here has (`/v1/unmapped`).
    pub from: Option<String>,
    /// Identifier (GUID) or URI of an imported framework, such as the one your jobs ask for.
    pub to: String,
}

/// The person who decides. The key in the request is a machine's.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct By {
    #[schema(value_type = String)]
    pub name: PersonName,
}

impl By {
    /// Their decision, taken now.
    pub fn decide(self, reason: Reason, at: Timestamp) -> Decision {
        Decision { by: self.name, at, reason }
    }
}

/// Make a crosswalk.
#[utoipa::path(
    post,
    path = "/v1/crosswalks",
    tag = "crosswalks",
    request_body = NewCrosswalk,
    responses(
        (status = 201, body = CrosswalkView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, description = "there is no such framework", content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewCrosswalk>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.value;
    let to = Pointer::root().key("to");
    let from = match &new.from {
        Some(from) => Some(identifier(&app, caller.tenant, from, Pointer::root().key("from")).await?),
        None => None,
    };
    let crosswalk = Crosswalk {
        id: CrosswalkId::from_uuid(app.uuid()),
        title: new.title,
        from,
        to: identifier(&app, caller.tenant, &new.to, to.clone()).await?,
        created_at: app.now(),
    };
    if crosswalk.from.as_ref() == Some(&crosswalk.to) {
        return Err(Problem::invalid_request(
            to,
            "a crosswalk lies between two frameworks: name another one than `from`",
        ));
    }
    app.store.add_crosswalk(caller.tenant, &crosswalk, &caller.actor()).await?;
    Ok(created(format!("/v1/crosswalks/{}", crosswalk.id), CrosswalkView::new(&crosswalk)))
}

/// How an imported framework is called in crosswalks: by its document's identifier, as it is looked up.
async fn identifier(app: &App, tenant: TenantId, name: &str, at: Pointer) -> Result<String, Problem> {
    let found = app.store.framework_edition_named(tenant, name).await?;
    found.map(|edition| edition.identifier).ok_or_else(|| Problem::unknown_framework(at))
}

/// One crosswalk, with how many associations it has in each state and its newest edition.
#[utoipa::path(
    get,
    path = "/v1/crosswalks/{id}",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`")),
    responses((status = 200, body = CrosswalkView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<CrosswalkView>, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let of = (caller.tenant, crosswalk.id);
    let counts = app.store.associations_by_state(of).await?;
    let edition = app.store.edition(of, None).await?;
    Ok(Json(CrosswalkView::new(&crosswalk).with(counts, edition)))
}

/// All crosswalks, oldest first.
#[utoipa::path(
    get,
    path = "/v1/crosswalks",
    tag = "crosswalks",
    params(PageQuery),
    responses((status = 200, body = PageView<CrosswalkView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<CrosswalkView>>, Problem> {
    let (crosswalks, next) = app.store.crosswalks(caller.tenant, page(&query)?).await?;
    Ok(Json(PageView { items: crosswalks.iter().map(CrosswalkView::new).collect(), next: next.map(String::from) }))
}

/// The crosswalk that a path names.
async fn read(app: &App, tenant: TenantId, id: &str) -> Result<Crosswalk, Problem> {
    let id: CrosswalkId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.crosswalk(tenant, id).await?.ok_or_else(Problem::not_found)
}
