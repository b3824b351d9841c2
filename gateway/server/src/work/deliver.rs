//! Steps 7 to 9 of a submission: begin an attempt, call the connector with no transaction open, settle.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wellspring_host::{ConnectionView, DeliverCall};
use wellspring_model::{
    assessment::Line,
    connection::Connection,
    delivery::{
        ApplicationResult, Delivery, DeliveryFailure, DeliveryState, FailureCode, JobRef, Receipt, ResultLine, Retry,
        next_attempt,
    },
    digest::Digest,
    id::{AttemptId, DeliveryId},
    posting::Posting,
    report::VerificationReport,
    submission::{Assessed, Submission, SubmissionState},
};
use wellspring_store::Leased;

use super::TaskError;
use crate::{sentences::Sentences, state::App};

/// Brings one result to its ATS, or notes why not and when to try again.
pub async fn run(app: &App, task: &Leased, id: DeliveryId) -> Result<(), TaskError> {
    let Some(delivery) = app.store.delivery(task.tenant, id).await? else { return Err(gone("delivery", id)) };
    let number = delivery.attempts + 1;
    let attempt = AttemptId::from_uuid(app.uuid());
    if !matches!(delivery.state, DeliveryState::Pending { .. }) {
        app.store.drop_task(task).await?;
        return Ok(());
    }
    app.store.begin_attempt(task, id, attempt, app.now()).await?;
    let result = call(app, &delivery, number).await?;
    let now = app.now();
    let next = match &result {
        Ok(_) => None,
        Err(failure) => next_attempt(number, failure.retry, jitter(app), now),
    };
    match &result {
        Ok(receipt) => tracing::info!(delivery = %id, attempt = number, changed = receipt.changed, "the ATS has it"),
        Err(failure) => {
            tracing::warn!(delivery = %id, attempt = number, code = %failure.code, "the attempt did not deliver");
        }
    }
    app.store.settle(task, id, attempt, result, next, now).await?;
    Ok(())
}

async fn call(app: &App, delivery: &Delivery, number: u32) -> Result<Result<Receipt, DeliveryFailure>, TaskError> {
    let tenant = delivery.tenant;
    let submission = app.store.submission(tenant, delivery.submission).await?;
    let submission = submission.ok_or_else(|| gone("submission", delivery.submission))?;
    let Some(connection) = app.store.connection(tenant, delivery.connection).await? else {
        return Ok(Err(invalid("the connection is gone; restore it or cancel the delivery")));
    };
    let SubmissionState::Assessed(assessed) = &submission.state else {
        return Err(TaskError::Gone { what: "assessment of", id: submission.id.to_string() });
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

fn invalid(message: &str) -> DeliveryFailure {
    DeliveryFailure {
        code: FailureCode::ConnectionInvalid,
        message: message.to_owned(),
        retry: Retry::Never,
        remote_status: None,
    }
}

fn gone(what: &'static str, id: impl ToString) -> TaskError {
    TaskError::Gone { what, id: id.to_string() }
}
