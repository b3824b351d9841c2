//! Editions of a crosswalk: what is approved now, as a CASE package that never changes.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;
use wellspring_model::{
    Timestamp,
    competency::Framework,
    crosswalk::{Addresses, Crosswalk, CrosswalkAssociation, Edition, EditionOf, StateName},
    digest::Digest,
    id::{CrosswalkId, FrameworkId, TenantId},
};
use wellspring_store::{AssociationFilter, NewEdition, Page, StoreError, StoredFramework};

use super::{EditionView, read};
use crate::{
    auth::Caller,
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
        (status = 409, description = "nothing is approved", content_type = "application/problem+json"),
    )
)]
pub async fn make(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Response, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let of = (caller.tenant, crosswalk.id);
    for _ in 0..MOST_TRIES {
        let associations = approved(&app, of).await?;
        let newest = app.store.edition(of, None).await?;
        if associations.is_empty() && newest.is_none() {
            return Err(Problem::nothing_approved());
        }
        let (made, new) = make_next(&app, caller.tenant, &crosswalk, associations, newest.as_ref()).await?;
        let Some(new) = new else { return Ok((StatusCode::OK, Json(made)).into_response()) };
        match app.store.add_edition(caller.tenant, new, &caller.actor()).await {
            Ok(()) => {
                let place = format!("/v1/crosswalks/{}/package?edition={}", crosswalk.id, made.number);
                return Ok(created(place, made).into_response());
            }
            // Somebody else made this one meanwhile.
            Err(StoreError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable())
}

/// The edition after the newest; or the newest itself, if it says the same.
async fn make_next(
    app: &App,
    tenant: TenantId,
    crosswalk: &Crosswalk,
    associations: Vec<CrosswalkAssociation>,
    newest: Option<&(Edition, String)>,
) -> Result<(EditionView, Option<NewEdition>), Problem> {
    let creator = app.store.tenant_name(tenant).await?.ok_or_else(Problem::internal)?;
    let addresses = Addresses::new(app.config.public_url.as_str(), tenant);
    let (crosswalk, newest, made_at) = (crosswalk.clone(), newest.cloned(), app.now());
    let framework = FrameworkId::from_uuid(app.uuid());
    let work = move || {
        let number = newest.as_ref().map_or(1, |(edition, _)| edition.number + 1);
        let made = EditionOf { crosswalk: &crosswalk, number, creator: &creator, made_at, associations: &associations };
        let package = made.package(&addresses);
        let same = newest.filter(|(_, before)| is_same(before, &package));
        match same {
            Some((edition, _)) => Some((EditionView::new(&edition), None)),
            None => {
                let (framework, package) = stored(framework, package, made_at)?;
                let new = NewEdition { crosswalk: crosswalk.id, number, framework, package };
                Some((EditionView::new(&edition(&new)), Some(new)))
            }
        }
    };
    app.compute(work).await.ok().flatten().ok_or_else(Problem::internal)
}

fn is_same(before: &str, package: &Value) -> bool {
    let before: Option<Value> = serde_json::from_str(before).ok();
    let said = |package: &Value| (package["CFAssociations"].clone(), package["CFDocument"]["title"].clone());
    before.is_some_and(|before| said(&before) == said(package))
}

/// A package as text, and as the framework that scoring reads.
fn stored(id: FrameworkId, package: Value, at: Timestamp) -> Option<(StoredFramework, String)> {
    let text = serde_json::to_string_pretty(&package).ok()?;
    let framework: Framework = serde_json::from_value(package).ok()?;
    let digest = Digest::from_bytes(Sha256::digest(&text).into());
    Some((StoredFramework { id, framework, digest, imported_at: at }, text))
}

fn edition(new: &NewEdition) -> Edition {
    let (framework, digest, made_at) = (new.framework.id, new.framework.digest, new.framework.imported_at);
    Edition { crosswalk: new.crosswalk, number: new.number, framework, digest, made_at }
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
    let found = app.store.edition((caller.tenant, crosswalk.id), query.edition).await?;
    let (_, package) = found.ok_or_else(Problem::not_found)?;
    Ok(([(CONTENT_TYPE, "application/json")], package))
}
