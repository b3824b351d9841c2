//! Deliveries and attempts: the intent to tell an ATS or an endpoint, and the history of trying.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    event::EventType,
    id::{AttemptId, ConnectionId, DeliveryId, EndpointId, EventId, ExternalId, SubmissionId, TenantId},
};

mod failure;
mod result;

pub use failure::{
    DeliveryFailure, FailureCode, MOST_TRIES, MOST_TRIES_OF_A_FAULTY_GUEST, RETRY_AFTER_CAP, RETRY_WAITS, Retry,
    Verdict,
};
pub use result::{ApplicationResult, Correction, JobRef, ResultLine};

/// The intent to bring something to somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub tenant: TenantId,
    pub content: Content,
    pub state: DeliveryState,
    /// How many attempts were ever begun.
    pub attempts: u32,
    /// How many of them count towards the schedule: those since the last replay, less those that a paused destination
    /// turned away.
    pub tries: u32,
}

/// What is delivered to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A submission's result, to the ATS.
    Result { submission: SubmissionId, connection: ConnectionId },
    /// The result anew, since it says something else than what the ATS has.
    Correction { submission: SubmissionId, connection: ConnectionId },
    /// That what was brought is taken back: the application was withdrawn.
    Withdrawal { submission: SubmissionId, connection: ConnectionId },
    /// Something that happened, to one of the employer's own systems.
    Event { event: EventId, kind: EventType, endpoint: EndpointId },
}

impl Content {
    /// What is brought to an ATS: of which submission, through which connection.
    pub const fn to_ats(&self) -> Option<(SubmissionId, ConnectionId)> {
        match self {
            Self::Result { submission, connection }
            | Self::Correction { submission, connection }
            | Self::Withdrawal { submission, connection } => Some((*submission, *connection)),
            Self::Event { .. } => None,
        }
    }

    /// The word in SQL, JSON and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Result { .. } => "result",
            Self::Correction { .. } => "correction",
            Self::Withdrawal { .. } => "withdrawal",
            Self::Event { .. } => "event",
        }
    }
}

/// The states of a delivery, each with its own facts.
#[derive(Debug, Clone, PartialEq)]
pub enum DeliveryState {
    /// Waiting for its next attempt.
    Pending { next_at: Timestamp },
    /// The ATS, or the endpoint, has it.
    Delivered { at: Timestamp, receipt: Receipt },
    /// No further attempt will be made by itself.
    Exhausted { at: Timestamp, failure: DeliveryFailure },
    /// Taken back before it was delivered.
    Cancelled { at: Timestamp },
}

impl DeliveryState {
    /// The word in SQL, JSON and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Delivered { .. } => "delivered",
            Self::Exhausted { .. } => "exhausted",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// One try at a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub number: u32,
    pub at: Timestamp,
    /// `None` while it runs, or where the process ended in its midst.
    pub result: Option<Result<Receipt, DeliveryFailure>>,
}

/// What the ATS gave back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id of what was written there (of the note, for Greenhouse).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remote_id: Option<ExternalId>,
    /// False where the ATS already had exactly this.
    pub changed: bool,
    /// More, in the connector's own words.
    #[serde(default)]
    pub details: serde_json::Value,
}
