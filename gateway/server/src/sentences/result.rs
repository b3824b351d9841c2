//! The result of an assessment in plain lines, for a note in an ATS or the top of a page.

use wellspring_model::{
    assessment::{Assessment, Line, LineState, Score},
    credential::NotCountedReason,
    finding::Outcome,
    report::{CredentialReport, Trust, VerificationReport},
};

use super::{Sentences, plain};

/// Requirements written out in a summary. ATSs cut long notes; the report has the rest.
const MOST_LINES: usize = 40;

impl Sentences {
    /// The result in one line that stands alone: "5 of 8 requirements verified, 2 of 3 musts met".
    pub fn headline(&self, assessment: &Assessment) -> String {
        let (coverage, musts) = (assessment.coverage, assessment.musts);
        if coverage.of == 0 {
            return self.messages.text("headline-nothing-asked");
        }
        let count = |state| {
            let lines = assessment.lines.iter().filter(|line| line.code.state() == state);
            u32::try_from(lines.count()).unwrap_or(u32::MAX)
        };
        self.filled(
            "headline",
            [
                ("verified", count(LineState::Verified).into()),
                ("partly", count(LineState::Partly).into()),
                ("unclear", count(LineState::LevelUnknown).into()),
                ("requirements", coverage.of.into()),
                ("met", musts.met.into()),
                ("musts", musts.of.into()),
            ],
        )
    }

    /// The score in a line, with its interval where a level is unknown.
    pub fn score(&self, score: Score) -> String {
        let value = self.percent(score.value);
        if score.low == score.high {
            return self.filled("summary-score", [("score", value.into())]);
        }
        let (low, high) = (self.percent(score.low), self.percent(score.high));
        self.filled("summary-score-range", [("score", value.into()), ("low", low.into()), ("high", high.into())])
    }

    /// What follows the headline in a note: score, one line per requirement, what was left out, and that people decide.
    pub fn summary(&self, assessment: &Assessment, report: &VerificationReport) -> Vec<String> {
        let mut lines = Vec::with_capacity(assessment.lines.len().min(MOST_LINES) + 5);
        if assessment.coverage.of > 0 {
            lines.push(self.score(assessment.score));
        }
        lines.extend(assessment.lines.iter().take(MOST_LINES).map(|line| self.summary_line(line, report)));
        lines.extend(self.counted("summary-more", assessment.lines.len().saturating_sub(MOST_LINES)));
        let undecided = report.credentials.iter().filter(|one| one.outcome == Outcome::Undetermined).count();
        lines.extend(self.counted("summary-not-checked", undecided));
        let left_out = assessment.not_counted.iter().filter(|one| one.reason != NotCountedReason::NotAskedFor).count();
        lines.extend(self.counted("summary-not-counted", left_out));
        lines.push(self.messages.text("summary-people-decide"));
        lines
    }

    fn counted(&self, key: &str, count: usize) -> Option<String> {
        (count > 0).then(|| self.filled(key, [("count", count.into())]))
    }

    fn summary_line(&self, line: &Line, report: &VerificationReport) -> String {
        let statement = plain(&line.statement, 200);
        let statement = statement.trim_end_matches('.').to_owned();
        let key = if line.must { "summary-line-must" } else { "summary-line" };
        let text = self.filled(key, [("statement", statement.into()), ("state", self.line(line.code).into())]);
        let Some(evidence) = &line.evidence else { return text };
        let name = plain(&evidence.name, 200);
        let credential = report.credentials.iter().find(|credential| credential.path == evidence.credential);
        match credential.and_then(issuer_in_words) {
            Some(issuer) => self.filled(
                "summary-line-issuer",
                [("line", text.into()), ("evidence", name.into()), ("issuer", issuer.into())],
            ),
            None => self.filled("summary-line-evidence", [("line", text.into()), ("evidence", name.into())]),
        }
    }
}

/// The issuer as people call it. Anybody can write any name into a credential, so only an issuer that the employer
/// accepts is called by its name alone.
pub(super) fn issuer_in_words(credential: &CredentialReport) -> Option<String> {
    let name = credential.issuer_name.as_deref().map(|name| plain(name, 120)).filter(|name| !name.is_empty());
    let id = credential.issuer.as_ref().map(|issuer| plain(&issuer.0, 120));
    match (name, id) {
        (Some(name), Some(id)) if credential.trust != Some(Trust::Trusted) => Some(format!("{name} ({id})")),
        (Some(name), _) => Some(name),
        (None, id) => id,
    }
}
