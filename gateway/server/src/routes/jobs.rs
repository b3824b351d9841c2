//! `/v1/jobs`: job postings, each with the profile it asks for and the connection its applications come through.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    id::{ConnectionId, ExternalId, PostingId, ProfileId},
    pointer::Pointer,
    posting::Posting,
};

use super::{PageQuery, PageView, created, page, scoring, trust};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

/// A job posting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    pub title: String,
    /// `prf_…`
    pub profile: String,
    /// `con_…`
    pub connection: String,
    /// The ATS's own id of the job, so that submissions may name it.
    pub external_id: Option<String>,
    /// `tru_…`: whom this job relies on. Left out: whom all jobs rely on.
    pub trust_policy: Option<String>,
    /// `scp_…`: by what its candidates are scored. Left out: by what those of all jobs are.
    pub scoring_policy: Option<String>,
}

/// A job posting as stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    pub id: String,
    pub title: String,
    pub profile: String,
    pub connection: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scoring_policy: Option<String>,
    pub created_at: String,
}

impl JobView {
    fn new(posting: &Posting) -> Self {
        Self {
            id: posting.id.to_string(),
            title: posting.title.clone(),
            profile: posting.profile.to_string(),
            connection: posting.connection.to_string(),
            external_id: posting.external_id.as_ref().map(ToString::to_string),
            trust_policy: posting.trust_policy.map(|id| id.to_string()),
            scoring_policy: posting.scoring_policy.map(|id| id.to_string()),
            created_at: posting.created_at.to_string(),
        }
    }
}

/// Add a job posting.
#[utoipa::path(
    post,
    path = "/v1/jobs",
    tag = "jobs",
    request_body = NewJob,
    responses((status = 201, body = JobView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewJob>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.value;
    let at = Pointer::root();
    let profile: ProfileId = new.profile.parse().map_err(|_| Problem::unknown_profile(at.key("profile")))?;
    let connection: ConnectionId =
        new.connection.parse().map_err(|_| Problem::unknown_connection(at.key("connection")))?;
    if app.store.profile(caller.tenant, profile).await?.is_none() {
        return Err(Problem::unknown_profile(at.key("profile")));
    }
    if app.store.connection(caller.tenant, connection).await?.is_none() {
        return Err(Problem::unknown_connection(at.key("connection")));
    }
    let trust_policy = match &new.trust_policy {
        Some(policy) => Some(trust::known_policy(&app, caller, policy, at.key("trust_policy")).await?.id),
        None => None,
    };
    let scoring_policy = match &new.scoring_policy {
        Some(policy) => Some(scoring::known_policy(&app, caller, policy, at.key("scoring_policy")).await?.id),
        None => None,
    };
    let posting = Posting {
        id: PostingId::from_uuid(app.uuid()),
        title: new.title,
        profile,
        connection,
        external_id: new.external_id.map(ExternalId),
        trust_policy,
        scoring_policy,
        created_at: app.now(),
    };
    app.store.add_posting(caller.tenant, &posting, &caller.actor()).await?;
    Ok(created(format!("/v1/jobs/{}", posting.id), JobView::new(&posting)))
}

/// The id of a job of the caller's.
///
/// # Errors
/// There is none.
pub async fn known_job(app: &App, caller: Caller, id: &str, at: Pointer) -> Result<PostingId, Problem> {
    let id: PostingId = id.parse().map_err(|_| Problem::unknown_job(at.clone()))?;
    let posting = app.store.posting(caller.tenant, id).await?.ok_or_else(|| Problem::unknown_job(at))?;
    Ok(posting.id)
}

/// One job posting.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}",
    tag = "jobs",
    params(("id" = String, Path, description = "`job_…`")),
    responses((status = 200, body = JobView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<JobView>, Problem> {
    let id: PostingId = id.parse().map_err(|_| Problem::not_found())?;
    let posting = app.store.posting(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(JobView::new(&posting)))
}

/// All job postings, oldest first.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    tag = "jobs",
    params(PageQuery),
    responses((status = 200, body = PageView<JobView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<JobView>>, Problem> {
    let (postings, next) = app.store.postings(caller.tenant, page(&query)?).await?;
    Ok(Json(PageView { items: postings.iter().map(JobView::new).collect(), next: next.map(String::from) }))
}
