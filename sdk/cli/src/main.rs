//! `wellspring-connector`: what vendors do with a connector outside a gateway.

mod clock;
mod inspect;
mod key;
mod pack;
mod sign;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Look into connectors and make packages of them.
#[derive(Debug, Parser)]
#[command(name = "wellspring-connector", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what a package is, what it imports and which rights it asks for, without running it.
    Inspect {
        /// A connector: one `.wasm` file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a package of a core module, or a finished component, and its manifest.
    Pack(pack::Pack),
    /// Make a key to sign packages with, and print its public part.
    Keygen(key::Keygen),
    /// Sign a package.
    Sign(sign::Sign),
    /// Say whether a signature holds for a package, as a gateway would before compiling it.
    Verify(verify::Verify),
}

/// 1: the file is not an acceptable connector. 66: it cannot be read. 73: the result cannot be written. As in `sysexits.h`.
fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Inspect { file, json } => inspect::run(&file, json),
        Command::Pack(pack) => pack::run(&pack),
        Command::Keygen(keygen) => key::run(&keygen),
        Command::Sign(sign) => sign::run(&sign),
        Command::Verify(verify) => verify::run(&verify),
    };
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("wellspring-connector: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Why a command did not succeed.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn unreadable(file: &std::path::Path, error: &std::io::Error) -> Self {
        Self { code: 66, message: format!("{}: {error}", file.display()) }
    }

    fn refused(file: &std::path::Path, error: &wellspring_host::PackageError) -> Self {
        Self { code: 1, message: format!("{}: {error}", file.display()) }
    }
}
