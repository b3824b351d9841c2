//! Steps 7 to 9 of a submission: begin an attempt, call the connector with no transaction open, settle. Events go the same way.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tracing::{Instrument as _, Span, info_span};
use wellspring_host::{ConnectionView, DeliverCall, Delivered};
use wellspring_model::{
    Timestamp,
    assessment::Line,
    connection::{Connection, ConnectorId},
    delivery::{
        ApplicationResult, Content, Delivery, DeliveryFailure, DeliveryState, FailureCode, JobRef, MOST_TRIES,
        ResultLine, Retry, Verdict,
    },
    digest::Digest,
    id::{AttemptId, ConnectionId, DeliveryId, EventId, SubmissionId},
    posting::Posting,
    report::VerificationReport,
    submission::{Assessed, Submission, SubmissionState},
};
use wellspring_store::{Ended, Leased, Outgoing, Passage, detail_of};

use super::{TaskError, event};
use crate::{sentences::Sentences, state::App, telemetry};

/// Brings one result to its ATS, or one event to its endpoint, or notes why not and when to try again.
pub async fn run(app: &App, task: &Leased, id: DeliveryId) -> Result<(), TaskError> {
    let Some(delivery) = app.store.delivery(task.tenant, id).await? else { return Err(gone("delivery", id)) };
    let attempt = AttemptId::from_uuid(app.uuid());
    if !matches!(delivery.state, DeliveryState::Pending { .. }) {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    // A process that ends in the midst of an attempt settles nothing; after so many of them nobody tries again.
    let is_poison = delivery.tries >= MOST_TRIES;
    let prepared = if is_poison { Ok(Prepared::Not(interrupted())) } else { prepare(app, &delivery).await };
    // What cannot be prepared counts as an attempt too, so that it comes to an end.
    let pushed = prepared.as_ref().ok().and_then(Prepared::digest);
    let (number, began) = (app.store.begin_attempt(task, id, attempt, pushed, app.now()).await?, Instant::now());
    let prepared = prepared?;
    let (connector, accepted_at) = (prepared.connector(), prepared.accepted_at());
    let Delivered { result, requests } = prepared.make(app, number).instrument(info_span!("call")).await;
    let wait = match &result {
        Ok(_) => None,
        Err(failure) => failure.wait(delivery.tries + 1, jitter(app)),
    };
    match (&result, delivery.content) {
        (Ok(_), Content::Event { kind, .. }) => {
            tracing::info!(delivery = %id, attempt = number, %kind, "the endpoint has it");
        }
        (Ok(receipt), _) => {
            tracing::info!(delivery = %id, attempt = number, changed = receipt.changed, "the ATS has it");
        }
        (Err(failure), _) => {
            tracing::warn!(delivery = %id, attempt = number, code = %failure.code, "the attempt did not deliver");
        }
    }
    let verdict = match delivery.content {
        Content::Result { .. } | Content::Correction { .. } => Verdict::of(&result),
        Content::Event { .. } => Verdict::of_endpoint(&result),
    };
    let (took, now) = (began.elapsed(), app.now());
    app.metrics.attempted(&connector, &result, requests, took);
    let accepted_at = accepted_at.filter(|_| result.is_ok());
    let ended = Ended { attempt, result, wait, passage: Passage { calls: requests, took, verdict } };
    app.store.settle(task, id, ended, now).instrument(info_span!("settle")).await?;
    if let Some(accepted_at) = accepted_at {
        app.metrics.delivered(now, accepted_at);
    }
    Ok(())
}

/// What an attempt will do.
enum Prepared {
    Call {
        connector: ConnectorId,
        call: Box<DeliverCall>,
        /// Of what will be pushed.
        digest: Digest,
        /// When what is delivered was handed in; `None` for a correction, which comes when it comes.
        accepted_at: Option<Timestamp>,
    },
    Event {
        event: EventId,
        outgoing: Box<Outgoing>,
    },
    /// Nobody is called.
    Not(Delivered),
}

impl Prepared {
    /// The digest of what will be pushed.
    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Call { digest, .. } => Some(*digest),
            Self::Event { outgoing, .. } => Some(detail_of(&outgoing.body)),
            Self::Not(_) => None,
        }
    }

    /// Whom figures name: the connector, or what stands in its place.
    fn connector(&self) -> String {
        match self {
            Self::Call { connector, .. } => connector.to_string(),
            Self::Event { .. } => "events".to_owned(),
            Self::Not(_) => "none".to_owned(),
        }
    }

    const fn accepted_at(&self) -> Option<Timestamp> {
        match self {
            Self::Call { accepted_at, .. } => *accepted_at,
            Self::Event { .. } | Self::Not(_) => None,
        }
    }

    async fn make(self, app: &App, attempt: u32) -> Delivered {
        match self {
            Self::Call { connector, call, .. } => app.host.deliver(&connector, DeliverCall { attempt, ..*call }).await,
            Self::Event { event, outgoing } => event::send(app, event, *outgoing).await,
            Self::Not(failed) => failed,
        }
    }
}

