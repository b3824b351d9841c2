//! `POST /v1/submissions/{id}/recheck`: another look at once.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use wellspring_model::id::{SubmissionId, TaskId};
use wellspring_store::Asked;

use super::{
    accept::location,
    input::{SubmissionAccepted, SubmissionLinks},
};
use crate::{auth::Caller, problem::Problem, state::App};

/// Check again whether what was said of a submission still holds.
///
/// Answers 202 once the re-check is in the queue; `checked_at` of the submission says when it was done. Everything the
/// verdict rests on is looked at anew. If it comes to something else, what was said before is kept under `history`, and
/// the ATS gets a correction.
#[utoipa::path(
    post,
    path = "/v1/submissions/{id}/recheck",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`")),
    responses(
        (status = 202, body = SubmissionAccepted),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it has not been assessed, or is withdrawn", content_type = "application/problem+json"),
    )
)]
pub async fn recheck(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Response, Problem> {
    let id: SubmissionId = id.parse().map_err(|_| Problem::not_found())?;
    let task = TaskId::from_uuid(app.uuid());
    match app.store.ask_recheck(caller.tenant, id, task, app.now(), &caller.actor()).await? {
        Asked::Queued => {
            let links = SubmissionLinks { this: location(id) };
            let answer = SubmissionAccepted { id: id.to_string(), state: "assessed".to_owned(), links };
            Ok((StatusCode::ACCEPTED, [(LOCATION, location(id))], axum::Json(answer)).into_response())
        }
        Asked::Unknown => Err(Problem::not_found()),
        Asked::NotAssessed => Err(Problem::not_assessed()),
        Asked::Withdrawn => Err(Problem::withdrawn()),
    }
}
