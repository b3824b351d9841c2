//! `wellspring compare`: what another scoring policy would make of the same candidates.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{
    Failure, exit, files,
    scored::{self, Scored},
};
use crate::comparison::{Comparison, Share};

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// What `score --json` has printed, one for each candidate.
    #[arg(value_name = "ASSESSMENT.json", required = true)]
    assessments: Vec<PathBuf>,
    /// The other scoring policy (JSON).
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One candidate by both policies.
#[derive(Debug, Serialize)]
struct Compared {
    assessment: String,
    #[serde(flatten)]
    comparison: Comparison,
}

pub fn run(args: &CompareArgs) -> Result<u8, Failure> {
    let policy = files::Content::read(&args.policy)?;
    let compared = args.assessments.iter().map(|file| one(file, &policy)).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&compared).map_err(Failure::could_not_run)?);
    } else {
        compared.iter().for_each(print);
    }
    Ok(exit::PASSED)
}

/// Both from the same files. What the file says of its own result is not believed.
fn one(file: &Path, policy: &files::Content) -> Result<Compared, Failure> {
    let content = files::Content::read(file)?;
    let Scored { inputs, .. } = content.parse("what `score --json` prints")?;
    let read = inputs.files.find(file.parent().unwrap_or(Path::new("")))?;
    let subject = inputs.subject.unwrap_or_default();
    let before = scored::score(&read, inputs.at, subject.clone())?.assessment;
    let after = scored::score(&read.by_policy(policy.clone()), inputs.at, subject)?.assessment;
    Ok(Compared { assessment: content.named.file, comparison: Comparison::new(&before, &after) })
}

fn print(compared: &Compared) {
    let Comparison { before, after, lines } = &compared.comparison;
    say!("{}", compared.assessment);
    say!("  {} by {}, {} by {}", before.score.value, before.policy, after.score.value, after.policy);
    for line in lines {
        let told = |share: &Share| format!("{:.6} {}", f64::from(share.score.get()) / 1e6, share.code.as_str());
        say!("    {}: {} → {}", line.statement, told(&line.before), told(&line.after));
    }
}