async fn prepare(app: &App, delivery: &Delivery) -> Result<Prepared, TaskError> {
    match delivery.content {
        Content::Result { submission, connection } | Content::Correction { submission, connection } => {
            prepare_call(app, delivery, (submission, connection)).await
        }
        Content::Event { event, endpoint, .. } => {
            Ok(match app.store.outgoing(delivery.tenant, event, endpoint, app.now()).await? {
                Some(outgoing) => Prepared::Event { event, outgoing: Box::new(outgoing) },
                None => Prepared::Not(failed(FailureCode::Gone, "The endpoint was removed.")),
            })
        }
    }
}

async fn prepare_call(
    app: &App,
    delivery: &Delivery,
    (submission, connection): (SubmissionId, ConnectionId),
) -> Result<Prepared, TaskError> {
    let tenant = delivery.tenant;
    let submission = app.store.submission(tenant, submission).await?.ok_or_else(|| gone("submission", submission))?;
    let Some(connection) = app.store.connection(tenant, connection).await? else {
        return Ok(Prepared::Not(failed(FailureCode::ConnectionInvalid, "The connection was removed.")));
    };
    let SubmissionState::Assessed(assessed) = &submission.state else {
        return Err(TaskError::Gone { what: "assessment of", id: submission.id.to_string() });
    };
    let posting = app.store.posting(tenant, submission.posting).await?;
    let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
    let result = application_result(app, &submission, assessed, &posting).await?;
    let pushed = serde_json::to_string(&result).map_err(|error| TaskError::Render(error.to_string()))?;
    let call = DeliverCall {
        tenant,
        connection: view(app, connection.clone()).await?,
        call_id: delivery.id.to_string(),
        idempotency_key: idempotency_key(&submission, &connection, assessed),
        // Known once it has begun.
        attempt: 0,
        deadline: Duration::from_secs(app.config.work.delivery_seconds.into()),
        result,
        trace: telemetry::here(&Span::current()).filter(|_| app.config.telemetry.tell_ats),
    };
    let accepted_at = matches!(delivery.content, Content::Result { .. }).then_some(submission.received_at);
    let (digest, call) = (detail_of(pushed), Box::new(call));
    Ok(Prepared::Call { connector: connection.connector, call, digest, accepted_at })
}

/// The connection as the sandbox sees it: the secrets go to egress, never to the guest.
pub async fn view(app: &App, connection: Connection) -> Result<ConnectionView, TaskError> {
    let secrets = app.store.connection_secrets(connection.tenant, connection.id).await?;
    Ok(ConnectionView { connection, secrets })
}

async fn application_result(
    app: &App,
    submission: &Submission,
    assessed: &Assessed,
    posting: &Posting,
) -> Result<ApplicationResult, TaskError> {
    let sentences = Sentences::get(submission.language);
    let assessment = &assessed.assessment;
    let report_url = crate::share::report_url(app, submission).await?;
    Ok(ApplicationResult {
        submission: submission.id,
        application: submission.application.clone(),
        job: JobRef { id: posting.id, external_id: posting.external_id.clone(), title: posting.title.clone() },
        language: submission.language,
        marker: marker(submission),
        outcome: assessed.report.outcome(),
        headline: sentences.headline(assessment),
        summary: sentences.summary(assessment, &assessed.report).join("\n"),
        score: assessment.score,
        coverage: assessment.coverage,
        musts: assessment.musts,
        lines: assessment.lines.iter().map(|line| result_line(line, &assessed.report, sentences)).collect(),
        report_url,
    })
}

fn result_line(line: &Line, report: &VerificationReport, sentences: &Sentences) -> ResultLine {
    let evidence = line.evidence.as_ref();
    let credential =
        evidence.and_then(|evidence| report.credentials.iter().find(|one| one.path == evidence.credential));
    ResultLine {
        requirement: line.statement.clone(),
        must: line.must,
        code: line.code,
        state: sentences.line(line.code),
        evidence: evidence.map(|evidence| evidence.name.clone()),
        issuer: credential.and_then(|credential| credential.issuer.clone()),
    }
}

/// Stands in everything we write for an application, so that a repeat finds its own work: the same for every attempt.
fn marker(submission: &Submission) -> String {
    format!("[wellspring:{}:{}]", submission.connection, submission.application.id)
}

/// The same for every attempt at the same content; another one when the assessment says something else.
fn idempotency_key(submission: &Submission, connection: &Connection, assessed: &Assessed) -> String {
    let mut hash = Sha256::new();
    for part in [
        submission.tenant.to_string(),
        submission.application.id.to_string(),
        connection.connector.to_string(),
        "deliver".to_owned(),
        assessed.assessment.inputs_digest.to_string(),
    ] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    Digest::from_bytes(hash.finalize().into()).hex()
}

fn jitter(app: &App) -> u32 {
    let mut bytes = [0; 4];
    app.entropy.fill(&mut bytes);
    u32::from_be_bytes(bytes)
}

fn interrupted() -> Delivered {
    failed(FailureCode::Interrupted, "The gateway's process ended in the midst of every attempt.")
}

/// A failure that no further attempt mends, without a call.
fn failed(code: FailureCode, message: &str) -> Delivered {
    let failure = DeliveryFailure { code, message: message.to_owned(), retry: Retry::Never, remote_status: None };
    Delivered { result: Err(failure), requests: 0 }
}

fn gone(what: &'static str, id: impl ToString) -> TaskError {
    TaskError::Gone { what, id: id.to_string() }
}
