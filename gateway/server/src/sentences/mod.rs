//! Findings, states and results in words, in the reader's language.
//!
//! The domain speaks in codes; this is the one place that turns them into sentences. Sentences are plain, keep "could
//! not be checked" apart from "false" and "genuine" apart from "accepted", and never hold learner data.

mod change;
mod label;
mod line;
#[cfg(test)]
mod line_tests;
mod messages;
mod recency;
mod result;
#[cfg(test)]
mod result_tests;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use wellspring_model::{
    Timestamp,
    assessment::{LineCode, LineState, Percent},
    credential::{Assurance, Binding, NotCountedReason},
    delivery::FailureCode,
    finding::{Finding, Outcome},
    report::{CheckName, Trust, TrustStep},
    submission::Language,
};

use self::messages::Messages;
pub use self::{change::Said, label::Label, line::percent_of};

/// The sentences of one language.
pub struct Sentences {
    language: Language,
    messages: Messages,
}

static ENGLISH: LazyLock<Sentences> = LazyLock::new(|| Sentences::read(Language::En));
static SPANISH: LazyLock<Sentences> = LazyLock::new(|| Sentences::read(Language::Es));

/// How much of a digest people are shown.
const VERSION_SHOWN: usize = 15;

impl Sentences {
    pub fn get(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Es => &SPANISH,
        }
    }

    fn read(language: Language) -> Self {
        Self { language, messages: Messages::read(language) }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// A fixed text of a page.
    pub fn label(&self, label: Label) -> String {
        self.messages.text(label.key())
    }

    /// What a finding means, as exactly as its values allow.
    pub fn finding(&self, finding: &Finding) -> String {
        let key = format!("finding-{}", finding.code);
        self.messages.most_exact(&key, |name| finding.params.get(name).map(|value| self.value(value)))
    }

    /// What a check came to, in a word or two.
    pub fn outcome(&self, outcome: Outcome) -> String {
        self.messages.text(&format!("outcome-{outcome}"))
    }

    /// What all checks of one credential came to, in a sentence.
    pub fn credential(&self, outcome: Outcome) -> String {
        self.messages.text(&format!("credential-{outcome}"))
    }

    pub fn check(&self, check: CheckName) -> String {
        self.messages.text(&format!("check-{}", check.as_str()))
    }

    /// Whether the employer accepts the issuer; `None` where no policy was given.
    pub fn trust(&self, trust: Option<Trust>) -> String {
        self.messages.text(&format!("trust-{}", trust.map_or("none", Trust::as_str)))
    }

    /// One list that was asked about the issuer, and what it said.
    pub fn trust_step(&self, step: &TrustStep) -> String {
        let list = plain(&step.list, 120);
        let values = [("list", list.into()), ("answer", step.answer.as_str().into())];
        let sentence = self.filled(&format!("trust-step-{}", step.rule.as_str()), values);
        let (Some(obtained), Some(version)) = (step.obtained_at, &step.version) else { return sentence };
        let version: String = version.to_string().chars().take(VERSION_SHOWN).collect();
        let obtained = self.date(step.updated.unwrap_or(obtained));
        self.filled(
            "trust-step-obtained",
            [("sentence", sentence.into()), ("obtained", obtained.into()), ("version", version.into())],
        )
    }

    /// Whether the credential is about the applicant.
    pub fn binding(&self, binding: Option<Binding>) -> String {
        self.messages.text(&format!("binding-{}", binding.map_or("none", Binding::as_str)))
    }

    /// Why evidence of this class counts.
    pub fn assurance(&self, assurance: Assurance) -> String {
        self.label(match assurance {
            Assurance::A => Label::AssuranceA,
            Assurance::B => Label::AssuranceB,
            Assurance::C => Label::AssuranceC,
        })
    }

    /// A state that requirements are counted by.
    pub fn state(&self, state: LineState) -> String {
        self.messages.text(match state {
            LineState::Verified => "state-verified",
            LineState::Partly => "state-partly",
            LineState::LevelUnknown => "state-level-unknown",
            LineState::NoEvidence => "state-no-evidence",
        })
    }

    /// The state of a requirement, in a few words.
    pub fn line(&self, code: LineCode) -> String {
        self.messages.text(&format!("line-{}", code.as_str()))
    }

    /// Why a requirement has that state.
    pub fn line_why(&self, code: LineCode) -> String {
        self.messages.text(&format!("line-why-{}", code.as_str()))
    }

    pub fn not_counted(&self, reason: NotCountedReason) -> String {
        self.messages.text(&format!("not-counted-{}", reason.as_str()))
    }

    /// Why a delivery did not reach the ATS.
    pub fn failure(&self, code: FailureCode) -> String {
        self.messages.text(&format!("failure-{code}"))
    }

    /// A day in words, in UTC.
    pub fn date(&self, at: Timestamp) -> String {
        self.day(TimeZone::UTC.to_datetime(at).date())
    }

    /// A day and the minute, in UTC.
    pub fn date_time(&self, at: Timestamp) -> String {
        let time = TimeZone::UTC.to_datetime(at);
        let time = format!("{:02}:{:02}", time.hour(), time.minute());
        self.filled("date-time", [("date", self.date(at).into()), ("time", time.into())])
    }

    /// A percentage without needless zeros, with the decimal sign of the language.
    pub fn percent(&self, percent: Percent) -> String {
        let text = percent.to_string();
        let text = text.trim_end_matches('0').trim_end_matches('.');
        match self.language {
            Language::En => text.to_owned(),
            Language::Es => text.replace('.', ","),
        }
    }

    /// A message with values. Crate-internal: the keys are this module's and the pages' business.
    pub(crate) fn filled<const N: usize>(&self, key: &str, values: [(&str, FluentValue<'_>); N]) -> String {
        self.messages.filled(key, values)
    }

    /// A value of a finding as people read it: a point in time as a date, anything else as cleaned text.
    fn value(&self, value: &str) -> String {
        value.parse::<Timestamp>().map_or_else(|_| plain(value, 120), |at| self.date(at))
    }
}

/// Text from outside, made fit to stand in a sentence: one line, no characters that steer or reorder what is shown, at
/// most `longest` characters.
pub fn plain(text: &str, longest: usize) -> String {
    let steers = |c: char| matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}');
    let mut words = String::new();
    // A little more than fits is looked at, so that a text of megabytes costs nothing.
    for c in text.chars().take(longest.saturating_mul(4)).filter(|c| !steers(*c)) {
        if c.is_whitespace() || c.is_control() {
            if !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
        } else {
            words.push(c);
        }
    }
    let words = words.trim_end();
    if words.chars().count() <= longest {
        return words.to_owned();
    }
    let kept: String = words.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
