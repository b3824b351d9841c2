//! `backup` and `restore`: copies of a SQLite database.

use std::path::PathBuf;

use clap::Args;
use wellspring_store::{Copied, Database};

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{config::Config, start};

#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The copy.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Copies the database while it may be served.
pub async fn backup(args: CopyArgs) -> Result<u8, Failure> {
    let database = sqlite(&configured(&args.config)?, "pg_dump, or a base backup with WAL archiving")?;
    let copied = wellspring_store::back_up(&database, &args.file).await.map_err(Failure::could_not_run)?;
    say!("{}: {}, looked through", args.file.display(), contents(copied));
    say!("keep the master key apart from it: who has both has the secrets");
    Ok(exit::PASSED)
}

/// Puts a copy where there is no database.
pub async fn restore(args: CopyArgs) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let database = sqlite(&config, "pg_restore, or the base backup with the archived WAL")?;
    let _nobody_serves = start::serving_lock(&config).map_err(Failure::could_not_run)?;
    let master = start::master_key(&config).map_err(Failure::could_not_run)?;
    let restored = wellspring_store::restore(&args.file, &database, &master).await;
    let restored = restored.map_err(Failure::could_not_run)?;
    say!("{}: {}, put back", database.display(), contents(restored));
    if restored.is_outdated {
        say!("it is of an earlier version: run `wellspring migrate` before `wellspring serve`");
    }
    Ok(exit::PASSED)
}

fn sqlite(config: &Config, instead: &str) -> Result<PathBuf, Failure> {
    match config.database() {
        Database::Sqlite(path) => Ok(path),
        Database::Postgres(_) => Err(Failure::usage(format!("this is for SQLite; for PostgreSQL use {instead}"))),
    }
}

fn contents(copied: Copied) -> String {
    format!("{} tenants, {} submissions", copied.tenants, copied.submissions)
}
