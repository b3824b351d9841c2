//! Bringing something to the ATS, and taking it back.

use serde::Serialize;
use wellspring_model::{
    connection::ConnectorId,
    delivery::{DeliveryFailure, FailureCode, Retry},
    submission::Candidate,
};

use crate::{
    calls::{Attachment, DeliverCall, Delivered, Work},
    enter::{Loan, belongs},
    errand::{Data, Errand, Export, Given},
    failure::{broken, sandbox},
    host::Host,
    manifest::{Event, Manifest},
    receipt,
    redact::Redactor,
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
        let export = export(connector.manifest(), &call.work)?;
        let redactor = Redactor::new(candidate(&call.work));
        let loan = Loan { trace: call.trace, ..self.loan(&connector, &call.connection)? };
        let errand = Errand {
            idempotency_key: call.idempotency_key,
            attempt: call.attempt,
            redactor,
            attachments: attachments(call.work),
            ..self.errand(&call.connection, call.call_id, call.deadline, export)
        };
        let (given, lent) = self.run(&connector, errand, loan).await;
        let result = given.and_then(|given| match given {
            Given::Receipt { remote_id, changed, json } => Ok(receipt::read(remote_id, changed, json)),
            _ => Err(broken("no receipt for what was delivered")),
        });
        Ok(Delivered { result, requests: lent.requests(), wait: lent.wait() })
    }
}

/// The export that the work goes to, with the work as it is given. A correction goes to `deliver` where the connector has nothing
/// of its own for it.
fn export(manifest: &Manifest, work: &Work) -> Result<Export, DeliveryFailure> {
    let event = match work {
        Work::Result { result, .. } if result.correction.is_some() && manifest.supports(Event::Correct) => {
            Event::Correct
        }
        Work::Result { .. } => Event::Deliver,
        Work::Withdrawal(_) => Event::Withdraw,
    };
    if !manifest.supports(event) {
        return Err(unsupported(manifest, event));
    }
    match work {
        Work::Result { result, .. } if event == Event::Correct => {
            Ok(Export::Correct(written(APPLICATION_RESULT, result)?))
        }
        Work::Result { result, .. } => Ok(Export::Deliver(written(APPLICATION_RESULT, result)?)),
        Work::Withdrawal(withdrawal) => Ok(Export::Withdraw(written(WITHDRAWAL, withdrawal)?)),
    }
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

/// Domain data as the contract carries it.
pub(crate) fn written(schema: &str, data: &impl Serialize) -> Result<Data, DeliveryFailure> {
    let json = serde_json::to_string(data)
        .map_err(|error| sandbox(FailureCode::Internal, format!("`{schema}` cannot be written: {error}")))?;
    Ok(Data { schema: schema.to_owned(), json })
}
