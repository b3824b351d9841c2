//! One row of the report: what the job asks, what was shown, by which evidence, and how the two were matched.

use wellspring_model::{
    assessment::{Assessment, EvidenceRef, Line, PathStep, Ppm},
    report::VerificationReport,
};

use super::{
    LONGEST_NAME,
    credential::{Issuer, anchor_of, index_of},
};
use crate::{
    pages::{Site, icon::Icon},
    sentences::{Sentences, percent_of, plain},
};

/// One requirement as the page shows it.
pub(super) struct Requirement {
    pub statement: String,
    pub must: bool,
    pub weight: u32,
    pub icon: Icon,
    pub state: String,
    pub bar: Bar,
    pub asked: String,
    pub shown: String,
    pub evidence: Option<Evidence>,
    /// Why it got no more; `None` where it counts in full.
    pub why: Option<String>,
    /// The employer's rule about age, with its reason.
    pub recency: Option<String>,
    pub would_change: Vec<String>,
    pub how: How,
}

/// How evidence and requirement were matched, and what came of it.
pub(super) struct How {
    pub path: Option<String>,
    pub steps: Vec<Step>,
    pub worth: String,
    pub level_counts: Option<String>,
    pub points: String,
    pub scale: Option<String>,
    pub assurance: Option<String>,
    pub named: Option<String>,
    pub item: String,
}

/// The share of a requirement that is shown, as a picture and in words.
pub(super) struct Bar {
    /// SVG length.
    pub width: String,
    /// As far as it may be, where a level is not known.
    pub up_to: Option<String>,
    pub tone: &'static str,
    pub text: String,
}

/// The credential that carried the line.
pub(super) struct Evidence {
    pub name: String,
    pub issuer: Issuer,
    pub trust: String,
    pub trust_icon: Icon,
    /// Whether somebody has assessed it.
    pub kind: String,
    /// When it was achieved, or else awarded.
    pub dated: Option<String>,
    /// Where its checks stand on the page.
    pub anchor: Option<String>,
    pub pointer: String,
}

/// One association walked.
pub(super) struct Step {
    pub from: String,
    pub kind: String,
    pub to: String,
    /// Whether the association points the other way.
    pub against: bool,
}

impl Requirement {
    pub fn all(site: &Site, assessment: &Assessment, report: &VerificationReport) -> Vec<Self> {
        assessment.lines.iter().map(|line| Self::new(site, line, assessment, report)).collect()
    }

    fn new(site: &Site, line: &Line, assessment: &Assessment, report: &VerificationReport) -> Self {
        let sentences = site.sentences();
        let is_full = line.score == Ppm::ONE;
        Self {
            statement: plain(&line.statement, 2 * LONGEST_NAME),
            must: line.must,
            weight: line.weight,
            icon: Icon::from(line.code),
            state: sentences.line(line.code),
            bar: Bar::new(sentences, line),
            asked: sentences.asked(line),
            shown: sentences.shown(line),
            evidence: line.evidence.as_ref().map(|evidence| Evidence::new(sentences, evidence, report)),
            recency: sentences.recency(line),
            why: (!is_full).then(|| sentences.line_why(line.code)),
            would_change: if is_full { Vec::new() } else { sentences.would_change(line, report) },
            how: How::new(sentences, line, assessment),
        }
    }
}

impl How {
    fn new(sentences: &Sentences, line: &Line, assessment: &Assessment) -> Self {
        let step = |step: &PathStep| Step {
            from: plain(step.from.as_str(), LONGEST_NAME),
            kind: plain(&step.kind, LONGEST_NAME),
            to: plain(step.to.as_str(), LONGEST_NAME),
            against: step.against,
        };
        Self {
            path: sentences.path(line, &assessment.items),
            steps: line.path.iter().map(step).collect(),
            worth: sentences.worth(line),
            level_counts: sentences.level_counts(line),
            points: sentences.points(line, assessment),
            scale: line.level.as_ref().and_then(|level| sentences.scale(level)),
            assurance: line.assurance.map(|class| sentences.assurance(class)),
            named: line.evidence.as_ref().map(|evidence| sentences.named(evidence.named)),
            item: plain(line.item.as_str(), LONGEST_NAME),
        }
    }
}

impl Bar {
    fn new(sentences: &Sentences, line: &Line) -> Self {
        let width = |share| format!("{}%", percent_of(share));
        Self {
            width: width(line.score),
            up_to: line.up_to.map(width),
            tone: Icon::from(line.code).tone,
            text: sentences.worth(line),
        }
    }
}

impl Evidence {
    fn new(sentences: &Sentences, evidence: &EvidenceRef, report: &VerificationReport) -> Self {
        let index = index_of(report, &evidence.credential);
        let credential = index.and_then(|index| report.credentials.get(index));
        let trust = credential.and_then(|credential| credential.trust);
        Self {
            name: plain(&evidence.name, LONGEST_NAME),
            issuer: credential.map(Issuer::new).unwrap_or_default(),
            trust: sentences.trust(trust),
            trust_icon: Icon::from(trust),
            kind: sentences.evidence_kind(evidence.kind),
            dated: evidence.date.map(|date| sentences.day(date)),
            anchor: index.and_then(anchor_of),
            pointer: plain(evidence.pointer.as_str(), LONGEST_NAME),
        }
    }
}
