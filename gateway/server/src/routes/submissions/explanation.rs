//! `GET /v1/submissions/{id}/explanation` and `…/chart.svg`: why an application got what it got, in words and as a picture.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;
use wellspring_model::{
    id::SubmissionId,
    pointer::Pointer,
    submission::{Assessed, Language, Submission, SubmissionState},
};
use wellspring_store::Action;

use crate::{
    auth::Caller,
    pages::{self, Site},
    problem::Problem,
    sentences::Sentences,
    state::App,
    view::explanation::ExplanationView,
};

/// In which language to answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// `en` or `es`; the submission's own if absent.
    pub language: Option<String>,
}

impl ExplanationQuery {
    fn language(&self, fallback: Language) -> Result<Language, Problem> {
        let Some(tag) = &self.language else { return Ok(fallback) };
        let known = Language::ALL.into_iter().find(|known| known.as_str() == tag);
        let refuse = || Problem::invalid_request(Pointer::root().key("language"), "it must be `en` or `es`");
        known.ok_or_else(refuse)
    }
}

/// Why an application got what it got: each requirement with its evidence, path, worth, and what would change it.
#[utoipa::path(
    get,
    path = "/v1/submissions/{id}/explanation",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`"), ExplanationQuery),
    responses(
        (status = 200, body = ExplanationView),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it has not been assessed", content_type = "application/problem+json"),
    )
)]
pub async fn explanation(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<ExplanationQuery>,
) -> Result<Json<ExplanationView>, Problem> {
    let submission = submission(&app, &caller, &id).await?;
    let language = query.language(submission.language)?;
    let assessed = assessed(&submission)?;
    caller.notes(&app, Action::ExplanationViewed, submission.id, None).await?;
    Ok(Json(ExplanationView::new(&submission, assessed, Sentences::get(language))))
}

/// The result as a picture: coverage, score, and required beside shown levels. It carries all of it in words, too.
#[utoipa::path(
    get,
    path = "/v1/submissions/{id}/chart.svg",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`"), ExplanationQuery),
    responses(
        (status = 200, body = String, content_type = "image/svg+xml"),
        (status = 400, content_type = "application/problem+json"),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it has not been assessed", content_type = "application/problem+json"),
    )
)]
pub async fn chart(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<ExplanationQuery>,
) -> Result<Response, Problem> {
    let submission = submission(&app, &caller, &id).await?;
    let site = Site::new(&app.config.public_url, query.language(submission.language)?);
    let chart = drawn(&site, assessed(&submission)?)?;
    caller.notes(&app, Action::ChartViewed, submission.id, None).await?;
    Ok(chart)
}

/// The picture as a response.
///
/// # Errors
/// It could not be written, which only a defect of ours can cause.
pub fn drawn(site: &Site, assessed: &Assessed) -> Result<Response, Problem> {
    match pages::chart(site, &assessed.assessment) {
        Ok(svg) => Ok(pages::respond_chart(svg)),
        Err(error) => {
            tracing::error!(%error, "a picture could not be drawn");
            Err(Problem::internal())
        }
    }
}

/// The caller's submission.
///
/// # Errors
/// There is none, or the store's.
pub async fn submission(app: &App, caller: &Caller, id: &str) -> Result<Submission, Problem> {
    let id: SubmissionId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.submission(caller.tenant, id).await?.ok_or_else(Problem::not_found)
}

/// What it came to.
///
/// # Errors
/// Nothing yet, or nothing any more.
pub fn assessed(submission: &Submission) -> Result<&Assessed, Problem> {
    match &submission.state {
        SubmissionState::Assessed(assessed) => Ok(assessed),
        SubmissionState::Received | SubmissionState::Rejected { .. } | SubmissionState::Retired { .. } => {
            Err(Problem::not_assessed())
        }
    }
}
