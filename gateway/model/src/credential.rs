//! Credentials as far as they are shared between verification, scoring and pages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    achievement::Achievement,
    finding::Outcome,
    pointer::Pointer,
    report::{CredentialReport, Trust},
};

/// The `id` of an issuer: a DID or an https URL, compared as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssuerId(pub String);

impl fmt::Display for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a credential's subject was recognised as the applicant, from strongest to weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// The applicant has signed for the subject's id.
    HolderProof,
    /// The subject's id is the applicant's.
    SubjectId,
    /// The applicant's mailbox, hashed in the credential.
    HashedIdentifier,
    /// The applicant's mailbox, in clear in the credential.
    PlainIdentifier,
    /// The subject is that of a record around it, which names the applicant.
    Record,
    /// The applicant's name and nothing else: many people bear it, so it counts for nothing.
    NameOnly,
}

impl Binding {
    pub const ALL: [Self; 6] = [
        Self::HolderProof,
        Self::SubjectId,
        Self::HashedIdentifier,
        Self::PlainIdentifier,
        Self::Record,
        Self::NameOnly,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HolderProof => "holder_proof",
            Self::SubjectId => "subject_id",
            Self::HashedIdentifier => "hashed_identifier",
            Self::PlainIdentifier => "plain_identifier",
            Self::Record => "record",
            Self::NameOnly => "name_only",
        }
    }
}

/// How much a credential may count (users' policy decides which classes do; only A by default).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Assurance {
    /// Passed, issuer trusted by the employer, bound to the applicant.
    A,
    /// As A, but the issuer is not on the employer's list.
    B,
    /// Passed, but not bound to the applicant.
    C,
}

/// A credential that passed, with what it awards. The only thing scoring accepts.
///
/// It can be had only from a report whose outcome is `passed`, so that "used before it was checked" does not compile. It
/// carries no name, address, date of birth, picture or issuer name: scoring cannot see what it must not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCredential {
    path: Pointer,
    assurance: Assurance,
    achievements: Vec<Achievement>,
}

/// Why a credential contributes nothing to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotCountedReason {
    /// A required check failed.
    VerificationFailed,
    /// A required check could not be decided.
    VerificationUndetermined,
    /// Genuine, but the employer does not list this issuer.
    IssuerNotTrusted,
    /// Genuine, but the employer excludes this issuer.
    IssuerDenied,
    /// Genuine, but not shown to be about this applicant.
    NotBoundToApplicant,
    /// Somebody else has created the achievement, and nothing says that this issuer may award it.
    CreatorNotIssuer,
    /// The issuer says it of itself.
    SelfAsserted,
    /// The result says that the achievement was not (or not yet) earned.
    NotEarned,
    /// A machine has compared texts; nobody has assessed anything.
    MachineMatched,
    /// It proves something that the job does not ask for.
    NotAskedFor,
}

impl NotCountedReason {
    pub const ALL: [Self; 10] = [
        Self::VerificationFailed,
        Self::VerificationUndetermined,
        Self::IssuerNotTrusted,
        Self::IssuerDenied,
        Self::NotBoundToApplicant,
        Self::CreatorNotIssuer,
        Self::SelfAsserted,
        Self::NotEarned,
        Self::MachineMatched,
        Self::NotAskedFor,
    ];

    /// The stable code, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerificationFailed => "VERIFICATION_FAILED",
            Self::VerificationUndetermined => "VERIFICATION_UNDETERMINED",
            Self::IssuerNotTrusted => "ISSUER_NOT_TRUSTED",
            Self::IssuerDenied => "ISSUER_DENIED",
            Self::NotBoundToApplicant => "NOT_BOUND_TO_APPLICANT",
            Self::CreatorNotIssuer => "CREATOR_NOT_ISSUER",
            Self::SelfAsserted => "SELF_ASSERTED",
            Self::NotEarned => "NOT_EARNED",
            Self::MachineMatched => "MACHINE_MATCHED",
            Self::NotAskedFor => "NOT_ASKED_FOR",
        }
    }
}

impl VerifiedCredential {
    /// Takes what a credential awards out of a report that passed.
    ///
    /// # Errors
    /// The reason why it may not count, where the outcome is not `passed` or its issuer is denied.
    pub fn from_report(report: &CredentialReport, achievements: Vec<Achievement>) -> Result<Self, NotCountedReason> {
        match report.outcome {
            Outcome::Failed => return Err(NotCountedReason::VerificationFailed),
            Outcome::Undetermined => return Err(NotCountedReason::VerificationUndetermined),
            Outcome::Passed => {}
        }
        let assurance = match (report.trust, report.binding) {
            (Some(Trust::Denied), _) => return Err(NotCountedReason::IssuerDenied),
            (_, None | Some(Binding::NameOnly)) => Assurance::C,
            (Some(Trust::Trusted), Some(_)) => Assurance::A,
            (_, Some(_)) => Assurance::B,
        };
        Ok(Self { path: report.path.clone(), assurance, achievements })
    }

    pub fn path(&self) -> &Pointer {
        &self.path
    }

    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    pub fn achievements(&self) -> &[Achievement] {
        &self.achievements
    }
}

/// Who a credential should be about, as far as the employer knows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Applicant {
    pub subject_id: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
}

impl Applicant {
    /// Whether there is anything to compare a subject with.
    pub fn is_known(&self) -> bool {
        self.subject_id.is_some() || self.email.is_some()
    }
}

impl fmt::Debug for Applicant {
    /// Personal data stays out of logs and error texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applicant")
            .field("subject_id", &self.subject_id.as_ref().map(|_| "…"))
            .field("email", &self.email.as_ref().map(|_| "…"))
            .field("name", &self.name.as_ref().map(|_| "…"))
            .finish()
    }
}
