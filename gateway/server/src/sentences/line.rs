//! One requirement in sentences: why it got what it got, and what would change it.

use std::collections::BTreeMap;

use wellspring_model::{
    assessment::{
        Assessment, EvidenceKind, EvidenceRef, Line, LineCode, LineLevel, LineState, NamedBy, NotCounted, PathStep,
        Percent, Ppm,
    },
    competency::ItemId,
    credential::NotCountedReason,
    report::VerificationReport,
};

use super::{Label, Sentences, plain, result::issuer_in_words};

/// Levels of a scale that are written out.
const MOST_LEVELS: usize = 20;

/// Words from outside are cut at this many characters.
const LONGEST: usize = 200;

impl Sentences {
    /// What the evidence names, and the associations that lead from there to the requirement. `None` without evidence.
    /// `items` are the words that the assessment keeps.
    pub fn path(&self, line: &Line, items: &BTreeMap<ItemId, String>) -> Option<String> {
        line.evidence.as_ref()?;
        let Some(first) = line.path.first() else { return Some(self.line_why(LineCode::SameItem)) };
        let words = |item: &ItemId| plain(items.get(item).map_or(item.as_str(), String::as_str), LONGEST);
        let start = self.filled("path-item", [("item", words(&first.from).into())]);
        let path = line.path.iter().fold(start, |before, step| {
            let kind = plain(&step.kind, LONGEST);
            let values = [("path", before.into()), ("item", words(&step.to).into()), ("kind", kind.into())];
            self.filled(step_key(step), values)
        });
        Some(self.filled("path-whole", [("path", path.into())]))
    }

    /// The evidence by its name and issuer.
    pub fn evidence(&self, evidence: &EvidenceRef, report: &VerificationReport) -> String {
        let name = plain(&evidence.name, LONGEST);
        let credential = report.credentials.iter().find(|credential| credential.path == evidence.credential);
        match credential.and_then(issuer_in_words) {
            Some(issuer) => self.filled("evidence-issued-by", [("evidence", name.into()), ("issuer", issuer.into())]),
            None => self.filled("evidence-alone", [("evidence", name.into())]),
        }
    }

    /// Whether somebody has assessed it.
    pub fn evidence_kind(&self, kind: EvidenceKind) -> String {
        self.messages.text(match kind {
            EvidenceKind::Assessed => "evidence-kind-assessed",
            EvidenceKind::Issued => "evidence-kind-issued",
        })
    }

    /// How the evidence names its item.
    pub fn named(&self, named: NamedBy) -> String {
        self.messages.text(match named {
            NamedBy::Identifier => "named-identifier",
            NamedBy::Address => "named-address",
            NamedBy::Code => "named-code",
            NamedBy::CodeInFramework => "named-code_in_framework",
            NamedBy::Elsewhere => "named-elsewhere",
        })
    }

    /// The level that is asked for, with its place on the scale.
    pub fn asked(&self, line: &Line) -> String {
        self.asked_as(line, |level, place, id| self.level(level, place, id))
    }

    /// The same by its word alone.
    pub fn asked_in_short(&self, line: &Line) -> String {
        self.asked_as(line, level_word)
    }

    fn asked_as(&self, line: &Line, word: impl Fn(&LineLevel, Option<u32>, &str) -> String) -> String {
        let Some(level) = &line.level else { return self.label(Label::AskedAnyLevel) };
        word(level, level.steps.as_ref().map(|steps| steps.required), &level.required)
    }

    /// The level that is shown, with its place on the scale, or how much is shown.
    pub fn shown(&self, line: &Line) -> String {
        self.shown_as(line, |level, place, id| self.level(level, place, id))
    }

    /// The same by its word alone.
    pub fn shown_in_short(&self, line: &Line) -> String {
        self.shown_as(line, level_word)
    }

    fn shown_as(&self, line: &Line, word: impl Fn(&LineLevel, Option<u32>, &str) -> String) -> String {
        let Some(level) = line.level.as_ref().filter(|_| line.code != LineCode::NoEvidence) else {
            return self.label(match line.code.state() {
                LineState::Verified => Label::ShownYes,
                LineState::Partly => Label::ShownPartly,
                LineState::LevelUnknown => Label::ShownLevelUnknown,
                LineState::NoEvidence => Label::ShownNothing,
            });
        };
        match (&level.shown, &level.said) {
            (Some(shown), _) => word(level, level.steps.as_ref().and_then(|steps| steps.shown), shown),
            (None, Some(said)) => self.filled("level-elsewhere", [("level", plain(said, LONGEST).into())]),
            (None, None) => self.label(Label::ShownLevelUnknown),
        }
    }

    /// A level by its word and place, where its scale is declared; else as it was written, with its scale.
    fn level(&self, level: &LineLevel, place: Option<u32>, id: &str) -> String {
        let word = ("level", level_word(level, place, id).into());
        match (&level.steps, place) {
            (Some(steps), Some(place)) => {
                self.filled("level-place", [word, ("place", place.into()), ("count", steps.levels.len().into())])
            }
            _ => self.filled("level", [word, ("scale", plain(&level.scale, LONGEST).into())]),
        }
    }

    /// The scale of the level that is asked for, with its levels from low to high.
    pub fn scale(&self, level: &LineLevel) -> Option<String> {
        let steps = level.steps.as_ref()?;
        let levels: Vec<String> = steps.levels.iter().take(MOST_LEVELS).map(|level| plain(level, LONGEST)).collect();
        let values = [("scale", plain(&steps.title, LONGEST).into()), ("levels", levels.join(" < ").into())];
        Some(self.filled("scale", values))
    }

