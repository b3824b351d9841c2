//! `cargo xtask bench`: measured on demand, never as a test; compared as ratios within one run.

use crate::process::{self, Failure, cargo, command, find, root, say};

/// What the Node peer is made of.
const PACKAGES: [&str; 5] = [
    "@digitalbazaar/vc@7.3.0",
    "@digitalbazaar/data-integrity@2.5.0",
    "@digitalbazaar/eddsa-rdfc-2022-cryptosuite@1.2.0",
    "@digitalbazaar/ed25519-multikey@1.3.1",
    "@digitalbazaar/did-method-key@5.3.0",
];

pub fn run(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    if !["verify", "hostile"].contains(&name) {
        return Err(Failure::new(format!("there is no benchmark `{name}`: verify, hostile")));
    }
    let quiet = arguments.contains(&"--json");
    if !quiet {
        say("building the benchmark (a workspace of its own)");
    }
    let manifest = "tests/bench/Cargo.toml";
    process::run(cargo(&[
        "build",
        "--quiet",
        "--release",
        "--manifest-path",
        manifest,
        "--target-dir",
        "target/bench",
    ]))?;
    let mut bench = command(root().join("target/bench/release/wellspring-bench"), &[name]);
    bench.args(arguments);
    if name == "verify" {
        match node(quiet)? {
            Some(folder) => drop(bench.env("NODE_PEER", folder)),
            None => say("Node or npm is not installed: its column stays empty"),
        }
    }
    process::run(bench)
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
