//! Each problem with what it says.

use std::fmt;

use wellspring_model::{delivery::FailureCode, pointer::Pointer};
use wellspring_verify::ParseError;

use super::{Problem, ProblemKind};

impl Problem {
    /// `line` and `column` count from 1, `column` in bytes.
    pub fn malformed_json(line: usize, column: usize) -> Self {
        let detail = format!("the JSON breaks off or goes wrong at line {line}, column {column}");
        Self::new(ProblemKind::MalformedJson, detail).with("line", line).with("column", column)
    }

    pub fn body_too_large(limit: usize) -> Self {
        let detail = format!("the body may have at most {limit} bytes");
        Self::new(ProblemKind::BodyTooLarge, detail).with("limit", limit)
    }

    pub fn credential_too_large(pointer: Pointer, limit: usize) -> Self {
        let detail = format!("one credential may have at most {limit} bytes");
        Self::new(ProblemKind::BodyTooLarge, detail).with("limit", limit).at(pointer)
    }

    pub fn json_too_deep(pointer: Pointer, limit: usize) -> Self {
        let detail = format!("arrays and objects may nest at most {limit} deep");
        Self::new(ProblemKind::JsonTooDeep, detail).with("limit", limit).at(pointer)
    }

    /// `pointer` names the member that stands twice.
    pub fn duplicate_key(pointer: Pointer) -> Self {
        Self::new(ProblemKind::DuplicateKey, "the member at this place stands twice in its object").at(pointer)
    }

    pub fn invalid_request(pointer: Pointer, detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::InvalidRequest, detail).at(pointer)
    }

    pub fn unknown_connection(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownConnection, "no connection of yours has this id").at(pointer)
    }

    pub fn unknown_connector(pointer: Pointer, name: &impl fmt::Display) -> Self {
        Self::new(ProblemKind::UnknownConnector, format!("no connector `{name}` is installed")).at(pointer)
    }

    pub fn unknown_job(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownJob, "no job of yours has this id, and none on this connection has it at the ATS")
            .at(pointer)
    }

    pub fn unknown_profile(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownProfile, "no profile of yours has this id").at(pointer)
    }

    pub fn unknown_trust_policy(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownTrustPolicy, "no trust policy of yours has this id").at(pointer)
    }

    pub fn unknown_scoring_policy(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownScoringPolicy, "no scoring policy of yours has this id").at(pointer)
    }

    pub fn unknown_framework(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownFramework, "no framework of yours has this identifier or address").at(pointer)
    }

    pub fn unknown_crosswalk(pointer: Pointer) -> Self {
        Self::new(ProblemKind::UnknownCrosswalk, "no crosswalk of yours has this id").at(pointer)
    }

    pub fn association_exists() -> Self {
        Self::new(
            ProblemKind::AssociationExists,
            "this crosswalk has an association from this origin to this destination; decide about that one",
        )
    }

    pub fn scoring_policy_exists() -> Self {
        Self::new(
            ProblemKind::ScoringPolicyExists,
            "a policy never changes: give a changed one another version, or use the one that is there",
        )
        .at(Pointer::root().key("version"))
    }

    pub fn nothing_approved() -> Self {
        Self::new(ProblemKind::NothingApproved, "approve an association first: an edition is made of those that are")
    }

    pub fn already_resolved() -> Self {
        Self::new(
            ProblemKind::AlreadyResolved,
            "it leads somewhere by the association that it names; to take that back, reject the association",
        )
    }

    pub fn address_shared() -> Self {
        Self::new(
            ProblemKind::AddressShared,
            "other entries name the same address with other codes, and would be scored by this association too; \
             import the framework that has these codes",
        )
    }

    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "there is nothing at this address, or nothing that this key may see")
    }

    pub fn not_assessed() -> Self {
        Self::new(ProblemKind::NotAssessed, "the submission has not been assessed; its `state` says whether it will be")
    }

    pub fn withdrawn() -> Self {
        Self::new(ProblemKind::Withdrawn, "the application is withdrawn: nothing is said of it any more")
    }

    pub fn retired() -> Self {
        Self::new(
            ProblemKind::Retired,
            "the submission is past the time that it is kept for, and nothing is left of it",
        )
    }

    /// `export` is what the connector would have to support.
    pub fn not_supported(export: &str) -> Self {
        let detail = format!("the connector of this connection does not support `{export}`; a later version may");
        Self::new(ProblemKind::NotSupported, detail).with("export", export)
    }

    /// `said` is the connector's own sentence.
    pub fn ats_failed(code: FailureCode, said: String) -> Self {
        Self::new(ProblemKind::AtsFailed, said).with("code", code.as_str())
    }

    pub fn not_genuine() -> Self {
        Self::new(
            ProblemKind::NotGenuine,
            "nothing was stored; the secret at the ATS has to be the one that this connection was set up with",
        )
    }

    /// `wait` is in seconds.
    pub fn too_many_requests(wait: u32) -> Self {
        Self::new(
            ProblemKind::TooManyRequests,
            "nothing was stored; wait as long as `Retry-After` says, then ask again",
        )
        .retry_after(wait)
    }

    pub fn unauthorized() -> Self {
        Self::new(ProblemKind::Unauthorized, "send a key of this gateway as `Authorization: Bearer wsk_…`")
    }

    pub fn idempotency_conflict() -> Self {
        Self::new(ProblemKind::IdempotencyConflict, "an earlier request with this Idempotency-Key had other content")
    }

    pub fn idempotency_in_flight() -> Self {
        let detail = "wait for the answer to the first request with this Idempotency-Key, then ask again";
        Self::new(ProblemKind::IdempotencyInFlight, detail).retry_after(1)
    }

    pub fn endpoint_shut() -> Self {
        Self::new(
            ProblemKind::EndpointShut,
            "nothing is sent to this endpoint: it said that it is gone, or failed for days; resume it first",
        )
    }

    /// `expected` is what the route reads.
    pub fn unsupported_media_type(expected: &str) -> Self {
        Self::new(ProblemKind::UnsupportedMediaType, format!("send the body as {expected}"))
    }

    pub fn method_not_allowed() -> Self {
        Self::new(
            ProblemKind::MethodNotAllowed,
            "this address does not answer to this method; `Allow` lists those it does",
        )
    }

    pub fn unavailable() -> Self {
        Self::new(ProblemKind::Unavailable, "nothing was stored; try again shortly").retry_after(5)
    }

    pub fn storage_full() -> Self {
        Self::new(ProblemKind::StorageFull, "nothing was stored; the operator has to make room").retry_after(300)
    }

    pub fn internal() -> Self {
        Self::new(ProblemKind::Internal, "the fault has been logged; trying again may help")
    }

    /// A credential within a request that cannot be read: the same problems as for a body, at their place in the request.
    pub fn unreadable_credential(at: Pointer, error: &ParseError) -> Self {
        let mut problem = match error {
            ParseError::TooLarge { limit } => return Self::credential_too_large(at, *limit),
            ParseError::Malformed { line, column } => {
                let detail = format!("neither JSON (it goes wrong at line {line}, column {column}) nor a form we know");
                return Self::new(ProblemKind::UnreadableCredential, detail).at(at);
            }
            other => Self::from(other.clone()),
        };
        problem.pointer = problem.pointer.map(|within| at.join(&within));
        problem
    }
}
