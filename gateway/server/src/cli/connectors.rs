//! `connectors install|list|show`.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use wellspring_host::{Host, HostConfig, InMemory, Inspection};
use wellspring_model::{connection::ConnectorId, time::Clock as _};
use wellspring_store::Action;

use super::{ConfigArgs, Failure, exit, operate::configured};
use crate::{
    clock::{SystemClock, SystemEntropy},
    installed, start,
};

#[derive(Debug, Subcommand)]
pub enum ConnectorsCommand {
    /// Check a connector, compile it on trial, and keep it. A running gateway takes it up when it starts again.
    Install(Install),
    /// What is installed.
    List(ConfigArgs),
    /// What a connector is, imports and asks for.
    Show(Show),
}

#[derive(Debug, Args)]
pub struct Install {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub struct Show {
    /// An installed connector's id.
    #[arg(value_name = "ID")]
    id: ConnectorId,
    #[command(flatten)]
    config: ConfigArgs,
}

pub async fn run(command: ConnectorsCommand) -> Result<u8, Failure> {
    match command {
        ConnectorsCommand::Install(args) => install(args).await,
        ConnectorsCommand::List(args) => list(&args),
        ConnectorsCommand::Show(args) => show(&args),
    }
}

async fn install(args: Install) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let bytes = read(&args.file)?;
    let kept = Arc::new(InMemory::default());
    let host = Host::new(HostConfig::default(), kept, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(Failure::could_not_run)?;
    let refused = |error: wellspring_host::PackageError| {
        Failure::new(exit::UNREADABLE, format!("{} cannot be installed: {error}", args.file.display()))
    };
    let connector = host.install(bytes.clone()).await.map_err(refused)?;
    // What cannot be written down is not installed: every employer's trail tells whose code brings results to the ATS.
    let store = start::store(&config).await.map_err(Failure::could_not_run)?;
    store.check_schema().await.map_err(Failure::could_not_run)?;
    let (id, digest) = (connector.id().to_string(), connector.inspection().digest);
    let noted = store.audit_for_all(SystemClock.now(), Action::ConnectorInstalled, &id, digest).await;
    noted.map_err(Failure::could_not_run)?;
    store.close().await;
    installed::write(&config.connectors.folder, connector.id(), &bytes).map_err(Failure::could_not_run)?;
    print(connector.inspection());
    Ok(exit::PASSED)
}

fn list(args: &ConfigArgs) -> Result<u8, Failure> {
    let config = configured(args)?;
    let files = installed::files(&config.connectors.folder).map_err(Failure::could_not_run)?;
    if files.is_empty() {
        println!("no connector is installed; `wellspring connectors install FILE` installs one");
    }
    for file in files {
        let inspection = inspect(&file)?;
        println!("{:<24} {:<10} {}", inspection.id, inspection.version, inspection.digest);
    }
    Ok(exit::PASSED)
}

fn show(args: &Show) -> Result<u8, Failure> {
    let config = configured(&args.config)?;
    let file = installed::file(&config.connectors.folder, &args.id);
    if !file.is_file() {
        return Err(Failure::usage(format!(
            "no connector `{}` is installed; see `wellspring connectors list`",
            args.id
        )));
    }
    print(&inspect(&file)?);
    Ok(exit::PASSED)
}

fn inspect(file: &std::path::Path) -> Result<Inspection, Failure> {
    let named = |error| Failure::new(exit::UNREADABLE, format!("{}: {error}", file.display()));
    wellspring_host::inspect(&read(file)?).map_err(named)
}

fn read(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", file.display())))
}

fn print(inspection: &Inspection) {
    println!("{inspection}");
}
