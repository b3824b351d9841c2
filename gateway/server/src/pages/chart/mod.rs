//! A result as a picture: coverage, score, and for each requirement how much of it is shown, or which level beside the one
//! that is asked for.
//!
//! Every state has a pattern, a sign and words of its own, so that no colour is needed. The picture is as wide as its place:
//! only its height is fixed, and texts come in two lengths. All of it is said in words, too.

mod fit;
mod row;
#[cfg(test)]
mod tests;

use std::{fmt::Write as _, sync::LazyLock};

use askama::Template;
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, header};
use sha2::{Digest as _, Sha256};
use wellspring_model::assessment::{Assessment, LineState, Percent, Score};

use self::row::Row;
use super::{HEADERS, PageError, Site};
use crate::sentences::Sentences;

/// Requirements that are drawn. A picture of more would be no picture; the words have all of them.
const MOST_ROWS: usize = 200;

const STYLE: &str = include_str!("../../../assets/chart.css");

/// The states of a requirement from most to least shown.
pub(super) const STATES: [LineState; 4] =
    [LineState::Verified, LineState::Partly, LineState::LevelUnknown, LineState::NoEvidence];

/// The picture with its words.
#[derive(Template)]
#[template(path = "chart.svg", escape = "html")]
pub(super) struct Chart {
    title: String,
    /// What the picture says, for those who do not see it.
    desc: String,
    /// Every requirement in words.
    pub words: Vec<String>,
    coverage: String,
    segments: Vec<Segment>,
    legend: Vec<Sign>,
    score: ScoreBar,
    rows: Vec<Row>,
    more: Option<String>,
    /// Its own style, where it stands by itself.
    style: Option<&'static str>,
    lang: &'static str,
}

/// One state's share of all requirements.
struct Segment {
    x: String,
    width: String,
    class: &'static str,
}

/// A sign of the legend and what it means.
struct Sign {
    symbol: &'static str,
    text: String,
}

/// The score, and how much more it may be.
struct ScoreBar {
    text: String,
    width: String,
    more: Option<Span>,
}

/// A part of a bar.
pub(super) struct Span {
    x: String,
    width: String,
}

impl Span {
    fn new(from: u64, to: u64, whole: u64) -> Self {
        Self { x: place(from, whole), width: length(to.saturating_sub(from), whole) }
    }
}

impl Chart {
    /// As a part of a page, which has the words beside it.
    pub fn within_page(site: &Site, assessment: &Assessment) -> Self {
        Self::new(site, assessment, false)
    }

    fn new(site: &Site, assessment: &Assessment, alone: bool) -> Self {
        let sentences = site.sentences();
        let rows: Vec<Row> = assessment.lines.iter().take(MOST_ROWS).map(|line| Row::new(sentences, line)).collect();
        let words: Vec<String> = assessment.lines.iter().map(|line| row::words(sentences, line)).collect();
        let headline = format!("{}. {}.", sentences.headline(assessment), score_in_words(sentences, assessment.score));
        let (with, of) = (assessment.coverage.with_evidence, assessment.coverage.of);
        let rest = assessment.lines.len().saturating_sub(MOST_ROWS);
        Self {
            title: sentences.filled("chart-title", []),
            desc: if alone { desc(&headline, &words) } else { headline },
            words,
            coverage: sentences.filled("chart-coverage", [("with", with.into()), ("of", of.into())]),
            segments: segments(assessment),
            legend: legend(sentences, assessment, &rows),
            score: ScoreBar::new(sentences, assessment.score),
            rows,
            more: (rest > 0).then(|| sentences.filled("chart-more", [("count", rest.into())])),
            style: alone.then_some(STYLE),
            lang: site.lang(),
        }
    }

    /// Where the score stands.
    fn score_at(&self) -> usize {
        74 + 22 * self.legend.len()
    }

    /// The rows, each with where it stands.
    fn placed(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().scan(self.score_at() + 84, |next, row| {
            let at = *next;
            *next += row.height();
            Some((at, row))
        })
    }

    fn height(&self) -> usize {
        let rows: usize = self.rows.iter().map(Row::height).sum();
        self.score_at() + 84 + rows + if self.more.is_some() { 30 } else { 8 }
    }
}

