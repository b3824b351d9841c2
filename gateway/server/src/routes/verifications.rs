//! `POST /v1/verifications`: verify now, store nothing.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use wellspring_model::{credential::Applicant, pointer::Pointer, submission::Language};

use super::submissions::input::{CredentialInput, received_all};
use crate::{
    auth::Caller,
    body::StrictJson,
    problem::Problem,
    sentences::Sentences,
    state::App,
    view::verification::VerificationView,
    work::{assess::verify_all, gather::gather},
};

/// Credentials to verify, and who they should be about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationRequest {
    /// At least one, at most 50. `part` cannot be used here.
    pub credentials: Vec<CredentialInput>,
    /// Left out: the `subject` check is left out too.
    pub applicant: Option<ApplicantInput>,
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

/// Verify credentials and say what holds, check by check. Nothing is stored.
#[utoipa::path(
    post,
    path = "/v1/verifications",
    tag = "verifications",
    request_body = VerificationRequest,
    responses((status = 200, body = VerificationView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn verify(
    State(app): State<App>,
    _caller: Caller,
    body: StrictJson<VerificationRequest>,
) -> Result<Json<VerificationView>, Problem> {
    let request = body.value;
    let credentials = received_all(&request.credentials, &app)?;
    let mut presentations = Vec::with_capacity(credentials.len());
    for (index, credential) in credentials.iter().enumerate() {
        let at = Pointer::root().key("credentials").index(index);
        let parsed = wellspring_verify::parse(&credential.bytes, at.clone(), &app.verification.limits);
        presentations.push(parsed.map_err(|error| Problem::unreadable_credential(at, &error))?);
    }
    let now = app.now();
    let material = gather(&app.fetcher, &app.verification.standing, &presentations, now).await;
    let given = request.applicant.unwrap_or_default();
    let applicant = Applicant { subject_id: given.subject_id, email: given.email, name: None };
    let policy = app.verification.policy.clone();
    let verified = tokio::task::spawn_blocking(move || verify_all(&presentations, &material, &policy, &applicant, now))
        .await
        .map_err(|_| Problem::internal())?;
    Ok(Json(VerificationView::new(&verified.report, Sentences::get(request.language))))
}
