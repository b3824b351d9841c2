//! A verification report as JSON: the same shape for `wellspring verify --json`, `POST /v1/verifications` and submissions.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::{
    credential::IssuerId,
    finding::{Finding, Outcome},
    report::{Check, CredentialReport, MaterialUsed, TrustStep, VerificationReport},
    trust::TrustPolicyUsed,
};

use crate::sentences::Sentences;

/// What is known about everything that was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationView {
    /// The worst outcome of all credentials: `passed`, `undetermined` or `failed`.
    #[schema(value_type = String, example = "passed")]
    pub outcome: Outcome,
    pub credentials: Vec<CredentialView>,
    pub material: Vec<MaterialView>,
    /// Which rules decided about trust: `{"id"?, "digest"}`. Without an id, those of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub trust_policy: Option<TrustPolicyUsed>,
}

/// One credential, nested ones included, each by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialView {
    /// JSON pointer of the credential in the input.
    pub path: String,
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub types: Vec<String>,
    pub name: Option<String>,
    pub issuer: Option<String>,
    #[schema(value_type = String, example = "passed")]
    pub outcome: Outcome,
    /// `trusted`, `not_listed`, `denied` or `undetermined`; absent where no policy was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub trust: Option<wellspring_model::report::Trust>,
    /// What led to it: each list that was asked, in which version, from when, and what it said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub trust_trace: Vec<TrustStep>,
    /// Who endorses the issuer within the credential, with an endorsement that passed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub endorsed_by: Vec<IssuerId>,
    /// How the subject was recognised as the applicant; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub binding: Option<wellspring_model::credential::Binding>,
    pub checks: Vec<CheckView>,
    pub notices: Vec<NoticeView>,
}

/// One check with its sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    #[schema(value_type = String, example = "proof")]
    pub check: wellspring_model::report::CheckName,
    #[schema(value_type = String, example = "passed")]
    pub outcome: Outcome,
    /// Stable; each has a page at `/findings/<code>`.
    pub code: String,
    pub message: String,
    /// JSON pointer within the credential.
    pub pointer: String,
    pub params: BTreeMap<String, String>,
}

/// A remark that decides nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub code: String,
    pub message: String,
    pub pointer: String,
    pub params: BTreeMap<String, String>,
}

/// A document that was used, so that the outcome can be computed again.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialView {
    pub url: String,
    pub digest: String,
    #[serde(rename = "fetchedAt")]
    pub fetched_at: String,
}

impl VerificationView {
    pub fn new(report: &VerificationReport, sentences: &Sentences) -> Self {
        Self {
            outcome: report.outcome(),
            credentials: credentials(report, sentences),
            material: report.material.iter().map(material).collect(),
            trust_policy: report.trust_policy,
        }
    }
}

/// The credentials of a report, in its order.
pub fn credentials(report: &VerificationReport, sentences: &Sentences) -> Vec<CredentialView> {
    report.credentials.iter().map(|credential| credential_view(credential, sentences)).collect()
}

fn credential_view(credential: &CredentialReport, sentences: &Sentences) -> CredentialView {
    CredentialView {
        path: credential.path.to_string(),
        id: credential.id.clone(),
        types: credential.types.clone(),
        name: credential.name.clone(),
        issuer: credential.issuer.as_ref().map(ToString::to_string),
        outcome: credential.outcome,
        trust: credential.trust,
        trust_trace: credential.trust_trace.clone(),
        endorsed_by: credential.endorsed_by.clone(),
        binding: credential.binding,
        checks: credential.checks.iter().map(|check| check_view(check, sentences)).collect(),
        notices: credential.notices.iter().map(|notice| notice_view(notice, sentences)).collect(),
    }
}

fn check_view(check: &Check, sentences: &Sentences) -> CheckView {
    CheckView {
        check: check.check,
        outcome: check.outcome,
        code: check.finding.code.to_string(),
        message: sentences.finding(&check.finding),
        pointer: check.finding.pointer.to_string(),
        params: check.finding.params.clone(),
    }
}

/// A remark with its sentence.
pub fn notice_view(notice: &Finding, sentences: &Sentences) -> NoticeView {
    NoticeView {
        code: notice.code.to_string(),
        message: sentences.finding(notice),
        pointer: notice.pointer.to_string(),
        params: notice.params.clone(),
    }
}

fn material(used: &MaterialUsed) -> MaterialView {
    MaterialView { url: used.url.clone(), digest: used.digest.to_string(), fetched_at: used.fetched_at.to_string() }
}
