//! `cargo xtask conformance`: what the verifier makes of credentials, vectors and suites that others publish.

use std::process::Stdio;

use crate::process::{Failure, cargo, say};

/// The tests that compare with what others publish, each with what it compares.
const SUITES: [(&str, &str); 5] = [
    ("fixtures", "credentials, check by check, against tests/expectations.json"),
    ("vcdm2", "the W3C's structure suite for the data model 2.0"),
    ("canon_rdfc", "the W3C's suite for RDFC-1.0, and its poison"),
    ("canon_jsonld", "canonical N-Quads of published vectors, and our tables against the published contexts"),
    ("schema", "our schemas against the published ones, answer by answer"),
];

pub fn run() -> Result<(), Failure> {
    let mut failed = Vec::new();
    for (name, what) in SUITES {
        say(format!("{name}: {what}"));
        let mut test = cargo(&["test", "--quiet", "--package", "wellspring-verify", "--test", name]);
        test.args(["--", "--nocapture", "--test-threads=1"]).stderr(Stdio::inherit());
        let output = test.stdout(Stdio::piped()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("  ") || line.starts_with("test result") || line.contains("SKIP"));
        lines.for_each(|line| println!("{line}"));
        if !output.status.success() {
            failed.push(name);
            println!("{text}");
        }
    }
    say("oracle: canonical N-Quads beside npm jsonld (safe mode) and rdf-canonize");
    if crate::oracle::run(&[]).is_err() {
        failed.push("oracle");
    }
    match failed[..] {
        [] => Ok(()),
        _ => Err(Failure::new(format!("these differ: {}", failed.join(", ")))),
    }
}
