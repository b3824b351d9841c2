//! `cargo xtask test`: everything a test needs, then all tests.

use crate::{
    browser, connectors, guests, moto,
    postgres::{self, Postgres, Sync},
    process::{self, Failure, cargo, say},
    webhooks,
};

/// Arguments go on to `cargo test`. Plain `cargo test` rather than nextest: it is there wherever Rust is, and one process
/// per test binary compiles a connector once for all of its tests.
pub fn run(arguments: &[&str]) -> Result<(), Failure> {
    connectors::build()?;
    guests::build()?;
    webhooks::install_if_possible()?;
    moto::bring_if_possible()?;
    // One feature set for everything: otherwise half of the dependencies are built twice.
    say("building the gateway and its tests (the first time takes some minutes)");
    process::run(cargo(&["build", "--workspace", "--all-targets"]))?;
    let server = Postgres::start_if_possible("tests", Sync::Off)?;
    let mut test = cargo(&["test", "--workspace", "--no-fail-fast"]);
    test.args(arguments);
    if let Some(server) = &server {
        say("PostgreSQL runs for its tests");
        test.env(postgres::VARIABLE, server.url());
    }
    process::run(test)?;
    sdk()?;
    browser::run_if_possible()
}

/// The SDK and the connectors have tests of their own that run on this machine, outside the sandbox.
fn sdk() -> Result<(), Failure> {
    say("testing the SDK and the connectors");
    process::run(cargo(&[
        "test",
        "--quiet",
        "--manifest-path",
        "connectors/Cargo.toml",
        "--target-dir",
        "target/guests",
        "--workspace",
    ]))
}
