//! Why an application got what it got, as data and in sentences.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::{
    assessment::{Coverage, Line, Musts, NotCounted, Score},
    competency::{FrameworkVersion, ItemId},
    report::VerificationReport,
    submission::{Assessed, Submission},
    trust::TrustPolicyUsed,
};

use crate::sentences::Sentences;

/// An assessment, line by line, with what it was made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplanationView {
    /// `sub_…`
    pub submission: String,
    /// `asm_…`
    pub assessment: String,
    /// The language of the sentences.
    pub language: &'static str,
    pub assessed_at: String,
    /// When it was last looked at whether this still holds.
    pub checked_at: String,
    /// `name@version` of the scoring policy.
    pub policy: String,
    /// `prf_…`; a profile never changes.
    pub profile: String,
    /// The editions that were used: `{"id","title","version","digest"}`.
    #[schema(value_type = Vec<Object>)]
    pub frameworks: Vec<FrameworkVersion>,
    /// Which rules decided about trust: `{"id"?, "digest"}`. Without an id, those of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub trust_policy: Option<TrustPolicyUsed>,
    /// Over everything that the computation read.
    pub inputs_digest: String,
    /// `{"value","low","high"}`, percentages with two decimals.
    #[schema(value_type = Object)]
    pub score: Score,
    /// `{"with_evidence","of"}`.
    #[schema(value_type = Object)]
    pub coverage: Coverage,
    /// `{"met","of"}`.
    #[schema(value_type = Object)]
    pub musts: Musts,
    /// The result in sentences, which stand alone; the last one says that people decide.
    pub summary: Vec<String>,
    pub lines: Vec<ExplainedLine>,
    pub not_counted: Vec<ExplainedNotCounted>,
    /// The words of the items that paths come by.
    #[schema(value_type = Object)]
    pub items: BTreeMap<ItemId, String>,
}

/// A requirement: its line as in the assessment, and `words`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedLine {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub line: Line,
    pub words: LineWords,
}

/// A requirement in sentences.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineWords {
    /// A few words.
    pub state: String,
    pub why: String,
    /// The evidence with its issuer; absent where there is none, as are the five that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Whether somebody has assessed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The day on which it was achieved, or else awarded; absent where that is not said, or would tell somebody's age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// How the evidence names its item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// Why it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurance: Option<String>,
    /// What the evidence names, and the associations from there to the requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The level that is asked for.
    pub asked: String,
    /// The level that is shown.
    pub shown: String,
    /// How much of the requirement is shown.
    pub worth: String,
    /// What a level counts that is below the one that is asked for; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_counts: Option<String>,
    /// The employer's rule about the age of evidence for this requirement, with its reason; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recency: Option<String>,
    /// What that brings to the score.
    pub points: String,
    pub would_change: Vec<String>,
}

/// Something that does not count, and `words`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedNotCounted {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub not_counted: NotCounted,
    pub words: NotCountedWords,
}

/// Why something does not count, and what would make it count.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotCountedWords {
    pub why: String,
    pub would_change: String,
}

impl ExplanationView {
    pub fn new(submission: &Submission, assessed: &Assessed, sentences: &Sentences) -> Self {
        let (assessment, report) = (&assessed.assessment, &assessed.report);
        let line = |line: &Line| ExplainedLine { line: line.clone(), words: words(line, assessed, sentences) };
        let not_counted = |one: &NotCounted| ExplainedNotCounted {
            not_counted: one.clone(),
            words: NotCountedWords {
                why: sentences.not_counted(one.reason),
                would_change: sentences.not_counted_would_change(one.reason),
            },
        };
        Self {
            submission: submission.id.to_string(),
            assessment: assessment.id.to_string(),
            language: sentences.language().as_str(),
            assessed_at: assessed.at.to_string(),
            checked_at: assessed.checked_at.to_string(),
            policy: assessment.policy.clone(),
            profile: assessment.profile.to_string(),
            frameworks: assessment.frameworks.clone(),
            trust_policy: report.trust_policy,
            inputs_digest: assessment.inputs_digest.to_string(),
            score: assessment.score,
            coverage: assessment.coverage,
            musts: assessment.musts,
            summary: summary(assessed, report, sentences),
            lines: assessment.lines.iter().map(line).collect(),
            not_counted: assessment.not_counted.iter().map(not_counted).collect(),
            items: assessment.items.clone(),
        }
    }
}

fn summary(assessed: &Assessed, report: &VerificationReport, sentences: &Sentences) -> Vec<String> {
    let mut summary = vec![sentences.headline(&assessed.assessment)];
    summary.extend(sentences.summary(&assessed.assessment, report));
    summary
}

fn words(line: &Line, assessed: &Assessed, sentences: &Sentences) -> LineWords {
    let (assessment, report) = (&assessed.assessment, &assessed.report);
    let evidence = line.evidence.as_ref();
    LineWords {
        state: sentences.line(line.code),
        why: sentences.line_why(line.code),
        evidence: evidence.map(|evidence| sentences.evidence(evidence, report)),
        kind: evidence.map(|evidence| sentences.evidence_kind(evidence.kind)),
        dated: sentences.dated(line),
        named: evidence.map(|evidence| sentences.named(evidence.named)),
        assurance: line.assurance.map(|class| sentences.assurance(class)),
        path: sentences.path(line, &assessment.items),
        asked: sentences.asked(line),
        shown: sentences.shown(line),
        worth: sentences.worth(line),
        level_counts: sentences.level_counts(line),
        recency: sentences.recency(line),
        points: sentences.points(line, assessment),
        would_change: sentences.would_change(line, report),
    }
}
