//! What an edition has that an earlier one had not.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use wellspring_model::{
    case::{AssociationChanges, Changes, ItemChanges, Package, Replacement},
    id::FrameworkId,
    pointer::Pointer,
};
use wellspring_store::FrameworkEdition;

use super::edition;
use crate::{auth::Caller, frameworks, problem::Problem, state::App};

/// How much is different from an earlier edition. `GET /v1/frameworks/{id}/changes` names everything.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeCounts {
    /// The earlier edition.
    pub since: String,
    pub items_added: usize,
    pub items_changed: usize,
    /// Not in use any more: `statusEndDate` has come, or the framework is Deprecated.
    pub items_retired: usize,
    pub items_replaced: usize,
    pub items_removed: usize,
    pub associations_added: usize,
    pub associations_changed: usize,
    pub associations_removed: usize,
}

impl ChangeCounts {
    pub fn new(since: FrameworkId, changes: &Changes) -> Self {
        let (items, associations) = (&changes.items, &changes.associations);
        Self {
            since: since.to_string(),
            items_added: items.added.len(),
            items_changed: items.changed.len(),
            items_retired: items.retired.len(),
            items_replaced: items.replaced.len(),
            items_removed: items.removed.len(),
            associations_added: associations.added.len(),
            associations_changed: associations.changed.len(),
            associations_removed: associations.removed.len(),
        }
    }
}

/// What is different from an earlier edition.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesView {
    /// The earlier edition; absent where there is none, and nothing to compare with.
    pub since: Option<String>,
    /// Whether `CFDocument` says something else.
    pub document_changed: bool,
    pub items: ItemChangesView,
    pub associations: AssociationChangesView,
    /// How many rubrics and definitions were added, changed or removed.
    pub others_changed: usize,
}

/// Items by their identifiers.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ItemChangesView {
    pub added: Vec<Uuid>,
    /// Retired ones are among them.
    pub changed: Vec<Uuid>,
    /// Not in use any more: `statusEndDate` has come, or the framework is Deprecated.
    pub retired: Vec<Uuid>,
    pub removed: Vec<Uuid>,
    /// By new associations of the type `replacedBy`.
    pub replaced: Vec<ReplacementView>,
}

/// An item, and what has taken its place.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplacementView {
    pub item: String,
    pub by: String,
}

/// Associations by their identifiers.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct AssociationChangesView {
    pub added: Vec<Uuid>,
    pub changed: Vec<Uuid>,
    pub removed: Vec<Uuid>,
}

impl ChangesView {
    fn new(since: Option<FrameworkId>, changes: Changes) -> Self {
        let ItemChanges { added, changed, retired, removed, replaced } = changes.items;
        let view = |Replacement { item, by }| ReplacementView { item: String::from(item), by: String::from(by) };
        let replaced = replaced.into_iter().map(view).collect();
        let items = ItemChangesView { added, changed, retired, removed, replaced };
        let AssociationChanges { added, changed, removed } = changes.associations;
        Self {
            since: since.map(|id| id.to_string()),
            document_changed: changes.is_document_changed,
            items,
            associations: AssociationChangesView { added, changed, removed },
            others_changed: changes.others,
        }
    }
}

/// Which edition to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SinceQuery {
    /// An earlier edition of the same framework, `frm_…`; else the one before.
    pub since: Option<String>,
}

/// What an edition has that an earlier one had not.
#[utoipa::path(
    get,
    path = "/v1/frameworks/{id}/changes",
    tag = "frameworks",
    params(("id" = String, Path, description = "`frm_…`"), SinceQuery),
    responses((status = 200, body = ChangesView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn changes(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<SinceQuery>,
) -> Result<Json<ChangesView>, Problem> {
    let later = edition(&app, caller, &id).await?;
    let earlier = match &query.since {
        None => app.store.framework_edition_before(caller.tenant, &later).await?,
        Some(since) => Some(named(&app, caller, since, &later).await?),
    };
    let Some(earlier) = earlier else { return Ok(Json(ChangesView::new(None, Changes::default()))) };
    let package = async |edition: &FrameworkEdition| app.store.framework_package(caller.tenant, edition.id).await;
    let (Some(before), Some(after)) = (package(&earlier).await?, package(&later).await?) else {
        let detail = "one of the two editions was not kept as received; import its package once more";
        return Err(Problem::invalid_request(Pointer::root().key("since"), detail));
    };
    let version = later.case_version;
    let after = app.compute(move || Package::read(after, version)).await.map_err(|_| Problem::unavailable())?;
    let after = Arc::new(after.map_err(|_| Problem::internal())?);
    let found = frameworks::compared(before, earlier.case_version, after, app.now()).await?;
    Ok(Json(ChangesView::new(Some(earlier.id), found.ok_or_else(Problem::internal)?)))
}

async fn named(app: &App, caller: Caller, since: &str, later: &FrameworkEdition) -> Result<FrameworkEdition, Problem> {
    let refuse = || {
        let detail = "no edition of this framework has this id; `GET /v1/frameworks` lists them";
        Problem::invalid_request(Pointer::root().key("since"), detail)
    };
    let id: FrameworkId = since.parse().map_err(|_| refuse())?;
    let found = app.store.framework_edition(caller.tenant, id).await?.ok_or_else(refuse)?;
    if found.identifier == later.identifier { Ok(found) } else { Err(refuse()) }
}
