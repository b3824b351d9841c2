//! The first look at a submission, and step 6: record what it came to, with a delivery to its ATS.

use sha2::{Digest as _, Sha256};
use tracing::{Instrument as _, info_span};
use wellspring_host::manifest::SerializeBy;
use wellspring_model::{
    delivery::Content,
    digest::Digest,
    id::{DeliveryId, SubmissionId, TaskId},
    submission::Submission,
};
use wellspring_store::{Leased, NewAssessment, NewDelivery};

use super::{
    MOST_ATTEMPTS, TaskError, gone,
    judge::{Measure, judge, watch},
};
use crate::{metrics::Outcomes, state::App};

/// Verifies and scores one submission, and enqueues its delivery in the same transaction.
pub async fn run(app: &App, task: &Leased, id: SubmissionId) -> Result<(), TaskError> {
    if task.attempt > MOST_ATTEMPTS {
        app.store.reject(task, id, "PROCESSING_FAILED", app.now()).await?;
        return Ok(());
    }
    let submission = app.store.submission(task.tenant, id).await?.ok_or_else(|| gone("submission", id))?;
    // Somebody withdrew it as its turn came.
    if submission.withdrawn.is_some() {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    let judged = judge(app, &submission, Measure::now(app, &submission).await?).await?;
    let (now, received_at) = (app.now(), submission.received_at);
    let content = Content::Result { submission: id, connection: submission.connection };
    let outcomes = Outcomes::of(&judged.report);
    let record = NewAssessment {
        submission: id,
        watch: watch(app, &judged.grounds, now),
        report: judged.report,
        assessment: judged.assessment,
        scoring_policy: judged.scoring_policy,
        unmapped: judged.unmapped,
        deliveries: vec![new_delivery(app, &submission, content).await?],
    };
    app.store.record_assessment(task, record, now).instrument(info_span!("record")).await?;
    app.metrics.assessed(&outcomes, received_at, now);
    Ok(())
}

/// A delivery to the ATS that the submission came from.
pub async fn new_delivery(app: &App, submission: &Submission, content: Content) -> Result<NewDelivery, TaskError> {
    Ok(NewDelivery {
        id: DeliveryId::from_uuid(app.uuid()),
        task: TaskId::from_uuid(app.uuid()),
        content,
        serialization_key: serialization_key(app, submission).await?,
    })
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
