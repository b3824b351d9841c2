//! The command line. Each command is a file; this one holds the words and the exit codes.

#[macro_use]
mod out;

pub mod audit;
pub mod backup;
pub mod compare;
pub mod connections;
pub mod connectors;
pub mod crosswalks;
pub mod deliveries;
pub mod endpoints;
pub mod files;
pub mod frameworks;
pub mod keys;
pub mod material;
pub mod operate;
pub mod replay;
pub mod score;
pub mod scored;
pub mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

/// Verified skills in the applicant tracking system you already use.
#[derive(Debug, Parser)]
#[command(name = "wellspring", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Verify a credential file and say what holds, check by check.
    Verify(verify::VerifyArgs),
    /// Score credential files against a profile file, with a reason for every line.
    Score(score::ScoreArgs),
    /// Make an assessment again from the same files, and say whether it is the same.
    Replay(replay::ReplayArgs),
    /// Score the same candidates by another policy, and say what differs.
    Compare(compare::CompareArgs),
    /// Answer HTTP and work off the queue.
    Serve(ConfigArgs),
    /// Work off the queue without answering HTTP: a further node on the same PostgreSQL database.
    Work(ConfigArgs),
    /// Create the database, or bring it up to date.
    Migrate(ConfigArgs),
    /// Copy a SQLite database while it may be served, and look the copy through.
    Backup(backup::CopyArgs),
    /// Put a copy where there is no database, after looking it through with the master key.
    Restore(backup::CopyArgs),
    /// Employers whose data is kept apart.
    #[command(subcommand)]
    Tenant(keys::TenantCommand),
    /// API keys of a tenant.
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Connectors: what brings results into an ATS.
    #[command(subcommand)]
    Connectors(connectors::ConnectorsCommand),
    /// Compile standard input to standard output, for a gateway that does not want to do it itself.
    #[command(name = crate::installed::COMPILE, hide = true)]
    CompileConnector(connectors::CompileArgs),
    /// Run connectors for the gateway that is at the other end of standard input.
    #[command(name = crate::installed::RUN, hide = true)]
    RunConnectors,
    /// Connections: a tenant's account at an ATS.
    #[command(subcommand)]
    Connection(connections::ConnectionCommand),
    /// Endpoints: where a tenant's events are sent.
    #[command(subcommand)]
    Endpoint(endpoints::EndpointCommand),
    /// Competency frameworks (CASE packages).
    #[command(subcommand)]
    Framework(frameworks::FrameworkCommand),
    /// Crosswalks: which items of two frameworks belong together.
    #[command(subcommand)]
    Crosswalk(crosswalks::CrosswalkCommand),
    /// Deliveries that were given up.
    #[command(subcommand)]
    Deliveries(deliveries::DeliveriesCommand),
    /// The audit trail: who did what to which thing, and when.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Print the OpenAPI document of /v1.
    PrintOpenapi,
    /// Print the default configuration, which is also the manual.
    PrintConfig,
}

/// Which configuration to use.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file. Without it, the defaults and the environment.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Exit codes, as documented in the README.
pub mod exit {
    pub const PASSED: u8 = 0;
    pub const FAILED: u8 = 1;
    pub const UNDETERMINED: u8 = 2;
    pub const USAGE: u8 = 64;
    pub const UNREADABLE: u8 = 65;
    pub const NO_INPUT: u8 = 66;
    pub const COULD_NOT_RUN: u8 = 70;
}

/// Why a command did not do what it should, with the exit code that says so.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// We could not run: the configuration, the database, the disk.
    pub fn could_not_run(error: impl std::fmt::Display) -> Self {
        Self::new(exit::COULD_NOT_RUN, error.to_string())
    }

    /// The caller asked for something that does not exist or makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }
}

/// Runs a command to its end.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Verify(args) => verify::run(args).await,
        Command::Score(args) => score::run(args),
        Command::Replay(args) => replay::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Serve(args) => operate::serve(args).await,
        Command::Work(args) => operate::work(args).await,
        Command::Migrate(args) => operate::migrate(args).await,
        Command::Backup(args) => backup::backup(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Tenant(command) => keys::tenant(command).await,
        Command::Key(command) => keys::key(command).await,
        Command::Connectors(command) => connectors::run(command).await,
        Command::CompileConnector(args) => return connectors::compile(&args),
        Command::RunConnectors => return connectors::run_guests(),
        Command::Connection(command) => connections::run(command).await,
        Command::Endpoint(command) => endpoints::run(command).await,
        Command::Framework(command) => frameworks::run(command).await,
        Command::Crosswalk(command) => crosswalks::run(command).await,
        Command::Deliveries(command) => deliveries::run(command).await,
        Command::Audit(command) => audit::run(command).await,
        Command::PrintOpenapi => print_openapi(),
        Command::PrintConfig => {
            out::write(format_args!("{}", crate::config::DEFAULT));
            Ok(exit::PASSED)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("wellspring: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn print_openapi() -> Result<u8, Failure> {
    say!("{}", crate::routes::openapi_text().map_err(Failure::could_not_run)?);
    Ok(exit::PASSED)
}
