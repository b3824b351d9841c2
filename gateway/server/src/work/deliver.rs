//! Steps 7 to 9 of a submission: begin an attempt, call the connector with no transaction open, settle.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use wellspring_host::{ConnectionView, DeliverCall, Delivered};
use wellspring_model::{
    assessment::Line,
    connection::Connection,
    delivery::{
        ApplicationResult, Content, Delivery, DeliveryFailure, DeliveryState, FailureCode, JobRef, MOST_TRIES,
        ResultLine, Retry, Verdict,
    },
    digest::Digest,
    id::{AttemptId, DeliveryId},
    posting::Posting,
    report::VerificationReport,
    submission::{Assessed, Submission, SubmissionState},
};
use wellspring_store::{Ended, Leased, Passage};

use super::TaskError;
use crate::{sentences::Sentences, state::App};

/// Brings one result to its ATS, or notes why not and when to try again.
pub async fn run(app: &App, task: &Leased, id: DeliveryId) -> Result<(), TaskError> {
    let Some(delivery) = app.store.delivery(task.tenant, id).await? else { return Err(gone("delivery", id)) };
    let attempt = AttemptId::from_uuid(app.uuid());
    if !matches!(delivery.state, DeliveryState::Pending { .. }) {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    let (number, began) = (app.store.begin_attempt(task, id, attempt, app.now()).await?, Instant::now());
    // A process that ends in the midst of an attempt settles nothing; after so many of them nobody tries again.
    let is_poison = delivery.tries >= MOST_TRIES;
    let Delivered { result, requests } = if is_poison { interrupted() } else { call(app, &delivery, number).await? };
    let wait = match &result {
        Ok(_) => None,
        Err(failure) => failure.wait(delivery.tries + 1, jitter(app)),
    };
    match &result {
        Ok(receipt) => tracing::info!(delivery = %id, attempt = number, changed = receipt.changed, "the ATS has it"),
        Err(failure) => {
            tracing::warn!(delivery = %id, attempt = number, code = %failure.code, "the attempt did not deliver");
        }
    }
    let passage = Passage { calls: requests, took: began.elapsed(), verdict: Verdict::of(&result) };
    app.store.settle(task, id, Ended { attempt, result, wait, passage }, app.now()).await?;
    Ok(())
}

async fn call(app: &App, delivery: &Delivery, number: u32) -> Result<Delivered, TaskError> {
    let tenant = delivery.tenant;
    let (Content::Result { submission, connection } | Content::Correction { submission, connection }) =
        delivery.content;
    let submission = app.store.submission(tenant, submission).await?.ok_or_else(|| gone("submission", submission))?;
    let Some(connection) = app.store.connection(tenant, connection).await? else {
        return Ok(failed(FailureCode::ConnectionInvalid, "The connection was removed."));
    };
    let assessed = match &submission.state {
        SubmissionState::Assessed(assessed) => assessed,
        // Somebody took it up again at the moment in which it was retired.
        SubmissionState::Retired { .. } => {
            return Ok(failed(FailureCode::Retired, "The result is past the time that it is kept for."));
        }
        SubmissionState::Received | SubmissionState::Rejected { .. } => {
            return Err(TaskError::Gone { what: "assessment of", id: submission.id.to_string() });
        }
    };
    let posting = app.store.posting(tenant, submission.posting).await?;
    let posting = posting.ok_or_else(|| gone("job", submission.posting))?;
    let result = application_result(app, &submission, assessed, &posting).await?;
    let call = DeliverCall {
        tenant,
        connection: view(app, connection.clone()).await?,
        call_id: delivery.id.to_string(),
        idempotency_key: idempotency_key(&submission, &connection, assessed),
        attempt: number,
        deadline: Duration::from_secs(app.config.work.delivery_seconds.into()),
        result,
    };
    Ok(app.host.deliver(&connection.connector, call).await)
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
