//! Associations of a crosswalk: made, looked through and decided upon.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{
    crosswalk::{AssociationState, AssociationType, CrosswalkAssociation, Decided, Reason, StateName, Verdict},
    id::CrosswalkAssociationId,
};
use wellspring_store::{AssociationFilter, Decide};

use super::{AssociationView, By, read};
use crate::{
    auth::Caller,
    body::StrictJson,
    ends::Ends,
    problem::Problem,
    routes::{PageQuery, PageView, created, page},
    state::App,
};

/// An association that a person makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssociation {
    /// Id or URI of an item of one framework.
    pub origin: String,
    /// Id or URI of an item of the other one.
    pub destination: String,
    /// `exactMatchOf`, `isTranslationOf`, `replacedBy`, `isChildOf`, `isPartOf`, `isPeerOf`, `precedes` or `isRelatedTo`, read
    /// from origin to destination. What each is worth: docs/scoring.md.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: AssociationType,
    pub by: By,
    /// Why, in words that somebody else can check.
    #[schema(value_type = String)]
    pub reason: Reason,
}

/// What a person decides about an association.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// `approved` or `rejected`.
    #[schema(value_type = String)]
    pub decision: Verdict,
    pub by: By,
    /// Why, in words that somebody else can check.
    #[schema(value_type = String)]
    pub reason: Reason,
    /// The type it is to have, if another one than it has.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<AssociationType>,
}

/// Which associations, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssociationQuery {
    /// `suggested`, `approved` or `rejected`; all if absent.
    #[param(value_type = Option<String>)]
    pub state: Option<StateName>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if absent.
    pub limit: Option<u16>,
}

/// Make an association. It is approved by whoever makes it, and counts from the next edition on.
#[utoipa::path(
    post,
    path = "/v1/crosswalks/{id}/associations",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`")),
    request_body = NewAssociation,
    responses(
        (status = 201, body = AssociationView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "there is one between these two", content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<NewAssociation>,
) -> Result<impl IntoResponse, Problem> {
    let (crosswalk, new) = (read(&app, caller.tenant, &id).await?, body.value);
    let ends = Ends::of(&app, caller.tenant, &crosswalk);
    let (origin, destination) = ends.pair(&new.origin, &new.destination).await?;
    let now = app.now();
    let decided = Decided { decision: new.by.decide(new.reason, now), suggestion: None };
    let association = CrosswalkAssociation {
        id: CrosswalkAssociationId::from_uuid(app.uuid()),
        origin,
        kind: new.kind,
        destination,
        state: AssociationState::Approved(decided),
    };
    if !app.store.add_association((caller.tenant, crosswalk.id), &association, now, &caller.actor()).await? {
        return Err(Problem::association_exists());
    }
    let place = format!("/v1/crosswalks/{}/associations/{}", crosswalk.id, association.id);
    Ok(created(place, AssociationView::new(&association)))
}

/// The associations of a crosswalk, oldest first.
#[utoipa::path(
    get,
    path = "/v1/crosswalks/{id}/associations",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`xwk_…`"), AssociationQuery),
    responses(
        (status = 200, body = PageView<AssociationView>),
        (status = 404, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    Query(query): Query<AssociationQuery>,
) -> Result<Json<PageView<AssociationView>>, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let filter = AssociationFilter { state: query.state };
    let page = page(&PageQuery { after: query.after, limit: query.limit })?;
    let (associations, next) = app.store.associations((caller.tenant, crosswalk.id), filter, page).await?;
    let items = associations.iter().map(AssociationView::new).collect();
    Ok(Json(PageView { items, next: next.map(String::from) }))
}

/// One association.
#[utoipa::path(
    get,
    path = "/v1/crosswalks/{id}/associations/{association}",
    tag = "crosswalks",
    params(
        ("id" = String, Path, description = "`xwk_…`"),
        ("association" = String, Path, description = "`xas_…`"),
    ),
    responses((status = 200, body = AssociationView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((id, association)): Path<(String, String)>,
) -> Result<Json<AssociationView>, Problem> {
    let crosswalk = read(&app, caller.tenant, &id).await?;
    let association: CrosswalkAssociationId = association.parse().map_err(|_| Problem::not_found())?;
    let found = app.store.association(caller.tenant, association).await?;
    let found = found.filter(|(of, _)| *of == crosswalk.id).ok_or_else(Problem::not_found)?;
    Ok(Json(AssociationView::new(&found.1)))
}

/// Approve or reject an association.
///
/// The latest decision stands. An approved association counts from the next edition on; one that is rejected later is left out
/// of the next edition, and what was scored before stays as it was.
#[utoipa::path(
    post,
    path = "/v1/crosswalks/{id}/associations/{association}/decision",
    tag = "crosswalks",
    params(
        ("id" = String, Path, description = "`xwk_…`"),
        ("association" = String, Path, description = "`xas_…`"),
    ),
    request_body = NewDecision,
    responses(
        (status = 200, body = AssociationView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
    )
)]
pub async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path((id, association)): Path<(String, String)>,
    body: StrictJson<NewDecision>,
) -> Result<Json<AssociationView>, Problem> {
    let (crosswalk, new) = (read(&app, caller.tenant, &id).await?, body.value);
    let association: CrosswalkAssociationId = association.parse().map_err(|_| Problem::not_found())?;
    let decide = Decide { verdict: new.decision, decision: new.by.decide(new.reason, app.now()), kind: new.kind };
    let of = (caller.tenant, crosswalk.id);
    let decided = app.store.decide_association(of, association, decide, &caller.actor()).await?;
    Ok(Json(AssociationView::new(&decided.ok_or_else(Problem::not_found)?)))
}
