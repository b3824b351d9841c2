//! The binary `wellspring`.

use std::process::ExitCode;

use clap::Parser;
use wellspring_server::cli::{Cli, Command, connectors, exit, run};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` come this way too; they are no error.
            let code = if error.use_stderr() { exit::USAGE } else { exit::PASSED };
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(exit::COULD_NOT_RUN) };
        }
    };
    match &cli.command {
        // Its threads would count towards the limits.
        Command::CompileConnector(args) => return connectors::compile(args),
        // It has a runtime of its own, and gives up rights for all of its threads.
        Command::RunConnectors => return connectors::run_guests(),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => {
            eprintln!("wellspring: no threads can be started: {error}");
            ExitCode::from(exit::COULD_NOT_RUN)
        }
    }
}
