//! Bringing something to the ATS, and taking it back.

use serde::Serialize;
use wellspring_model::{
    connection::ConnectorId,
    delivery::{DeliveryFailure, FailureCode, Retry},
    submission::Candidate,
};

use crate::{
    bindings::wellspring::connector::types::{Context, Entity},
    calls::{Attachment, DeliverCall, Delivered, Work},
    enter::{belongs, context},
    failure,
    host::Host,
    manifest::{Event, Manifest},
    receipt,
    redact::Redactor,
    state::CallState,
};

/// Name and version of what `deliver` and `correct` are given: `plugins/wit/0.1/schemas/application-result.schema.json`.
pub const APPLICATION_RESULT: &str = "application-result@0.1";
/// Name and version of what `withdraw` is given.
pub const WITHDRAWAL: &str = "withdrawal@0.1";

impl Host {
    /// Brings one piece of work to the ATS. Every way in which that can fail is a [`DeliveryFailure`] with its name.
    pub async fn deliver(&self, id: &ConnectorId, call: DeliverCall) -> Delivered {
        self.try_deliver(id, call).await.unwrap_or_else(|failure| Delivered {
            result: Err(failure),
            requests: 0,
            wait: None,
        })
    }

    /// `Err`: the connector was not called at all.
    async fn try_deliver(&self, id: &ConnectorId, call: DeliverCall) -> Result<Delivered, DeliveryFailure> {
        let connector = self.installed(id)?;
        belongs(call.tenant, &call.connection)?;
        let event = export(connector.manifest(), &call.work)?;
        let entity = entity(&call.work)?;
        let deadline = call.deadline.min(self.limits.wall);
        let context = Context {
            idempotency_key: call.idempotency_key,
            attempt: call.attempt,
            ..context(&call.connection, &call.call_id, deadline)
        };
        let redactor = Redactor::new(candidate(&call.work));
        let state = self.entitled(&connector, &call.connection, call.call_id, redactor)?;
        let state = CallState { trace: call.trace, attachments: attachments(call.work), ..state };
        let (ended, state) = self
            .runner
            .run(&connector.pre, state, deadline, move |guest, store| {
                Box::pin(async move {
                    match event {
                        Event::Correct => guest.call_correct(store, &context, &entity).await,
                        Event::Withdraw => guest.call_withdraw(store, &context, &entity).await,
                        _ => guest.call_deliver(store, &context, &entity).await,
                    }
                })
            })
            .await;
        let result = match ended {
            Ok(Ok(receipt)) => Ok(receipt::read(receipt)),
            Ok(Err(error)) => Err(failure::reported(&error, &state)),
            Err(stopped) => Err(failure::stopped(&stopped, &state)),
        };
        Ok(Delivered { result, requests: state.calls.requests(), wait: state.allowance })
    }
}

/// The export that the work goes to. A correction goes to `deliver` where the connector has nothing of its own for it.
fn export(manifest: &Manifest, work: &Work) -> Result<Event, DeliveryFailure> {
    let event = match work {
        Work::Result { result, .. } if result.correction.is_some() && manifest.supports(Event::Correct) => {
            Event::Correct
        }
        Work::Result { .. } => Event::Deliver,
        Work::Withdrawal(_) => Event::Withdraw,
    };
    if manifest.supports(event) { Ok(event) } else { Err(unsupported(manifest, event)) }
}

/// The connector does not do this.
pub(crate) fn unsupported(manifest: &Manifest, event: Event) -> DeliveryFailure {
    let message = format!("connector `{}` does not support `{}`", manifest.id, event.as_str());
    DeliveryFailure { code: FailureCode::Unsupported, message, retry: Retry::Never, remote_status: None }
}

const fn candidate(work: &Work) -> &Candidate {
    match work {
        Work::Result { result, .. } => &result.application.candidate,
        Work::Withdrawal(withdrawal) => &withdrawal.application.candidate,
    }
}

fn attachments(work: Work) -> Vec<Attachment> {
    match work {
        Work::Result { attachments, .. } => attachments,
        Work::Withdrawal(_) => Vec::new(),
    }
}

fn entity(work: &Work) -> Result<Entity, DeliveryFailure> {
    match work {
        Work::Result { result, .. } => written(APPLICATION_RESULT, result),
        Work::Withdrawal(withdrawal) => written(WITHDRAWAL, withdrawal),
    }
}

/// Domain data as the contract carries it.
pub(crate) fn written(schema: &str, data: &impl Serialize) -> Result<Entity, DeliveryFailure> {
    let json = serde_json::to_string(data)
        .map_err(|error| failure::sandbox(FailureCode::Internal, format!("`{schema}` cannot be written: {error}")))?;
    Ok(Entity { schema: schema.to_owned(), json })
}
