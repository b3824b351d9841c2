//! Steps 7 to 9 of a submission: begin an attempt, call the connector with no transaction open, settle. Events go the same way.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tracing::{Instrument as _, Span, info_span};
use wellspring_host::{ConnectionView, DeliverCall, Delivered};
use wellspring_model::{
    Timestamp,
    connection::{Connection, ConnectorId},
    delivery::{
        Content, Delivery, DeliveryFailure, DeliveryState, FailureCode, MOST_TRIES, RETRY_AFTER_CAP, Retry, Verdict,
    },
    digest::Digest,
    id::{AttemptId, ConnectionId, DeliveryId, EventId, OrderId, SubmissionId},
    submission::{Submission, SubmissionState},
};
use wellspring_store::{Ended, Leased, Outgoing, Passage, Pushed, StoreError, detail_of};

use super::{TaskError, content, event, gone};
use crate::{state::App, telemetry};

/// Brings one result to its ATS, or one event to its endpoint, or notes why not and when to try again.
pub async fn run(app: &App, task: &Leased, id: DeliveryId) -> Result<(), TaskError> {
    let Some(delivery) = app.store.delivery(task.tenant, id).await? else { return Err(gone("delivery", id)) };
    let attempt = AttemptId::from_uuid(app.uuid());
    if !matches!(delivery.state, DeliveryState::Pending { .. }) {
        app.store.drop_tasks(vec![*task]).await?;
        return Ok(());
    }
    let Some((prepared, number)) = begin(app, task, &delivery, attempt).await? else {
        tracing::info!(delivery = %id, "taken back: what it tells of was withdrawn, or replaced by what was handed in later");
        return Ok(app.store.leave_untold(task, id, app.now()).await?);
    };
    let began = Instant::now();
    let (connector, accepted_at) = (prepared.connector(), prepared.accepted_at());
    let answers = prepared.order().map(|order| (order, delivery.content));
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
        Content::Result { .. } | Content::Correction { .. } | Content::Withdrawal { .. } => Verdict::of(&result),
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
        answers,
    };
    app.store.settle(task, id, ended, now).instrument(info_span!("settle")).await?;
    if let Some(accepted_at) = accepted_at {
        app.metrics.delivered(now, accepted_at);
    }
    Ok(())
}

/// Prepares an attempt and notes that it begins; prepares it anew where a re-check comes to something else in between. `None`:
/// there is nothing to tell any more.
async fn begin(
    app: &App,
    task: &Leased,
    delivery: &Delivery,
    attempt: AttemptId,
) -> Result<Option<(Prepared, u32)>, TaskError> {
    // A process that ends in the midst of an attempt settles nothing; after so many of them nobody tries again.
    let is_poison = delivery.tries >= MOST_TRIES;
    loop {
        let prepared = if is_poison { Ok(Some(Prepared::Not(interrupted()))) } else { prepare(app, delivery).await };
        let Some(prepared) = prepared.transpose() else { return Ok(None) };
        // What cannot be prepared counts as an attempt too, so that it comes to an end.
        let pushed = prepared.as_ref().ok().and_then(Prepared::pushed);
        match app.store.begin_attempt(task, delivery.id, attempt, pushed, app.now()).await {
            Err(StoreError::Superseded) => {}
            begun => {
                let number = begun?;
                return Ok(Some((prepared?, number)));
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
        /// When what is delivered was handed in; `None` for what comes when it comes: a correction, a withdrawal, an order's
        /// answer.
        accepted_at: Option<Timestamp>,
        /// What it answers.
        order: Option<OrderId>,
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

    const fn order(&self) -> Option<OrderId> {
        match self {
            Self::Call { order, .. } => *order,
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

/// `None`: what it tells of was withdrawn, or replaced.
async fn prepare(app: &App, delivery: &Delivery) -> Result<Option<Prepared>, TaskError> {
    match delivery.content {
        Content::Result { submission, connection }
        | Content::Correction { submission, connection }
        | Content::Withdrawal { submission, connection } => prepare_call(app, delivery, (submission, connection)).await,
        Content::Event { event, endpoint, .. } => {
            Ok(Some(match app.store.outgoing(delivery.tenant, event, endpoint, app.now()).await? {
                Some(outgoing) => Prepared::Event { event, outgoing: Box::new(outgoing) },
                None => Prepared::Not(failed(FailureCode::Gone, "The endpoint was removed.")),
            }))
        }
    }
}

async fn prepare_call(
    app: &App,
    delivery: &Delivery,
    (submission, connection): (SubmissionId, ConnectionId),
) -> Result<Option<Prepared>, TaskError> {
    let tenant = delivery.tenant;
    let submission = app.store.submission(tenant, submission).await?.ok_or_else(|| gone("submission", submission))?;
    if !matches!(delivery.content, Content::Withdrawal { .. })
        && (submission.withdrawn.is_some() || is_replaced(app, delivery, &submission).await?)
    {
        return Ok(None);
    }
    let not = |code, message| Ok(Some(Prepared::Not(failed(code, message))));
    let Some(connection) = app.store.connection(tenant, connection).await? else {
        return not(FailureCode::ConnectionInvalid, "The connection was removed.");
    };
    // Somebody took it up again at the moment in which it was retired.
    if let SubmissionState::Retired { .. } = submission.state {
        return not(FailureCode::Retired, "The result is past the time that it is kept for.");
    }
    let Some(submission) = content::as_known_now(app, submission).await? else {
        return not(FailureCode::NotFound, "The ATS has deleted the candidate.");
    };
    let content = content::of(app, &connection.connector, delivery, &submission).await?;
    let call = DeliverCall {
        tenant,
        connection: view(app, connection.clone()).await?,
        call_id: delivery.id.to_string(),
        idempotency_key: idempotency_key(&submission, &connection, &content),
        // Known once it has begun.
        attempt: 0,
        deadline: Duration::from_secs(app.config.work.delivery_seconds.into()),
        work: content.work,
        trace: telemetry::here(&Span::current()).filter(|_| app.config.telemetry.tell_ats),
    };
    // One that answers an order comes when that does.
    let is_first = matches!(delivery.content, Content::Result { .. }) && content.order.is_none();
    Ok(Some(Prepared::Call {
        connector: connection.connector,
        call: Box::new(call),
        pushed: content.pushed,
        accepted_at: is_first.then_some(submission.received_at),
        order: content.order,
    }))
}

/// Whether something that was handed in for the application later stands in the ATS: what an earlier submission comes to would be
/// written over it. An order is answered all the same: it is for the job that it names.
async fn is_replaced(app: &App, delivery: &Delivery, submission: &Submission) -> Result<bool, TaskError> {
    let may_answer = matches!(delivery.content, Content::Result { .. });
    if may_answer && app.store.order_of(submission).await?.is_some() {
        return Ok(false);
    }
    Ok(app.store.is_told_later(submission).await?)
}

/// The connection as the sandbox sees it: the secrets go to egress, never to the guest.
pub async fn view(app: &App, connection: Connection) -> Result<ConnectionView, TaskError> {
    let secrets = app.store.connection_secrets(connection.tenant, connection.id).await?;
    Ok(ConnectionView { connection, secrets })
}

/// The same for every attempt at the same content; another one when the assessment says something else, or answers an order.
fn idempotency_key(submission: &Submission, connection: &Connection, content: &content::Told) -> String {
    let mut parts = vec![
        submission.tenant.to_string(),
        submission.application.id.to_string(),
        connection.connector.to_string(),
        content.step.clone(),
        content.says.clone(),
    ];
    parts.extend(content.order.map(|order| order.to_string()));
    let mut hash = Sha256::new();
    for part in parts {
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
