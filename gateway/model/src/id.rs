//! Typed identifiers.
//!
//! Each kind shows itself by a prefix (`sub_…`, `dlv_…`), so a pasted id says what it names and a swapped argument does
//! not compile. The part after the prefix is a UUIDv7 in hexadecimal: ids sort by creation time. Ids are made at the
//! edge (see [`crate::time::Entropy`]) and passed in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an id of this kind: it should be `{prefix}` followed by 32 hexadecimal digits")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Names a new thing. The UUID comes from the caller.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
    )+};
}

ids! {
    /// An employer (or a brand of one) whose data is kept apart from everybody else's.
    TenantId = "ten_";
    /// A bearer key of a tenant. The key itself is kept only as a hash.
    KeyId = "key_";
    /// One application's credentials as they were handed in.
    SubmissionId = "sub_";
    /// A job posting for which applications come in.
    PostingId = "job_";
    /// An immutable version of what a job asks for.
    ProfileId = "prf_";
    /// A framework of competencies as imported.
    FrameworkId = "frm_";
    /// Associations between the items of two frameworks, made by people.
    CrosswalkId = "xwk_";
    /// One association of a crosswalk.
    CrosswalkAssociationId = "xas_";
    /// Something that credentials name and that leads to no item.
    UnmappedId = "unm_";
    /// What a submission's evidence shows against a profile.
    AssessmentId = "asm_";
    /// A tenant's account at an ATS, through one connector.
    ConnectionId = "con_";
    /// The intent to bring something to somebody: a result to a connection, an event to an endpoint.
    DeliveryId = "dlv_";
    /// Something that happened, of which an employer's systems are told.
    EventId = "evt_";
    /// A place that an employer's events are sent to.
    EndpointId = "end_";
    /// Rules about whom an employer relies on; they never change.
    TrustPolicyId = "tru_";
    /// How an employer scores; it never changes.
    ScoringPolicyId = "scp_";
    /// Something that an ATS has told us.
    AtsEventId = "aev_";
    /// An assessment that an ATS has ordered of us.
    OrderId = "ord_";
    /// One try at a delivery.
    AttemptId = "att_";
    /// A unit of queued work.
    TaskId = "tsk_";
    /// A page shared by link.
    ShareId = "shr_";
    /// A key that heads of audit trails are signed with; made of its public part.
    AuditKeyId = "auk_";
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, IdError> {
    text.strip_prefix(prefix)
        // Only the canonical spelling: one id, one text, so that ids can be compared as text in SQL.
        .filter(|rest| rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
        .and_then(|rest| Uuid::try_parse(rest).ok())
        .ok_or_else(|| IdError { text: text.chars().take(64).collect(), prefix })
}

/// An id that an ATS gave. It means something only together with the connection it came through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalId(pub String);

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_wrote() {
        let id = SubmissionId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<SubmissionId>(), Ok(id));
        assert_eq!(serde_json::to_string(&id).expect("ids serialise"), format!("\"{id}\""));
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let id = DeliveryId::from_uuid(Uuid::from_u128(0xabc)).to_string();
        assert!(id.parse::<SubmissionId>().is_err());
        assert!(id.to_uppercase().parse::<DeliveryId>().is_err());
        assert!("dlv_1".parse::<DeliveryId>().is_err());
    }
}
