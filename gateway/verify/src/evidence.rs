//! What kept reports say of the credentials that they are about.

use std::collections::HashMap;

use serde_json::Value;
use wellspring_model::{
    pointer::Pointer,
    report::{CredentialReport, VerificationReport},
};

use crate::{
    Policy, UnverifiedPresentation, Verification, achievement,
    document::subject_of,
    form::Form,
    verify::{Judged, record},
};

/// Reads the evidence of credentials again that were judged before, by what was found then: no signature is checked, no time
/// passes, and no document is needed. `report` may be about further credentials, too; `policy` says who may award what.
///
/// `None` where one of the credentials has no report: it is about other bytes.
pub fn evidence_of(
    unverified: &UnverifiedPresentation,
    report: &VerificationReport,
    policy: &Policy,
) -> Option<Verification> {
    let reports: HashMap<&Pointer, &CredentialReport> =
        report.credentials.iter().map(|report| (&report.path, report)).collect();
    let mut result = Verification::default();
    for found in unverified.credentials() {
        let report = (*reports.get(&unverified.base.join(found.path))?).clone();
        let achievements = match (found.form, found.value) {
            (Form::Achievement, Value::Object(credential)) => achievement::of(credential, &report.path),
            _ => Vec::new(),
        };
        let subject = found.value.as_object().and_then(subject_of);
        record(Judged::new(report, achievements, subject, &found), policy, &mut result);
    }
    Some(result)
}