    /// How much of the requirement is shown.
    pub fn worth(&self, line: &Line) -> String {
        let percent = |share: Ppm| self.percent(percent_of(share)).into();
        match (line.code, line.up_to) {
            (LineCode::NoEvidence, _) => self.messages.text("worth-none"),
            (_, Some(up_to)) => self.filled("worth-unknown", [("low", percent(line.score)), ("high", percent(up_to))]),
            (_, None) => self.filled("worth-shown", [("percent", percent(line.score))]),
        }
    }

    /// What a level counts that is below the one that is asked for. `None` where it is not.
    pub fn level_counts(&self, line: &Line) -> Option<String> {
        let (shown, required) = level_below(line)?;
        let level = self.percent(Percent::of(shown.into(), required.into()));
        let values = [("level", level.into()), ("shown", shown.into()), ("required", required.into())];
        Some(self.filled("worth-level", values))
    }

    /// What the requirement brings to the score, of what it can bring.
    pub fn points(&self, line: &Line, assessment: &Assessment) -> String {
        let whole = assessment.lines.iter().map(|line| u128::from(line.weight)).sum::<u128>();
        let points = |share: Ppm| {
            let shown = u128::from(line.weight) * u128::from(share.get());
            self.percent(Percent::of(shown, whole * u128::from(Ppm::ONE.get()))).into()
        };
        let most = ("most", points(Ppm::ONE));
        match line.up_to {
            Some(up_to) => self.filled("points-range", [("low", points(line.score)), ("high", points(up_to)), most]),
            None => self.filled("points", [("points", points(line.score)), most]),
        }
    }

    /// What would change what a requirement got: what does not count and might, then what its code says, and the way that
    /// was walked.
    pub fn would_change(&self, line: &Line, report: &VerificationReport) -> Vec<String> {
        if line.score == Ppm::ONE {
            return vec![self.messages.text("would-change-nothing")];
        }
        let mut sentences: Vec<String> = line.not_counted.iter().map(|one| self.would_serve(one, report)).collect();
        sentences.push(self.would_change_by(line, line.code));
        let is_of_level = [LineCode::LevelBelow, LineCode::LevelUnknown, LineCode::LevelNotComparable];
        if !is_of_level.contains(&line.code) && level_below(line).is_some() {
            sentences.push(self.would_change_by(line, LineCode::LevelBelow));
        }
        if line.code != LineCode::Older && line.recency.as_ref().is_some_and(|recency| recency.older) {
            sentences.push(self.would_change_by(line, LineCode::Older));
        }
        let is_of_way = !is_of_level.contains(&line.code) && line.code != LineCode::Older;
        if !is_of_way && !line.path.iter().all(is_the_same) {
            sentences.push(self.messages.text("would-change-match"));
        }
        sentences
    }

    fn would_change_by(&self, line: &Line, code: LineCode) -> String {
        let scale =
            line.level.as_ref().map_or("", |level| level.steps.as_ref().map_or(&level.scale, |steps| &steps.title));
        let values = [("level", self.asked_in_short(line).into()), ("scale", plain(scale, LONGEST).into())];
        self.filled(&format!("would-change-{}", code.as_str()), values)
    }

    /// Something that speaks of a requirement and does not count: why, and what would make it count.
    fn would_serve(&self, one: &NotCounted, report: &VerificationReport) -> String {
        let credential = report.credentials.iter().find(|credential| credential.path == one.credential);
        let name = credential.and_then(|credential| credential.name.as_deref()).map(|name| plain(name, LONGEST));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.label(Label::CredentialUnnamed));
        let (why, change) = (self.not_counted(one.reason), self.not_counted_would_change(one.reason));
        let values = [("name", name.into()), ("why", why.into()), ("change", change.into())];
        self.filled("would-change-not-counted", values)
    }

    /// What would make something count that does not.
    pub fn not_counted_would_change(&self, reason: NotCountedReason) -> String {
        self.messages.text(&format!("not-counted-would-change-{}", reason.as_str()))
    }
}

/// A share as people read it.
pub fn percent_of(share: Ppm) -> Percent {
    Percent::of(share.get().into(), Ppm::ONE.get().into())
}

/// What a level is called, where its scale is declared; else its id.
fn level_word(level: &LineLevel, place: Option<u32>, id: &str) -> String {
    let index = place.and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
    let word = level.steps.as_ref().zip(index).and_then(|(steps, index)| steps.levels.get(index));
    plain(word.map_or(id, String::as_str), LONGEST)
}

/// The places of a level that is shown and of the higher one that is asked for.
fn level_below(line: &Line) -> Option<(u32, u32)> {
    let steps = line.level.as_ref()?.steps.as_ref()?;
    let shown = steps.shown.filter(|shown| *shown < steps.required)?;
    Some((shown, steps.required))
}

/// Whether both ends of an association are the same in other words, and count the same.
fn is_the_same(step: &PathStep) -> bool {
    matches!(step.kind.as_str(), "exactMatchOf" | "isTranslationOf")
}

/// The message of one association, in the direction in which it was walked (CASE 1.1 §CFAssociation).
fn step_key(step: &PathStep) -> &'static str {
    match (step.kind.as_str(), step.against) {
        ("exactMatchOf", _) => "path-exact-match",
        ("isTranslationOf", _) => "path-translation",
        ("replacedBy", false) => "path-replaced-by",
        ("replacedBy", true) => "path-replaces",
        ("isChildOf" | "isPartOf", false) => "path-part-of",
        ("isChildOf" | "isPartOf", true) => "path-has-part",
        ("isPeerOf", _) => "path-peer",
        ("precedes", false) => "path-precedes",
        ("precedes", true) => "path-follows",
        _ => "path-other",
    }
}
