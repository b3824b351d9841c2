//! The command as vendors call it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn run(args: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wellspring-connector")).args(args).output().expect("the command runs")
}

fn guest(name: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors").join(name).with_extension("wasm");
    assert!(file.is_file(), "{name}.wasm is not built: run `cargo xtask connectors`");
    file
}

#[test]
fn inspect_says_what_a_connector_is_imports_and_asks_for() {
    let file = guest("greenhouse");
    let output = run(&[Path::new("inspect"), &file]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}");
    for line in [
        "id             greenhouse",
        "contract       0.1",
        "imports        wellspring:connector/host@0.1.0",
        "exports        check",
        "asks for       address `api`: https://harvest.greenhouse.io/v3",
        "               address `auth`: https://auth.greenhouse.io (for tokens only)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[test]
fn inspect_speaks_json() {
    let file = guest("greenhouse");
    let output = run(&[Path::new("inspect"), &file, Path::new("--json")]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["id"], "greenhouse");
    assert_eq!(json["exports"].as_array().map(Vec::len), Some(8));
    assert_eq!(json["size"], std::fs::metadata(&file).expect("the file is there").len());
}

#[test]
fn what_is_no_connector_is_refused_with_the_reason() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = run(&[Path::new("inspect"), &here]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a WebAssembly component"));
    assert_eq!(run(&[Path::new("inspect"), Path::new("nowhere.wasm")]).status.code(), Some(66));
}
