//! `/v1/unmapped`: what verified credentials name that leads to no item of any framework, the most seen first.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{
    crosswalk::{AssociationState, AssociationType, CrosswalkAssociation, Decided, Decision, Reason},
    id::{CrosswalkAssociationId, CrosswalkId, TenantId, UnmappedId},
    pointer::Pointer,
    unmapped::{Unmapped, UnmappedState, UnmappedStateName},
};
use wellspring_store::{Settled, Settlement};

use super::{
    PageQuery, PageView,
    crosswalks::{AssociationDecisionView, By},
    page,
};
use crate::{auth::Caller, body::StrictJson, ends::Ends, problem::Problem, state::App};

/// What credentials name. Nothing in it is about a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmappedView {
    pub id: String,
    pub target_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// The issuer's words for it, as they were first seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_name: Option<String>,
    /// In how many applications it was seen.
    pub submissions: u32,
    pub first_seen: String,
    pub last_seen: String,
    /// `open`, `resolved` or `dismissed`.
    pub state: &'static str,
    /// The association by which it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<AssociationDecisionView>,
}

impl UnmappedView {
    fn new(entry: Unmapped) -> Self {
        let association = match &entry.state {
            UnmappedState::Resolved { association, .. } => Some(association.to_string()),
            UnmappedState::Open | UnmappedState::Dismissed { .. } => None,
        };
        Self {
            id: entry.id.to_string(),
            submissions: entry.submissions,
            first_seen: entry.first_seen.to_string(),
            last_seen: entry.last_seen.to_string(),
            state: entry.state.name().as_str(),
            association,
            decision: entry.state.decision().map(AssociationDecisionView::new),
            target_url: entry.named.target_url,
            target_code: entry.named.target_code,
            target_framework: entry.named.target_framework,
            target_name: entry.named.target_name,
        }
    }
}

/// Which entries, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnmappedQuery {
    /// `open`, `resolved` or `dismissed`; `open` if absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub state: UnmappedStateName,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if absent.
    pub limit: Option<u16>,
}

/// What a person decides about an entry: either where it leads (`crosswalk`, `item` and `type`), or `"dismissed": true`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `xwk_…`
    pub crosswalk: Option<String>,
    /// Id or URI of an item of the crosswalk's frameworks.
    pub item: Option<String>,
    /// What the entry is to the item: `exactMatchOf`, `isPartOf` and so on.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<AssociationType>,
    /// That it leads nowhere.
    #[serde(default)]
    pub dismissed: bool,
    pub by: By,
    /// Why, in words that somebody else can check.
    #[schema(value_type = String)]
    pub reason: Reason,
}

/// What verified credentials name that leads to no item, the most seen first.
#[utoipa::path(
    get,
    path = "/v1/unmapped",
    tag = "crosswalks",
    params(UnmappedQuery),
    responses((status = 200, body = PageView<UnmappedView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<UnmappedQuery>,
) -> Result<Json<PageView<UnmappedView>>, Problem> {
    let page = page(&PageQuery { after: query.after, limit: query.limit })?;
    let (entries, next) = app.store.unmapped(caller.tenant, query.state, page).await?;
    let items = entries.into_iter().map(UnmappedView::new).collect();
    Ok(Json(PageView { items, next: next.map(|next| next.to_string()) }))
}

/// Decide where something leads that credentials name, or that it leads nowhere.
///
/// It becomes an approved association of the crosswalk, from what is named to the item, and counts from the crosswalk's next
/// edition on.
#[utoipa::path(
    post,
    path = "/v1/unmapped/{id}/resolution",
    tag = "crosswalks",
    params(("id" = String, Path, description = "`unm_…`")),
    request_body = Resolution,
    responses(
        (status = 200, body = UnmappedView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it is resolved, or not told apart from others", content_type = "application/problem+json"),
    )
)]
pub async fn resolve(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<Resolution>,
) -> Result<Json<UnmappedView>, Problem> {
    let id: UnmappedId = id.parse().map_err(|_| Problem::not_found())?;
    let entry = app.store.unmapped_entry(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let settlement = settlement(&app, caller.tenant, &entry, body.value).await?;
    match app.store.settle_unmapped(caller.tenant, id, settlement, &caller.actor()).await? {
        Settled::Done => {}
        Settled::Unknown => return Err(Problem::not_found()),
        Settled::Resolved => return Err(Problem::already_resolved()),
        Settled::Ambiguous => return Err(Problem::address_shared()),
        Settled::Exists => return Err(Problem::association_exists()),
    }
    let entry = app.store.unmapped_entry(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(UnmappedView::new(entry)))
}

async fn settlement(app: &App, tenant: TenantId, entry: &Unmapped, asked: Resolution) -> Result<Settlement, Problem> {
    let decision = asked.by.decide(asked.reason, app.now());
    let (crosswalk, item, kind) = match (asked.dismissed, asked.crosswalk, asked.item, asked.kind) {
        (true, None, None, None) => return Ok(Settlement::Dismiss { decision }),
        (false, Some(crosswalk), Some(item), Some(kind)) => (crosswalk, item, kind),
        _ => {
            let why = "say where it leads with `crosswalk`, `item` and `type`, or `\"dismissed\": true` alone";
            return Err(Problem::invalid_request(Pointer::root(), why));
        }
    };
    let at = |member: &str| Pointer::root().key(member);
    let found = match crosswalk.parse::<CrosswalkId>() {
        Ok(id) => app.store.crosswalk(tenant, id).await?,
        Err(_) => None,
    };
    let crosswalk = found.ok_or_else(|| Problem::unknown_crosswalk(at("crosswalk")))?;
    let destination = Ends::of(app, tenant, &crosswalk).item(&item, at("item")).await?;
    let origin = entry.named.node();
    if origin.item == destination.item {
        let why = "it names this very item, which a framework has by now: there is nothing left to resolve";
        return Err(Problem::invalid_request(at("item"), why));
    }
    let state = AssociationState::Approved(decided(&decision));
    let id = CrosswalkAssociationId::from_uuid(app.uuid());
    let association = CrosswalkAssociation { id, origin, kind, destination, state };
    Ok(Settlement::Resolve { crosswalk: crosswalk.id, association: Box::new(association), decision })
}

fn decided(decision: &Decision) -> Decided {
    Decided { decision: decision.clone(), suggestion: None }
}
