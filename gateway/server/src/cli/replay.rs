//! `wellspring replay`: an assessment once more, from the same files.

use std::path::{Path, PathBuf};

use clap::Args;
use wellspring_model::{canonical::canonical_json, submission::Language};

use super::{
    Failure, exit, files,
    scored::{self, Inputs, Scored},
    verify::language,
};
use crate::sentences::Sentences;

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// What `score --json` has printed.
    #[arg(value_name = "ASSESSMENT.json")]
    assessment: PathBuf,
    /// Print canonical JSON: the same bytes that `score --json` has printed.
    #[arg(long)]
    json: bool,
    /// The language of the sentences: en or es.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

/// Exit code 1 where the computation comes to something else than the file says.
pub fn run(args: &ReplayArgs) -> Result<u8, Failure> {
    let bytes = files::read(&args.assessment)?;
    let unreadable = |error: serde_json::Error| {
        let file = args.assessment.display();
        Failure::new(exit::UNREADABLE, format!("{file} is not what `score --json` prints: {error}"))
    };
    let before: Scored = serde_json::from_slice(&bytes).map_err(unreadable)?;
    // As written, so that a member which nobody reads is a difference, too.
    let was = canonical_json(&serde_json::from_slice(&bytes).map_err(unreadable)?);
    let beside = args.assessment.parent().unwrap_or(Path::new(""));
    let Inputs { at, subject, .. } = before.inputs.clone();
    let read = before.inputs.files.find(beside)?;
    let now = scored::score(&read, at, subject.unwrap_or_default())?;
    let is = now.canonical()?;
    if args.json {
        say!("{is}");
    } else {
        now.print(Sentences::get(args.language));
    }
    if was.as_ref() == Some(&is) {
        eprintln!("the same as before, byte for byte");
        return Ok(exit::PASSED);
    }
    eprintln!("wellspring: this is not what the file says: it was changed, or made by another version of the program");
    Ok(exit::FAILED)
}
