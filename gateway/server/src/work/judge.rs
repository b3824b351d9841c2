//! Steps 2 to 5 of a submission, as the first look and every later one go through them: parse, gather, verify, score.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, tz::TimeZone};
use tracing::{Instrument as _, info_span};
use wellspring_model::{
    Date, Timestamp,
    assessment::Assessment,
    credential::Applicant,
    id::{AssessmentId, ScoringPolicyId},
    report::{Grounds, VerificationReport},
    submission::{Assessed, Submission},
    unmapped::Named,
};
use wellspring_score::Requirements;
use wellspring_store::{Ground, Watch};

use super::{TaskError, gone, verify::verify};
use crate::{scoring, state::App, trust::InForce};

/// What could not be read, or decided nothing, is tried again after so long.
pub const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What credentials are measured by.
pub struct Measure {
    /// What the job asks for, and how to score.
    pub requirements: Arc<Requirements>,
    pub relied: InForce,
    /// Which scoring policy that is. None: the one that comes with the product.
    pub scoring_policy: Option<ScoringPolicyId>,
}

impl Measure {
    /// What the job asks for, whom the employer relies on, and how it scores, now.
    pub async fn now(app: &App, submission: &Submission) -> Result<Self, TaskError> {
        let tenant = submission.tenant;
        let posting = app.store.posting(tenant, submission.posting).await?;
        let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
        let editions = app.store.frameworks_for_scoring(tenant).await?;
        let scoring = scoring::InForce::of(app, tenant, Some(submission.posting)).await?;
        Ok(Self {
            requirements: app.requirements(tenant, posting.profile, editions, &scoring).await?,
            relied: InForce::of(app, tenant, Some(submission.posting)).await?,
            scoring_policy: scoring.id,
        })
    }

    /// The same profile, editions of frameworks and trust policy as before: a later look is about the credentials, and not
    /// about what the employer has changed since. How to score is the caller's to say.
    pub async fn then(
        app: &App,
        submission: &Submission,
        assessed: &Assessed,
        scoring: &scoring::InForce,
    ) -> Result<Self, TaskError> {
        Ok(Self {
            requirements: requirements_then(app, submission, assessed, scoring).await?,
            relied: InForce::then(app, submission.tenant, assessed.report.trust_policy.as_ref()).await?,
            scoring_policy: scoring.id,
        })
    }
}

/// The profile and the editions of frameworks that an assessment names, to score by this policy.
pub async fn requirements_then(
    app: &App,
    submission: &Submission,
    assessed: &Assessed,
    scoring: &scoring::InForce,
) -> Result<Arc<Requirements>, TaskError> {
    let tenant = submission.tenant;
    let editions = app.store.frameworks_used(tenant, &assessed.assessment.frameworks).await?;
    Ok(app.requirements(tenant, assessed.assessment.profile, editions, scoring).await?)
}

/// What a submission came to.
pub struct Judged {
    pub report: VerificationReport,
    pub assessment: Assessment,
    /// Which scoring policy it was made by. None: the one that comes with the product.
    pub scoring_policy: Option<ScoringPolicyId>,
    pub grounds: Grounds,
    /// What its credentials name that leads to no item.
    pub unmapped: Vec<Named>,
}

/// Verifies and scores a submission, with what can be gathered now.
pub async fn judge(app: &App, submission: &Submission, measure: Measure) -> Result<Judged, TaskError> {
    let Measure { requirements, relied, scoring_policy } = measure;
    let verified = verify(app, received(app, submission).await?, &relied, applicant(submission)).await?;
    let (assessment, as_of) = (AssessmentId::from_uuid(app.uuid()), applied_on(submission));
    let judged = app.compute(move || {
        let (credentials, not_counted) = (&verified.credentials, verified.not_counted);
        let assessment = wellspring_score::assess(assessment, &requirements, credentials, not_counted, as_of);
        let unmapped = wellspring_score::unmapped(&requirements, credentials);
        Judged { report: verified.report, assessment, scoring_policy, grounds: verified.grounds, unmapped }
    });
    Ok(judged.instrument(info_span!("score")).await?)
}

/// When to look again whether what was found at `now` still holds.
pub fn watch(app: &App, grounds: &Grounds, now: Timestamp) -> Watch {
    let ground = |(url, seen): (&String, &Option<_>)| {
        let wait = if seen.is_some() { app.config.recheck.every() } else { AGAIN };
        Ground { url: url.clone(), seen: *seen, look_at: after(now, wait) }
    };
    Watch {
        grounds: grounds.documents.iter().map(ground).collect(),
        // A validity lasts to the end of its last moment.
        recheck_at: grounds.turns_at.map(|turn| after(turn, SignedDuration::from_secs(1))),
    }
}

/// A time beyond all times is the last of them.
pub fn after(time: Timestamp, wait: SignedDuration) -> Timestamp {
    time.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The credentials as they were handed in.
pub async fn received(app: &App, submission: &Submission) -> Result<Vec<Bytes>, TaskError> {
    let mut received = Vec::with_capacity(submission.payloads.len());
    for payload in &submission.payloads {
        let bytes = app.store.payload(submission.tenant, payload.digest).await?;
        received.push(bytes.ok_or_else(|| gone("payload", payload.digest))?.into());
    }
    Ok(received)
}

/// The day of the application, in UTC. Evidence is as old as it was then, however often it is looked at later.
pub fn applied_on(submission: &Submission) -> Date {
    TimeZone::UTC.to_datetime(submission.received_at).date()
}

fn applicant(submission: &Submission) -> Applicant {
    let candidate = &submission.application.candidate;
    Applicant { subject_id: None, email: candidate.email.clone(), name: candidate.name.clone() }
}
