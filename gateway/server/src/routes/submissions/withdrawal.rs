//! `POST /v1/submissions/{id}/withdrawal`: nothing more is told of an application but that it is withdrawn.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    ats::WithdrawalReason,
    delivery::Content,
    id::SubmissionId,
    submission::{Submission, Withdrawn},
};
use wellspring_store::{NewDelivery, NewWithdrawal, Withdraw};

use crate::{
    auth::Caller, body::StrictJson, problem::Problem, state::App, view::submission::WithdrawnView,
    work::assess::new_delivery,
};

/// A withdrawal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    pub reason: ReasonInput,
}

/// Who takes it back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReasonInput {
    Applicant,
    Employer,
}

impl From<ReasonInput> for WithdrawalReason {
    fn from(reason: ReasonInput) -> Self {
        match reason {
            ReasonInput::Applicant => Self::Applicant,
            ReasonInput::Employer => Self::Employer,
        }
    }
}

/// What was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalView {
    /// `sub_…`
    pub id: String,
    /// How far it had come: `assessed`, or `rejected` where it was not assessed yet and never will be.
    pub state: String,
    pub withdrawn: WithdrawnView,
}

impl WithdrawalView {
    fn new(submission: &Submission, withdrawn: Withdrawn) -> Self {
        Self {
            id: submission.id.to_string(),
            state: submission.state.as_str().to_owned(),
            withdrawn: WithdrawnView::new(withdrawn),
        }
    }
}

/// Withdraw an application.
///
/// Deliveries that wait are taken back, the report link says that the result was withdrawn, and nobody looks at it again.
/// What the ATS was told, or may have been, is taken back there by a delivery of kind `withdrawal`. Where something was handed
/// in for the application later, a delivery of kind `correction` then brings its result again. A second request changes nothing.
#[utoipa::path(
    post,
    path = "/v1/submissions/{id}/withdrawal",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body = WithdrawalRequest,
    responses(
        (status = 200, body = WithdrawalView),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it is retired", content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    body: StrictJson<WithdrawalRequest>,
) -> Result<Json<WithdrawalView>, Problem> {
    let id: SubmissionId = id.parse().map_err(|_| Problem::not_found())?;
    let submission = find(&app, caller, id).await?;
    let content = Content::Withdrawal { submission: id, connection: submission.connection };
    let mut delivery = new_delivery(&app, &submission, content).await.map_err(|_| Problem::internal())?;
    let mut again = brought_again(&app, &submission).await?;
    if let Some(again) = &mut again
        && again.task < delivery.task
    {
        // Ids of one moment are in no order, and theirs is the order of the two.
        std::mem::swap(&mut again.task, &mut delivery.task);
    }
    let new = NewWithdrawal { submission: id, by: body.value.reason.into(), delivery, again };
    match app.store.withdraw(caller.tenant, new, app.now(), &caller.actor()).await? {
        Withdraw::Done => tracing::info!(submission = %id, "withdrawn"),
        Withdraw::Already => {}
        Withdraw::Unknown => return Err(Problem::not_found()),
        Withdraw::Retired => return Err(Problem::retired()),
    }
    let submission = find(&app, caller, id).await?;
    let withdrawn = submission.withdrawn.ok_or_else(Problem::internal)?;
    Ok(Json(WithdrawalView::new(&submission, withdrawn)))
}

/// What was handed in later for the application stands, and the ATS is to have it afterwards.
async fn brought_again(app: &App, withdrawn: &Submission) -> Result<Option<NewDelivery>, Problem> {
    let Some(id) = app.store.stands_later(withdrawn).await? else { return Ok(None) };
    let Some(later) = app.store.submission(withdrawn.tenant, id).await? else { return Ok(None) };
    let content = Content::Correction { submission: id, connection: later.connection };
    new_delivery(app, &later, content).await.map(Some).map_err(|_| Problem::internal())
}

async fn find(app: &App, caller: Caller, id: SubmissionId) -> Result<Submission, Problem> {
    app.store.submission(caller.tenant, id).await?.ok_or_else(Problem::not_found)
}
