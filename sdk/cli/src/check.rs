//! `check`: the conformance kit, with a verdict for each rule.

use std::{fs, path::PathBuf};

use clap::Args;
use wellspring_testkit::conformance::{self, Level, Verdict};

use crate::{
    failure::Failure,
    out,
    trial::{Trial, block_on},
};

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    trial: Trial,
    /// Write the report as JSON; `-` prints it.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as a page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub fn run(args: &Check) -> Result<String, Failure> {
    let (_, candidate) = args.trial.open()?;
    let report = block_on(async { conformance::examine(candidate).await.map_err(Failure::internal) })?;
    let json = serde_json::to_string_pretty(&report).map_err(Failure::internal)?;
    let mut text = report.to_string();
    match &args.json {
        Some(file) if file.as_os_str() == "-" => text.clone_from(&json),
        Some(file) => fs::write(file, &json).map_err(|error| Failure::unwritable(file, &error))?,
        None => {}
    }
    if let Some(file) = &args.html {
        fs::write(file, report.html()).map_err(|error| Failure::unwritable(file, &error))?;
    }
    if report.level == Level::Tested {
        return Ok(text);
    }
    // The report is what was asked for, whatever it says; that it says no good is told beside it.
    out::print(&text);
    let (failed, untried) = (report.count(Verdict::Failed), report.count(Verdict::Undetermined));
    Err(Failure::found(format!("not Tested: {failed} rules failed, {untried} were not tried")))
}
