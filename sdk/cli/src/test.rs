//! `test`: the connector's exchanges and the rules of the kit, in the real host, in a few lines.

use std::fmt::Write as _;

use clap::Args;
use wellspring_testkit::{
    conformance::{self, Candidate, Report, Ruling, Verdict},
    script::{Played, play},
};

use crate::{
    failure::Failure,
    trial::{Trial, block_on, untried},
};

#[derive(Debug, Args)]
pub struct Test {
    #[command(flatten)]
    trial: Trial,
    /// Play only scripts whose file or title holds this, and nothing else.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub fn run(args: &Test) -> Result<String, Failure> {
    let (_, candidate) = args.trial.open()?;
    block_on(async {
        let (mut text, mut failed) = scripts(&candidate, args.only.as_deref()).await?;
        if args.only.is_none() {
            let report = conformance::examine(candidate).await.map_err(Failure::internal)?;
            failed += rules(&report, failed > 0, &mut text);
        }
        if failed == 0 { Ok(text) } else { Err(Failure::found(format!("{failed} failed\n\n{text}"))) }
    })
}

async fn scripts(candidate: &Candidate, only: Option<&str>) -> Result<(String, usize), Failure> {
    let rig = conformance::rig(candidate.package.clone(), &candidate.double).await;
    let rig = rig.map_err(untried)?;
    let sample = candidate.double.sample();
    let (mut text, mut failed, mut count) = (String::new(), 0, 0);
    for (file, script) in &candidate.scripts {
        if only.is_some_and(|only| !file.contains(only) && !script.title.contains(only)) {
            continue;
        }
        count += 1;
        let played = play(&rig, script, &sample).await.map_err(|error| Failure::found(format!("{file}: {error}")))?;
        failed += usize::from(!played.flaws.is_empty());
        show(file, &played, &mut text);
    }
    if count == 0 {
        text.push_str("no scripts in exchanges/\n");
    }
    Ok((text, failed))
}

/// Writing into a text cannot fail, so what `writeln!` says of it is not looked at.
fn show(file: &str, played: &Played, text: &mut String) {
    let verdict = if played.flaws.is_empty() { "ok      " } else { "FAILED  " };
    let _written = writeln!(text, "{verdict}{} ({file})", played.title);
    for flaw in &played.flaws {
        for line in flaw.to_string().lines() {
            let _written = writeln!(text, "          {line}");
        }
    }
    if !played.flaws.is_empty() {
        for exchange in &played.ran.exchanges {
            let status = exchange.answer.as_ref().map_or(0, |answer| answer.status);
            let _written = writeln!(text, "          sent  {} -> {status}", exchange.line());
        }
        for line in &played.ran.logs {
            let _written = writeln!(text, "          log   {}: {}", line.level, line.message);
        }
    }
}

/// The rules' lines, and how many failed. What is wrong with scripts was said already, where there is something.
fn rules(report: &Report, scripts_failed: bool, text: &mut String) -> usize {
    text.push('\n');
    let is_said = |one: &&Ruling| one.rule == "exchanges" && (scripts_failed || one.verdict != Verdict::Failed);
    let mut failed = 0;
    for one in report.rulings.iter().filter(|one| !is_said(one)) {
        failed += usize::from(one.verdict == Verdict::Failed);
        let verdict = match one.verdict {
            Verdict::Passed => "ok      ",
            Verdict::Failed => "FAILED  ",
            Verdict::Undetermined => "not tried  ",
            Verdict::NotApplicable => continue,
        };
        let _written = writeln!(text, "{verdict}{} ({})", one.title, one.rule);
        if one.verdict != Verdict::Passed {
            for line in one.message.lines() {
                let _written = writeln!(text, "          {line}");
            }
        }
    }
    let _written = write!(text, "\nlevel {}", report.level);
    failed
}
