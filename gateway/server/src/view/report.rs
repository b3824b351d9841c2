//! The report behind a link, as data: what the page shows and nothing more.

use serde::Serialize;
use wellspring_model::submission::{EarlierAssessment, Submission, SubmissionState};

use super::{assessment::AssessmentView, submission::EarlierView, verification::VerificationView};
use crate::sentences::Sentences;

/// A report without the ids of deliveries and connections, which are the employer's business.
#[derive(Debug, Serialize)]
pub struct ReportView {
    pub id: String,
    pub state: &'static str,
    pub received_at: String,
    #[serde(flatten)]
    pub verification: Option<VerificationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<String>,
    pub history: Vec<EarlierView>,
}

impl ReportView {
    pub fn new(submission: &Submission, earlier: &[EarlierAssessment], sentences: &Sentences) -> Self {
        let (verification, assessment, checked_at) = match &submission.state {
            SubmissionState::Assessed(assessed) => (
                Some(VerificationView::new(&assessed.report, sentences)),
                Some(AssessmentView(assessed.assessment.clone())),
                Some(assessed.checked_at.to_string()),
            ),
            SubmissionState::Received | SubmissionState::Rejected { .. } | SubmissionState::Retired { .. } => {
                (None, None, None)
            }
        };
        Self {
            id: submission.id.to_string(),
            state: submission.state.as_str(),
            received_at: submission.received_at.to_string(),
            verification,
            assessment,
            checked_at,
            history: earlier.iter().map(EarlierView::new).collect(),
        }
    }
}
