//! Outcomes are data.
//!
//! A check ends [`Outcome::Passed`], [`Outcome::Failed`] or [`Outcome::Undetermined`], always with a stable code, the
//! values a sentence needs, and the place in the document. Sentences are rendered at the edge, in the reader's language.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::pointer::Pointer;

/// What a check, a credential or a whole presentation came to. Ordered from best to worst, so `max` is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was checked and it holds.
    Passed,
    /// It could not be decided: something that would be needed was not to be had.
    Undetermined,
    /// It was checked and it does not hold.
    Failed,
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::Passed, Self::Undetermined, Self::Failed];
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Undetermined => "undetermined",
            Self::Failed => "failed",
        })
    }
}

/// A stable code with what its sentence needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: FindingCode,
    /// Where in the credential (relative to the credential's own root).
    pub pointer: Pointer,
    /// Values for the sentence, by name. Never a learner's personal data.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Finding {
    pub fn new(code: FindingCode, pointer: Pointer) -> Self {
        Self { code, pointer, params: BTreeMap::new() }
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// Every code a report can hold. A code, once published, keeps its meaning; `docs/findings` has a page for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FindingCode {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )+}

        impl FindingCode {
            /// All codes, for tests and generated documents.
            pub const ALL: &'static [FindingCode] = &[$(Self::$name,)+];

            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $code,)+}
            }
        }
    };
}

