//! `cargo xtask prove`: what happens when something breaks, shown by breaking it. On demand; a short form runs with the
//! checks.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    connectors,
    postgres::{Postgres, Sync},
    process::{self, Failure, cargo, command, find, root, say},
};

const INSTALLING: Duration = Duration::from_secs(600);

/// Which stores a proof is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stores {
    Both,
    Sqlite,
    Postgres,
}

/// What a proof needs besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// The library that writes down what is not synced.
    Power,
    /// libfaketime.
    Faketime,
}

const PROOFS: [(&str, Stores, Needs); 8] = [
    ("crash", Stores::Both, Needs::Nothing),
    ("power", Stores::Sqlite, Needs::Power),
    ("postgres", Stores::Postgres, Needs::Nothing),
    ("nodes", Stores::Postgres, Needs::Nothing),
    ("disk-full", Stores::Both, Needs::Nothing),
    ("clock", Stores::Both, Needs::Faketime),
    ("network", Stores::Both, Needs::Nothing),
    ("upgrade", Stores::Both, Needs::Nothing),
];

pub fn run(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    if name == "tenants" {
        return tenants(arguments);
    }
    let Some((_, stores, needs)) = PROOFS.into_iter().find(|(known, ..)| *known == name) else {
        let names = PROOFS.map(|(name, ..)| name).join(", ");
        return Err(Failure::new(format!("there is no proof `{name}`: {names}, tenants")));
    };
    let (asked, rest) = match arguments {
        ["--store", "sqlite", rest @ ..] => (Some(Stores::Sqlite), rest),
        ["--store", "postgres", rest @ ..] => (Some(Stores::Postgres), rest),
        ["--store", ..] => return Err(Failure::new("--store is sqlite or postgres")),
        rest => (None, rest),
    };
    let stores = match (stores, asked) {
        (Stores::Both, Some(asked)) => asked,
        (stores, Some(asked)) if stores != asked => {
            return Err(Failure::new(format!("`{name}` is not about that store")));
        }
        (stores, _) => stores,
    };
    let mut environment = Vec::new();
    match needs {
        Needs::Nothing => {}
        Needs::Power => environment.push(("PROVE_POWER", power()?)),
        Needs::Faketime => match faketime() {
            Some(library) => environment.push(("PROVE_FAKETIME", library)),
            None => {
                say("SKIPPED: libfaketime is not installed (on Debian: apt-get install faketime)");
                return Ok(());
            }
        },
    }
    connectors::build()?;
    say("building the gateway and the proof");
    process::run(cargo(&["build", "--quiet", "--workspace", "--all-targets"]))?;
    let proof = || {
        let mut proof = command(root().join("target/debug/prove"), &[name]);
        proof.args(rest).envs(environment.iter().cloned());
        proof
    };
    if stores != Stores::Postgres {
        process::run(proof())?;
    }
    if stores == Stores::Sqlite {
        return Ok(());
    }
    let Some(server) = Postgres::start_if_possible("proof", Sync::On)? else {
        let is_left_out = stores == Stores::Both;
        return if is_left_out { Ok(()) } else { Err(Failure::new("PostgreSQL is not there")) };
    };
    on(&server, proof())
}

/// That nothing of a tenant's call is found by the next one's, in the sandbox.
fn tenants(arguments: &[&str]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask prove tenants"));
    }
    say("building the sandbox, optimised, and calling it a hundred thousand times");
    let mut test = cargo(&["test", "--quiet", "--package", "wellspring-host", "--test", "it"]);
    test.args(["--release", "--target-dir", "target/bench", "--", "--ignored", "tenants::"]);
    process::run(test)
}

fn on(server: &Postgres, mut proof: Command) -> Result<(), Failure> {
    proof.env("PROVE_POSTGRES", server.url()).env("PROVE_POSTGRES_USER", server.user().unwrap_or_default());
    proof.env("PROVE_POSTGRES_PROGRAMS", server.programs()).env("PROVE_POSTGRES_DATA", server.data());
    process::run(proof)
}

/// Compiles the library that writes down what a disk would not yet hold.
fn power() -> Result<PathBuf, Failure> {
    let folder = root().join("target/power");
    fs::create_dir_all(&folder)?;
    let library = folder.join("power.so");
    let mut compile = command("cc", &["-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o"]);
    compile.arg(&library).args(["tests/power/power.c", "-ldl", "-pthread"]);
    process::run(compile)?;
    Ok(library)
}

/// libfaketime: where it is, or installed on Debian, as root.
fn faketime() -> Option<PathBuf> {
    found().or_else(|| {
        if find("apt-get").is_some() && process::output(command("id", &["-u"])).is_some_and(|id| id.trim() == "0") {
            say("installing faketime from the distribution");
            let mut install = command("apt-get", &["install", "-y", "--no-install-recommends", "faketime"]);
            install.env("DEBIAN_FRONTEND", "noninteractive");
            let _installed = process::succeeds_within(install, INSTALLING);
        }
        found()
    })
}

/// The library for programs with threads.
fn found() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let folders = folders.chain([Path::new("/usr/local/lib").to_owned(), Path::new("/usr/lib").to_owned()]);
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}
