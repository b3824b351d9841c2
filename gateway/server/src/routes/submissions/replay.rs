//! `GET /v1/submissions/{id}/replay`: whether the same computation comes to the same bytes.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};
use wellspring_model::{assessment::Assessment, canonical::canonical_json, digest::Digest, finding::Outcome};
use wellspring_store::Action;

use super::explanation::{said, submission};
use crate::{
    auth::Caller,
    problem::Problem,
    state::App,
    view::assessment::AssessmentView,
    work::replay::{Replayed, replay as compute},
};

/// Which assessment to compute again.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssessmentQuery {
    /// `asm_…` of the submission's `history`: what was said before. What is said now if absent.
    pub assessment: Option<String>,
}

/// An assessment, computed again from what is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentReplayView {
    /// `passed`: the same bytes. `failed`: others. `undetermined`: it cannot be computed again.
    #[schema(value_type = String)]
    pub outcome: Outcome,
    /// `SAME_BYTES`, `OTHER_BYTES`, `CREDENTIALS_RETIRED`, `OTHER_POLICY` (scored by a policy that this gateway does not have),
    /// `OTHER_RULES` (by rules about trust of the operator, who has changed them) or `OTHER_CREDENTIALS` (the report is not about what is kept).
    pub code: &'static str,
    /// Over the canonical JSON (RFC 8785) of the assessment as it is kept.
    pub kept: String,
    /// Over that of the one that was computed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<String>,
    /// The one that was computed now, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentView>,
}

/// Compute an assessment again, without any network, and say whether it comes to the same bytes.
#[utoipa::path(
    get,
    path = "/v1/submissions/{id}/replay",
    tag = "submissions",
    params(("id" = String, Path, description = "`sub_…`"), AssessmentQuery),
    responses(
        (status = 200, body = AssessmentReplayView),
        (status = 404, content_type = "application/problem+json"),
        (status = 409, description = "it has not been assessed", content_type = "application/problem+json"),
    )
)]
pub async fn replay(
    State(app): State<App>,
    caller: Caller,
    id: Path<String>,
    query: Query<AssessmentQuery>,
) -> Result<Json<AssessmentReplayView>, Problem> {
    let submission = submission(&app, &caller, &id).await?;
    let assessed = said(&app, &submission, query.assessment.as_deref()).await?;
    let replayed = compute(&app, &submission, &assessed).await.map_err(|error| {
        tracing::error!(%error, "an assessment could not be computed again");
        Problem::internal()
    })?;
    caller.notes(&app, Action::AssessmentReplayed, submission.id, None).await?;
    Ok(Json(AssessmentReplayView::new(&assessed.assessment, replayed)))
}

impl AssessmentReplayView {
    fn new(kept: &Assessment, replayed: Replayed) -> Self {
        let before = digest_of(kept);
        let (outcome, code, now) = match replayed {
            Replayed::Again(now) if digest_of(&now) == before => (Outcome::Passed, "SAME_BYTES", Some(now)),
            Replayed::Again(now) => (Outcome::Failed, "OTHER_BYTES", Some(now)),
            Replayed::OtherPolicy => (Outcome::Undetermined, "OTHER_POLICY", None),
            Replayed::Lacks(lacking) => (Outcome::Undetermined, lacking.code(), None),
        };
        Self {
            outcome,
            code,
            kept: before.to_string(),
            replayed: now.as_deref().map(|now| digest_of(now).to_string()),
            assessment: now.filter(|_| outcome == Outcome::Failed).map(|now| AssessmentView(*now)),
        }
    }
}

fn digest_of(assessment: &Assessment) -> Digest {
    let value = serde_json::to_value(assessment).ok();
    let text = value.as_ref().and_then(canonical_json).unwrap_or_default();
    Digest::from_bytes(Sha256::digest(text).into())
}
