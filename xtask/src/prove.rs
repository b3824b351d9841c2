//! `cargo xtask prove`: what happens when something breaks, shown by breaking it. On demand; a short form runs with the
//! checks.

use crate::{
    connectors,
    postgres::{Postgres, Sync},
    process::{self, Failure, cargo, command, root, say},
};

pub fn run(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    if !["crash", "nodes"].contains(&name) {
        return Err(Failure::new(format!("there is no proof `{name}`: crash, nodes")));
    }
    connectors::build()?;
    say("building the gateway and the proof");
    process::run(cargo(&["build", "--quiet", "--workspace", "--all-targets"]))?;
    let (store, rest) = match arguments {
        ["--store", store @ ("sqlite" | "postgres"), rest @ ..] => (Some(*store), rest),
        ["--store", ..] => return Err(Failure::new("--store is sqlite or postgres")),
        // Nodes share a PostgreSQL.
        rest => ((name == "nodes").then_some("postgres"), rest),
    };
    let proof = || {
        let mut proof = command(root().join("target/debug/prove"), &[name]);
        proof.args(rest);
        proof
    };
    if store != Some("postgres") {
        process::run(proof())?;
    }
    if store == Some("sqlite") {
        return Ok(());
    }
    let Some(server) = Postgres::start_if_possible("proof", Sync::On)? else {
        return if store.is_some() { Err(Failure::new("PostgreSQL is not there")) } else { Ok(()) };
    };
    let mut proof = proof();
    proof.env("PROVE_POSTGRES", server.url());
    process::run(proof)
}
