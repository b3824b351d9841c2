//! Steps 7 to 9 of a submission: begin an attempt, call the connector with no transaction open, settle. Events go the same way.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tracing::{Instrument as _, Span, info_span};
use wellspring_host::{ConnectionView, DeliverCall, Delivered, Work};
use wellspring_model::{
    Timestamp,
    assessment::Line,
    connection::{Connection, ConnectorId},
    delivery::{
        ApplicationResult, Content, Correction, Delivery, DeliveryFailure, DeliveryState, FailureCode, JobRef,
        MOST_TRIES, RETRY_AFTER_CAP, ResultLine, Retry, Verdict,
    },
    digest::Digest,
    id::{AttemptId, ConnectionId, DeliveryId, EventId, SubmissionId},
    posting::Posting,
    report::VerificationReport,
    submission::{Assessed, EarlierAssessment, Submission, SubmissionState},
};
use wellspring_store::{Ended, Leased, Outgoing, Passage, Pushed, StoreError, detail_of};

use super::{TaskError, event, gone};
use crate::{
    sentences::{Said, Sentences},
    state::App,
    telemetry,
};

/// Brings one result to its ATS, or one event to its endpoint, or notes why not and when to try again.
pub async fn run(app: &App, task: &Leased, id: DeliveryId) -> Result<(), TaskError> {
    let Some(delivery) = app.store.delivery(task.tenant, id).await? else { return Err(gone("delivery", id)) };
    let attempt = AttemptId::from_uuid(app.uuid());
    if !matches!(delivery.state, DeliveryState::Pending { .. }) {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    let (prepared, number) = begin(app, task, &delivery, attempt).await?;
    let began = Instant::now();
    let (connector, accepted_at) = (prepared.connector(), prepared.accepted_at());
    let Delivered { result, requests, wait: asked } = prepared.make(app, number).instrument(info_span!("call")).await;
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
    let ended = Ended {
        attempt,
        result,
        wait,
        passage: Passage { calls: requests, took, verdict, wait: asked.map(|asked| asked.min(RETRY_AFTER_CAP)) },
    };
    app.store.settle(task, id, ended, now).instrument(info_span!("settle")).await?;
    if let Some(accepted_at) = accepted_at {
        app.metrics.delivered(now, accepted_at);
    }
    Ok(())
}

/// Prepares an attempt and notes that it begins; prepares it anew where a re-check comes to something else in between.
async fn begin(
    app: &App,
    task: &Leased,
    delivery: &Delivery,
    attempt: AttemptId,
) -> Result<(Prepared, u32), TaskError> {
    // A process that ends in the midst of an attempt settles nothing; after so many of them nobody tries again.
    let is_poison = delivery.tries >= MOST_TRIES;
    loop {
        let prepared = if is_poison { Ok(Prepared::Not(interrupted())) } else { prepare(app, delivery).await };
        // What cannot be prepared counts as an attempt too, so that it comes to an end.
        let pushed = prepared.as_ref().ok().and_then(Prepared::pushed);
        match app.store.begin_attempt(task, delivery.id, attempt, pushed, app.now()).await {
            Err(StoreError::Superseded) => {}
            begun => {
                let number = begun?;
                return Ok((prepared?, number));
            }
        }
    }
}

/// What an attempt will do.
enum Prepared {
    Call {
        connector: ConnectorId,
        call: Box<DeliverCall>,
        pushed: Pushed,
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
    fn pushed(&self) -> Option<Pushed> {
        match self {
            Self::Call { pushed, .. } => Some(*pushed),
            Self::Event { outgoing, .. } => Some(Pushed { digest: detail_of(&outgoing.body), tells: None }),
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
    let assessed = match &submission.state {
        SubmissionState::Assessed(assessed) => assessed,
        // Somebody took it up again at the moment in which it was retired.
        SubmissionState::Retired { .. } => {
            let failed = failed(FailureCode::Retired, "The result is past the time that it is kept for.");
            return Ok(Prepared::Not(failed));
        }
        SubmissionState::Received | SubmissionState::Rejected { .. } => {
            return Err(TaskError::Gone { what: "assessment of", id: submission.id.to_string() });
        }
    };
    let posting = app.store.posting(tenant, submission.posting).await?;
    let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
    // What is true now is delivered, also where the delivery was made for something that was said before.
    let mut result = application_result(app, &submission, assessed, &posting).await?;
    if let Content::Correction { .. } = delivery.content {
        result.correction = Some(correction(app, delivery, &submission, assessed).await?);
    }
    let told = serde_json::to_string(&result).map_err(|error| TaskError::Render(error.to_string()))?;
    let pushed = Pushed { digest: detail_of(told), tells: Some((submission.id, assessed.at)) };
    let call = DeliverCall {
        tenant,
        connection: view(app, connection.clone()).await?,
        call_id: delivery.id.to_string(),
        idempotency_key: idempotency_key(delivery, &submission, &connection, assessed),
        // Known once it has begun.
        attempt: 0,
        deadline: Duration::from_secs(app.config.work.delivery_seconds.into()),
        work: Work::Result { result: Box::new(result), attachments: Vec::new() },
        trace: telemetry::here(&Span::current()).filter(|_| app.config.telemetry.tell_ats),
    };
    let accepted_at = matches!(delivery.content, Content::Result { .. }).then_some(submission.received_at);
    Ok(Prepared::Call { connector: connection.connector, call: Box::new(call), pushed, accepted_at })
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
        order: None,
        attachments: Vec::new(),
        correction: None,
    })
}

/// What tells people that something they were told is no longer so.
async fn correction(
    app: &App,
    delivery: &Delivery,
    submission: &Submission,
    assessed: &Assessed,
) -> Result<Correction, TaskError> {
    let sentences = Sentences::get(submission.language);
    let before = told(app, delivery).await?;
    let before = before.as_ref().map(|one| Said { at: one.at, report: &one.report, assessment: &one.assessment });
    let now = Said { at: assessed.at, report: &assessed.report, assessment: &assessed.assessment };
    Ok(Correction {
        marker: correction_marker(submission, assessed),
        headline: sentences.correction_headline(&assessed.assessment),
        changes: sentences.correction(before, now).join("\n"),
    })
}

/// What the ATS may have been told before this delivery: what was true when the delivery before it was first tried. It may
/// have been told later; then some of what is called a change is known there already, and none goes untold.
async fn told(app: &App, delivery: &Delivery) -> Result<Option<EarlierAssessment>, TaskError> {
    let Some((submission, connection)) = delivery.content.to_ats() else { return Ok(None) };
    let is_to_the_same = |other: &Delivery| other.content.to_ats() == Some((submission, connection));
    let others = app.store.deliveries_of(delivery.tenant, submission).await?;
    let before = others.iter().filter(|(other, _)| other.id < delivery.id && is_to_the_same(other));
    let Some(at) = before.filter_map(|(_, attempts)| attempts.first()).map(|attempt| attempt.at).next_back() else {
        return Ok(None);
    };
    let earlier = app.store.earlier_assessments(delivery.tenant, submission).await?;
    Ok(earlier.into_iter().find(|one| one.replaced_at >= at))
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

/// Stands in what we write for a correction alone. Named after the assessment and not its digest: what was withdrawn and
/// given back may be withdrawn again. Whoever searches for [`marker`] does not find it.
fn correction_marker(submission: &Submission, assessed: &Assessed) -> String {
    let (connection, application) = (submission.connection, &submission.application.id);
    format!("[wellspring-correction:{connection}:{application}:{}]", assessed.assessment.id)
}

/// The same for every attempt at the same content; another one when the assessment says something else.
fn idempotency_key(
    delivery: &Delivery,
    submission: &Submission,
    connection: &Connection,
    assessed: &Assessed,
) -> String {
    let step = match delivery.content {
        Content::Correction { .. } => format!("correct{}", assessed.assessment.id),
        Content::Result { .. } | Content::Event { .. } => "deliver".to_owned(),
    };
    let mut hash = Sha256::new();
    for part in [
        submission.tenant.to_string(),
        submission.application.id.to_string(),
        connection.connector.to_string(),
        step,
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
    Delivered { result: Err(failure), requests: 0, wait: None }
}
