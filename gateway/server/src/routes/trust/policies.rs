//! `/v1/trust/policies`. A policy never changes; a changed one is a new one, and is put in force by itself.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    id::TrustPolicyId,
    pointer::Pointer,
    trust::{TrustPolicy, TrustRules},
};

use super::check;
use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    routes::{PageQuery, PageView, created, page},
    state::App,
};

/// Rules, and what to call them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrustPolicy {
    pub title: String,
    /// `{"trusted_issuers"?, "denied_issuers"?, "registries"?, "accreditors"?, "creators"?, "status_issuers"?}`. Any rule
    /// that says yes suffices; a denied issuer is denied whoever else lists it.
    #[schema(value_type = Object)]
    pub rules: TrustRules,
}

/// A trust policy as stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrustPolicyView {
    pub id: String,
    pub title: String,
    #[schema(value_type = Object)]
    pub rules: TrustRules,
    pub created_at: String,
}

impl TrustPolicyView {
    fn new(policy: TrustPolicy) -> Self {
        Self {
            id: policy.id.to_string(),
            title: policy.title,
            rules: policy.rules,
            created_at: policy.created_at.to_string(),
        }
    }
}

/// State whom you rely on. Nothing changes until the policy is put in force.
#[utoipa::path(
    post,
    path = "/v1/trust/policies",
    tag = "trust",
    request_body = NewTrustPolicy,
    responses((status = 201, body = TrustPolicyView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewTrustPolicy>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.value;
    check(&app, &new.rules, &Pointer::root().key("rules"))?;
    let id = TrustPolicyId::from_uuid(app.uuid());
    let policy = TrustPolicy { id, title: new.title, rules: new.rules, created_at: app.now() };
    app.store.add_trust_policy(caller.tenant, &policy, &caller.actor()).await?;
    Ok(created(format!("/v1/trust/policies/{id}"), TrustPolicyView::new(policy)))
}

/// One trust policy.
#[utoipa::path(
    get,
    path = "/v1/trust/policies/{id}",
    tag = "trust",
    params(("id" = String, Path, description = "`tru_…`")),
    responses((status = 200, body = TrustPolicyView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<TrustPolicyView>, Problem> {
    let id: TrustPolicyId = id.parse().map_err(|_| Problem::not_found())?;
    let policy = app.store.trust_policy(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(TrustPolicyView::new(policy)))
}

/// All trust policies, oldest first.
#[utoipa::path(
    get,
    path = "/v1/trust/policies",
    tag = "trust",
    params(PageQuery),
    responses((status = 200, body = PageView<TrustPolicyView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<TrustPolicyView>>, Problem> {
    let (policies, next) = app.store.trust_policies(caller.tenant, page(&query)?).await?;
    let items = policies.into_iter().map(TrustPolicyView::new).collect();
    Ok(Json(PageView { items, next: next.map(String::from) }))
}
