//! What events say: ids, states and a short summary, under 20 KB; no applicant's name or address, no credential. Whoever
//! wants more asks `/v1` with a key, and is written down for it.

use serde_json::{Map, Value, json};
use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    ats::WithdrawalReason,
    delivery::{DeliveryFailure, Receipt},
    event::EventType,
    finding::Outcome,
    id::{ConnectionId, DeliveryId, EndpointId, ExternalId, PostingId, SubmissionId, TenantId},
    submission::Application,
};

use crate::{StoreError, announce::Announcement, row::Read};

/// Longer texts of an ATS or a connector are left out or cut.
const LONGEST: usize = 1_000;

/// A submission as an event names it, read from its row.
pub(crate) struct Subject {
    submission: SubmissionId,
    connection: ConnectionId,
    posting: PostingId,
    application: ExternalId,
}

impl Subject {
    /// The columns that [`Self::read`] reads.
    pub const COLUMNS: &'static str = "id, connection, posting, application";

    pub fn read(row: &Read) -> Result<Self, StoreError> {
        let application: Application = row.json("application")?;
        let (submission, connection, posting) = (row.id("id")?, row.id("connection")?, row.id("posting")?);
        Ok(Self { submission, connection, posting, application: application.id })
    }

    fn data(&self, state: &str) -> Map<String, Value> {
        let mut data = Map::new();
        data.insert("submission".to_owned(), json!(self.submission));
        data.insert("state".to_owned(), json!(state));
        data.insert("connection".to_owned(), json!(self.connection));
        data.insert("job".to_owned(), json!(self.posting));
        put(&mut data, "application", Some(&self.application.0));
        data.insert("links".to_owned(), links("submissions", self.submission));
        data
    }

    /// It was assessed, or assessed anew with another result: `kind` says which.
    pub fn assessed(
        &self,
        (tenant, at): (TenantId, Timestamp),
        kind: EventType,
        outcome: Outcome,
        assessment: &Assessment,
    ) -> Announcement {
        let mut data = self.data("assessed");
        data.insert("outcome".to_owned(), json!(outcome));
        let result = json!({
            "id": assessment.id,
            "score": assessment.score,
            "coverage": assessment.coverage,
            "musts": assessment.musts,
            "inputs_digest": assessment.inputs_digest,
        });
        data.insert("assessment".to_owned(), result);
        Announcement { tenant, at, kind, data: data.into(), about: None }
    }

    pub fn withdrawn(&self, tenant: TenantId, at: Timestamp, (state, by): (&str, WithdrawalReason)) -> Announcement {
        let mut data = self.data(state);
        data.insert("reason".to_owned(), json!(by.as_str()));
        Announcement { tenant, at, kind: EventType::SubmissionWithdrawn, data: data.into(), about: None }
    }

    pub fn rejected(&self, tenant: TenantId, at: Timestamp, code: &str) -> Announcement {
        let mut data = self.data("rejected");
        data.insert("code".to_owned(), json!(code));
        Announcement { tenant, at, kind: EventType::SubmissionRejected, data: data.into(), about: None }
    }
}

/// A result that has come to its end, read from its delivery's row.
pub(crate) struct EndedDelivery {
    delivery: DeliveryId,
    kind: String,
    submission: SubmissionId,
    connection: ConnectionId,
    attempts: u32,
}

impl EndedDelivery {
    /// The columns that [`Self::read`] reads.
    pub const COLUMNS: &'static str = "id, kind, submission, connection, attempts";

    /// `None` for an event: events about events would have no end.
    pub fn read(row: &Read) -> Result<Option<Self>, StoreError> {
        let kind = row.text("kind")?;
        if kind == "event" {
            return Ok(None);
        }
        let (submission, connection) = (row.id("submission")?, row.id("connection")?);
        Ok(Some(Self { delivery: row.id("id")?, kind, submission, connection, attempts: row.number("attempts")? }))
    }

    pub fn announcement(
        &self,
        tenant: TenantId,
        at: Timestamp,
        result: &Result<Receipt, DeliveryFailure>,
    ) -> Announcement {
        let mut data = Map::new();
        data.insert("delivery".to_owned(), json!(self.delivery));
        data.insert("kind".to_owned(), json!(self.kind));
        data.insert("submission".to_owned(), json!(self.submission));
        data.insert("connection".to_owned(), json!(self.connection));
        data.insert("attempts".to_owned(), json!(self.attempts));
        data.insert("links".to_owned(), links("deliveries", self.delivery));
        let kind = match result {
            Ok(receipt) => {
                data.insert("state".to_owned(), json!("delivered"));
                data.insert("changed".to_owned(), json!(receipt.changed));
                put(&mut data, "remote_id", receipt.remote_id.as_ref().map(|id| id.0.as_str()));
                EventType::DeliveryDelivered
            }
            Err(failure) => {
                data.insert("state".to_owned(), json!("exhausted"));
                data.insert("code".to_owned(), json!(failure.code));
                let message: String = failure.message.chars().take(LONGEST).collect();
                data.insert("message".to_owned(), json!(message));
                EventType::DeliveryExhausted
            }
        };
        Announcement { tenant, at, kind, data: data.into(), about: None }
    }
}

/// Deliveries through a connection pass again, or (with the reason) do not.
pub(crate) fn connection(
    tenant: TenantId,
    at: Timestamp,
    connection: ConnectionId,
    paused: Option<&str>,
) -> Announcement {
    let links = links("connections", connection);
    let (kind, data) = match paused {
        Some(reason) => {
            let data = json!({"connection": connection, "state": "paused", "reason": reason, "links": links});
            (EventType::ConnectionPaused, data)
        }
        None => {
            let data = json!({"connection": connection, "state": "open", "links": links});
            (EventType::ConnectionResumed, data)
        }
    };
    Announcement { tenant, at, kind, data, about: None }
}

/// Nothing is sent to an endpoint any more. The others are told.
pub(crate) fn endpoint_shut(tenant: TenantId, at: Timestamp, endpoint: EndpointId, reason: &str) -> Announcement {
    let mut data = endpoint_data(endpoint);
    data["state"] = json!("shut");
    data["reason"] = json!(reason);
    Announcement { tenant, at, kind: EventType::EndpointShut, data, about: Some(endpoint) }
}

/// What a test event, and every event about an endpoint, says of it.
pub(crate) fn endpoint_data(endpoint: EndpointId) -> Value {
    json!({"endpoint": endpoint, "links": links("events/endpoints", endpoint)})
}

fn links(resource: &str, id: impl std::fmt::Display) -> Value {
    json!({"self": format!("/v1/{resource}/{id}")})
}

/// An id that somebody else gave. A very long one is left out: it can be asked for.
pub(crate) fn put(data: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| text.len() <= LONGEST) {
        data.insert(name.to_owned(), json!(text));
    }
}
