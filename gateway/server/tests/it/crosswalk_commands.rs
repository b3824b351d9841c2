//! Crosswalks on the command line.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::json;

use crate::{
    crosswalks::{CLEANING, association, crosswalk, taught},
    gateway::{Gateway, framework},
};

fn wellspring(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring"));
    command.current_dir(folder).args(arguments).output().expect("it runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it prints text")
}

#[tokio::test]
async fn the_operator_lists_shows_and_exports_and_an_export_has_the_bytes_of_the_edition() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let id = crosswalk(&gateway).await;
    gateway.post(&format!("/v1/crosswalks/{id}/associations"), &association(CLEANING, "isPartOf")).await;
    gateway.post(&format!("/v1/crosswalks/{id}/editions"), &json!({})).await;
    let package = gateway.get(&format!("/v1/crosswalks/{id}/package")).await.text;
    let key = wellspring_server::auth::token_digest(&gateway.tenant.key);
    let tenant =
        gateway.app.store.tenant_of_key(&key).await.expect("the store answers").expect("a tenant").0.to_string();
    let file = gateway.file();
    let run = |words: &[&str]| {
        let beside = ["--tenant", &tenant, "--config", file.to_str().expect("a path")];
        wellspring(file.parent().expect("a folder"), &[&["crosswalk"], words, &beside].concat())
    };
    assert!(printed(&run(&["list"])).contains(&id));
    let shown = printed(&run(&["show", &id]));
    for part in
        ["approved", "isPartOf", "Clean a data set before it is used", "Jo Smith on 2026-11-23: as their syllabus"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert_eq!(printed(&run(&["export", &id])).trim_end(), package.trim_end());
    assert_eq!(printed(&run(&["export", &id, "--edition", "1"])).trim_end(), package.trim_end());
    let unknown = run(&["export", &id, "--edition", "2"]);
    assert_eq!(unknown.status.code(), Some(64), "{}", String::from_utf8_lossy(&unknown.stderr));
}

#[test]
fn suggestions_between_two_files_need_no_gateway() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, package) in [("taught.json", taught()), ("asked.json", framework())] {
        std::fs::write(folder.path().join(name), package.to_string()).expect("it is written");
    }
    let suggested = wellspring(folder.path(), &["crosswalk", "suggest", "taught.json", "asked.json"]);
    assert!(suggested.status.success(), "{}", String::from_utf8_lossy(&suggested.stderr));
    let text = printed(&suggested);
    assert!(text.contains("Clean a data set") && text.contains("Cleans data before using it"), "{text}");
    assert!(!text.contains("Care for older people"), "{text}");
    let missing = wellspring(folder.path(), &["crosswalk", "suggest", "taught.json", "gone.json"]);
    assert_eq!(missing.status.code(), Some(66));
    std::fs::write(folder.path().join("none.json"), "[]").expect("it is written");
    let none = wellspring(folder.path(), &["crosswalk", "suggest", "none.json", "asked.json"]);
    assert_eq!(none.status.code(), Some(65));
}
