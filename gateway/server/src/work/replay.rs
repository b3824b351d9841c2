//! An assessment once more, from what is kept of it: the credentials as they were handed in, the report, the profile, the
//! editions of frameworks and the rules of then. Nothing is fetched, and no clock is read.

use wellspring_model::{
    Date,
    assessment::{Assessment, NotCounted},
    credential::VerifiedCredential,
    id::AssessmentId,
    submission::{Assessed, Submission},
};
use wellspring_score::Requirements;

use super::{
    TaskError,
    judge::{Measure, applied_on, received},
    verify::place,
};
use crate::{scoring, state::App};

/// What a replay came to.
pub enum Replayed {
    Again(Box<Assessment>),
    /// It was scored by a policy that this gateway does not have.
    OtherPolicy,
    /// What it was made from is not there as it was.
    Lacks(Lacking),
}

/// Why an assessment cannot be computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// The credentials are retired, and with them what the evidence says.
    Credentials,
    /// Who may award what was said by the operator, who says something else by now.
    Rules,
    /// The report is not about the credentials that are kept.
    Report,
}

impl Lacking {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Credentials => "CREDENTIALS_RETIRED",
            Self::Rules => "OTHER_RULES",
            Self::Report => "OTHER_CREDENTIALS",
        }
    }
}

/// What an assessment was made from, read again.
pub struct Kept {
    measure: Measure,
    credentials: Vec<VerifiedCredential>,
    not_counted: Vec<NotCounted>,
    as_of: Date,
}

impl Kept {
    /// Reads it. `scoring` is what to score by.
    ///
    /// # Errors
    /// The store's, or a thread ended early.
    pub async fn of(
        app: &App,
        submission: &Submission,
        assessed: &Assessed,
        scoring: scoring::InForce,
    ) -> Result<Result<Self, Lacking>, TaskError> {
        let bytes = match received(app, submission).await {
            Ok(bytes) => bytes,
            Err(TaskError::Gone { .. }) => return Ok(Err(Lacking::Credentials)),
            Err(error) => return Err(error),
        };
        let measure = Measure::then(app, submission, assessed, &scoring).await?;
        if assessed.report.trust_policy.as_ref().is_some_and(|used| *used != measure.relied.used()) {
            return Ok(Err(Lacking::Rules));
        }
        let (policy, limits, report) = (measure.relied.policy(app), app.verification.limits, assessed.report.clone());
        let read = app.compute(move || {
            let (mut credentials, mut not_counted) = (Vec::new(), Vec::new());
            for (index, bytes) in bytes.iter().enumerate() {
                let unverified = wellspring_verify::parse(bytes, place(index), &limits).ok()?;
                let evidence = wellspring_verify::evidence_of(&unverified, &report, &policy)?;
                credentials.extend(evidence.credentials);
                not_counted.extend(evidence.not_counted);
            }
            Some((credentials, not_counted))
        });
        let as_of = applied_on(submission);
        let kept = |(credentials, not_counted)| Self { measure, credentials, not_counted, as_of };
        Ok(read.await?.map(kept).ok_or(Lacking::Report))
    }

    /// Scores it, by the policy that it was read for.
    pub fn assess(&self, id: AssessmentId) -> Assessment {
        self.assess_by(id, &self.measure.requirements)
    }

    /// The same with what another policy makes of the profile.
    pub fn assess_by(&self, id: AssessmentId, requirements: &Requirements) -> Assessment {
        wellspring_score::assess(id, requirements, &self.credentials, self.not_counted.clone(), self.as_of)
    }
}

/// Computes an assessment again, by the policy that it names.
///
/// # Errors
/// The store's, or a thread ended early.
pub async fn replay(app: &App, submission: &Submission, assessed: &Assessed) -> Result<Replayed, TaskError> {
    let named = scoring::InForce::named(app, submission.tenant, &assessed.assessment.policy).await?;
    let Some(scoring) = named else { return Ok(Replayed::OtherPolicy) };
    let kept = match Kept::of(app, submission, assessed, scoring).await? {
        Ok(kept) => kept,
        Err(lacking) => return Ok(Replayed::Lacks(lacking)),
    };
    let id = assessed.assessment.id;
    Ok(Replayed::Again(Box::new(app.compute(move || kept.assess(id)).await?)))
}
