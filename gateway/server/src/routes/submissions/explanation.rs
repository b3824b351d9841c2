//! `GET /v1/submissions/{id}/explanation` and `…/chart.svg`: why an application got what it got, in words and as a picture.

use std::borrow::Cow;

use axum::{
    Json,
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;
use wellspring_model::{
    id::{AssessmentId, SubmissionId},
    pointer::Pointer,
    submission::{Assessed, EarlierAssessment, Language, Submission, SubmissionState},
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

/// Of what to tell, and in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// `en` or `es`; the submission's own if absent.
    pub language: Option<String>,
    /// `asm_…` of the submission's `history`: what was said before. What is said now if absent.
    pub assessment: Option<String>,
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
    let assessed = said(&app, &submission, query.assessment.as_deref()).await?;
    caller.notes(&app, Action::ExplanationViewed, submission.id, None).await?;
    Ok(Json(ExplanationView::new(&submission, &assessed, Sentences::get(language))))
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
    let chart = drawn(&site, &*said(&app, &submission, query.assessment.as_deref()).await?)?;
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

/// What it came to: what is said now, or what was said before in the assessment of this id.
///
/// # Errors
/// Nothing yet, or nothing any more; or no such assessment, or the store's.
pub async fn said<'a>(
    app: &App,
    submission: &'a Submission,
    assessment: Option<&str>,
) -> Result<Cow<'a, Assessed>, Problem> {
    let now = assessed(submission)?;
    let Some(id) = assessment else { return Ok(Cow::Borrowed(now)) };
    let id: AssessmentId = id.parse().map_err(|_| Problem::not_found())?;
    if now.assessment.id == id {
        return Ok(Cow::Borrowed(now));
    }
    let earlier = app.store.earlier_assessments(submission.tenant, submission.id).await?;
    let then = earlier.into_iter().find(|one| one.assessment.id == id).ok_or_else(Problem::not_found)?;
    let EarlierAssessment { at, replaced_at, report, assessment } = then;
    Ok(Cow::Owned(Assessed { at, checked_at: replaced_at, report, assessment }))
}

fn assessed(submission: &Submission) -> Result<&Assessed, Problem> {
    match &submission.state {
        SubmissionState::Assessed(assessed) => Ok(assessed),
        SubmissionState::Received | SubmissionState::Rejected { .. } | SubmissionState::Retired { .. } => {
            Err(Problem::not_assessed())
        }
    }
}
