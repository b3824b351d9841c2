//! `connectors install FILE`.

use std::path::PathBuf;

use clap::Args;
use wellspring_host::Unsigned;
use wellspring_model::{digest::Digest, time::Clock as _};
use wellspring_store::VersionState;

use super::{host, opened, read, signed_by, trusted};
use crate::{
    cli::{ConfigArgs, Failure, exit, operate::configured},
    clock::SystemClock,
    installed::{self, Consent, End, InstallError, Installation, Installed},
};

#[derive(Debug, Args)]
pub struct Install {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The signature. Without this, it is looked for beside the file: FILE.sig.
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// Take it although nobody signed it, on your own word. The audit trail says so.
    #[arg(long)]
    unsigned: bool,
    /// Accept what it asks for: all of it, or exactly the change that was shown with this digest.
    #[arg(long, value_name = "DIGEST", num_args = 0..=1, require_equals = true)]
    accept_rights: Option<Option<Digest>>,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn install(args: Install) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let trust = trusted(&config)?;
    let package = read(&args.file)?;
    let signature = signature(&args)?;
    let unsigned =
        if args.unsigned || config.connectors.allow_unsigned { Unsigned::Accepted } else { Unsigned::Refused };
    let consent = match args.accept_rights {
        None => Consent::Open,
        Some(None) => Consent::Given,
        Some(Some(digest)) => Consent::To(digest),
    };
    let store = opened(&config).await?;
    let asked = Installation { package, signature, unsigned, consent, now: SystemClock.now() };
    let done = installed::install(&host(&config).await?, &store, &config.connectors, &trust, asked).await;
    store.close().await;
    let installed = done.map_err(|error| refused(&args.file, error))?;
    say!("{}", installed.inspection);
    say!("signed by      {}", signed_by(&trust, installed.key));
    if installed.key.is_none() {
        eprintln!("wellspring: nobody signed this connector; it is installed on your word alone");
    }
    say!("{}", told(&installed));
    Ok(if installed.end == End::Waiting { exit::UNDETERMINED } else { exit::PASSED })
}

/// What comes next, for whoever installed it.
fn told(installed: &Installed) -> String {
    let Installed { inspection, version, change, end, .. } = installed;
    let id = &inspection.id;
    match end {
        End::Active if change.removed.is_empty() && change.added.is_empty() => {
            format!("version {version} of {id} runs from now on; it asks for what was accepted before")
        }
        End::Active => format!("version {version} of {id} runs from now on. Accepted:\n{change}"),
        End::Waiting => format!(
            "version {version} of {id} is installed and waits; what ran before goes on. Nobody has accepted yet:\n{change}\
             To accept that:\n  wellspring connectors approve {id} {}",
            change.digest(inspection)
        ),
        End::Known(VersionState::Revoked) => format!(
            "version {version} of {id} was installed before, and revoked here. To have it run again, accept what it asks \
             for:\n{change}  wellspring connectors approve {id} {}",
            change.digest(inspection)
        ),
        End::Known(_) => format!("version {version} of {id} was installed before; nothing is different"),
    }
}

fn signature(args: &Install) -> Result<Option<Vec<u8>>, Failure> {
    let beside = installed::signature_file(&args.file);
    let file = args.signature.as_ref().unwrap_or(&beside);
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", file.display()))
    };
    match installed::signature(file).map_err(|error| unreadable(&error))? {
        None if args.signature.is_some() => Err(unreadable(&"there is no such file")),
        found => Ok(found),
    }
}

fn refused(file: &std::path::Path, error: InstallError) -> Failure {
    let code = match error {
        InstallError::Admission(_) | InstallError::Package(_) => exit::UNREADABLE,
        InstallError::Older { .. } | InstallError::OtherContent { .. } | InstallError::OtherRights { .. } => {
            exit::FAILED
        }
        InstallError::Start(_) | InstallError::Store(_) => exit::COULD_NOT_RUN,
    };
    Failure::new(code, format!("{} is not installed: {error}", file.display()))
}
