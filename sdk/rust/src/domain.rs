//! What `deliver`, `correct` and `withdraw` are given. The shape of results is `plugins/wit/0.1/schemas/application-result.schema.json`; members this SDK does not
//! know yet are passed over, so that the gateway may add some.

use std::fmt;

use serde::Deserialize;

/// An application's result: what the applicant's verified credentials show for the job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ApplicationResult {
    /// The gateway's id of what was handed in.
    pub submission: String,
    pub application: Application,
    pub job: Job,
    /// The language of `headline`, `summary` and `lines` (`en`, `es`).
    pub language: String,
    /// Put this into what you write and search for it before you write: it is the same for every call about this application.
    pub marker: String,
    /// The worst outcome over the credentials handed in.
    pub outcome: Outcome,
    /// The result in one sentence that stands alone.
    pub headline: String,
    /// The result in a few plain lines, separated by `\n`.
    pub summary: String,
    pub score: Score,
    pub coverage: Coverage,
    pub musts: Musts,
    /// One line for each of the job's requirements.
    pub lines: Vec<Line>,
    /// The report that applicant and recruiter both read.
    pub report_url: String,
    /// The assessment that the ATS had ordered, where it had: this is its result.
    #[serde(default)]
    pub order: Option<Order>,
    /// Files that [`crate::host::attachment`] gives by name.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Present where the ATS was told something else before: bring what you wrote in line, and let people notice.
    #[serde(default)]
    pub correction: Option<Correction>,
}

impl ApplicationResult {
    /// The schema this type reads.
    pub(crate) const SCHEMA: &str = "application-result@0.1";
}

/// An assessment that the ATS had ordered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Order {
    /// Our id of it, which the ATS was told.
    pub id: String,
}

/// A file that goes with a result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub content_type: String,
    /// In bytes.
    pub size: u64,
}

/// What is to be taken back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Withdrawal {
    /// The gateway's id of what was handed in.
    pub submission: String,
    pub application: Application,
    pub job: Job,
    /// The language of `headline` (`en`, `es`).
    pub language: String,
    /// What everything written for this application carries, save corrections.
    pub marker: String,
    /// What the corrections that were written carry.
    #[serde(default)]
    pub correction_markers: Vec<String>,
    /// The marker of what you write for this withdrawal alone, such as a note that says so.
    pub withdrawal_marker: String,
    /// The most lines that a result of this application has had, for an ATS whose rows are overwritten one by one.
    pub lines: u32,
    /// `APPLICANT` or `EMPLOYER`; more may come.
    pub reason: String,
    /// That the result was withdrawn, in one sentence that stands alone: for an ATS where nothing can be deleted.
    pub headline: String,
    #[serde(default)]
    pub order: Option<Order>,
}

impl Withdrawal {
    /// The schema this type reads.
    pub(crate) const SCHEMA: &str = "withdrawal@0.1";
}

/// What makes a result a correction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Correction {
    /// The marker of what you write for this correction alone, such as a further note.
    pub marker: String,
    /// That it is a correction, with the result as it is now, in one sentence that stands alone.
    pub headline: String,
    /// What is no longer as it was, in a few plain lines, separated by `\n`.
    pub changes: String,
}

/// The application at the ATS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Application {
    /// The ATS's id of the application.
    pub id: String,
    pub candidate: Candidate,
}

/// The applicant as the ATS knows them. Personal data: `Debug` shows the id only.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Candidate {
    /// The ATS's id of the candidate, where it is known.
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The job applied for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// The gateway's id.
    pub id: String,
    /// The ATS's id.
    #[serde(default)]
    pub external_id: Option<String>,
    pub title: String,
}

/// What checking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Undetermined,
    Failed,
}

/// Percent, 0 to 100 with two decimals. `low` counts unknown levels as the lowest, `high` as met; `value` is `low`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Score {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// Requirements with accepted evidence, of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Coverage {
    pub with_evidence: u32,
    pub of: u32,
}

/// Indispensable requirements met, of all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Musts {
    pub met: u32,
    pub of: u32,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Line {
    pub requirement: String,
    pub must: bool,
    pub code: LineCode,
    /// The state in words, such as "verified".
    pub state: String,
    /// The credential that shows it.
    #[serde(default)]
    pub evidence: Option<String>,
    #[serde(default)]
    pub issuer: Option<String>,
}

/// Why a line got what it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineCode {
    /// Verified evidence names the very requirement.
    SameItem,
    /// Verified evidence names an exact match of it.
    ExactMatch,
    /// Verified evidence names it in another language.
    Translation,
    /// Verified evidence names what it has replaced.
    EarlierEdition,
    /// Verified evidence names some of its parts.
    Parts,
    /// Verified evidence names something broader that it is a part of.
    Broader,
    /// Verified evidence names a peer of it.
    Peer,
    /// Verified evidence names a later step.
    LaterStep,
    /// Verified evidence shows it, and is older than what counts in full by the employer's rule.
    Older,
    /// Verified evidence shows it at a lower level.
    LevelBelow,
    /// Evidence is there, and its level is not known.
    LevelUnknown,
    /// Evidence is there, at a level of another scale.
    LevelNotComparable,
    /// No verified evidence was supplied. It says nothing about the person.
    NoEvidence,
    /// A reason this SDK does not know yet; `state` has it in words.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, from_value};

    use super::LineCode;

    #[test]
    fn every_code_that_the_contract_names_is_known_here() {
        let schema = include_str!("../../../plugins/wit/0.1/schemas/application-result.schema.json");
        let schema: Value = from_str(schema).expect("it is JSON");
        let told = schema["properties"]["lines"]["items"]["properties"]["code"]["description"].as_str();
        let codes = told.and_then(|told| told.split_once(": ")?.1.split_once(';')).expect("it names them").0;
        let codes: Vec<_> = codes.split(", ").collect();
        assert_eq!(codes.len(), 13, "{codes:?}");
        for code in codes {
            let known: LineCode = from_value(code.into()).expect("a code");
            assert_ne!(known, LineCode::Other, "{code}");
        }
    }
}
