//! `verify FILE --key KEY|--trust FILE`: what a gateway would say to a package and its signature, before compiling it.

use std::{fs, path::PathBuf};

use clap::Args;
use jiff::Timestamp;
use wellspring_host::{Candidate, TrustFile, Unsigned, admit, signature::PublicKey};

use crate::{Failure, clock, sign::beside};

#[derive(Debug, Args)]
pub struct Verify {
    /// The package: one `.wasm` file.
    file: PathBuf,
    /// The signature. Without this, it is looked for beside the package: FILE.sig.
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    #[command(flatten)]
    whose: Whose,
    /// As of another time.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// Whose signature counts. Without that, a signature says nothing.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// This public key's, for whatever connector it signs.
    #[arg(long, value_name = "PUBLIC-KEY")]
    key: Option<PublicKey>,
    /// Those of an operator's trust file.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

pub fn run(args: &Verify) -> Result<String, Failure> {
    let refused = |message: String| Failure { code: 1, message: format!("{}: {message}", args.file.display()) };
    let package = fs::read(&args.file).map_err(|error| Failure::unreadable(&args.file, &error))?;
    let signature = args.signature.clone().unwrap_or_else(|| beside(&args.file));
    let signature = fs::read(&signature).map_err(|error| Failure::unreadable(&signature, &error))?;
    let trust = trust(&args.whose, &package)?;
    let candidate = Candidate { package: &package, signature: Some(&signature) };
    let at = args.at.unwrap_or_else(clock::now);
    let admitted = admit(candidate, &trust, Unsigned::Refused, at).map_err(|error| refused(error.to_string()))?;
    let key = admitted.key.ok_or_else(|| refused("it is not signed".to_owned()))?;
    let inspection = admitted.inspection;
    Ok(format!("{} {} ({}), signed with {key}", inspection.id, inspection.version, inspection.digest))
}

fn trust(whose: &Whose, package: &[u8]) -> Result<TrustFile, Failure> {
    if let Some(path) = &whose.trust {
        let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
        let failure = |message: String| Failure { code: 1, message: format!("{}: {message}", path.display()) };
        return text.parse().map_err(|error: wellspring_host::TrustFileError| failure(error.to_string()));
    }
    let trusted = whose.key.zip(wellspring_host::inspect(package).ok());
    Ok(trusted.map(|(key, inspection)| TrustFile::only(key, inspection.id)).unwrap_or_default())
}
