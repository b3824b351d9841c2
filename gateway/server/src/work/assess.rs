//! Steps 2 to 6 of a submission: parse, gather, verify, score, record.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wellspring_host::manifest::SerializeBy;
use wellspring_model::{
    competency::{Framework, FrameworkVersion, Profile},
    credential::Applicant,
    delivery::Content,
    digest::Digest,
    id::{AssessmentId, DeliveryId, SubmissionId, TaskId},
    submission::Submission,
};
use wellspring_store::{Leased, NewAssessment, NewDelivery};

use super::{TaskError, verify::verify};
use crate::{state::App, trust::InForce};

/// After this many attempts a submission that cannot be processed is rejected, so that the queue moves on.
const MOST_ATTEMPTS: u32 = 10;

/// Verifies and scores one submission, and enqueues its delivery in the same transaction.
pub async fn run(app: &App, task: &Leased, id: SubmissionId) -> Result<(), TaskError> {
    if task.attempt > MOST_ATTEMPTS {
        app.store.reject(task, id, "PROCESSING_FAILED", app.now()).await?;
        return Ok(());
    }
    let submission = app.store.submission(task.tenant, id).await?.ok_or_else(|| gone("submission", id))?;
    let (profile, frameworks) = asked_for(app, &submission).await?;
    let relied = InForce::of(app, task.tenant, Some(submission.posting)).await?;
    let verified = verify(app, received(app, &submission).await?, &relied, applicant(&submission)).await?;
    let (assessment, scoring) = (AssessmentId::from_uuid(app.uuid()), app.scoring.clone());
    let (report, assessment) = app
        .compute(move || {
            let (credentials, not_counted) = (&verified.credentials, verified.not_counted);
            let result =
                wellspring_score::assess(assessment, &profile, &frameworks, credentials, not_counted, &scoring);
            (verified.report, result)
        })
        .await?;
    let delivery = NewDelivery {
        id: DeliveryId::from_uuid(app.uuid()),
        task: TaskId::from_uuid(app.uuid()),
        content: Content::Result { submission: id, connection: submission.connection },
        serialization_key: serialization_key(app, &submission).await?,
    };
    let record = NewAssessment { submission: id, report, assessment, deliveries: vec![delivery] };
    app.store.record_assessment(task, record, app.now()).await?;
    Ok(())
}

async fn asked_for(
    app: &App,
    submission: &Submission,
) -> Result<(Profile, Vec<(Framework, FrameworkVersion)>), TaskError> {
    let tenant = submission.tenant;
    let posting = app.store.posting(tenant, submission.posting).await?;
    let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
    let profile = app.store.profile(tenant, posting.profile).await?.ok_or_else(|| gone("profile", posting.profile))?;
    let frameworks = app.store.frameworks_for_scoring(tenant).await?;
    Ok((profile, frameworks))
}

/// The credentials as they were handed in.
async fn received(app: &App, submission: &Submission) -> Result<Vec<Bytes>, TaskError> {
    let mut received = Vec::with_capacity(submission.payloads.len());
    for payload in &submission.payloads {
        let bytes = app.store.payload(submission.tenant, payload.digest).await?;
        received.push(bytes.ok_or_else(|| gone("payload", payload.digest))?.into());
    }
    Ok(received)
}

fn applicant(submission: &Submission) -> Applicant {
    let candidate = &submission.application.candidate;
    Applicant { subject_id: None, email: candidate.email.clone(), name: candidate.name.clone() }
}

/// What must not be written at the same time or out of order. Some ATSs replace all of a candidate's fields at once; their
/// connectors say so. A candidate is known by the ATS's id, else by e-mail address (of which the queue holds a digest);
/// where neither was given, by the application.
async fn serialization_key(app: &App, submission: &Submission) -> Result<String, TaskError> {
    let connection = app.store.connection(submission.tenant, submission.connection).await?;
    let connector = connection.and_then(|connection| app.host.connector(&connection.connector));
    let by = connector.map_or(SerializeBy::Candidate, |connector| connector.manifest().serialize_by);
    let candidate = &submission.application.candidate;
    Ok(match (by, &candidate.id, &candidate.email) {
        (SerializeBy::Candidate, Some(id), _) => format!("candidate {id}"),
        (SerializeBy::Candidate, None, Some(email)) => {
            let digest = Sha256::digest(email.trim().to_lowercase());
            format!("candidate {}", Digest::from_bytes(digest.into()).hex())
        }
        (SerializeBy::Application, ..) | (SerializeBy::Candidate, None, None) => {
            format!("application {}", submission.application.id)
        }
    })
}

fn gone(what: &'static str, id: impl ToString) -> TaskError {
    TaskError::Gone { what, id: id.to_string() }
}
