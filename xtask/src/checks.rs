//! `cargo xtask check`: formatting, lints and dependency rules.

use crate::process::{self, Failure, cache, cargo, find, say};

/// The version of cargo-deny that the rules were written for.
const CARGO_DENY: &str = "0.20.2";

pub fn run() -> Result<(), Failure> {
    say("formatting");
    process::run(cargo(&["fmt", "--all", "--check"]))?;
    process::run(cargo(&["fmt", "--all", "--check", "--manifest-path", "connectors/Cargo.toml"]))?;
    say("lints");
    process::run(cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let mut guests = cargo(&["clippy", "--workspace", "--manifest-path", "connectors/Cargo.toml"]);
    guests.args(["--target-dir", "target/guests", "--", "-D", "warnings"]);
    process::run(guests)?;
    dependencies()
}

/// Licences, bans and sources. Advisories need a database that not every machine reaches; CI tries them apart.
fn dependencies() -> Result<(), Failure> {
    let deny = match find("cargo-deny") {
        Some(path) => path,
        None => {
            let folder = cache()?.join("tools");
            let path = folder.join("bin/cargo-deny");
            if !path.is_file() {
                say(format!("building cargo-deny {CARGO_DENY} (some minutes, once)"));
                let mut install = cargo(&["install", "--quiet", "--locked", "cargo-deny", "--version", CARGO_DENY]);
                install.arg("--root").arg(&folder);
                process::run(install)?;
            }
            path
        }
    };
    say("dependencies: bans, licences, sources");
    // The rules are about all platforms; this machine may have built for one alone, and so hold the packages of no other.
    process::run(cargo(&["fetch", "--quiet", "--locked"]))?;
    let mut check = process::command(deny, &["--offline", "check", "bans", "licenses", "sources"]);
    check.stdin(std::process::Stdio::null());
    process::run(check)
}
