//! `wellspring-connector`: what vendors do with a connector outside a gateway.

mod build;
mod check;
mod clock;
mod dev;
mod explain;
mod failure;
mod inspect;
mod key;
mod new;
mod out;
mod pack;
mod project;
mod record;
mod reference;
mod sign;
mod test;
mod trial;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Write, try and pack connectors for Wellspring Gateway.
#[derive(Debug, Parser)]
#[command(name = "wellspring-connector", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a connector: a folder that builds and passes its tests.
    New(new::New),
    /// Build the connector in this folder and pack it into one file.
    Build(build::Build),
    /// Try the connector: its exchanges, and a stand-in for its ATS where everything goes wrong in turn.
    Test(test::Test),
    /// The conformance kit: a verdict for each rule, and a level.
    Check(check::Check),
    /// Watch, rebuild, swap and call, with every request and what HR would see on a page.
    Dev(dev::Dev),
    Record(record::Record),
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
    /// Print the page about an error: what it means and what to do.
    Explain {
        /// A code such as `GUEST_CPU`, or a name such as `import-denied`.
        name: String,
    },
    /// Write the reference of the contract that this tool speaks, as Markdown.
    Reference {
        /// Where it goes.
        folder: PathBuf,
    },
}

/// 1: what was looked at is not as it should be. Others as in `sysexits.h`: 64 usage, 66 not readable, 69 something is missing, 73
/// not writable.
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // Nobody may be there to read it any more; the code says the same.
            let _printed = told.print();
            return if told.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    let done = match cli.command {
        Command::New(new) => new::run(&new),
        Command::Build(build) => build::run(&build),
        Command::Test(test) => test::run(&test),
        Command::Check(check) => check::run(&check),
        Command::Dev(dev) => dev::run(&dev),
        Command::Record(record) => record::run(&record),
        Command::Inspect { file, json } => inspect::run(&file, json),
        Command::Pack(pack) => pack::run(&pack),
        Command::Keygen(keygen) => key::run(&keygen),
        Command::Sign(sign) => sign::run(&sign),
        Command::Verify(verify) => verify::run(&verify),
        Command::Explain { name } => explain::run(&name),
        Command::Reference { folder } => reference::run(&folder),
    };
    match done {
        Ok(text) => {
            out::print(&text);
            ExitCode::SUCCESS
        }
        Err(Failure { code, message }) => {
            eprintln!("wellspring-connector: {message}");
            ExitCode::from(code)
        }
    }
}
