//! `GET /v1/submissions` and `GET /v1/submissions/{id}`.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use wellspring_model::{id::SubmissionId, submission::SubmissionState};
use wellspring_store::Action;

use crate::{
    auth::Caller,
    problem::Problem,
    routes::{PageQuery, PageView, page},
    sentences::Sentences,
    share,
    state::App,
    view::submission::{SubmissionSummary, SubmissionView},
};

/// One submission with its report, assessment and deliveries.
#[utoipa::path(
    get,
    path = "/v1/submissions/{id}",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`")),
    responses((status = 200, body = SubmissionView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<SubmissionView>, Problem> {
    let id: SubmissionId = id.parse().map_err(|_| Problem::not_found())?;
    let submission = app.store.submission(caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let deliveries = app.store.deliveries_of(caller.tenant, id).await?;
    let earlier = app.store.earlier_assessments(caller.tenant, id).await?;
    let report_url = match submission.state {
        SubmissionState::Retired { .. } => None,
        _ => Some(share::report_url(&app, &submission).await.map_err(|_| Problem::internal())?.to_string()),
    };
    let sentences = Sentences::get(submission.language);
    caller.notes(&app, Action::SubmissionViewed, id, None).await?;
    Ok(Json(SubmissionView::new(&submission, &earlier, &deliveries, report_url, sentences)))
}

/// All submissions, oldest first.
#[utoipa::path(
    get,
    path = "/v1/submissions",
    tag = "submissions",
    params(PageQuery),
    responses((status = 200, body = PageView<SubmissionSummary>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<SubmissionSummary>>, Problem> {
    let (submissions, next) = app.store.submissions(caller.tenant, page(&query)?).await?;
    caller.lists(&app, Action::SubmissionsListed, submissions.iter().map(|submission| submission.id)).await?;
    Ok(Json(PageView { items: submissions.iter().map(SubmissionSummary::new).collect(), next: next.map(String::from) }))
}
