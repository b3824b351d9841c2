//! Calls of a connector, and what they come to.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellspring_host::{
    Answered, Attachment, CheckLine, ConnectionView, DeliverCall, Host, InboundCall, InboundRequest, JobsPage,
    Manifest, NotAnswered, Purpose, Work,
    manifest::{Event, Inbound},
};
use wellspring_model::{
    ats::{Offers, Withdrawal},
    delivery::{ApplicationResult, DeliveryFailure, Receipt},
};

use crate::front::Front;

/// A call of a connector.
#[derive(Clone)]
pub enum Call {
    Check,
    /// A result; with a `correction`, it goes to `correct` where the connector has that.
    Deliver(Box<ApplicationResult>, Vec<Attachment>),
    Withdraw(Box<Withdrawal>),
    Receive(InboundRequest, Proof),
    Partner(InboundRequest, Offers, Proof),
    ListJobs(Option<String>),
}

/// How a request of the ATS shows that it is genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// As the manifest describes.
    Manifest,
    /// As this says: for connectors that look at it themselves.
    Other(Inbound),
    /// Not at all.
    None,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Checked(Vec<CheckLine>),
    Delivered(Receipt),
    Answered(Answered),
    Jobs(JobsPage),
    NotGenuine,
    Failed(DeliveryFailure),
}

impl Outcome {
    /// As a script's `expect` says it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Checked(lines) => json!({ "lines": lines }),
            Self::Delivered(receipt) => json!({ "receipt": receipt }),
            Self::Answered(answered) => {
                let json = answered.response.json.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
                json!({ "events": answered.events, "status": answered.response.status, "json": json })
            }
            Self::Jobs(page) => json!({ "jobs": page.jobs, "next": page.next }),
            Self::NotGenuine => json!({ "not_genuine": true }),
            Self::Failed(failure) => json!({ "failure": failure }),
        }
    }

    pub const fn failure(&self) -> Option<&DeliveryFailure> {
        if let Self::Failed(failure) = self { Some(failure) } else { None }
    }

    pub const fn receipt(&self) -> Option<&Receipt> {
        if let Self::Delivered(receipt) = self { Some(receipt) } else { None }
    }

    /// In one line, for people.
    pub fn line(&self) -> String {
        match self {
            Self::Checked(lines) => {
                let bad = lines.iter().filter(|line| !line.ok).count();
                format!("{} things looked at, {bad} of them to mend", lines.len())
            }
            Self::Delivered(receipt) => {
                let id = receipt.remote_id.as_ref().map_or("no id", |id| id.0.as_str());
                let changed = if receipt.changed { "written" } else { "found, nothing written" };
                format!("delivered: {id} ({changed})")
            }
            Self::Answered(answered) => {
                format!("answered {}, {} events", answered.response.status, answered.events.len())
            }
            Self::Jobs(page) => format!("{} jobs", page.jobs.len()),
            Self::NotGenuine => "refused: the request does not show that it is genuine".to_owned(),
            Self::Failed(failure) => format!("{}: {}", failure.code, failure.message),
        }
    }
}

impl Call {
    /// Which export it goes to.
    pub fn export(&self, manifest: &Manifest) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Deliver(result, _) if result.correction.is_some() && manifest.supports(Event::Correct) => "correct",
            Self::Deliver(..) => "deliver",
            Self::Withdraw(_) => "withdraw",
            Self::Receive(..) => "receive",
            Self::Partner(..) => "partner",
            Self::ListJobs(_) => "list-jobs",
        }
    }

    /// The same work has the same key, whoever tries it and how often.
    fn idempotency_key(&self) -> String {
        match self {
            Self::Deliver(result, _) => result.correction.as_ref().map_or(&result.marker, |one| &one.marker).clone(),
            Self::Withdraw(withdrawal) => format!("withdraw {}", withdrawal.marker),
            _ => String::new(),
        }
    }

    pub(super) async fn make(
        self,
        host: &Host,
        front: &Front,
        manifest: &Manifest,
        connection: ConnectionView,
        deadline: Duration,
    ) -> Outcome {
        let id = &manifest.id;
        let idempotency_key = self.idempotency_key();
        let call_id = "test".to_owned();
        let deliver = |work, connection: ConnectionView| DeliverCall {
            tenant: connection.connection.tenant,
            connection,
            call_id: call_id.clone(),
            idempotency_key,
            attempt: 1,
            deadline,
            work,
            trace: None,
        };
        let failed = Outcome::Failed;
        match self {
            Self::Check => host.check(id, connection).await.map_or_else(failed, Outcome::Checked),
            Self::ListJobs(cursor) => host.list_jobs(id, connection, cursor).await.map_or_else(failed, Outcome::Jobs),
            Self::Deliver(result, attachments) => {
                let call = deliver(Work::Result { result, attachments }, connection);
                host.deliver(id, call).await.result.map_or_else(failed, Outcome::Delivered)
            }
            Self::Withdraw(withdrawal) => {
                let call = deliver(Work::Withdrawal(withdrawal), connection);
                host.deliver(id, call).await.result.map_or_else(failed, Outcome::Delivered)
            }
            Self::Receive(request, proof) => {
                let request = prove(request, &proof, manifest.webhooks.as_ref(), front);
                let call = InboundCall { connection, call_id, deadline, purpose: Purpose::Receive, request };
                inbound(host.inbound(id, call).await)
            }
            Self::Partner(request, offers, proof) => {
                let request = prove(request, &proof, manifest.partner.as_ref(), front);
                let call = InboundCall { connection, call_id, deadline, purpose: Purpose::Partner(offers), request };
                inbound(host.inbound(id, call).await)
            }
        }
    }
}

/// Adds what shows that a request is genuine.
fn prove(mut request: InboundRequest, proof: &Proof, described: Option<&Inbound>, front: &Front) -> InboundRequest {
    let described = match proof {
        Proof::None => None,
        Proof::Manifest => described,
        Proof::Other(other) => Some(other),
    };
    if let Some(described) = described {
        let secret = front.made_up(&described.credential, "secret").into();
        request.headers.extend(described.prove(&secret, &request.body));
    }
    request
}

fn inbound(answered: Result<Answered, NotAnswered>) -> Outcome {
    match answered {
        Ok(answered) => Outcome::Answered(answered),
        Err(NotAnswered::NotGenuine) => Outcome::NotGenuine,
        Err(NotAnswered::Failed(failure)) => Outcome::Failed(failure),
    }
}
