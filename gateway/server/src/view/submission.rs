//! A submission as JSON: state, report, assessment, deliveries.

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::{
    assessment::Score,
    delivery::{Attempt, Content, Delivery, DeliveryState},
    finding::Outcome,
    submission::{EarlierAssessment, Submission, SubmissionState, Withdrawn},
    trust::TrustPolicyUsed,
};

use super::{
    assessment::AssessmentView,
    verification::{CredentialView, MaterialView, VerificationView},
};
use crate::sentences::Sentences;

/// Where a submission has come to, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionView {
    pub id: String,
    /// `received`, `assessed`, `rejected` or `retired`.
    pub state: String,
    pub received_at: String,
    pub connection: String,
    pub job: String,
    /// The ATS's id of the application.
    pub application: String,
    /// The worst outcome of all credentials; absent until assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When the time it is kept for ended: credentials, report, assessment and applicant are gone. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<String>,
    /// When the credentials as handed in were deleted; absent while they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_retired_at: Option<String>,
    /// When and by whom it was withdrawn; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawnView>,
    /// Why processing gave up; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    pub credentials: Vec<CredentialView>,
    pub material: Vec<MaterialView>,
    /// Which rules decided about trust: `{"id"?, "digest"}`. Without an id, those of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub trust_policy: Option<TrustPolicyUsed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentView>,
    /// When it was last looked at whether this still holds; absent until assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<String>,
    /// What was said before a re-check found something else, or another scoring policy was in force, oldest first.
    pub history: Vec<EarlierView>,
    /// Absent once retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_url: Option<String>,
    pub deliveries: Vec<DeliveryView>,
}

/// That an application was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawnView {
    pub at: String,
    /// `applicant` or `employer`.
    pub reason: String,
}

impl WithdrawnView {
    pub fn new(withdrawn: Withdrawn) -> Self {
        Self { at: withdrawn.at.to_string(), reason: withdrawn.by.as_str().to_owned() }
    }
}

/// An assessment that was replaced.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarlierView {
    /// `asm_…`.
    pub id: String,
    /// When it was made.
    pub at: String,
    /// When a re-check replaced it.
    pub replaced_at: String,
    /// `name@version` of the scoring policy.
    pub policy: String,
    /// The worst outcome of all credentials, as it was then.
    #[schema(value_type = String, example = "passed")]
    pub outcome: Outcome,
    /// `{"value","low","high"}`, percentages with two decimals.
    #[schema(value_type = Object)]
    pub score: Score,
}

impl EarlierView {
    pub fn new(earlier: &EarlierAssessment) -> Self {
        Self {
            id: earlier.assessment.id.to_string(),
            at: earlier.at.to_string(),
            replaced_at: earlier.replaced_at.to_string(),
            policy: earlier.assessment.policy.clone(),
            outcome: earlier.report.outcome(),
            score: earlier.assessment.score,
        }
    }
}

/// A submission in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionSummary {
    pub id: String,
    pub state: String,
    pub received_at: String,
    pub connection: String,
    pub job: String,
    pub application: String,
}

/// The intent to bring something to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    pub id: String,
    /// `result`, `correction` or `withdrawal`, to a connection; or `event`, to an endpoint.
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<String>,
    /// An event's `webhook-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// An event's type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// `pending`, `delivered`, `exhausted` or `cancelled`.
    pub state: String,
    /// When the next attempt is due; only while pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<String>,
    pub attempts: Vec<AttemptView>,
    /// What the ATS or the endpoint gave back; only once delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub receipt: Option<serde_json::Value>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    pub at: String,
    /// `delivered`, `failed`, or `interrupted` where the process ended in its midst (or it still runs).
    pub outcome: String,
    pub code: String,
    pub message: String,
}

