//! `POST /v1/verifications`: verify now, store nothing but that it was done.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use wellspring_model::{credential::Applicant, pointer::Pointer, submission::Language};
use wellspring_store::Action;

use super::{
    jobs::known_job,
    submissions::input::{CredentialInput, received_all},
};
use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    sentences::Sentences,
    state::App,
    trust::InForce,
    view::verification::VerificationView,
    work::verify::{VerifyError, verify as verify_now},
};

/// Credentials to verify, and who they should be about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationRequest {
    /// At least one, at most 50. `part` cannot be used here.
    pub credentials: Vec<CredentialInput>,
    /// Left out: the `subject` check is left out too.
    pub applicant: Option<ApplicantInput>,
    /// `job_…`: judge by whom this job relies on. Left out: by what is in force for all jobs.
    pub job: Option<String>,
    /// The language of the sentences: `en` or `es`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub language: Language,
}

/// Who the credentials should be about.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantInput {
    pub subject_id: Option<String>,
    pub email: Option<String>,
}

/// Verify credentials and say what holds, check by check. Nothing is stored but that it was done.
#[utoipa::path(
    post,
    path = "/v1/verifications",
    tag = "verifications",
    request_body = VerificationRequest,
    responses((status = 200, body = VerificationView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<VerificationRequest>,
) -> Result<Json<VerificationView>, Problem> {
    let request = body.value;
    let credentials = received_all(&request.credentials, &app)?;
    let given = request.applicant.unwrap_or_default();
    let applicant = Applicant { subject_id: given.subject_id, email: given.email, name: None };
    let posting = match &request.job {
        Some(job) => Some(known_job(&app, caller, job, Pointer::root().key("job")).await?),
        None => None,
    };
    let relied = InForce::of(&app, caller.tenant, posting).await?;
    let received = credentials.into_iter().map(|credential| credential.bytes).collect();
    let verified = verify_now(&app, received, &relied, applicant).await.map_err(|error| match error {
        VerifyError::Unreadable { at, error } => Problem::unreadable_credential(at, &error),
        VerifyError::Thread(_) => Problem::internal(),
    })?;
    // That it was done, for whom, and for which job; of the record itself nothing is kept, not even a digest.
    let subject = posting.map_or(caller.tenant.to_string(), |posting| posting.to_string());
    caller.notes(&app, Action::VerificationMade, subject, None).await?;
    Ok(Json(VerificationView::new(&verified.report, Sentences::get(request.language))))
}
