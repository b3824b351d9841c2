//! `sign FILE --key KEY`: a package's signature, written beside it.

use std::{fs, path::PathBuf};

use clap::Args;
use jiff::Timestamp;
use wellspring_host::signature::{public, sign};

use crate::{Failure, clock, key};

#[derive(Debug, Args)]
pub struct Sign {
    /// The package: one `.wasm` file.
    file: PathBuf,
    /// The key that `keygen` made.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where the signature goes. Without this, beside the package: FILE.sig.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The time that is signed along; now, unless a build is to be repeated byte by byte.
    #[arg(long, value_name = "TIME")]
    created: Option<Timestamp>,
}

pub fn run(args: &Sign) -> Result<String, Failure> {
    let package = fs::read(&args.file).map_err(|error| Failure::unreadable(&args.file, &error))?;
    let key = key::read(&args.key)?;
    // Whole seconds: nobody needs to know more of when a vendor works.
    let created = args.created.unwrap_or_else(clock::now);
    let created = Timestamp::from_second(created.as_second()).unwrap_or(created);
    let envelope = sign(&package, &key, created).map_err(|error| Failure::refused(&args.file, &error))?;
    let out = args.out.clone().unwrap_or_else(|| beside(&args.file));
    fs::write(&out, envelope).map_err(|error| Failure { code: 73, message: format!("{}: {error}", out.display()) })?;
    Ok(format!("{} (signed with {})", out.display(), public(&key)))
}

/// Where the signature of a package is looked for.
pub fn beside(package: &std::path::Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}
