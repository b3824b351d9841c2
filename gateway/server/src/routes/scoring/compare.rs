//! `POST /v1/scoring/compare`: what two policies make of a job's candidates. Nothing is stored but that it was asked.

use axum::{
    Json,
    extract::{Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{id::PostingId, pointer::Pointer};
use wellspring_store::Action;

use super::known_policy;
use crate::{
    auth::{Caller, digest_of_ids},
    body::StrictJson,
    comparison::Comparison,
    problem::Problem,
    routes::{PageQuery, PageView, jobs::known_job, page_of},
    scoring::InForce,
    state::App,
    work::compare::{Compared, compare as compute},
};

/// Candidates of one answer, and where the request does not say how many.
const MOST: u16 = 50;
const UNASKED: u16 = 20;
/// What names the policy that comes with the product.
const SHIPPED: &str = "shipped";

/// Which policies to compare, over whose candidates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparisonRequest {
    /// `job_…`
    pub job: String,
    /// `scp_…`, or `shipped` for the policy that comes with the product. Left out: the one in force for the job.
    pub before: Option<String>,
    /// `scp_…`, or `shipped`.
    pub after: String,
}

/// A candidate by both policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedView {
    /// `sub_…`
    pub submission: String,
    /// Absent where it cannot be computed any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Why it cannot, as `GET /v1/submissions/{id}/replay` says it: `CREDENTIALS_RETIRED`, `OTHER_RULES` or `OTHER_CREDENTIALS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

impl ComparedView {
    fn new(compared: Compared) -> Self {
        let submission = compared.submission.to_string();
        match compared.comparison {
            Ok(comparison) => Self { submission, comparison: Some(comparison), code: None },
            Err(lacking) => Self { submission, comparison: None, code: Some(lacking.code()) },
        }
    }
}

/// What two policies make of a job's candidates, oldest first: their scores, and the requirements that differ. Each is
/// computed from what is kept of the application, and none is changed. `limit` is 1 to 50; 20 if absent.
#[utoipa::path(
    post,
    path = "/v1/scoring/compare",
    tag = "scoring",
    params(PageQuery),
    request_body = ComparisonRequest,
    responses(
        (status = 200, body = PageView<ComparedView>),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
    )
)]
pub async fn compare(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
    body: StrictJson<ComparisonRequest>,
) -> Result<Json<PageView<ComparedView>>, Problem> {
    let (request, at) = (body.value, Pointer::root());
    let posting = known_job(&app, caller, &request.job, at.key("job")).await?;
    let before = match &request.before {
        Some(before) => named(&app, caller, before, at.key("before")).await?,
        None => InForce::of(&app, caller.tenant, Some(posting)).await?,
    };
    let after = named(&app, caller, &request.after, at.key("after")).await?;
    let (items, next) = page_by_both(&app, caller, &query, posting, &before, &after).await?;
    caller
        .notes(
            &app,
            Action::ScoringPolicyCompared,
            posting,
            Some(digest_of_ids(items.iter().map(|one| one.submission))),
        )
        .await?;
    Ok(Json(PageView { items: items.into_iter().map(ComparedView::new).collect(), next }))
}

async fn named(app: &App, caller: Caller, name: &str, at: Pointer) -> Result<InForce, Problem> {
    if name == SHIPPED {
        return Ok(InForce::shipped(app));
    }
    Ok(InForce::kept(&known_policy(app, caller, name, at).await?)?)
}

async fn page_by_both(
    app: &App,
    caller: Caller,
    query: &PageQuery,
    posting: PostingId,
    before: &InForce,
    after: &InForce,
) -> Result<(Vec<Compared>, Option<String>), Problem> {
    let page = page_of(query, UNASKED, MOST)?;
    let (submissions, next) = app.store.assessed_of_posting(caller.tenant, posting, page).await?;
    let compared = compute(app, &submissions, before, after).await.map_err(|error| {
        tracing::error!(%error, "two scoring policies could not be compared");
        Problem::internal()
    })?;
    Ok((compared, next.map(String::from)))
}
