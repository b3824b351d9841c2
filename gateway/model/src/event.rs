//! Events: what the gateway tells an employer's own systems, as Standard Webhooks.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::{
    ats::Happened,
    id::{EndpointId, TenantId},
};

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// What happened. The list only grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventType {$(
            $(#[$doc])*
            #[serde(rename = $word)]
            $name,
        )+}

        impl EventType {
            pub const ALL: &'static [EventType] = &[$(Self::$name,)+];

            /// The word in SQL, JSON and logs.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $word,)+}
            }
        }
    };
}

event_types! {
    /// A submission was verified and scored.
    SubmissionAssessed = "submission.assessed",
    /// Processing a submission was given up.
    SubmissionRejected = "submission.rejected",
    /// A submission that was assessed says something else by now.
    SubmissionCorrected = "submission.corrected",
    /// The ATS has a result.
    DeliveryDelivered = "delivery.delivered",
    /// No further attempt will be made to bring a result to the ATS.
    DeliveryExhausted = "delivery.exhausted",
    /// The ATS refuses a connection; its deliveries wait until somebody mends it.
    ConnectionPaused = "connection.paused",
    /// Deliveries through a connection pass again.
    ConnectionResumed = "connection.resumed",
    /// An application is no longer to be told of: the applicant or the employer has taken it back.
    SubmissionWithdrawn = "submission.withdrawn",
    /// An ATS has ordered an assessment.
    AssessmentOrdered = "assessment.ordered",
    /// The ATS wants an assessment no longer that it had ordered.
    AssessmentCancelled = "assessment.cancelled",
    /// The ATS has tried its webhook.
    AtsConnectionTested = "ats.connection_tested",
    /// Somebody has applied at the ATS.
    AtsApplicationSubmitted = "ats.application_submitted",
    /// An application stands elsewhere at the ATS.
    AtsApplicationUpdated = "ats.application_updated",
    /// The ATS has made one candidate of two.
    AtsCandidateMerged = "ats.candidate_merged",
    /// The ATS has deleted a candidate.
    AtsCandidateDeleted = "ats.candidate_deleted",
    /// A job was opened, closed or changed at the ATS.
    AtsJobChanged = "ats.job_changed",
    /// Nothing is sent to an endpoint any more: it said that it is gone, or failed for days.
    EndpointShut = "endpoint.shut",
    /// Somebody asked for it, to see whether events arrive.
    EndpointTest = "endpoint.test",
}

/// Why a text is not a type of event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no event of this type")]
pub struct EventTypeError;

impl FromStr for EventType {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or(EventTypeError)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&Happened> for EventType {
    /// What is announced when an ATS tells it.
    fn from(what: &Happened) -> Self {
        match what {
            Happened::ConnectionTested => Self::AtsConnectionTested,
            Happened::ApplicationSubmitted { .. } => Self::AtsApplicationSubmitted,
            Happened::ApplicationUpdated { .. } => Self::AtsApplicationUpdated,
            Happened::CandidateMerged { .. } => Self::AtsCandidateMerged,
            Happened::CandidateDeleted { .. } => Self::AtsCandidateDeleted,
            Happened::JobChanged { .. } => Self::AtsJobChanged,
            Happened::AssessmentOrdered { .. } => Self::AssessmentOrdered,
            Happened::AssessmentCancelled { .. } => Self::AssessmentCancelled,
        }
    }
}

/// Where events are sent: `https://host/path?query`. Its `Debug` shows the origin only, since such addresses may hold a
/// token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EndpointUrl(Url);

/// Why a text is not the address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an endpoint's address is written `https://host/path`, without user or fragment, at most 2,048 bytes")]
pub struct EndpointUrlError;

impl EndpointUrl {
    const LONGEST: usize = 2_048;

    pub fn url(&self) -> &Url {
        &self.0
    }

    /// `scheme://host:port`, what an operator grants.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl FromStr for EndpointUrl {
    type Err = EndpointUrlError;

    fn from_str(text: &str) -> Result<Self, EndpointUrlError> {
        if text.len() > Self::LONGEST {
            return Err(EndpointUrlError);
        }
        let url = Url::parse(text).map_err(|_| EndpointUrlError)?;
        let plain = matches!(url.scheme(), "https" | "http")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        plain.then_some(Self(url)).ok_or(EndpointUrlError)
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

impl From<EndpointUrl> for String {
    fn from(url: EndpointUrl) -> String {
        url.0.into()
    }
}

impl TryFrom<String> for EndpointUrl {
    type Error = EndpointUrlError;

    fn try_from(text: String) -> Result<Self, EndpointUrlError> {
        text.parse()
    }
}

/// A place that an employer's events are sent to. Its secrets are kept sealed, apart from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    pub id: EndpointId,
    pub tenant: TenantId,
    pub url: EndpointUrl,
    pub description: String,
    /// Which events it wants; `None` for all, those of later versions included.
    pub types: Option<Vec<EventType>>,
    /// Addresses on private or loopback networks that the operator granted to this endpoint, as origins.
    pub private_origins: Vec<String>,
    /// What `v1a` signatures verify with, the present one first.
    pub public_keys: Vec<PublicKey>,
    pub created_at: Timestamp,
}

/// A key that everybody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// `whpk_…`
    pub text: String,
    /// Until when its counterpart signs; `None` for the present one.
    pub until: Option<Timestamp>,
}

/// What events to one endpoint are signed with, in both ways of Standard Webhooks.
#[derive(Debug, Clone)]
pub struct EndpointKeys {
    /// `whsec_…`, shared with the receiver: HMAC-SHA256, `v1`.
    pub secret: SecretString,
    /// `whsk_…`, the gateway's alone: Ed25519, `v1a`.
    pub signing_key: SecretString,
    /// `whpk_…`, for everybody.
    pub public_key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_user_or_a_fragment_is_none_and_its_query_is_not_shown() {
        for wrong in ["ftp://a.example/", "https://u:p@a.example/", "https://a.example/#x", "/hook", ""] {
            assert!(wrong.parse::<EndpointUrl>().is_err(), "{wrong}");
        }
        assert!(format!("https://a.example/{}", "x".repeat(2_048)).parse::<EndpointUrl>().is_err());
        let url: EndpointUrl = "https://a.example/hook?token=s3cret".parse().expect("an address");
        assert_eq!(url.to_string(), "https://a.example/hook?token=s3cret");
        assert!(!format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn a_type_reads_back_what_it_wrote() {
        for kind in EventType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_string(kind).expect("it serialises"), format!("\"{kind}\""));
        }
    }
}
