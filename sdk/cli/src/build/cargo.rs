//! Cargo, for the WebAssembly target.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;

use crate::failure::Failure;

const TARGET: &str = "wasm32-unknown-unknown";
/// A small stack lies within what a sandbox slot clears cheaply: a fresh call is more than twice as fast.
const STACK: &str = "-C link-arg=-zstack-size=65536";

/// Builds the crate in this folder, and gives the module that comes of it.
pub fn build(folder: &Path, offline: bool) -> Result<PathBuf, Failure> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(Failure::missing(
            "there is no Cargo.toml here. What another toolchain has made is packed with `build --component FILE`",
        ));
    }
    find_target(folder)?;
    let mut cargo = program("CARGO", "cargo");
    cargo.args(["build", "--release", "--target", TARGET, "--message-format=json"]);
    if offline {
        cargo.arg("--offline");
    }
    let given = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    let flags: OsString =
        [given, STACK.into()].into_iter().filter(|flags| !flags.is_empty()).fold(OsString::new(), |mut all, flags| {
            if !all.is_empty() {
                all.push(" ");
            }
            all.push(flags);
            all
        });
    cargo.current_dir(folder).env("RUSTFLAGS", flags).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = cargo.output().map_err(|error| not_there("cargo", &error))?;
    let said = diagnostics(&output.stdout);
    if !output.status.success() {
        return Err(Failure::found(format!("{said}cargo could not build the connector")));
    }
    if !said.is_empty() {
        eprint!("{said}");
    }
    module(&output.stdout).ok_or_else(|| {
        Failure::found("cargo built no module: Cargo.toml needs `[lib]` with `crate-type = [\"cdylib\"]`")
    })
}

/// That the compiler in use can build for the target; else, exactly what to do.
fn find_target(folder: &Path) -> Result<(), Failure> {
    let mut rustc = program("RUSTC", "rustc");
    // A `rust-toolchain.toml` in the folder decides which compiler answers.
    let output = rustc.args(["--print", "sysroot"]).current_dir(folder).output();
    let output = output.map_err(|error| not_there("rustc", &error))?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if PathBuf::from(&sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    let remedy = if sysroot.contains(".rustup") || Command::new("rustup").arg("--version").output().is_ok() {
        format!("run\n\n  rustup target add {TARGET}\n")
    } else {
        "this Rust is not rustup's. Either get rustup (https://rustup.rs), or install the target as your system packages it:\n\n  \
         Debian, Ubuntu   apt-get install libstd-rust-dev-wasm32 lld\n  \
         Fedora           dnf install rust-std-static-wasm32-unknown-unknown\n  \
         Arch             pacman -S rust-wasm\n"
            .to_owned()
    };
    Err(Failure::missing(format!("the Rust compiler at {sysroot} has no target {TARGET}: {remedy}")))
}

/// What the compiler says to people.
fn diagnostics(said: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Line {
        message: Option<Message>,
    }
    #[derive(Deserialize)]
    struct Message {
        rendered: Option<String>,
    }
    let lines = said.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.filter_map(|line| line.message?.rendered).collect()
}

/// What cargo says of the library, a JSON object on each line.
fn module(said: &[u8]) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        target: Option<Target>,
        #[serde(default)]
        filenames: Vec<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        crate_types: Vec<String>,
    }
    let messages = said.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    let libraries = messages.filter(|message| {
        let is_library = |target: &Target| target.crate_types.iter().any(|kind| kind == "cdylib");
        message.reason == "compiler-artifact" && message.target.as_ref().is_some_and(is_library)
    });
    // The connector's own comes last, after what it depends on.
    let mut files = libraries.flat_map(|message| message.filenames);
    files.rfind(|file| file.extension().is_some_and(|kind| kind == "wasm"))
}

fn program(variable: &str, name: &str) -> Command {
    Command::new(std::env::var_os(variable).unwrap_or_else(|| name.into()))
}

fn not_there(program: &str, error: &std::io::Error) -> Failure {
    Failure::missing(format!("{program} cannot be started ({error}). Install Rust: https://rustup.rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_the_last_library_that_cargo_names() {
        let said = concat!(
            r#"{"reason":"compiler-artifact","target":{"crate_types":["lib"]},"filenames":["a.rlib"]}"#,
            "\nnot JSON\n",
            r#"{"reason":"compiler-artifact","target":{"crate_types":["cdylib"]},"filenames":["/t/acme.d","/t/acme.wasm"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(module(said.as_bytes()), Some("/t/acme.wasm".into()));
        assert_eq!(module(b"{}"), None);
    }
}
