//! `record`: one call against a real account becomes a script, without anybody in it.

mod account;

use std::{fs, path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum};
use wellspring_testkit::{
    record::{Recorded, record},
    rig::{Applicant, Rig},
    script::Called,
};

use crate::{
    clock::{SystemClock, SystemEntropy},
    failure::Failure,
    project::{Folder, Project},
    trial::{Stand, block_on, double, untried},
};

/// Record one call against a real account. What is written there is written: use an account and an applicant that are for tests.
#[derive(Debug, Args)]
pub struct Record {
    #[command(flatten)]
    folder: Folder,
    /// What is called.
    #[arg(long, value_enum, default_value_t = Which::Deliver)]
    call: Which,
    /// The account, as JSON: `settings`, `credentials`, `applicant`, and `bases` where the manifest leaves them open. Credentials that
    /// it leaves out are asked for. Keep it out of version control.
    #[arg(long, value_name = "FILE", default_value = "credentials.json")]
    account: PathBuf,
    /// Where the script goes; by default `exchanges/recorded-CALL.json`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Check,
    Deliver,
    Correct,
    Withdraw,
    ListJobs,
}

impl Which {
    const fn called(self) -> Called {
        match self {
            Self::Check => Called::Check,
            Self::Deliver => Called::Deliver,
            Self::Correct => Called::Correct,
            Self::Withdraw => Called::Withdraw,
            Self::ListJobs => Called::ListJobs,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Deliver => "deliver",
            Self::Correct => "correct",
            Self::Withdraw => "withdraw",
            Self::ListJobs => "list-jobs",
        }
    }
}

pub fn run(args: &Record) -> Result<String, Failure> {
    let project = args.folder.open()?;
    let file = project.folder().join(&args.account);
    let (settings, account) = account::read(&file, &project.manifest)?;
    let needs_applicant = !matches!(args.call, Which::Check | Which::ListJobs);
    if needs_applicant && account.applicant.application.is_empty() {
        return Err(Failure::refused(&file, "`applicant` with the id of an `application` at the ATS is missing"));
    }
    let stand_in = double(&project, Stand::Generic)?.sample().applicant().clone();
    let recorded = block_on(make(&project, &settings, account, args.call.called(), &stand_in))?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| project.folder().join("exchanges").join(format!("recorded-{}.json", args.call.as_str())));
    let text = serde_json::to_string_pretty(&recorded.script).map_err(Failure::internal)? + "\n";
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
    }
    fs::write(&out, text).map_err(|error| Failure::unwritable(&out, &error))?;
    let said = format!(
        "{}\n{}: {} exchanges, {} values replaced. Read it before you commit it: `settings` stand in it as they are.",
        recorded.ran.outcome.line(),
        out.display(),
        recorded.script.exchanges.len(),
        recorded.replaced
    );
    if recorded.flaws.is_empty() {
        return Ok(said);
    }
    let flaws: Vec<_> = recorded.flaws.iter().map(ToString::to_string).collect();
    Err(Failure::found(format!(
        "{said}\n\nPlayed with the stand-in, it does not pass:\n{}\n\nWhere a value changes from call to call, such as a time, write \
         {{\"$any\": true}} in its place.",
        flaws.join("\n")
    )))
}

async fn make(
    project: &Project,
    settings: &serde_json::Map<String, serde_json::Value>,
    account: wellspring_testkit::record::Account,
    called: Called,
    stand_in: &Applicant,
) -> Result<Recorded, Failure> {
    let package = project.read_package()?;
    let rig = Rig::new(package, settings, Arc::new(SystemClock), Arc::new(SystemEntropy)).await;
    let rig = rig.map_err(untried)?;
    let recorded = record(&rig, settings, account, called, stand_in, Arc::new(SystemClock)).await;
    recorded.map_err(|error| Failure::found(error.to_string()))
}
