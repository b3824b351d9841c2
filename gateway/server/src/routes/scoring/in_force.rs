//! `/v1/scoring` and `/v1/jobs/{id}/scoring`: which policy is in force. Another one makes new assessments of those who were
//! assessed, beside the old ones, and corrections where the result is another one.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use wellspring_model::{id::PostingId, pointer::Pointer};

use super::known_policy;
use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    scoring::{InForce, digest_of},
    state::App,
};

/// Which policy to put in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutScoring {
    /// `scp_…`, or null to go back: for a job to what is in force for all, for all to the policy that comes with the product.
    pub policy: Option<String>,
}

/// What is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoringView {
    /// `scp_…`; absent where the policy that comes with the product applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `name@version`, as assessments name it.
    pub reference: String,
    /// SHA-256 over the canonical JSON (RFC 8785) of `rules`.
    pub digest: String,
    #[schema(value_type = Object)]
    pub rules: Value,
}

async fn view(app: &App, caller: Caller, posting: Option<PostingId>) -> Result<Json<ScoringView>, Problem> {
    let in_force = InForce::of(app, caller.tenant, posting).await?;
    let rules = serde_json::to_value(&*in_force.policy).map_err(|_| Problem::internal())?;
    Ok(Json(ScoringView {
        policy: in_force.id.map(String::from),
        reference: in_force.policy.reference(),
        digest: digest_of(&rules).ok_or_else(Problem::internal)?.to_string(),
        rules,
    }))
}

/// By what the candidates of all jobs are scored that have no policy of their own.
#[utoipa::path(get, path = "/v1/scoring", tag = "scoring", responses((status = 200, body = ScoringView)))]
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<ScoringView>, Problem> {
    view(&app, caller, None).await
}

/// Put a policy in force for all jobs that have none of their own.
///
/// Whoever applied for one of them lately is assessed by it too: the new assessment stands beside the old one, and the ATS
/// hears of it where the result is another one. Compare the two first (`POST /v1/scoring/compare`).
#[utoipa::path(
    put,
    path = "/v1/scoring",
    tag = "scoring",
    request_body = PutScoring,
    responses((status = 200, body = ScoringView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<PutScoring>,
) -> Result<Json<ScoringView>, Problem> {
    put_in_force(&app, caller, None, body.value).await
}

/// By what the candidates of one job are scored.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}/scoring",
    tag = "scoring",
    params(("id" = String, Path, description = "`job_…`")),
    responses((status = 200, body = ScoringView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show_for_job(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<ScoringView>, Problem> {
    let id: PostingId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.posting(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    view(&app, caller, Some(id)).await
}

/// Put a policy in force for one job.
///
/// As `PUT /v1/scoring`, for the candidates of this job.
#[utoipa::path(
    put,
    path = "/v1/jobs/{id}/scoring",
    tag = "scoring",
    params(("id" = String, Path, description = "`job_…`")),
    request_body = PutScoring,
    responses((status = 200, body = ScoringView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn put_for_job(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<PutScoring>,
) -> Result<Json<ScoringView>, Problem> {
    let id: PostingId = id.parse().map_err(|_| Problem::not_found())?;
    put_in_force(&app, caller, Some(id), body.value).await
}

async fn put_in_force(
    app: &App,
    caller: Caller,
    posting: Option<PostingId>,
    put: PutScoring,
) -> Result<Json<ScoringView>, Problem> {
    let policy = match &put.policy {
        Some(policy) => Some(known_policy(app, caller, policy, Pointer::root().key("policy")).await?.id),
        None => None,
    };
    let (now, actor) = (app.now(), caller.actor());
    let is_there = app.store.put_scoring_policy_in_force(caller.tenant, posting, policy, now, &actor).await?;
    if !is_there {
        return Err(Problem::not_found());
    }
    view(app, caller, posting).await
}
