//! What a re-check found, in plain lines: what is no longer as it was said before.

use wellspring_model::{
    Timestamp,
    assessment::{Assessment, Line},
    ats::WithdrawalReason,
    finding::Outcome,
    report::{CredentialReport, VerificationReport},
};

use super::{Label, Sentences, plain};

/// Changes written out of each kind. The report has the rest.
const MOST_CHANGES: usize = 40;

/// What was said at one time.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    pub at: Timestamp,
    pub report: &'a VerificationReport,
    pub assessment: &'a Assessment,
}

impl Sentences {
    /// That it is a correction, with the result as it is now, in one line that stands alone.
    pub fn correction_headline(&self, assessment: &Assessment) -> String {
        self.filled("correction-headline", [("headline", self.headline(assessment).into())])
    }

    /// That a result is withdrawn, in one line that stands alone.
    pub fn withdrawal_headline(&self, by: WithdrawalReason) -> String {
        self.messages.text(&format!("withdrawal-headline-{}", by.as_str()))
    }

    /// What follows it in a note: when, what is no longer as it was, and that people decide. `before` is what the ATS was
    /// told, if it is known.
    pub fn correction(&self, before: Option<Said<'_>>, now: Said<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(before) = before {
            lines.push(self.corrected(before.at, now.at));
            lines.extend(self.changes(before, now));
        }
        lines.push(self.messages.text("summary-people-decide"));
        lines
    }

    /// That records were handed in once more, whose result counts now: when, and when those were whose result it was.
    pub fn handed_in_again(&self, before: Timestamp, now: Timestamp) -> String {
        self.now_and_before("correction-again", now, before)
    }

    /// As [`Self::handed_in_again`], where the earlier result was withdrawn.
    pub fn after_withdrawal(&self, before: Timestamp, now: Timestamp) -> String {
        self.now_and_before("correction-after-withdrawal", now, before)
    }

    /// When it was corrected, and from when what was said before is.
    pub fn corrected(&self, before: Timestamp, now: Timestamp) -> String {
        self.now_and_before("correction-dates", now, before)
    }

    fn now_and_before(&self, sentence: &str, now: Timestamp, before: Timestamp) -> String {
        self.filled(sentence, [("now", self.date_time(now).into()), ("before", self.date_time(before).into())])
    }

    /// What is no longer as it was: by what it was scored, then credentials, then requirements, then the score.
    pub fn changes(&self, before: Said<'_>, now: Said<'_>) -> Vec<String> {
        let credentials: Vec<_> = now
            .report
            .credentials
            .iter()
            .filter_map(|one| {
                let then = before.report.credentials.iter().find(|then| then.path == one.path)?;
                (then.outcome != one.outcome).then(|| self.changed_credential(then.outcome, one))
            })
            .collect();
        let requirements: Vec<_> = now
            .assessment
            .lines
            .iter()
            .zip(&before.assessment.lines)
            .filter(|(one, then)| one.code != then.code)
            .map(|(one, then)| self.changed_line(then, one))
            .collect();
        let more = credentials.len().saturating_sub(MOST_CHANGES) + requirements.len().saturating_sub(MOST_CHANGES);
        let (policy, earlier) = (&now.assessment.policy, &before.assessment.policy);
        let mut changes = Vec::new();
        if policy != earlier {
            let values = [("now", plain(policy, 200).into()), ("before", plain(earlier, 200).into())];
            changes.push(self.filled("change-policy", values));
        }
        changes.extend(credentials.into_iter().take(MOST_CHANGES));
        changes.extend(requirements.into_iter().take(MOST_CHANGES));
        let (score, then) = (now.assessment.score, before.assessment.score);
        if score != then {
            let values = [("now", self.score(score).into()), ("before", self.percent(then.value).into())];
            changes.push(self.filled("change-score", values));
        }
        if changes.is_empty() {
            changes.push(self.messages.text("change-elsewhere"));
        }
        if more > 0 {
            changes.push(self.filled("change-more", [("count", more.into())]));
        }
        changes
    }

    fn changed_credential(&self, then: Outcome, now: &CredentialReport) -> String {
        let name = now.name.as_deref().map(|name| plain(name, 200)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| self.label(Label::CredentialUnnamed));
        let values =
            [("name", name.into()), ("now", self.outcome(now.outcome).into()), ("before", self.outcome(then).into())];
        let text = self.filled("change-credential", values);
        let why = now.checks.iter().find(|check| {
            check.check.is_required() && check.outcome == now.outcome && check.outcome != Outcome::Passed
        });
        match why {
            Some(check) => {
                let why = self.finding(&check.finding);
                self.filled("change-credential-why", [("change", text.into()), ("why", why.into())])
            }
            None => text,
        }
    }

    fn changed_line(&self, then: &Line, now: &Line) -> String {
        let statement = plain(&now.statement, 200);
        let statement = statement.trim_end_matches('.').to_owned();
        let values = [
            ("statement", statement.into()),
            ("now", self.line(now.code).into()),
            ("before", self.line(then.code).into()),
        ];
        self.filled("change-line", values)
    }
}
