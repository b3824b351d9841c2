//! What the child does: it takes limits upon itself, reads a package, writes code, and ends.
//!
//! Limits come before the first byte of the package is read, so that nothing in it can keep them from being set.

use std::{
    ffi::OsString,
    io::{Read as _, Write as _},
    process::ExitCode,
};

use super::{CompileLimits, code::Code};
use crate::{engine, package::SIZE_MAX};

/// The package cannot be compiled, and why is written to standard error.
pub(super) const REFUSED: i32 = 1;
/// The signal of a process that has used up its processor time: SIGXCPU.
pub(super) const OUT_OF_TIME: i32 = 24;
/// Limits could not be set, or nothing could be read or written.
const COULD_NOT_RUN: u8 = 70;

/// What the child is told, beside the command that leads to [`run`].
pub(super) fn arguments(limits: &CompileLimits) -> [OsString; 2] {
    [limits.memory_bytes, limits.cpu_seconds].map(|limit| limit.to_string().into())
}

/// Compiles what standard input holds, and writes the code to standard output.
pub fn run(memory_bytes: u64, cpu_seconds: u64) -> ExitCode {
    let done = limit(memory_bytes, cpu_seconds).and_then(|()| read());
    let package = match done {
        Ok(package) => package,
        Err(error) => return ended(COULD_NOT_RUN, &error.to_string()),
    };
    let code = match engine::for_compiling().and_then(|engine| Code::compile(&engine, &package)) {
        Ok(code) => code,
        Err(reason) => return ended(u8::try_from(REFUSED).unwrap_or(COULD_NOT_RUN), &reason),
    };
    match std::io::stdout().write_all(code.bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ended(COULD_NOT_RUN, &error.to_string()),
    }
}

fn ended(code: u8, reason: &str) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::from(code)
}

fn read() -> std::io::Result<Vec<u8>> {
    let mut package = Vec::new();
    std::io::stdin().take(SIZE_MAX as u64).read_to_end(&mut package)?;
    Ok(package)
}

/// Takes the limits, and leaves no file behind whatever happens: neither a written one nor a core dump.
#[cfg(unix)]
fn limit(memory_bytes: u64, cpu_seconds: u64) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // A second after the first signal, which could be caught, there is one that cannot.
    let to = |soft: u64, hard: u64| Rlimit { current: Some(soft), maximum: Some(hard) };
    setrlimit(Resource::As, to(memory_bytes, memory_bytes))?;
    setrlimit(Resource::Cpu, to(cpu_seconds, cpu_seconds + 1))?;
    setrlimit(Resource::Core, to(0, 0))?;
    setrlimit(Resource::Fsize, to(0, 0))?;
    Ok(())
}

/// Elsewhere the parent's clock is all there is.
#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> std::io::Result<()> {
    Ok(())
}