impl ScoreBar {
    fn new(sentences: &Sentences, score: Score) -> Self {
        let (value, high) = (u64::from(score.value.hundredths()), u64::from(score.high.hundredths()));
        let more = (high > value).then(|| Span::new(value, high, 10_000));
        Self { text: score_in_words(sentences, score), width: length(value, 10_000), more }
    }
}

/// The picture by itself, as an SVG document.
///
/// # Errors
/// The template cannot be written, which only a defect of ours can cause.
pub fn chart(site: &Site, assessment: &Assessment) -> Result<String, PageError> {
    Chart::new(site, assessment, true).render()
}

/// The picture as a response: nothing is loaded and nothing runs; its own style is known by its digest.
pub fn respond_chart(svg: String) -> Response {
    static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
        let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        HeaderValue::from_str(&format!("default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'")).ok()
    });
    let mut response = (HEADERS, svg).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    if let Some(policy) = POLICY.clone() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn score_in_words(sentences: &Sentences, score: Score) -> String {
    let percent = |percent: Percent| sentences.percent(percent).into();
    if score.high > score.value {
        let values = [("score", percent(score.value)), ("high", percent(score.high))];
        return sentences.filled("chart-score-range", values);
    }
    sentences.filled("chart-score", [("score", percent(score.value))])
}

fn desc(headline: &str, words: &[String]) -> String {
    let mut desc = headline.to_owned();
    for line in words {
        // Writing to a string cannot fail.
        let _ = write!(desc, " {line}.");
    }
    desc
}

fn count(assessment: &Assessment, state: LineState) -> usize {
    assessment.lines.iter().filter(|line| line.code.state() == state).count()
}

fn segments(assessment: &Assessment) -> Vec<Segment> {
    let all = assessment.lines.len() as u64;
    let mut before = 0;
    let mut segments = Vec::new();
    for state in STATES {
        let count = count(assessment, state) as u64;
        if count > 0 {
            let Span { x, width } = Span::new(before, before + count, all);
            segments.push(Segment { x, width, class: class(state) });
        }
        before += count;
    }
    segments
}

/// What the signs mean that occur.
fn legend(sentences: &Sentences, assessment: &Assessment, rows: &[Row]) -> Vec<Sign> {
    let sign = |symbol, text| Sign { symbol, text };
    let tally = |state| {
        let count = count(assessment, state);
        let values = [("count", count.into()), ("state", sentences.state(state).into())];
        (count > 0).then(|| sign(symbol(state), sentences.filled("chart-tally", values)))
    };
    let mut legend: Vec<Sign> = STATES.into_iter().filter_map(tally).collect();
    if rows.iter().any(|row| row.asked.is_some()) {
        legend.push(sign("chart-sign-asked", sentences.filled("chart-key-asked", [])));
    }
    if rows.iter().any(|row| row.more.is_some()) {
        legend.push(sign("chart-sign-more", sentences.filled("chart-key-unknown", [])));
    }
    legend
}

/// The pattern of a state.
const fn class(state: LineState) -> &'static str {
    match state {
        LineState::Verified => "chart-verified",
        LineState::Partly => "chart-partly",
        LineState::LevelUnknown => "chart-unknown",
        LineState::NoEvidence => "chart-none",
    }
}

/// The sign of a state.
const fn symbol(state: LineState) -> &'static str {
    match state {
        LineState::Verified => "chart-sign-verified",
        LineState::Partly => "chart-sign-partly",
        LineState::LevelUnknown => "chart-sign-unknown",
        LineState::NoEvidence => "chart-sign-none",
    }
}

/// Where a share stands from left to right. There is a margin, so that a sign at either end is not cut off.
fn place(part: u64, whole: u64) -> String {
    format!("{:.2}%", 2.0 + 96.0 * part.min(whole) as f64 / whole.max(1) as f64)
}

/// How long a share is.
fn length(part: u64, whole: u64) -> String {
    format!("{:.2}%", 96.0 * part.min(whole) as f64 / whole.max(1) as f64)
}
