//! `wellspring score`: what verified evidence in files shows against a profile in a file. It reads nothing else: no network,
//! no database, and no clock where `--at` is given.

use std::path::PathBuf;

use clap::Args;
use wellspring_model::{Timestamp, submission::Language, time::Clock};

use super::{
    Failure, exit,
    scored::{self, Files, Subject},
    verify::language,
};
use crate::{clock::SystemClock, sentences::Sentences};

#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// What the job asks for: a profile as `POST /v1/profiles` takes it.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// A framework or crosswalk (CASE package). Give it again for each.
    #[arg(long = "framework", value_name = "FILE", required = true)]
    frameworks: Vec<PathBuf>,
    /// A credential. Give it again for each.
    #[arg(long = "credential", value_name = "FILE", required = true)]
    credentials: Vec<PathBuf>,
    /// A folder of documents gathered before, as `verify` takes it. Without it there are none: nothing is fetched.
    #[arg(long, value_name = "DIR")]
    material: Option<PathBuf>,
    /// A scoring policy (JSON) instead of the one that comes with the product.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A verification policy (JSON), as `verify --policy` takes it: `trust` says whom to rely on.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Judge as of this time (RFC 3339) instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The credentials must be about this subject.
    #[arg(long, value_name = "ID")]
    subject_id: Option<String>,
    /// The credentials must be about the owner of this address.
    #[arg(long, value_name = "ADDRESS")]
    subject_email: Option<String>,
    /// Print the assessment with what it was made from, in canonical JSON (RFC 8785): what `replay` takes.
    #[arg(long)]
    json: bool,
    /// The language of the sentences: en or es.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

pub fn run(args: ScoreArgs) -> Result<u8, Failure> {
    let files = Files {
        profile: args.profile,
        frameworks: args.frameworks,
        credentials: args.credentials,
        material: args.material,
        policy: args.policy,
        trust: args.trust,
    };
    let subject = Subject { id: args.subject_id, email: args.subject_email };
    let read = files.read()?;
    let scored = scored::score(&read, args.at.unwrap_or_else(|| SystemClock.now()), subject)?;
    if args.json {
        say!("{}", scored.canonical()?);
    } else {
        scored.print(Sentences::get(args.language));
    }
    Ok(exit::PASSED)
}