codes! {
    /// The credential has the members its standard asks for.
    StructureOk = "STRUCTURE_OK",
    /// The input is no credential we know the form of.
    TypeUnknown = "TYPE_UNKNOWN",
    /// A form we recognise and cannot decide yet (Open Badges 2.0, CLR 1.0, LER-RS, PDF, SD-JWT).
    FormatUnsupported = "FORMAT_UNSUPPORTED",
    /// A member the standard asks for is absent.
    MemberMissing = "MEMBER_MISSING",
    /// What looks like a token is not one that every reader takes apart alike.
    JwtInvalid = "JWT_INVALID",
    /// A picture from which no credential can be read with certainty.
    PictureInvalid = "PICTURE_INVALID",
    /// A member has a form that its standard does not allow.
    MemberInvalid = "MEMBER_INVALID",
    /// There is no `credentialSubject`.
    SubjectMissing = "SUBJECT_MISSING",
    /// The subject has neither an id nor an identifier, so nobody is named.
    SubjectUnidentified = "SUBJECT_UNIDENTIFIED",
    /// The required contexts are absent or in the wrong order.
    ContextOrder = "CONTEXT_ORDER",
    /// The credential holds more nested credentials than the limit.
    LimitExceeded = "LIMIT_EXCEEDED",

    /// The credential fits the schema of its type.
    SchemaOk = "SCHEMA_OK",
    /// The credential does not fit the schema of its type.
    SchemaMismatch = "SCHEMA_MISMATCH",

    /// The signature fits the bytes.
    SignatureOk = "SIGNATURE_OK",
    /// The signature does not fit the bytes: the content or the signature was changed.
    SignatureInvalid = "SIGNATURE_INVALID",
    /// There is no proof at all.
    ProofMissing = "PROOF_MISSING",
    /// The proof itself is malformed.
    ProofInvalid = "PROOF_INVALID",
    /// A kind of proof that is not supported.
    SuiteUnsupported = "SUITE_UNSUPPORTED",
    /// The proof names another kind of signature than its key makes, or none.
    AlgorithmMismatch = "ALGORITHM_MISMATCH",
    /// A claim of the token contradicts the credential within it.
    JwtClaimMismatch = "JWT_CLAIM_MISMATCH",
    /// The proof was made for another purpose.
    PurposeMismatch = "PURPOSE_MISMATCH",
    /// The proof's own validity has ended.
    ProofExpired = "PROOF_EXPIRED",
    /// A context that is neither compiled in nor given by the operator.
    ContextUnsupported = "CONTEXT_UNSUPPORTED",
    /// A member that no context defines: it would not be covered by the signature.
    TermUndefined = "TERM_UNDEFINED",
    /// The document asks for more canonicalisation work than the limit.
    CanonicalisationLimit = "CANONICALISATION_LIMIT",

    /// The key belongs to the issuer.
    IssuerKeyOk = "ISSUER_KEY_OK",
    /// The key's own document could not be had, so whose key it is stays unknown.
    KeyUnresolved = "KEY_UNRESOLVED",
    /// The issuer's document was read and does not list the key for assertions.
    KeyNotAuthorised = "KEY_NOT_AUTHORISED",
    /// The issuer has revoked the key, or its time has ended.
    KeyRevoked = "KEY_REVOKED",
    /// The key belongs to somebody other than the issuer.
    IssuerKeyMismatch = "ISSUER_KEY_MISMATCH",
    /// The document of keys was read and is malformed.
    KeyDocumentInvalid = "KEY_DOCUMENT_INVALID",

    /// Valid at the time of the check.
    ValidityOk = "VALIDITY_OK",
    /// The validity has not begun.
    NotYetValid = "NOT_YET_VALID",
    /// The validity has ended.
    Expired = "EXPIRED",
    /// A date cannot be read, or the end lies before the beginning.
    DateInvalid = "DATE_INVALID",

    /// The list was verified and says nothing against the credential.
    StatusOk = "STATUS_OK",
    /// The issuer has withdrawn the credential.
    Revoked = "REVOKED",
    /// The issuer has suspended the credential for the time being.
    Suspended = "SUSPENDED",
    /// The list could not be had.
    StatusUnreachable = "STATUS_UNREACHABLE",
    /// The list could not be verified, so what it says decides nothing.
    StatusListUnverified = "STATUS_LIST_UNVERIFIED",
    /// The list is malformed, or is for something else.
    StatusListInvalid = "STATUS_LIST_INVALID",
    /// The list is signed by somebody who has no say over the credential.
    StatusListIssuer = "STATUS_LIST_ISSUER",
    /// The list has no such entry.
    StatusIndexInvalid = "STATUS_INDEX_INVALID",
    /// The list was had too long ago.
    StatusStale = "STATUS_STALE",
    /// A status entry of a kind that is not decided.
    StatusUnsupported = "STATUS_UNSUPPORTED",

    /// The subject is the applicant.
    SubjectOk = "SUBJECT_OK",
    /// Only the name is the applicant's.
    SubjectNameOnly = "SUBJECT_NAME_ONLY",
    /// The credential is about somebody else.
    SubjectMismatch = "SUBJECT_MISMATCH",
    /// Nothing in the credential can be compared with what is known of the applicant.
    SubjectNotComparable = "SUBJECT_NOT_COMPARABLE",

    /// The holder has signed for us, now.
    HolderOk = "HOLDER_OK",
    /// Proof by the holder was asked for and is not there.
    HolderProofMissing = "HOLDER_PROOF_MISSING",
    /// The presentation answers another question than was asked.
    ChallengeMismatch = "CHALLENGE_MISMATCH",
    /// The presentation was made for somebody else.
    DomainMismatch = "DOMAIN_MISMATCH",

    /// The issuer has nothing newer.
    RefreshCurrent = "REFRESH_CURRENT",
    /// The issuer has a newer version.
    RefreshNewer = "REFRESH_NEWER",
    /// The newer version could not be had.
    RefreshUnreachable = "REFRESH_UNREACHABLE",
    /// What came in place of a newer version is not one that passes.
    RefreshInvalid = "REFRESH_INVALID",

    /// An endorsement that passed.
    EndorsementOk = "ENDORSEMENT_OK",
    /// An endorsement that could not be decided.
    EndorsementUndecided = "ENDORSEMENT_UNDECIDED",
    /// An endorsement that failed.
    EndorsementFailed = "ENDORSEMENT_FAILED",

    /// Claims that the profile asks for are not in the token.
    JwtClaimAbsent = "JWT_CLAIM_ABSENT",
    /// The status list is shorter than what protects its holders.
    StatusListShort = "STATUS_LIST_SHORT",
    /// The status list calls itself by another address.
    StatusListElsewhere = "STATUS_LIST_ELSEWHERE",
    /// The status list is not signed.
    StatusListUnsigned = "STATUS_LIST_UNSIGNED",
    /// The status list was had some time ago.
    StatusAged = "STATUS_AGED",
    /// The issuer attached a message.
    StatusMessage = "STATUS_MESSAGE",
    /// A registry that was to be asked could not be had.
    RegistryUnreachable = "REGISTRY_UNREACHABLE",
    /// A registry answered with something that cannot be relied on.
    RegistryInvalid = "REGISTRY_INVALID",
    /// The document of the issuer’s keys was had some time ago.
    KeyDocumentAged = "KEY_DOCUMENT_AGED",
    /// The issuer offers a new version.
    RefreshOffered = "REFRESH_OFFERED",
    /// The credential is about somebody else than the record it stands in.
    SubjectDiffers = "SUBJECT_DIFFERS",
    /// Somebody else has created the achievement than who awards it.
    CreatorDiffers = "CREATOR_DIFFERS",
    /// The applicant was recognised by an identifier hashed with MD5.
    WeakHash = "WEAK_HASH",
    /// Something is named that was not checked.
    NotChecked = "NOT_CHECKED",
    /// The contexts stand in another order than the standard asks for; the meaning is the same.
    ContextOrderUnusual = "CONTEXT_ORDER_UNUSUAL",
    /// The proof names the key without a fragment.
    KeyWithoutFragment = "KEY_WITHOUT_FRAGMENT",
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_serialise_as_written() {
        let texts: BTreeSet<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), FindingCode::ALL.len());
        for code in FindingCode::ALL {
            assert_eq!(serde_json::to_value(code).expect("codes serialise"), code.as_str());
        }
    }

    #[test]
    fn the_worst_outcome_is_the_greatest() {
        assert_eq!([Outcome::Passed, Outcome::Failed, Outcome::Undetermined].into_iter().max(), Some(Outcome::Failed));
        assert_eq!(Outcome::Passed.max(Outcome::Undetermined), Outcome::Undetermined);
    }
}
