//! `test`: the connector's exchanges and the rules of the kit, in the real host, in a few lines.

use std::fmt::Write as _;

use clap::Args;
use wellspring_testkit::{
    conformance::{self, Candidate, Report, Ruling, Verdict},
    script::{Played, Script, play},
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
    let (mut text, mut failed) = (String::new(), 0);
    for (file, script) in chosen(&candidate.scripts, only)? {
        match play(&rig, script, &sample).await {
            Ok(played) => {
                failed += usize::from(!played.flaws.is_empty());
                show(file, &played, &mut text);
            }
            Err(error) => {
                failed += 1;
                let _written = writeln!(text, "FAILED  {} ({file})\n          {error}", script.title);
            }
        }
    }
    if text.is_empty() {
        text.push_str("no scripts in exchanges/\n");
    }
    Ok((text, failed))
}

/// What `--only` asks for. That nothing is called so is no success: a test was meant.
fn chosen<'a>(scripts: &'a [(String, Script)], only: Option<&str>) -> Result<Vec<&'a (String, Script)>, Failure> {
    let is_meant = |only: &str, (file, script): &(String, Script)| file.contains(only) || script.title.contains(only);
    let chosen: Vec<_> = scripts.iter().filter(|one| only.is_none_or(|only| is_meant(only, one))).collect();
    match only {
        Some(only) if chosen.is_empty() => {
            let known: String = scripts.iter().map(|(file, script)| format!("\n  {} ({file})", script.title)).collect();
            let known = if known.is_empty() { "no scripts in exchanges/".to_owned() } else { known };
            Err(Failure::usage(format!("--only {only}: no script is called so; there are: {known}")))
        }
        _ => Ok(chosen),
    }
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
