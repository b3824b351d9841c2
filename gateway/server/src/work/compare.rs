//! What two scoring policies make of the candidates of a job, from what is kept of them. Nothing is fetched or stored.

use wellspring_model::{
    id::SubmissionId,
    submission::{Submission, SubmissionState},
};

use super::{
    TaskError,
    judge::requirements_then,
    replay::{Kept, Lacking},
};
use crate::{comparison::Comparison, scoring, state::App};

/// A candidate by both policies, or why there is no saying.
pub struct Compared {
    pub submission: SubmissionId,
    pub comparison: Result<Comparison, Lacking>,
}

/// Scores each of these submissions by both policies. Each is read once, and one after the other: what is held at a time is
/// that of one candidate.
///
/// # Errors
/// The store's, or a thread ended early.
pub async fn compare(
    app: &App,
    submissions: &[Submission],
    before: &scoring::InForce,
    after: &scoring::InForce,
) -> Result<Vec<Compared>, TaskError> {
    let mut compared = Vec::with_capacity(submissions.len());
    for submission in submissions {
        let SubmissionState::Assessed(assessed) = &submission.state else { continue };
        let comparison = match Kept::of(app, submission, assessed, before.clone()).await? {
            Ok(kept) => {
                let id = assessed.assessment.id;
                let after = requirements_then(app, submission, assessed, after).await?;
                let both = move || Comparison::new(&kept.assess(id), &kept.assess_by(id, &after));
                Ok(app.compute(both).await?)
            }
            Err(lacking) => Err(lacking),
        };
        compared.push(Compared { submission: submission.id, comparison });
    }
    Ok(compared)
}
