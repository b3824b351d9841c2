//! An assessment on the terminal.

use wellspring_model::{
    assessment::{Assessment, Line},
    competency::ItemId,
};

use super::Scored;
use crate::sentences::Sentences;

impl Scored {
    /// For people: the result, and each line with why.
    pub fn print(&self, sentences: &Sentences) {
        let Assessment { score, coverage, musts, lines, not_counted, .. } = &self.assessment;
        let high = match score.high {
            high if high == score.value => String::new(),
            high => format!(" (up to {high}, were every level known)"),
        };
        say!(
            "{} of 100{high} · {} of {} shown · musts {} of {}",
            score.value,
            coverage.with_evidence,
            coverage.of,
            musts.met,
            musts.of
        );
        for line in lines {
            self.print_line(sentences, line);
        }
        for one in not_counted {
            let what = one.achievement.as_deref().unwrap_or_default();
            say!("· {} {what}: {}", one.credential, sentences.not_counted(one.reason));
        }
        say!("policy {} · inputs {}", self.assessment.policy, self.assessment.inputs_digest);
    }

    fn print_line(&self, sentences: &Sentences, line: &Line) {
        let share = f64::from(line.score.get()) / 1_000_000.0;
        say!("\n{} [{}]", line.statement, line.code.as_str());
        say!("  {share:.6} × weight {}{}", line.weight, if line.must { ", a must" } else { "" });
        say!("  {}", sentences.line_why(line.code));
        if let Some(evidence) = &line.evidence {
            let date = evidence.date.map(|date| format!(", {date}")).unwrap_or_default();
            say!("  {}{date} ({})", evidence.name, evidence.pointer);
        }
        for step in &line.path {
            let named =
                |item: &ItemId| self.assessment.items.get(item).map_or(item.to_string(), |title| format!("“{title}”"));
            let (from, to) = if step.against { (&step.to, &step.from) } else { (&step.from, &step.to) };
            say!("    {} {} {}", named(from), step.kind, named(to));
        }
        if let Some(level) = &line.level {
            let steps = level.steps.as_ref();
            let named = |place: Option<u32>| steps?.levels.get(usize::try_from(place?).ok()?.checked_sub(1)?);
            let asked = named(steps.map(|steps| steps.required)).unwrap_or(&level.required);
            let shown = named(steps.and_then(|steps| steps.shown)).or(level.said.as_ref());
            let shown = shown.map_or("no level", String::as_str);
            let scale = steps.map_or(&level.scale, |steps| &steps.title);
            say!("  {scale}: {asked} asked for, {shown} shown");
        }
        if let Some(recency) = sentences.recency(line) {
            say!("  {recency}");
        }
    }
}
