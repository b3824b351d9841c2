//! `cargo xtask bench`: measured on demand, never as a test; compared as ratios within one run.

use std::process::Command;

use crate::{
    connectors, guests,
    postgres::{Postgres, Sync},
    process::{self, Failure, cargo, command, find, root, say},
    toolchain,
};

/// What the Node peer is made of.
const PACKAGES: [&str; 5] = [
    "@digitalbazaar/vc@7.3.0",
    "@digitalbazaar/data-integrity@2.5.0",
    "@digitalbazaar/eddsa-rdfc-2022-cryptosuite@1.2.0",
    "@digitalbazaar/ed25519-multikey@1.3.1",
    "@digitalbazaar/did-method-key@5.3.0",
];
/// Where optimised programs go: apart from those that are tested.
const TARGET: [&str; 3] = ["--release", "--target-dir", "target/bench"];

pub fn run(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    match name {
        "verify" | "hostile" => verifier(name, arguments),
        "delivery" => delivery(arguments),
        "frameworks" => frameworks(arguments),
        "day" => day(arguments),
        "score" => score(arguments),
        "sandbox" => sandbox(arguments),
        _ => Err(Failure::new(format!(
            "there is no benchmark `{name}`: verify, hostile, delivery, frameworks, score, sandbox, day"
        ))),
    }
}

fn verifier(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    let quiet = arguments.contains(&"--json");
    if !quiet {
        say("building the benchmark (a workspace of its own)");
    }
    beside_others("wellspring-bench")?;
    let mut bench = program("wellspring-bench", &[name]);
    bench.args(arguments);
    if name == "verify" {
        match node(quiet)? {
            Some(folder) => drop(bench.env("NODE_PEER", folder)),
            None => say("Node or npm is not installed: its column stays empty"),
        }
    }
    process::run(bench)
}

/// What is taken in, worked off and brought through, in one table.
fn delivery(arguments: &[&str]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask bench delivery"));
    }
    prepare()?;
    beside_others("wellspring-bench-queue")?;
    let server = Postgres::start_if_possible("bench", Sync::On)?;
    process::run(program("measure", &["head"]))?;
    for server in [None, server.as_ref()].into_iter().take(1 + usize::from(server.is_some())) {
        process::run(measure("ingest", server)?)?;
        match server {
            None => process::run(program("wellspring-bench-queue", &["sqlite"]))?,
            Some(server) => process::run(program("wellspring-bench-queue", &["postgres", &server.url()]))?,
        }
        process::run(measure("end-to-end", server)?)?;
    }
    Ok(())
}

/// A large framework, imported, looked up and published on both stores.
fn frameworks(arguments: &[&str]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask bench frameworks"));
    }
    optimised()?;
    let server = Postgres::start_if_possible("frameworks", Sync::On)?;
    process::run(program("measure", &["head"]))?;
    process::run(measure("frameworks", None)?)?;
    match &server {
        Some(server) => process::run(measure("frameworks", Some(server))?),
        None => Ok(()),
    }
}

/// A day of ten million applications, in small.
fn day(arguments: &[&str]) -> Result<(), Failure> {
    let (store, scale) = match arguments {
        ["--store", store @ ("sqlite" | "postgres"), rest @ ..] => (*store, rest),
        rest => ("postgres", rest),
    };
    prepare()?;
    let server = match store {
        "postgres" => Postgres::start_if_possible("day", Sync::On)?,
        _ => None,
    };
    let mut measure = measure("day", server.as_ref())?;
    measure.args(scale);
    process::run(measure)
}

/// Scoring by itself, over a large framework.
fn score(arguments: &[&str]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask bench score"));
    }
    let mut build = cargo(&["build", "--quiet", "--package", "wellspring-score", "--example", "measure"]);
    build.args(TARGET);
    process::run(build)?;
    process::run(program("examples/measure", &[]))
}

/// Guests in three languages in our sandbox, and the same work under extism.
fn sandbox(arguments: &[&str]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask bench sandbox"));
    }
    connectors::build()?;
    guests::build()?;
    say("building the benchmark (a workspace of its own; the first time takes some minutes)");
    let manifest = ["--quiet", "--manifest-path", "tests/bench/sandbox/Cargo.toml", "--target-dir", "target/bench"];
    let toolchain = toolchain::obtain()?;
    let mut plugin = cargo(&["build", "--package", "wellspring-bench-plugin", "--profile", "guest"]);
    plugin.args(manifest).args(["--target", toolchain::TARGET]);
    toolchain.apply(&mut plugin);
    process::run(plugin)?;
    let built = root().join("target/bench").join(toolchain::TARGET).join("guest/wellspring_bench_plugin.wasm");
    let folder = root().join("target/bench/sandbox");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(built, folder.join("extism.wasm"))?;
    for name in ["notes", "notes-javascript", "notes-python"] {
        let package = connectors::package(name);
        if package.is_file() {
            std::fs::copy(package, folder.join(name).with_extension("wasm"))?;
        }
    }
    // extism declares a newer Rust than it needs.
    let mut build = cargo(&["build", "--release", "--ignore-rust-version", "--package", "wellspring-bench-sandbox"]);
    build.args(manifest);
    process::run(build)?;
    process::run(program("wellspring-bench-sandbox", &["table", &folder.to_string_lossy()]))
}

/// Builds the gateway as it is shipped, with what measures it.
fn prepare() -> Result<(), Failure> {
    connectors::build()?;
    optimised()
}

/// Builds the gateway alone, with what measures it.
fn optimised() -> Result<(), Failure> {
    say("building the gateway, optimised (the first time takes some minutes)");
    let mut build = cargo(&["build", "--quiet", "--package", "wellspring-server", "--package", "wellspring-tests"]);
    build.arg("--bins").args(TARGET);
    process::run(build)
}

/// Builds what measures us beside others. It has a workspace of its own.
fn beside_others(package: &str) -> Result<(), Failure> {
    let mut build = cargo(&["build", "--quiet", "--manifest-path", "tests/bench/Cargo.toml", "--package", package]);
    build.args(TARGET);
    process::run(build)
}

fn program(name: &str, arguments: &[&str]) -> Command {
    command(root().join("target/bench/release").join(name), arguments)
}

fn measure(what: &str, server: Option<&Postgres>) -> Result<Command, Failure> {
    let mut measure = program("measure", &[what]);
    if let Some(server) = server {
        measure.env("MEASURE_POSTGRES", server.fresh(what)?);
    }
    Ok(measure)
}

/// Installs the Node peer, once.
fn node(quiet: bool) -> Result<Option<std::path::PathBuf>, Failure> {
    let (Some(_), Some(npm)) = (find("node"), find("npm")) else { return Ok(None) };
    let folder = root().join("target/bench/node");
    std::fs::create_dir_all(&folder)?;
    for file in ["peer.mjs", "package.json"] {
        std::fs::copy(root().join("tests/bench/node").join(file), folder.join(file))?;
    }
    if !folder.join("node_modules/@digitalbazaar/vc").is_dir() {
        if !quiet {
            say("installing the Node peer");
        }
        let mut install = command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]);
        install.args(PACKAGES).current_dir(&folder);
        process::run(install)?;
    }
    Ok(Some(folder))
}
