//! Editions of a crosswalk: what is approved now, as a CASE package that never changes.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use wellspring_model::{
    case::{CaseVersion, Package},
    crosswalk::{Addresses, Crosswalk, CrosswalkAssociation, Edition, EditionOf, StateName},
    id::{CrosswalkId, FrameworkId, TenantId},
};
use wellspring_store::{AssociationFilter, NewEdition, NewFramework, Page, StoreError};

use super::{EditionView, read};
use crate::{
    auth::Caller,
    frameworks::Unreadable,
    problem::Problem,
    routes::{PageQuery, PageView, created, page},
    state::App,
};

/// How often it is tried to be the one who makes the next edition.
const MOST_TRIES: u32 = 3;

/// Which edition.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EditionQuery {
    /// Its number; the newest if absent.
    pub edition: Option<u32>,
}

/// Make an edition out of what is approved now.
///
/// Applications that are assessed from then on are scored with it; those assessed before keep the edition they were scored
/// with. Where nothing has changed since the newest edition, that one is answered.
#[utoipa::path(
    post,
    path = "/v1/crosswalks/{id}/editions",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`")),
    responses(
        (status = 201, body = EditionView),
        (status = 200, description = "nothing has changed since this one", body = EditionView),
        (status = 404, content_type = "application/problem+json"),
        (status = 400, description = "the associations contradict each other", content_type = "application/problem+json"),
        (status = 409, description = "nothing is approved", content_type = "application/problem+json"),
    )
)]
pub async fn make(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Response, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let of = (caller.tenant, crosswalk.id);
    for _ in 0..MOST_TRIES {
        let (associations, newest) = (approved(&app, of).await?, app.store.edition(of, None).await?);
        if associations.is_empty() && newest.is_none() {
            return Err(Problem::nothing_approved());
        }
        let Some(new) = next(&app, caller.tenant, &crosswalk, associations, newest.as_ref()).await? else {
            return Ok((StatusCode::OK, Json(newest.as_ref().map(EditionView::new))).into_response());
        };
        let number = new.number;
        match app.store.add_edition(caller.tenant, new, &caller.actor()).await {
            Ok(()) => {
                let made = app.store.edition(of, Some(number)).await?.ok_or_else(Problem::internal)?;
                let place = format!("/v1/crosswalks/{}/package?edition={number}", crosswalk.id);
                return Ok(created(place, EditionView::new(&made)).into_response());
            }
            // Somebody else made this one meanwhile.
            Err(StoreError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable())
}

/// The edition after the newest, unless the newest says the same.
async fn next(
    app: &App,
    tenant: TenantId,
    crosswalk: &Crosswalk,
    associations: Vec<CrosswalkAssociation>,
    newest: Option<&Edition>,
) -> Result<Option<NewEdition>, Problem> {
    let creator = app.store.tenant_name(tenant).await?.ok_or_else(Problem::internal)?;
    let before = match newest {
        Some(newest) => app.store.framework_package(tenant, newest.framework).await?,
        None => None,
    };
    let addresses = Addresses::new(app.config.public_url.as_str(), tenant);
    let (crosswalk, number) = (crosswalk.clone(), newest.map_or(1, |newest| newest.number + 1));
    let (id, imported_at) = (FrameworkId::from_uuid(app.uuid()), app.now());
    let made = app.compute(move || {
        let (made_at, associations) = (imported_at, &associations);
        let edition = EditionOf { crosswalk: &crosswalk, number, creator: &creator, made_at, associations };
        let package = edition.package(&addresses);
        if before.is_some_and(|before| is_same(&before, &package)) {
            return Ok(None);
        }
        let bytes = serde_json::to_vec_pretty(&package).map_err(|_| Problem::internal())?;
        let package = Package::read(bytes, Some(CaseVersion::V1p1)).map_err(Unreadable::Faults)?;
        let framework = NewFramework { id, package: Arc::new(package), imported_at };
        Ok(Some(NewEdition { crosswalk: crosswalk.id, number, framework }))
    });
    made.await.map_err(|_| Problem::internal())?
}

fn is_same(before: &[u8], package: &Value) -> bool {
    let before: Option<Value> = serde_json::from_slice(before).ok();
    let said = |package: &Value| (package["CFAssociations"].clone(), package["CFDocument"]["title"].clone());
    before.is_some_and(|before| said(&before) == said(package))
}

async fn approved(app: &App, of: (TenantId, CrosswalkId)) -> Result<Vec<CrosswalkAssociation>, Problem> {
    let filter = AssociationFilter { state: Some(StateName::Approved) };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = app.store.associations(of, filter, Page { after, limit: 1_000 }).await?;
        all.extend(page);
        after = next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// The editions of a crosswalk, oldest first.
#[utoipa::path(
    get,
    path = "/v1/crosswalks/{id}/editions",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`"), PageQuery),
    responses((status = 200, body = PageView<EditionView>), (status = 404, content_type = "application/problem+json"))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<PageQuery>,
) -> Result<Json<PageView<EditionView>>, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let (editions, next) = app.store.editions((caller.tenant, crosswalk.id), page(&query)?).await?;
    Ok(Json(PageView {
        items: editions.iter().map(EditionView::new).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// An edition as a CASE 1.1 package (`CFPackage`), in the bytes that its digest is over.
#[utoipa::path(
    get,
    path = "/v1/crosswalks/{id}/package",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`"), EditionQuery),
    responses(
        (status = 200, description = "a CFPackage", body = Object),
        (status = 404, description = "it has no such edition", content_type = "application/problem+json"),
    )
)]
pub async fn package(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<EditionQuery>,
) -> Result<impl IntoResponse, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let found =
        app.store.edition((caller.tenant, crosswalk.id), query.edition).await?.ok_or_else(Problem::not_found)?;
    let package = app.store.framework_package(caller.tenant, found.framework).await?.ok_or_else(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], package))
}
