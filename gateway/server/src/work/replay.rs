//! An assessment once more, from what is kept of it: the credentials as they were handed in, the report, the profile, the
//! editions of frameworks and the rules of then. Nothing is fetched, and no clock is read.

use wellspring_model::{
    assessment::Assessment,
    submission::{Assessed, Submission},
};

use super::{
    TaskError,
    judge::{Measure, received},
    verify::place,
};
use crate::state::App;

/// What a replay came to.
pub enum Replayed {
    Again(Box<Assessment>),
    /// The credentials are retired, and with them what the evidence says.
    CredentialsRetired,
    /// It was scored by a policy that this gateway does not have.
    OtherPolicy,
    /// Who may award what was said by the operator, who says something else by now.
    OtherRules,
    /// The report is not about the credentials that are kept.
    OtherCredentials,
}

/// Computes an assessment again.
///
/// # Errors
/// The store's, or a thread ended early.
pub async fn replay(app: &App, submission: &Submission, assessed: &Assessed) -> Result<Replayed, TaskError> {
    if app.scoring.reference() != assessed.assessment.policy {
        return Ok(Replayed::OtherPolicy);
    }
    let bytes = match received(app, submission).await {
        Ok(bytes) => bytes,
        Err(TaskError::Gone { .. }) => return Ok(Replayed::CredentialsRetired),
        Err(error) => return Err(error),
    };
    let Measure { requirements, relied } = Measure::then(app, submission, assessed).await?;
    if assessed.report.trust_policy.as_ref().is_some_and(|used| *used != relied.used()) {
        return Ok(Replayed::OtherRules);
    }
    let (policy, limits) = (relied.policy(app), app.verification.limits);
    let (id, report) = (assessed.assessment.id, assessed.report.clone());
    let again = app.compute(move || {
        let (mut credentials, mut not_counted) = (Vec::new(), Vec::new());
        for (index, bytes) in bytes.iter().enumerate() {
            let unverified = wellspring_verify::parse(bytes, place(index), &limits).ok()?;
            let evidence = wellspring_verify::evidence_of(&unverified, &report, &policy)?;
            credentials.extend(evidence.credentials);
            not_counted.extend(evidence.not_counted);
        }
        Some(wellspring_score::assess(id, &requirements, &credentials, not_counted))
    });
    Ok(again.await?.map_or(Replayed::OtherCredentials, |assessment| Replayed::Again(Box::new(assessment))))
}
