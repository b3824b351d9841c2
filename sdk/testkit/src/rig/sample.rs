//! Work for a connector to do: a result as the gateway makes them, its correction, its withdrawal, and the same with texts that
//! break what is carelessly written.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellspring_host::Attachment;
use wellspring_model::{ats::Withdrawal, delivery::ApplicationResult};

/// What the gateway's markers are made of, besides the application.
const CONNECTION: &str = "con_00000000000000000000000000000002";
const ASSESSMENT: &str = "ass_00000000000000000000000000000006";

/// Whose application it is, at the ATS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// The application's id.
    pub application: String,
    /// The candidate's id.
    pub candidate: String,
    pub name: String,
    pub email: String,
}

impl Default for Applicant {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            application: text("61001"),
            candidate: text("501"),
            name: text("Ana Ruiz"),
            email: text("ana.ruiz@example.org"),
        }
    }
}

/// Work about one application.
#[derive(Debug, Clone)]
pub struct Sample {
    applicant: Applicant,
    /// Laid over every result: what a test wants to be different.
    over: Value,
}

impl Sample {
    pub fn new(applicant: Applicant) -> Self {
        Self { applicant, over: Value::Null }
    }

    /// With other members: a JSON Merge Patch (RFC 7396) of the result.
    #[must_use]
    pub fn over(mut self, patch: Value) -> Self {
        self.over = patch;
        self
    }

    /// With a name, a headline and lines in several scripts, marks that combine, and characters outside the basic plane.
    #[must_use]
    pub fn non_ascii(self) -> Self {
        self.over(json!({
            "application": { "candidate": { "name": "Žofia Nguyễn-Ólafsdóttir 李小龍" } },
            "headline": "5 of 7 – „geprüft“ · проверено · 検証済み · تم التحقق ✅ 🧑🏽‍🔬",
            "summary": "Tabellenkalkulation: geprüft\nSQL: проверено\nשיחה: אומת\ne\u{301}tude \u{1F469}\u{200D}\u{1F52C}"
        }))
    }

    /// With a summary of a hundred thousand characters.
    #[must_use]
    pub fn oversize(self) -> Self {
        self.over(json!({ "summary": "Requirement: verified by a credential with a very long name\n".repeat(1_700) }))
    }

    pub fn applicant(&self) -> &Applicant {
        &self.applicant
    }

    /// The result as JSON, as a script's gaps are filled from it.
    pub fn result_json(&self) -> Value {
        let who = &self.applicant;
        let mut result = json!({
            "submission": "sub_00000000000000000000000000000003",
            "application": {
                "id": who.application,
                "candidate": { "id": who.candidate, "name": who.name, "email": who.email }
            },
            "job": { "id": "job_00000000000000000000000000000004", "external_id": "7001", "title": "Data technician" },
            "language": "en",
            "marker": format!("[wellspring:{CONNECTION}:{}]", who.application),
            "outcome": "passed",
            "headline": "5 of 7 required skills verified",
            "summary": "Writes SQL queries: verified (SQL basics, Example College)\nExplains a chart: no evidence\nIndispensable: 2 of 3",
            "score": { "value": 71.25, "low": 64.5, "high": 71.25 },
            "coverage": { "with_evidence": 5, "of": 7 },
            "musts": { "met": 2, "of": 3 },
            "lines": [
                {
                    "requirement": "Writes SQL queries", "must": true, "code": "EXACT_MATCH", "state": "verified",
                    "evidence": "SQL basics", "issuer": "did:web:college.example"
                },
                { "requirement": "Explains a chart", "must": false, "code": "NO_EVIDENCE", "state": "no evidence" }
            ],
            "report_url": "https://gateway.example/r/abc"
        });
        merge(&mut result, &self.over);
        result
    }

    /// The correction of the result as JSON.
    pub fn correction_json(&self) -> Value {
        let result = json!({
            "outcome": "failed",
            "headline": "4 of 7 required skills verified",
            "summary": "Writes SQL queries: no longer verified (revoked by its issuer)\nExplains a chart: no evidence",
            "score": { "value": 52.5, "low": 52.5, "high": 52.5 },
            "coverage": { "with_evidence": 4, "of": 7 },
            "musts": { "met": 1, "of": 3 },
            "correction": {
                "marker": format!("[wellspring-correction:{CONNECTION}:{}:{ASSESSMENT}]", self.applicant.application),
                "headline": "Corrected: 4 of 7 required skills verified",
                "changes": "Writes SQL queries: was verified, the credential has been revoked"
            }
        });
        let mut whole = self.result_json();
        merge(&mut whole, &result);
        merge(&mut whole, &self.over);
        whole
    }

    /// The withdrawal of the result as JSON.
    pub fn withdrawal_json(&self) -> Value {
        let result = self.result_json();
        json!({
            "submission": result["submission"],
            "application": result["application"],
            "job": result["job"],
            "language": "en",
            "marker": result["marker"],
            "correction_markers": [self.correction_json()["correction"]["marker"]],
            "withdrawal_marker": format!("[wellspring-withdrawal:{CONNECTION}:{}]", self.applicant.application),
            "lines": result["lines"].as_array().map_or(0, Vec::len),
            "reason": "APPLICANT",
            "headline": "The applicant has withdrawn this result"
        })
    }

    /// # Errors
    /// What was laid over it made it something else than a result.
    pub fn result(&self) -> Result<ApplicationResult, serde_json::Error> {
        serde_json::from_value(self.result_json())
    }

    /// # Errors
    /// As for [`Self::result`].
    pub fn correction(&self) -> Result<ApplicationResult, serde_json::Error> {
        serde_json::from_value(self.correction_json())
    }

    /// # Errors
    /// As for [`Self::result`].
    pub fn withdrawal(&self) -> Result<Withdrawal, serde_json::Error> {
        serde_json::from_value(self.withdrawal_json())
    }

    /// Files for what a result names under `attachments`: their bytes say what they are.
    pub fn attachments(result: &ApplicationResult) -> Vec<Attachment> {
        let file = |one: &wellspring_model::ats::AttachmentRef| Attachment {
            name: one.name.clone(),
            content_type: one.content_type.clone(),
            bytes: one.name.bytes().cycle().take(usize::try_from(one.size).unwrap_or(0).min(1 << 20)).collect(),
        };
        result.attachments.iter().map(file).collect()
    }
}

/// JSON Merge Patch (RFC 7396).
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        if !patch.is_null() {
            *target = patch.clone();
        }
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_what_the_gateway_would_send() {
        let plain = Sample::new(Applicant::default());
        for sample in [plain.clone(), plain.clone().non_ascii(), plain.oversize()] {
            let (result, correction) = (sample.result().expect("a result"), sample.correction().expect("a correction"));
            assert!(result.correction.is_none());
            let withdrawal = sample.withdrawal().expect("a withdrawal");
            let marker = correction.correction.expect("it says that it is one").marker;
            assert_eq!(withdrawal.correction_markers, std::slice::from_ref(&marker));
            for other in [&marker, &withdrawal.withdrawal_marker] {
                assert!(!other.contains(&result.marker), "a search for the one does not find the other");
            }
        }
    }
}
