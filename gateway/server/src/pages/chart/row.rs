//! One requirement in the picture, and the same in words.

use wellspring_model::assessment::{Line, LineState, Ppm, ScaleSteps};

use super::{
    Span, class,
    fit::{BELOW_A_BAR, BESIDE_A_SIGN, Fitted},
    length, place, symbol,
};
use crate::sentences::{Sentences, percent_of, plain};

/// The longest statement that is told in full.
const LONGEST_STATEMENT: usize = 400;

/// Scales with more levels get no lines between them.
const MOST_TICKS: u32 = 20;

/// A requirement as it is drawn.
pub(in crate::pages) struct Row {
    pub symbol: &'static str,
    pub class: &'static str,
    pub statement: Fitted,
    pub words: String,
    /// Where a level is asked for.
    pub levels: Option<Fitted>,
    /// What is shown.
    pub width: String,
    /// What may be shown beyond that.
    pub more: Option<Span>,
    /// Where one level ends and the next begins.
    pub ticks: Vec<String>,
    /// Where the level stands that is asked for.
    pub asked: Option<String>,
}

impl Row {
    /// Its height in pixels.
    pub fn height(&self) -> usize {
        if self.levels.is_some() { 92 } else { 74 }
    }

    pub fn new(sentences: &Sentences, line: &Line) -> Self {
        let state = line.code.state();
        let statement = Fitted::new(&plain(&line.statement, LONGEST_STATEMENT), BESIDE_A_SIGN);
        let levels = line.level.as_ref().map(|_| {
            let (asked, shown) = (sentences.asked_in_short(line), sentences.shown_in_short(line));
            Fitted::new(&levels_in_words(sentences, line, asked, shown), BELOW_A_BAR)
        });
        let row = Self {
            symbol: symbol(state),
            class: class(state),
            statement,
            words: state_in_words(sentences, line),
            levels,
            width: share(line.score),
            more: line.up_to.map(|up_to| Span::new(line.score.get().into(), up_to.get().into(), WHOLE)),
            ticks: Vec::new(),
            asked: None,
        };
        match line.level.as_ref().and_then(|level| level.steps.as_ref()) {
            Some(steps) => row.on_scale(state, steps),
            None => row,
        }
    }

    /// The level that is shown beside the one that is asked for, instead of a share.
    fn on_scale(self, state: LineState, steps: &ScaleSteps) -> Self {
        let count = u32::try_from(steps.levels.len()).unwrap_or(u32::MAX);
        let (all, required) = (u64::from(count), u64::from(steps.required));
        // What is not known lies anywhere up to the level that is asked for.
        let open = state == LineState::LevelUnknown;
        Self {
            width: length(steps.shown.unwrap_or(0).into(), all),
            more: open.then(|| Span::new(0, required, all)),
            ticks: (1..count.min(MOST_TICKS)).map(|tick| place(tick.into(), all)).collect(),
            asked: Some(place(required, all)),
            ..self
        }
    }
}

const WHOLE: u64 = Ppm::ONE.get() as u64;

fn share(share: Ppm) -> String {
    length(share.get().into(), WHOLE)
}

/// A requirement with all that the picture says of it.
pub(super) fn words(sentences: &Sentences, line: &Line) -> String {
    let statement = plain(&line.statement, LONGEST_STATEMENT);
    let statement = statement.trim_end_matches('.').to_owned();
    let key = if line.must { "chart-line-must" } else { "chart-line" };
    let mut row = state_in_words(sentences, line);
    if line.level.is_some() {
        let levels = levels_in_words(sentences, line, sentences.asked(line), sentences.shown(line));
        row = sentences.filled("chart-row-levels", [("row", row.into()), ("levels", levels.into())]);
    }
    sentences.filled(key, [("statement", statement.into()), ("row", row.into())])
}

fn state_in_words(sentences: &Sentences, line: &Line) -> String {
    let state = sentences.line(line.code);
    if line.evidence.is_none() {
        return state;
    }
    let state = ("state", state.into());
    let percent = ("percent", sentences.percent(percent_of(line.score)).into());
    match line.up_to {
        Some(up_to) => {
            let high = ("high", sentences.percent(percent_of(up_to)).into());
            sentences.filled("chart-row-range", [state, percent, high])
        }
        None => sentences.filled("chart-row", [state, percent]),
    }
}

fn levels_in_words(sentences: &Sentences, line: &Line, asked: String, shown: String) -> String {
    let asked = ("asked", asked.into());
    match line.evidence {
        Some(_) => sentences.filled("chart-levels", [asked, ("shown", shown.into())]),
        None => sentences.filled("chart-levels-none", [asked]),
    }
}
