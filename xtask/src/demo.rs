//! `cargo xtask demo`: builds everything and runs the demo of the tests package.

use crate::{
    connectors,
    process::{self, Failure, cargo, say},
};

pub fn run(once: bool) -> Result<(), Failure> {
    prepare()?;
    let mut demo = cargo(&["run", "--quiet", "--package", "wellspring-tests", "--bin", "demo", "--"]);
    if once {
        demo.arg("--once");
    }
    process::run(demo)
}

/// Builds all that the demo runs.
pub fn prepare() -> Result<(), Failure> {
    connectors::build()?;
    say("building the gateway (the first time takes some minutes)");
    process::run(cargo(&["build", "--package", "wellspring-server", "--package", "wellspring-tests"]))
}