impl SubmissionView {
    pub fn new(
        submission: &Submission,
        earlier: &[EarlierAssessment],
        deliveries: &[(Delivery, Vec<Attempt>)],
        report_url: Option<String>,
        sentences: &Sentences,
    ) -> Self {
        let summary = SubmissionSummary::new(submission);
        let mut view = Self {
            id: summary.id,
            state: summary.state,
            received_at: summary.received_at,
            connection: summary.connection,
            job: summary.job,
            application: summary.application,
            outcome: None,
            retired_at: None,
            credentials_retired_at: submission.credentials_retired_at.map(|at| at.to_string()),
            withdrawn: submission.withdrawn.map(WithdrawnView::new),
            rejected: None,
            credentials: Vec::new(),
            material: Vec::new(),
            trust_policy: None,
            assessment: None,
            checked_at: None,
            history: earlier.iter().map(EarlierView::new).collect(),
            report_url,
            deliveries: deliveries.iter().map(|(delivery, attempts)| DeliveryView::new(delivery, attempts)).collect(),
        };
        match &submission.state {
            SubmissionState::Received => {}
            SubmissionState::Retired { at } => view.retired_at = Some(at.to_string()),
            SubmissionState::Rejected { code, .. } => view.rejected = Some(code.clone()),
            SubmissionState::Assessed(assessed) => {
                let verification = VerificationView::new(&assessed.report, sentences);
                view.outcome = Some(verification.outcome.to_string());
                view.credentials = verification.credentials;
                view.material = verification.material;
                view.trust_policy = verification.trust_policy;
                view.assessment = Some(AssessmentView(assessed.assessment.clone()));
                view.checked_at = Some(assessed.checked_at.to_string());
            }
        }
        view
    }
}

impl SubmissionSummary {
    pub fn new(submission: &Submission) -> Self {
        Self {
            id: submission.id.to_string(),
            state: submission.state.as_str().to_owned(),
            received_at: submission.received_at.to_string(),
            connection: submission.connection.to_string(),
            job: submission.posting.to_string(),
            application: submission.application.id.to_string(),
        }
    }
}

impl DeliveryView {
    pub fn new(delivery: &Delivery, attempts: &[Attempt]) -> Self {
        let about = delivery.content.to_ats();
        let event = match delivery.content {
            Content::Event { event, kind, endpoint } => Some((event, kind, endpoint)),
            Content::Result { .. } | Content::Correction { .. } | Content::Withdrawal { .. } => None,
        };
        let (next_at, receipt) = match &delivery.state {
            DeliveryState::Pending { next_at } => (Some(next_at.to_string()), None),
            DeliveryState::Delivered { receipt, .. } => (None, serde_json::to_value(receipt).ok()),
            DeliveryState::Exhausted { .. } | DeliveryState::Cancelled { .. } => (None, None),
        };
        Self {
            id: delivery.id.to_string(),
            kind: delivery.content.as_str().to_owned(),
            connection: about.map(|(_, connection)| connection.to_string()),
            submission: about.map(|(submission, _)| submission.to_string()),
            event: event.map(|(event, ..)| event.to_string()),
            event_type: event.map(|(_, kind, _)| kind.to_string()),
            endpoint: event.map(|(.., endpoint)| endpoint.to_string()),
            state: delivery.state.as_str().to_owned(),
            next_at,
            attempts: attempts.iter().map(|attempt| AttemptView::new(attempt, event.is_some())).collect(),
            receipt,
        }
    }
}

impl AttemptView {
    fn new(attempt: &Attempt, is_event: bool) -> Self {
        let (outcome, code, message) = match &attempt.result {
            Some(Ok(_)) if is_event => ("delivered", "DELIVERED", "The endpoint has the event.".to_owned()),
            Some(Ok(receipt)) if receipt.changed => ("delivered", "DELIVERED", "The ATS has the result.".to_owned()),
            Some(Ok(_)) => ("delivered", "ALREADY_THERE", "The ATS already had exactly this.".to_owned()),
            Some(Err(failure)) => ("failed", failure.code.as_str(), failure.message.clone()),
            None => {
                ("interrupted", "INTERRUPTED", "This attempt has not ended, or the process ended first.".to_owned())
            }
        };
        Self { at: attempt.at.to_string(), outcome: outcome.to_owned(), code: code.to_owned(), message }
    }
}
