//! `/v1/trust` and `/v1/jobs/{id}/trust`: which policy is in force. Submissions that were assessed stay as they are; those
//! that come after are judged by what is in force then.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    id::PostingId,
    pointer::Pointer,
    trust::{TrustPolicyUsed, TrustRules},
};

use super::known_policy;
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App, trust::InForce};

/// Which policy to put in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTrust {
    /// `tru_…`, or null to go back: for a job to what is in force for all, for all to the operator's rules.
    pub policy: Option<String>,
}

/// What is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrustView {
    /// `tru_…`; absent where the operator's own rules apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// SHA-256 of the rules as they apply; every report names it.
    pub digest: String,
    /// The rules as they apply: whom the operator denies is denied here too.
    #[schema(value_type = Object)]
    pub rules: TrustRules,
    /// The registries that policies may name.
    pub registries: Vec<RegistryView>,
}

/// A registry of issuers that the operator keeps.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistryView {
    pub name: String,
    /// How many it lists; absent for one that is asked at its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<usize>,
    /// SHA-256 of its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When it says it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}

async fn view(app: &App, caller: Caller, posting: Option<PostingId>) -> Result<Json<TrustView>, Problem> {
    let in_force = InForce::of(app, caller.tenant, posting).await?;
    let TrustPolicyUsed { id, digest } = in_force.used();
    let registries = app.verification.standing.registries().iter().map(|(name, registry)| {
        let (members, version, updated) = registry.summary();
        RegistryView {
            name: name.clone(),
            members,
            version: version.map(|digest| digest.to_string()),
            updated: updated.map(|time| time.to_string()),
        }
    });
    Ok(Json(TrustView {
        policy: id.map(String::from),
        digest: digest.to_string(),
        rules: in_force.rules,
        registries: registries.collect(),
    }))
}

/// Whom all jobs rely on that have no policy of their own.
#[utoipa::path(get, path = "/v1/trust", tag = "trust", responses((status = 200, body = TrustView)))]
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<TrustView>, Problem> {
    view(&app, caller, None).await
}

/// Put a policy in force for all jobs that have none of their own.
#[utoipa::path(
    put,
    path = "/v1/trust",
    tag = "trust",
    request_body = PutTrust,
    responses((status = 200, body = TrustView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<PutTrust>,
) -> Result<Json<TrustView>, Problem> {
    put_in_force(&app, caller, None, body.value).await
}

/// Put a policy in force for one job.
#[utoipa::path(
    put,
    path = "/v1/jobs/{id}/trust",
    tag = "trust",
    params(("id" = String, Path, description = "`job_…`")),
    request_body = PutTrust,
    responses((status = 200, body = TrustView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn put_for_job(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<PutTrust>,
) -> Result<Json<TrustView>, Problem> {
    let id: PostingId = id.parse().map_err(|_| Problem::not_found())?;
    put_in_force(&app, caller, Some(id), body.value).await
}

async fn put_in_force(
    app: &App,
    caller: Caller,
    posting: Option<PostingId>,
    put: PutTrust,
) -> Result<Json<TrustView>, Problem> {
    let policy = match &put.policy {
        Some(policy) => Some(known_policy(app, caller, policy, Pointer::root().key("policy")).await?.id),
        None => None,
    };
    let (now, actor) = (app.now(), caller.actor());
    let is_there = app.store.put_trust_policy_in_force(caller.tenant, posting, policy, now, &actor).await?;
    if !is_there {
        return Err(Problem::not_found());
    }
    view(app, caller, posting).await
}
