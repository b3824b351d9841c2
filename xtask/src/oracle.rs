//! `cargo xtask oracle`: our canonical N-Quads beside those of another implementation, on demand.

use crate::process::{self, Failure, cargo, command, find, root, say};

/// What the Node peer is made of. `jsonld` names a range of `rdf-canonize`; this is the one of it.
const PACKAGES: [&str; 2] = ["jsonld@9.0.0", "rdf-canonize@5.0.0"];

pub fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (Some(_), Some(npm)) = (find("node"), find("npm")) else {
        say("SKIPPED: Node or npm is not installed, and the peer is written for it");
        return Ok(());
    };
    say("building the comparison (a workspace of its own)");
    let mut build = cargo(&["build", "--quiet", "--release", "--manifest-path", "tests/oracle/Cargo.toml"]);
    build.args(["--target-dir", "target/oracle"]);
    process::run(build)?;
    let folder = root().join("target/oracle/node");
    std::fs::create_dir_all(&folder)?;
    for file in ["peer.mjs", "package.json"] {
        std::fs::copy(root().join("tests/oracle/node").join(file), folder.join(file))?;
    }
    if !folder.join("node_modules/jsonld").is_dir() {
        say("installing the Node peer");
        let mut install =
            command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact"]);
        install.args(PACKAGES).current_dir(&folder);
        process::run(install)?;
    }
    let mut oracle = command(root().join("target/oracle/release/wellspring-oracle"), arguments);
    oracle.env("NODE_PEER", folder);
    process::run(oracle)
}
