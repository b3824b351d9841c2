//! Packages that are not as they should be, as a vendor comes to see them: the host refuses each, and the tool says the same with the
//! page about it.

use std::{
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use serde_json::{Map, json};
use wellspring_host::package::{EXPORTS, embed};
use wellspring_model::Timestamp;
use wellspring_testkit::rig::{Rig, RigError, Seeded, StoppedClock};

const MANIFEST: &str = r#"
    id = "acme/test"
    version = "0.1.0"
    contract = "0.1"
    display-level = "note"
    serialize-by = "application"
    events = ["deliver"]
"#;

/// A package with this among its imports, for the contract that its manifest names.
fn package(import: &str, contract: &str) -> Vec<u8> {
    let exports: String =
        EXPORTS.map(|name| format!(r#"(func (export "{name}") (canon lift (core func $i "f")))"#)).concat();
    let text = format!(
        r#"(component {import} (core module $m (func (export "f"))) (core instance $i (instantiate $m)) {exports})"#
    );
    let manifest = MANIFEST.replace("contract = \"0.1\"", &format!("contract = \"{contract}\""));
    embed(wat::parse_str(text).expect("well-formed text"), &manifest, &json!({"type": "object"})).expect("embeds")
}

fn importing(name: &str) -> Vec<u8> {
    package(&format!(r#"(import "{name}" (instance))"#), "0.1")
}

fn built() -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/greenhouse.wasm");
    std::fs::read(file).expect("greenhouse.wasm is not built: run `cargo xtask connectors`")
}

/// Each with the page about it, and what its message has to say.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static str, &'static [&'static str])> {
    let whole = built();
    let half = whole[..whole.len() / 2].to_vec();
    vec![
        (
            "built against a contract to come",
            importing("wellspring:connector/http@0.9.0"),
            "import-denied",
            &["contract 0.9.0", "speaks 0.1", "Build it for contract 0.1, or install it on a newer gateway"],
        ),
        (
            "built against a contract that was withdrawn",
            importing("wellspring:connector/http@0.0.3"),
            "import-denied",
            &["contract 0.0.3", "speaks no more", "Build it anew with an SDK for contract 0.1"],
        ),
        (
            "a manifest for a contract to come",
            package("", "9.0"),
            "contract-version",
            &["contract 9.0", "speaks 0.1", "newer gateway"],
        ),
        (
            "a manifest for a contract that was withdrawn",
            package("", "0.0"),
            "contract-version",
            &["contract 0.0", "speaks no more", "Build it anew"],
        ),
        (
            "one import too many",
            importing("wasi:clocks/wall-clock@0.2.0"),
            "import-denied",
            &["wasi:clocks/wall-clock@0.2.0", "wasm32-unknown-unknown"],
        ),
        (
            "one of our own interfaces too many",
            importing("wellspring:connector/files@0.1.0"),
            "import-denied",
            &["no interface `files`", "Take out what wants it"],
        ),
        ("truncated", half, "cut-off", &["ends early", "Copy or build it again"]),
        (
            "compiled ahead",
            b"\x7fELF\x02\x01\x01".to_vec(),
            "not-a-component",
            &["compiled code", "hand in the `.wasm`"],
        ),
        ("exports of another shape", package("", "0.1"), "contract", &["does not fit contract 0.1", "Build it anew"]),
    ]
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring-connector"));
    command.args(args).current_dir(folder).output().expect("the command runs")
}

#[tokio::test]
async fn the_host_refuses_a_bad_package_with_what_to_do() {
    for (what, bytes, page, parts) in bad() {
        let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
        let Err(RigError::Package(error)) = Rig::new(bytes, &Map::new(), clock, Arc::new(Seeded::new(1))).await else {
            panic!("{what}: it was installed");
        };
        assert_eq!(error.page(), page, "{what}: {error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{what}: `{part}` is not in: {error}");
        }
    }
}

#[test]
fn the_tool_refuses_a_bad_package_in_the_same_words_and_names_the_page() {
    let outside = tempfile::tempdir().expect("a folder");
    assert!(run(outside.path(), &["new", "acme"]).status.success());
    let folder = outside.path().join("acme");
    for (what, bytes, page, parts) in bad() {
        std::fs::write(folder.join("bad.wasm"), bytes).expect("written");
        let explained = run(&folder, &["explain", page]);
        assert!(
            explained.status.success() && String::from_utf8_lossy(&explained.stdout).contains("What to do"),
            "{page}"
        );
        // The shape of exports is seen when it is linked, which `inspect` does not do.
        let commands: &[&[&str]] = match page {
            "contract" => &[&["check", "--package", "bad.wasm"], &["test", "--package", "bad.wasm"]],
            _ => &[&["inspect", "bad.wasm"], &["check", "--package", "bad.wasm"], &["test", "--package", "bad.wasm"]],
        };
        for args in commands {
            let output = run(&folder, args);
            // A report is on standard output whatever it says.
            let told = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
            assert_eq!(output.status.code(), Some(1), "{what}, {args:?}: {told}");
            for part in parts.iter().copied().chain([format!("explain {page}").as_str()]) {
                assert!(told.contains(part), "{what}, {args:?}: `{part}` is not in: {told}");
            }
        }
    }
}
