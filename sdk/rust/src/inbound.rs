//! Requests of the ATS to us: what `receive` and `partner` are given, and what they give.

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    AtsJobStatus, Error, ErrorCode, Retry,
    bindings::wellspring::connector::{
        inbound::{self, Payload},
        types::Entity,
    },
};

const EVENT: &str = "ats-event@0.1";

/// A request of the ATS. What shows that it is genuine has been taken out.
#[derive(Clone)]
pub struct InboundRequest {
    pub method: String,
    /// Below the connection's own address; begins with `/`.
    pub path: String,
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl InboundRequest {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// The body, empty where there is none.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Only the place: serde_json's message can quote what it read.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::invalid_input(format!("the request is not the expected JSON ({place})"))
        })
    }
}

impl fmt::Debug for InboundRequest {
    /// Body and query are about people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundRequest").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

impl From<inbound::Request> for InboundRequest {
    fn from(request: inbound::Request) -> Self {
        let pairs = |list: Vec<crate::bindings::wellspring::connector::http::Header>| {
            list.into_iter().map(|header| (header.name, header.value)).collect()
        };
        Self {
            method: request.method,
            path: request.path,
            query: pairs(request.query),
            headers: pairs(request.headers),
            body: match request.body {
                Payload::Empty => Vec::new(),
                Payload::Text(text) => text.into_bytes(),
                Payload::Bytes(bytes) => bytes,
            },
        }
    }
}

/// What a request comes to: what it tells the gateway, and what the ATS is answered. The gateway keeps the one before it sends the
/// other.
#[derive(Debug, Clone)]
pub struct Answer {
    pub events: Vec<AtsEvent>,
    response: inbound::Response,
    conflict: Option<inbound::Response>,
}

impl Answer {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self { events: Vec::new(), response: inbound::Response { status, json: None }, conflict: None }
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_string(body).map_err(|error| unwritable("the answer", &error))?;
        Ok(Self { events: Vec::new(), response: inbound::Response { status, json: Some(json) }, conflict: None })
    }

    /// Adds something that happened.
    #[must_use]
    pub fn telling(mut self, event: AtsEvent) -> Self {
        self.events.push(event);
        self
    }

    /// What to answer instead where what is ordered here is ordered already and has not ended, which only the gateway can know.
    /// Nothing that this answer tells counts then.
    #[must_use]
    pub fn or_in_conflict(mut self, conflict: Self) -> Self {
        self.conflict = Some(conflict.response);
        self
    }

    pub(crate) fn into_contract(self) -> Result<inbound::Answer, Error> {
        let events = self.events.iter().map(|event| entity(EVENT, event)).collect::<Result<_, Error>>()?;
        Ok(inbound::Answer { events, response: self.response, conflict: self.conflict })
    }
}

/// Domain data as the contract carries it.
pub(crate) fn entity(schema: &str, data: &impl Serialize) -> Result<Entity, Error> {
    let json = serde_json::to_string(data).map_err(|error| unwritable(schema, &error))?;
    Ok(Entity { schema: schema.to_owned(), json })
}

fn unwritable(what: &str, error: &serde_json::Error) -> Error {
    Error::new(ErrorCode::Internal, format!("{what} cannot be written as JSON: {error}"), Retry::Never)
}

/// Something that happened at the ATS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtsEvent {
    /// The ATS's own id of it: told again, it is passed over. Without one the content is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it happened (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(flatten)]
    pub what: Happened,
}

impl From<Happened> for AtsEvent {
    fn from(what: Happened) -> Self {
        Self { id: None, at: None, what }
    }
}

/// What happened, each with its own facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Happened {
    /// Somebody has set up the webhook and tries it.
    ConnectionTested,
    ApplicationSubmitted {
        application: AtsApplication,
        #[serde(skip_serializing_if = "Option::is_none")]
        candidate: Option<AtsCandidate>,
        #[serde(skip_serializing_if = "Option::is_none")]
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
    /// `order` is [`AssessmentOffers::order`], `offer` one of its offers.
    AssessmentOrdered {
        order: String,
        offer: String,
        application: AtsApplication,
        candidate: AtsCandidate,
        #[serde(skip_serializing_if = "Option::is_none")]
        job: Option<AtsJobRef>,
    },
    AssessmentCancelled {
        order: String,
    },
}

/// An application in what an ATS tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtsApplication {
    pub id: String,
    /// Where it stands, in the ATS's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AtsApplicationStatus>,
}

/// What became of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AtsApplicationStatus {
    Active,
    Hired,
    Rejected,
    Withdrawn,
}

/// A candidate in what an ATS tells. Personal data: `Debug` shows the id only.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtsCandidate {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl fmt::Debug for AtsCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtsCandidate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A job in what an ATS tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtsJobRef {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AtsJobStatus>,
}

/// What an ATS can order of us.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AssessmentOffers {
    /// The id that an order made in this call gets: tell it the ATS as the assessment's id.
    pub order: String,
    pub offers: Vec<Offer>,
}

impl AssessmentOffers {
    /// The schema this type reads.
    pub(crate) const SCHEMA: &str = "assessment-offers@0.1";
}

/// One thing to order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offer {
    /// A UUID.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
}
