//! What passes between the gateway and an ATS beside results: orders, withdrawals, jobs, and what happened over there. The JSON
//! of each is a schema in `plugins/wit/0.1/schemas`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::{
    delivery::JobRef,
    id::{ConnectionId, ExternalId, OrderId, PostingId, SubmissionId},
    submission::{Application, Language},
};

/// An assessment that an ATS had ordered, as a connector is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRef {
    pub id: OrderId,
}

/// A file that goes with a result. A connector gets its bytes by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRef {
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// In bytes.
    pub size: u64,
}

/// What a connector is asked to take back: the domain data of `withdraw`, schema `withdrawal` 0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    pub submission: SubmissionId,
    pub application: Application,
    pub job: JobRef,
    pub language: Language,
    /// What everything written for this application carries, save corrections.
    pub marker: String,
    /// What the corrections that were written carry.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub correction_markers: Vec<String>,
    /// Marks what is written for this withdrawal alone. It contains none of the other markers.
    pub withdrawal_marker: String,
    /// The most lines that a result of this application has had.
    pub lines: u32,
    pub reason: WithdrawalReason,
    /// For an ATS where nothing can be deleted: that the result was withdrawn, in one sentence that stands alone.
    pub headline: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order: Option<OrderRef>,
}

/// Who wants a result taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WithdrawalReason {
    Applicant,
    Employer,
}

impl WithdrawalReason {
    pub const ALL: [Self; 2] = [Self::Applicant, Self::Employer];

    /// The word in SQL, HTTP and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Employer => "employer",
        }
    }
}

/// An assessment that an ATS has ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub connection: ConnectionId,
    /// What was ordered: how an application for this job does.
    pub posting: PostingId,
    /// The ATS's id of the application.
    pub application: ExternalId,
    pub ordered_at: Timestamp,
    pub state: OrderState,
}

/// The states of an order, each with its own facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// The ATS waits for it.
    Ordered {
        /// The application's records, once they are handed in.
        submission: Option<SubmissionId>,
    },
    /// The ATS has the result.
    Completed { at: Timestamp, submission: SubmissionId },
    /// The ATS wants it no longer, or what it would tell was withdrawn.
    Cancelled { at: Timestamp },
}

impl OrderState {
    /// The word in SQL, JSON and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ordered { .. } => "ordered",
            Self::Completed { .. } => "completed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// What an ATS can order: schema `assessment-offers` 0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// The id that an order made in this call gets.
    pub order: OrderId,
    pub offers: Vec<Offer>,
}

/// One thing to order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Some ATSs take a UUID and nothing else.
    pub id: Uuid,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
}

/// A job as the ATS lists it: schema `ats-job` 0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtsJob {
    pub id: ExternalId,
    pub title: String,
    pub status: AtsJobStatus,
    /// The number the employer knows it by.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requisition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub location: Option<String>,
    /// Where people see it in the ATS.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}

/// Whether a job takes applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtsJobStatus {
    Open,
    Closed,
    Draft,
}

impl AtsJobStatus {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Draft => "draft",
        }
    }
}

/// Something that happened at the ATS: schema `ats-event` 0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtsEvent {
    /// The ATS's own id of it. Without one the content tells whether it was told before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<ExternalId>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Timestamp>,
    #[serde(flatten)]
    pub what: Happened,
}

/// What happened, each with its own facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Happened {
    /// Somebody has set up the webhook and tries it.
    ConnectionTested,
    ApplicationSubmitted {
        application: AtsApplication,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        candidate: Option<AtsCandidate>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        job: Option<AtsJobRef>,
    },
    ApplicationUpdated {
        application: AtsApplication,
    },
    /// `candidate` is no more; what was theirs is `into`'s.
    CandidateMerged {
        candidate: AtsCandidate,
        into: AtsCandidate,
    },
    CandidateDeleted {
        candidate: AtsCandidate,
    },
    JobChanged {
        job: AtsJobRef,
    },
    AssessmentOrdered {
        order: OrderId,
        offer: Uuid,
        application: AtsApplication,
        candidate: AtsCandidate,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        job: Option<AtsJobRef>,
    },
    AssessmentCancelled {
        order: OrderId,
    },
}

impl Happened {
    /// The word in JSON, SQL and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ConnectionTested => "connection-tested",
            Self::ApplicationSubmitted { .. } => "application-submitted",
            Self::ApplicationUpdated { .. } => "application-updated",
            Self::CandidateMerged { .. } => "candidate-merged",
            Self::CandidateDeleted { .. } => "candidate-deleted",
            Self::JobChanged { .. } => "job-changed",
            Self::AssessmentOrdered { .. } => "assessment-ordered",
            Self::AssessmentCancelled { .. } => "assessment-cancelled",
        }
    }
}

/// An application in what an ATS tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtsApplication {
    pub id: ExternalId,
    /// Where it stands, in the ATS's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<AtsApplicationStatus>,
}

/// What became of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtsApplicationStatus {
    Active,
    Hired,
    Rejected,
    Withdrawn,
}

impl AtsApplicationStatus {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Hired => "hired",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A candidate in what an ATS tells. Personal data: its `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtsCandidate {
    pub id: ExternalId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

impl fmt::Debug for AtsCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtsCandidate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A job in what an ATS tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtsJobRef {
    pub id: ExternalId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<AtsJobStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_by_its_type_and_keeps_nobody_s_name_in_logs() {
        let event: AtsEvent = serde_json::from_str(
            r#"{"type": "candidate-merged", "id": "e1", "candidate": {"id": "1", "name": "Ana Ruiz"}, "into": {"id": "2"}}"#,
        )
        .expect("an event");
        assert_eq!(event.what.as_str(), "candidate-merged");
        assert!(!format!("{event:?}").contains("Ana"));
        assert_eq!(serde_json::to_value(&event).expect("JSON")["type"], "candidate-merged");
        let without = r#"{"type": "candidate-merged", "candidate": {"id": "1"}}"#;
        assert!(serde_json::from_str::<AtsEvent>(without).is_err(), "each type has its own facts");
    }
}
