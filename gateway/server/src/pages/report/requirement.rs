//! One row of the report: what the job asks, what was shown, by which evidence, and how the two were matched.

use wellspring_model::{
    assessment::{Assessment, EvidenceRef, Line, LineLevel, LineState, PathStep, Percent, Ppm, ScaleSteps},
    report::VerificationReport,
};

use super::{
    LONGEST_NAME,
    credential::{Issuer, anchor_of, index_of},
};
use crate::{
    pages::{Site, icon::Icon},
    sentences::{Label, Sentences, plain},
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
    pub why: String,
    pub item: String,
    pub path: Vec<Step>,
    pub assurance: Option<String>,
}

/// The share of a requirement that is shown, as a picture and in words.
pub(super) struct Bar {
    /// SVG length.
    pub width: String,
    pub tone: &'static str,
    pub text: String,
}

/// The credential that carried the line.
pub(super) struct Evidence {
    pub name: String,
    pub issuer: Issuer,
    pub trust: String,
    pub trust_icon: Icon,
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
        assessment.lines.iter().map(|line| Self::new(site, line, report)).collect()
    }

    fn new(site: &Site, line: &Line, report: &VerificationReport) -> Self {
        let sentences = site.sentences();
        let step = |step: &PathStep| Step {
            from: plain(step.from.as_str(), LONGEST_NAME),
            kind: plain(&step.kind, LONGEST_NAME),
            to: plain(step.to.as_str(), LONGEST_NAME),
            against: step.against,
        };
        Self {
            statement: plain(&line.statement, 2 * LONGEST_NAME),
            must: line.must,
            weight: line.weight,
            icon: Icon::from(line.code),
            state: sentences.line(line.code),
            bar: Bar::new(sentences, line),
            asked: asked(sentences, line),
            shown: shown(sentences, line),
            evidence: line.evidence.as_ref().map(|evidence| Evidence::new(sentences, evidence, report)),
            why: sentences.line_why(line.code),
            item: plain(line.item.as_str(), LONGEST_NAME),
            path: line.path.iter().map(step).collect(),
            assurance: line.assurance.map(|class| sentences.assurance(class)),
        }
    }
}

impl Bar {
    fn new(sentences: &Sentences, line: &Line) -> Self {
        let tone = Icon::from(line.code).tone;
        let share = |share: Ppm| Percent::of(share.get().into(), Ppm::ONE.get().into());
        let (share, most) = (share(line.score), line.up_to.map(share));
        let percent = ("percent", sentences.percent(share).into());
        let text = match (line.code.state(), most) {
            (LineState::NoEvidence, _) => sentences.filled("bar-none", []),
            (_, Some(most)) => sentences.filled("bar-unknown", [percent, ("most", sentences.percent(most).into())]),
            (_, None) => sentences.filled("bar-full", [percent]),
        };
        Self { width: format!("{share}%"), tone, text }
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
            anchor: index.and_then(anchor_of),
            pointer: plain(evidence.pointer.as_str(), LONGEST_NAME),
        }
    }
}

fn asked(sentences: &Sentences, line: &Line) -> String {
    match &line.level {
        None => sentences.label(Label::AskedAnyLevel),
        Some(level) => {
            let title = level.steps.as_ref().and_then(|steps| step(steps, Some(steps.required)));
            level_in_words(sentences, title.unwrap_or(&level.required), level)
        }
    }
}

fn shown(sentences: &Sentences, line: &Line) -> String {
    let placed = line.level.as_ref().and_then(|level| {
        let steps = level.steps.as_ref()?;
        Some(level_in_words(sentences, step(steps, steps.shown)?, level))
    });
    match (line.code.state(), placed, &line.level) {
        (LineState::NoEvidence, ..) => sentences.label(Label::ShownNothing),
        (_, Some(placed), _) => placed,
        (LineState::LevelUnknown, ..) | (_, None, Some(_)) => sentences.label(Label::ShownLevelUnknown),
        (LineState::Partly, None, None) => sentences.label(Label::ShownPartly),
        (LineState::Verified, None, None) => sentences.label(Label::ShownYes),
    }
}

/// What the level at a place is called.
fn step(steps: &ScaleSteps, place: Option<u32>) -> Option<&str> {
    let place = usize::try_from(place?).ok()?.checked_sub(1)?;
    steps.levels.get(place).map(String::as_str)
}

fn level_in_words(sentences: &Sentences, title: &str, level: &LineLevel) -> String {
    let scale = level.steps.as_ref().map_or(&level.scale, |steps| &steps.title);
    let values = [("level", plain(title, LONGEST_NAME).into()), ("scale", plain(scale, LONGEST_NAME).into())];
    sentences.filled("level", values)
}
