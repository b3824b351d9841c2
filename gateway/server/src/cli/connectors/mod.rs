//! `connectors install|list|show|approve|revoke`, and the hidden command in which a gateway compiles.

mod decide;
mod install;
mod show;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};
use wellspring_host::{Host, HostConfig, InMemory, Inspection, TrustFile, Workplace, compile::child};
use wellspring_model::{ed25519::PublicKey, version::Version};
use wellspring_store::Store;

use super::{Failure, exit};
use crate::{
    clock::{SystemClock, SystemEntropy},
    config::Config,
    installed, start,
};

#[derive(Debug, Subcommand)]
pub enum ConnectorsCommand {
    /// Check who answers for a connector and what it asks for, compile and try it, and keep it. What runs is taken up by running
    /// gateways within a minute. Ends with 2 where its rights wait to be accepted.
    Install(install::Install),
    /// What is installed, whether it runs, and on whose word.
    List(show::List),
    /// What a connector is, imports and asks for.
    Show(show::Show),
    /// Accept the rights of a version that waits, or was revoked here: from then on it runs.
    Approve(decide::Approve),
    /// Take a connector out of use, in every process within a minute.
    Revoke(decide::Revoke),
}

/// What a child is told that compiles.
#[derive(Debug, Args)]
pub struct CompileArgs {
    memory_bytes: u64,
    cpu_seconds: u64,
}

/// Compiles standard input to standard output, within limits.
pub fn compile(args: &CompileArgs) -> ExitCode {
    child::run(args.memory_bytes, args.cpu_seconds)
}

/// Runs guests for the gateway at the other end of standard input.
#[cfg(unix)]
pub fn run_guests() -> ExitCode {
    wellspring_host::run_guests(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

/// There is no such process here.
#[cfg(not(unix))]
pub fn run_guests() -> ExitCode {
    ExitCode::from(exit::COULD_NOT_RUN)
}

pub async fn run(command: ConnectorsCommand) -> Result<u8, Failure> {
    match command {
        ConnectorsCommand::Install(args) => install::install(args).await,
        ConnectorsCommand::List(args) => show::list(args).await,
        ConnectorsCommand::Show(args) => show::show(args).await,
        ConnectorsCommand::Approve(args) => decide::approve(args).await,
        ConnectorsCommand::Revoke(args) => decide::revoke(args).await,
    }
}

/// A store that these commands can work on.
async fn opened(config: &Config) -> Result<Store, Failure> {
    let store = start::store(config).await.map_err(Failure::could_not_run)?;
    store.check_schema().await.map_err(Failure::could_not_run)?;
    Ok(store)
}

/// A sandbox that serves nobody: packages are compiled and tried in it. This process holds the master key, and a package that is tried
/// has run nowhere before: it is kept apart as a gateway keeps it.
async fn host(config: &Config) -> Result<Host, Failure> {
    let program = |argument| Workplace::this_program(argument).map_err(Failure::could_not_run);
    let master = start::master_key(config).map_err(Failure::could_not_run)?;
    let compiler = installed::compiler(&config.connectors, &master, program(installed::COMPILE)?);
    let compiler = compiler.map_err(Failure::could_not_run)?;
    let kept = Arc::new(InMemory::default());
    let host = if config.connectors.own_process {
        Host::apart(HostConfig::default(), program(installed::RUN)?, kept, Arc::new(SystemClock)).await
    } else {
        Host::new(HostConfig::default(), kept, Arc::new(SystemClock), Arc::new(SystemEntropy))
    };
    Ok(host.map_err(Failure::could_not_run)?.with_compiler(compiler))
}

fn trusted(config: &Config) -> Result<TrustFile, Failure> {
    installed::trust_file(&config.connectors).map_err(Failure::could_not_run)
}

/// On whose word something runs.
fn signed_by(trust: &TrustFile, key: Option<PublicKey>) -> String {
    let Some(key) = key else { return "nobody".to_owned() };
    trust.name(key).map_or_else(|| format!("{key} (not in the trust file)"), |name| format!("{key} ({name})"))
}

/// What a kept package says of itself.
fn inspect(
    config: &Config,
    id: &wellspring_model::connection::ConnectorId,
    version: Version,
) -> Result<Inspection, Failure> {
    let file = installed::file(&config.connectors.folder, id, version);
    let named = |error| Failure::new(exit::UNREADABLE, format!("{}: {error}", file.display()));
    wellspring_host::inspect(&read(&file)?).map_err(named)
}

fn read(file: &PathBuf) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", file.display())))
}
