//! Questions to a SQLite file from outside (`tests/examples/sqlite.rs`).

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use crate::{Failure, gateway::program};

/// `ok`, or what is broken.
///
/// # Errors
/// The file cannot be opened.
pub fn check(file: &Path) -> Result<String, Failure> {
    said(example()?.arg("check").arg(file))
}

/// The first column of what a statement answers.
///
/// # Errors
/// The file cannot be opened, or the statement is refused.
pub fn ask(file: &Path, statement: &str) -> Result<String, Failure> {
    said(example()?.arg("ask").arg(file).arg(statement))
}

/// Runs statements; the file is made where it is absent.
///
/// # Errors
/// A statement is refused.
pub fn run(file: &Path, statements: &str) -> Result<(), Failure> {
    let mut child = example()?.arg("run").arg(file).stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(statements.as_bytes())?;
    }
    if child.wait()?.success() { Ok(()) } else { Err(Failure::new("SQLite refused statements")) }
}

fn example() -> Result<Command, Failure> {
    program("examples/sqlite")
}

fn said(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
