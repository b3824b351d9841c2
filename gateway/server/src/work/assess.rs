//! Steps 2 to 6 of a submission: parse, gather, verify, score, record.

use wellspring_host::manifest::SerializeBy;
use wellspring_model::{
    Timestamp,
    assessment::NotCounted,
    competency::{Framework, FrameworkVersion, Profile},
    credential::{Applicant, VerifiedCredential},
    id::{AssessmentId, DeliveryId, SubmissionId, TaskId},
    pointer::Pointer,
    report::{MaterialUsed, VerificationReport},
    submission::Submission,
};
use wellspring_store::{Leased, NewAssessment, NewDelivery};
use wellspring_verify::UnverifiedPresentation;

use super::{TaskError, gather::gather};
use crate::state::App;

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
    let presentations = parse(app, &submission).await?;
    let now = app.now();
    let material = gather(&app.fetcher, &app.verification.standing, &presentations, now).await;
    let applicant = applicant(&submission);
    let (policy, scoring) = (app.verification.policy.clone(), app.scoring.clone());
    let assessment = AssessmentId::from_uuid(app.uuid());
    // Canonicalisation and signatures are processor work: off the threads that answer requests.
    let (report, assessment) = tokio::task::spawn_blocking(move || {
        let verified = verify_all(&presentations, &material, &policy, &applicant, now);
        let result = wellspring_score::assess(
            assessment,
            &profile,
            &frameworks,
            &verified.credentials,
            verified.not_counted,
            &scoring,
        );
        (verified.report, result)
    })
    .await?;
    let delivery = NewDelivery {
        id: DeliveryId::from_uuid(app.uuid()),
        task: TaskId::from_uuid(app.uuid()),
        connection: submission.connection,
        serialization_key: serialization_key(app, &submission).await?,
    };
    let record = NewAssessment { submission: id, report, assessment, deliveries: vec![delivery] };
    app.store.record_assessment(task, record, app.now()).await?;
    Ok(())
}

/// All credentials of a submission judged together.
pub struct Verified {
    pub report: VerificationReport,
    pub credentials: Vec<VerifiedCredential>,
    pub not_counted: Vec<NotCounted>,
}

/// Judges several presentations with the same material and puts their reports together.
pub fn verify_all(
    presentations: &[UnverifiedPresentation],
    material: &wellspring_verify::Material,
    policy: &wellspring_verify::Policy,
    applicant: &Applicant,
    now: Timestamp,
) -> Verified {
    let mut all = Verified {
        report: VerificationReport { credentials: Vec::new(), material: Vec::new() },
        credentials: Vec::new(),
        not_counted: Vec::new(),
    };
    for presentation in presentations {
        let one = wellspring_verify::verify(presentation, material, policy, applicant, now);
        all.report.credentials.extend(one.report.credentials);
        for used in one.report.material {
            let known = |seen: &MaterialUsed| seen.url == used.url;
            if !all.report.material.iter().any(known) {
                all.report.material.push(used);
            }
        }
        all.credentials.extend(one.credentials);
        all.not_counted.extend(one.not_counted);
    }
    all
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

async fn parse(app: &App, submission: &Submission) -> Result<Vec<UnverifiedPresentation>, TaskError> {
    let mut presentations = Vec::with_capacity(submission.payloads.len());
    for (index, payload) in submission.payloads.iter().enumerate() {
        let bytes = app.store.payload(submission.tenant, payload.digest).await?;
        let bytes = bytes.ok_or_else(|| gone("payload", payload.digest))?;
        let at = Pointer::root().key("credentials").index(index);
        presentations.push(wellspring_verify::parse(&bytes, at, &app.verification.limits)?);
    }
    Ok(presentations)
}

fn applicant(submission: &Submission) -> Applicant {
    let candidate = &submission.application.candidate;
    Applicant { subject_id: None, email: candidate.email.clone(), name: candidate.name.clone() }
}

/// What must not be written at the same time. Some ATSs replace all of a candidate's fields at once; their connectors say
/// so. Without the candidate's id all applications through the connection wait for each other: whose they are is then
/// known at the ATS only.
async fn serialization_key(app: &App, submission: &Submission) -> Result<String, TaskError> {
    let connection = app.store.connection(submission.tenant, submission.connection).await?;
    let connector = connection.and_then(|connection| app.host.connector(&connection.connector));
    let by = connector.map_or(SerializeBy::Candidate, |connector| connector.manifest().serialize_by);
    Ok(match (by, &submission.application.candidate.id) {
        (SerializeBy::Application, _) => format!("application {}", submission.application.id),
        (SerializeBy::Candidate, Some(id)) => format!("candidate {id}"),
        (SerializeBy::Candidate, None) => "candidate".to_owned(),
    })
}

fn gone(what: &'static str, id: impl ToString) -> TaskError {
    TaskError::Gone { what, id: id.to_string() }
}
