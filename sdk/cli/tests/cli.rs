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

/// It went to standard error, with words before it, exactly where a program needs it.
#[test]
fn a_report_for_programs_is_on_standard_output_also_where_the_connector_is_not_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (folder, package) = (root.join("connectors/ashby"), guest("ashby"));
    let word = Path::new;
    let asked = [word("check"), word("--folder"), &folder, word("--package"), &package];
    let output = run(&[&asked[..], &[word("--json"), word("-")]].concat());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("standard output is JSON");
    assert_ne!(report["level"], "tested", "on a stand-in that knows nothing of Ashby");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("not Tested: ") && told.contains("failed"), "{told}");
    let shown = run(&asked);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("level Declared"), "{shown:?}");
}

#[test]
fn what_is_not_asked_for_as_it_has_to_be_ends_with_64_and_help_with_0() {
    let code = |args: &[&str]| run(&args.iter().map(Path::new).collect::<Vec<_>>()).status.code();
    for args in [&["fly"][..], &[], &["check", "--flag"], &["dev", "--port", "many"]] {
        assert_eq!(code(args), Some(64), "{args:?}");
    }
    for args in [&["--help"][..], &["--version"], &["check", "--help"]] {
        assert_eq!(code(args), Some(0), "{args:?}");
    }
}

/// Nothing that was asked for ran, and that was a success; and one script ended the whole command.
#[test]
fn a_script_that_nobody_has_is_a_mistake_and_one_that_cannot_be_played_is_one_that_failed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("exchanges")).expect("a folder");
    let from = root.join("connectors/greenhouse");
    for file in ["connector.toml", "settings.schema.json", "exchanges/deliver-nobody.json"] {
        std::fs::copy(from.join(file), folder.path().join(file)).expect("copied");
    }
    let script = std::fs::read(from.join("exchanges/deliver-nobody.json")).expect("a script");
    let mut script: serde_json::Value = serde_json::from_slice(&script).expect("JSON");
    script["settings"] = serde_json::json!({"flies": true});
    std::fs::write(folder.path().join("exchanges/a-wrong-one.json"), script.to_string()).expect("written");
    let package = guest("greenhouse");
    let test = |only: &str| {
        let word = Path::new;
        let asked = [word("test"), word("--folder"), folder.path(), word("--package"), &package, word("--double")];
        let output = run(&[&asked[..], &[word("greenhouse"), word("--only"), word(only)]].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, told) = test("delivver");
    assert!(code == Some(64) && told.contains("(exchanges/deliver-nobody.json)"), "{told}");
    let (code, told) = test(".json");
    assert_eq!(code, Some(1), "{told}");
    for line in ["1 failed", "(exchanges/a-wrong-one.json)", "'flies' was unexpected", "ok      "] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
}

#[test]
fn what_was_signed_verifies_and_nothing_else_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (package, key) = (at("greenhouse.wasm"), at("vendor.pem"));
    std::fs::copy(guest("greenhouse"), &package).expect("a package");
    let word = Path::new;
    let made = run(&[word("keygen"), word("--out"), &key]);
    let public = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    assert!(public.starts_with("ed25519:"), "{public}");
    assert_eq!(run(&[word("keygen"), word("--out"), &key]).status.code(), Some(73), "a key is never written over");

    assert!(run(&[word("sign"), &package, word("--key"), &key]).status.success());
    let verify = |whose: &[&Path]| {
        let output = run(&[&[word("verify"), package.as_path()], whose].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, text) = verify(&[word("--key"), word(&public)]);
    assert!(code == Some(0) && text.starts_with("greenhouse 0.1.0 (sha256:"), "{text}");
    let other = public.replace(&public[8..10], if &public[8..10] == "00" { "01" } else { "00" });
    assert_eq!(verify(&[word("--key"), word(&other)]).0, Some(1));
    assert_eq!(verify(&[]).0, Some(64), "a signature says nothing without somebody to rely on");

    let trust = at("trust.toml");
    for (connectors, expected) in [("greenhouse", Some(0)), ("acme/*", Some(1))] {
        let text = format!("[[keys]]\nkey = \"{public}\"\nconnectors = [\"{connectors}\"]\n");
        std::fs::write(&trust, text).expect("a trust file");
        assert_eq!(verify(&[word("--trust"), &trust]).0, expected, "{connectors}");
    }
    // A file that somebody changed afterwards.
    let mut bytes = std::fs::read(&package).expect("the package");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&package, bytes).expect("it is changed");
    let (code, text) = verify(&[word("--key"), word(&public)]);
    assert!(code == Some(1) && !text.contains("panicked"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_key_is_written_for_its_owner_only_and_refused_once_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("vendor.pem");
    let word = Path::new;
    assert!(run(&[word("keygen"), word("--out"), &key]).status.success());
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).expect("the group may read");
    let output = run(&[word("sign"), &guest("greenhouse"), word("--key"), &key, word("--out"), word("/dev/null")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("others can read this key"));
}
