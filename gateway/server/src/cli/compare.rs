//! `wellspring compare`: what another scoring policy would make of the same candidates.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use wellspring_model::{
    assessment::{Assessment, Line, LineCode, Ppm, Score},
    competency::ItemId,
};

use super::{
    Failure, exit, files,
    scored::{self, Scored},
};

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
    before: Outcome,
    after: Outcome,
    /// The requirements that differ.
    lines: Vec<Difference>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    policy: String,
    score: Score,
}

#[derive(Debug, Serialize)]
struct Difference {
    item: ItemId,
    statement: String,
    before: Share,
    after: Share,
}

#[derive(Debug, Serialize)]
struct Share {
    code: LineCode,
    score: Ppm,
}

pub fn run(args: &CompareArgs) -> Result<u8, Failure> {
    let policy = files::Content::read(&args.policy)?;
    let compared = args.assessments.iter().map(|file| one(file, &policy)).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&compared).map_err(Failure::could_not_run)?);
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
    let pairs = before.lines.iter().zip(&after.lines);
    let lines = pairs.filter(|(before, after)| (before.code, before.score) != (after.code, after.score));
    Ok(Compared {
        assessment: content.named.file,
        lines: lines.map(|(before, after)| Difference::new(before, after)).collect(),
        before: Outcome::new(&before),
        after: Outcome::new(&after),
    })
}

impl Outcome {
    fn new(assessment: &Assessment) -> Self {
        Self { policy: assessment.policy.clone(), score: assessment.score }
    }
}

impl Difference {
    fn new(before: &Line, after: &Line) -> Self {
        let share = |line: &Line| Share { code: line.code, score: line.score };
        Self {
            item: before.item.clone(),
            statement: before.statement.clone(),
            before: share(before),
            after: share(after),
        }
    }
}

fn print(compared: &Compared) {
    let Compared { before, after, .. } = compared;
    println!("{}", compared.assessment);
    println!("  {} by {}, {} by {}", before.score.value, before.policy, after.score.value, after.policy);
    for line in &compared.lines {
        let told = |share: &Share| format!("{:.6} {}", f64::from(share.score.get()) / 1e6, share.code.as_str());
        println!("    {}: {} → {}", line.statement, told(&line.before), told(&line.after));
    }
}
