//! One application's credentials as they were handed in.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    assessment::Assessment,
    ats::WithdrawalReason,
    digest::Digest,
    finding::Outcome,
    id::{ConnectionId, ExternalId, PostingId, SubmissionId, TenantId},
    pointer::Pointer,
    report::{Trust, VerificationReport},
};

/// The application at the ATS, and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub id: ExternalId,
    pub candidate: Candidate,
}

/// The applicant as the ATS knows them. Personal data: its `Debug` shows the id only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The language a report is written in (BCP 47, the ones there are sentences for).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Es,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
}

/// A submission and where it has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    pub id: SubmissionId,
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub posting: PostingId,
    pub application: Application,
    pub language: Language,
    /// Digests of the credentials as received, in order.
    pub payloads: Vec<PayloadRef>,
    pub received_at: Timestamp,
    /// When its right to the bytes of the credentials ended. `None`: they are kept.
    pub credentials_retired_at: Option<Timestamp>,
    /// Since when, and by whom, the application is withdrawn. Nothing is told of it from then on but that.
    pub withdrawn: Option<Withdrawn>,
    pub state: SubmissionState,
}

/// That an application was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    pub at: Timestamp,
    pub by: WithdrawalReason,
}

/// One credential as received: its bytes are stored under their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadRef {
    pub digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filename: Option<String>,
}

/// The states of a submission, each with its own facts.
#[derive(Debug, Clone, PartialEq)]
pub enum SubmissionState {
    /// Stored and acknowledged; not yet looked at.
    Received,
    /// Verified and scored.
    Assessed(Box<Assessed>),
    /// Processing gave up, with a code that says why. The credentials are kept.
    Rejected { at: Timestamp, code: String },
    /// Past the time that it is kept for: credentials, report, assessment and applicant are gone.
    Retired { at: Timestamp },
}

/// What an assessed submission has.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    pub at: Timestamp,
    /// When it was last looked at whether this still holds.
    pub checked_at: Timestamp,
    pub report: VerificationReport,
    pub assessment: Assessment,
}

impl Assessed {
    /// Whether a later look came to the same, in all that people go by: each credential's outcome and trust, the result
    /// and its lines, and what does not count. When a document was read, and in which words it says the same, is not it.
    pub fn is_confirmed_by(&self, report: &VerificationReport, assessment: &Assessment) -> bool {
        let (now, then) = (assessment, &self.assessment);
        outcomes(report).eq(outcomes(&self.report))
            && (now.score, now.coverage, now.musts) == (then.score, then.coverage, then.musts)
            && now.lines.len() == then.lines.len()
            && now.lines.iter().zip(&then.lines).all(|(now, then)| now.shows_the_same_as(then))
            && now.not_counted == then.not_counted
    }
}

fn outcomes(report: &VerificationReport) -> impl Iterator<Item = (&Pointer, Outcome, Option<Trust>)> {
    report.credentials.iter().map(|credential| (&credential.path, credential.outcome, credential.trust))
}

/// What was said of a submission before a re-check found something else.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierAssessment {
    pub at: Timestamp,
    pub replaced_at: Timestamp,
    pub report: VerificationReport,
    pub assessment: Assessment,
}

impl SubmissionState {
    /// The word in SQL, JSON and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Assessed(_) => "assessed",
            Self::Rejected { .. } => "rejected",
            Self::Retired { .. } => "retired",
        }
    }
}
