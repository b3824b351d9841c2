//! A vendor's way from an empty folder to a tested connector, with nothing but this tool and cargo.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// Runs the tool in a folder. What cargo builds there stays between runs of these tests: a vendor's second build is as quick.
fn run(folder: &Path, args: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/vendor");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring-connector"));
    command.args(args).current_dir(folder).env("CARGO_TARGET_DIR", target).env_remove("RUSTFLAGS");
    command.output().expect("the command runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs it and expects it to succeed.
fn good(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    said(&output)
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("a file");
    assert!(text.contains(from), "{from} is not in {}", file.display());
    fs::write(file, text.replace(from, to)).expect("written");
}

#[test]
fn a_new_connector_builds_passes_its_tests_and_what_is_broken_in_it_is_found() {
    let outside = tempfile::tempdir().expect("a folder");
    good(outside.path(), &["new", "acme-ats", "--vendor", "acme"]);
    let folder = outside.path().join("acme-ats");
    let built = good(&folder, &["build", "--offline"]);
    assert!(built.contains("id             acme/acme-ats") && built.contains("credential `main`: api-key"), "{built}");
    let tested = good(&folder, &["test"]);
    for line in ["ok      deliver writes a note that carries the marker", "(lost-answer)", "level Tested"] {
        assert!(tested.contains(line), "{line} is not in\n{tested}");
    }
    good(&folder, &["check", "--json", "report.json", "--html", "report.html"]);
    let report: Value = serde_json::from_slice(&fs::read(folder.join("report.json")).expect("a report")).expect("JSON");
    assert_eq!((&report["connector"], &report["level"]), (&"acme/acme-ats".into(), &"tested".into()));
    assert!(fs::read_to_string(folder.join("report.html")).expect("a page").contains("Level: <strong>Tested</strong>"));
    good(&folder, &["dev", "--once", "--offline", "--port", "0"]);

    // Somebody forgets to look for the note of an earlier call.
    edit(&folder.join("src/lib.rs"), "note.text.contains(marker)", "note.text.contains(marker) && false");
    good(&folder, &["build", "--offline"]);
    let broken = run(&folder, &["test"]);
    assert_eq!(broken.status.code(), Some(1));
    let told = said(&broken);
    for line in
        ["FAILED  deliver finds the note of an earlier call", "a request that the script does not have", "(once)"]
    {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
    let only = run(&folder, &["test", "--only", "check"]);
    assert!(only.status.success() && !said(&only).contains("once"), "{}", said(&only));

    // The compiler says what does not fit together.
    edit(&folder.join("connector.toml"), "events = [\"deliver\"]", "events = [\"deliver\", \"withdraw\"]");
    let unfit = run(&folder, &["build", "--offline"]);
    assert!(said(&unfit).contains("names the event `withdraw`, and it is not implemented here"), "{}", said(&unfit));
}

/// The type was called as the note's that the code reads, and the compiler refused both.
#[test]
fn a_connector_can_be_called_as_what_its_code_uses_is() {
    let outside = tempfile::tempdir().expect("a folder");
    good(outside.path(), &["new", "note"]);
    let built = good(&outside.path().join("note"), &["build", "--offline"]);
    assert!(built.contains("id             note"), "{built}");
    assert_eq!(run(outside.path(), &["new", "self"]).status.code(), Some(64));
}

#[test]
fn what_stands_in_the_way_of_a_new_connector_is_told() {
    let outside = tempfile::tempdir().expect("a folder");
    assert_eq!(run(outside.path(), &["new", "Acme"]).status.code(), Some(64));
    fs::create_dir(outside.path().join("acme")).expect("a folder");
    let there = run(outside.path(), &["new", "acme"]);
    assert!(there.status.code() == Some(64) && said(&there).contains("is there already"), "{}", said(&there));
    let nowhere = run(outside.path(), &["build"]);
    assert!(
        nowhere.status.code() == Some(66) && said(&nowhere).contains("wellspring-connector new NAME"),
        "{}",
        said(&nowhere)
    );
}

#[test]
fn the_sdk_can_be_one_that_is_there_already() {
    let outside = tempfile::tempdir().expect("a folder");
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rust");
    good(outside.path(), &["new", "acme", "--sdk", &sdk.display().to_string()]);
    let manifest = fs::read_to_string(outside.path().join("acme/Cargo.toml")).expect("a manifest");
    assert!(
        manifest.contains("wellspring-sdk = { path = ") && !outside.path().join("acme/vendor").exists(),
        "{manifest}"
    );
    let wrong = run(outside.path(), &["new", "other", "--sdk", "."]);
    assert!(wrong.status.code() == Some(64) && said(&wrong).contains("sdk/rust"), "{}", said(&wrong));
}

#[test]
fn a_component_of_another_toolchain_is_packed_and_a_package_is_not_packed_twice() {
    let outside = tempfile::tempdir().expect("a folder");
    good(outside.path(), &["new", "acme"]);
    let folder = outside.path().join("acme");
    let package: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/greenhouse.wasm");
    let twice = run(&folder, &["build", "--component", &package.display().to_string()]);
    let told = said(&twice);
    assert!(told.contains("2 sections") && told.contains("explain manifest-sections"), "{told}");
}

#[test]
fn our_own_connectors_are_tested_against_the_doubles_of_their_atss() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for name in ["ashby", "greenhouse"] {
        let package = root.join("target/connectors").join(name).with_extension("wasm").display().to_string();
        let folder = root.join("connectors").join(name).display().to_string();
        let report = good(&root, &["check", "--folder", &folder, "--package", &package, "--double", name]);
        assert!(report.contains(&format!("{name}: level Tested")), "{report}");
    }
}

#[test]
fn a_call_against_an_account_becomes_a_script_with_nobody_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let outside = tempfile::tempdir().expect("a folder");
    let folder = outside.path().join("greenhouse");
    fs::create_dir_all(folder.join("target")).expect("folders");
    for file in ["connector.toml", "settings.schema.json"] {
        fs::copy(root.join("connectors/greenhouse").join(file), folder.join(file)).expect("copied");
    }
    fs::copy(root.join("target/connectors/greenhouse.wasm"), folder.join("target/greenhouse.wasm")).expect("built");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let seed = wellspring_testkit::GreenhouseSeed::example()
        .candidate(88_501, "Greta Lindqvist", "greta@lindqvist.example")
        .application(88_123, 88_501, 7001)
        .note(88_501, "Greta seemed tired.");
    let account = runtime.block_on(wellspring_testkit::Greenhouse::start(seed)).expect("the double starts");
    let credentials = serde_json::json!({
        "settings": {"summary_field": "verified_skills_summary"},
        "bases": {"api": account.api_base(), "auth": account.auth_base()},
        "private_origins": [account.origin()],
        "credentials": {"main": {"client_id": account.client_id(), "client_secret": account.client_secret()}},
        "applicant": {
            "application": "88123", "candidate": "88501", "name": "Greta Lindqvist", "email": "greta@lindqvist.example"
        }
    });
    let file = folder.join("credentials.json");
    fs::write(&file, credentials.to_string()).expect("written");
    let open = run(&folder, &["record"]);
    assert!(said(&open).contains("chmod 600"), "{}", said(&open));
    let narrowed = Command::new("chmod").arg("600").arg(&file).status().expect("chmod runs");
    assert!(narrowed.success());
    good(&folder, &["record"]);
    assert_eq!(account.note_count(), 3, "it was written at the account");

    let script = fs::read_to_string(folder.join("exchanges/recorded-deliver.json")).expect("a script");
    for gone in ["Greta", "lindqvist", "88123", "88501", "tired", &account.client_secret(), "double-token", "Rita Holm"]
    {
        assert!(!script.contains(gone), "{gone} is in {script}");
    }
    let played = good(&folder, &["test", "--double", "greenhouse", "--only", "recorded"]);
    assert!(played.contains("ok      recorded: deliver"), "{played}");
    // Its lines have names, which are nobody's.
    good(&folder, &["record", "--call", "check"]);
    let played = good(&folder, &["test", "--double", "greenhouse", "--only", "recorded: check"]);
    assert!(played.contains("ok      recorded: check"), "{played}");
}
