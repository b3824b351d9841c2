//! Tenants and their keys on the command line.

use std::{
    path::Path,
    process::{Command, Output},
};

fn wellspring(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring"));
    command.current_dir(folder).args(arguments).output().expect("it runs")
}

/// What it prints, without the end of the line. It is expected to go well.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = wellspring(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text").trim_end().to_owned()
}

#[test]
fn who_lost_an_id_finds_it_again_and_no_key_is_shown_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| printed(folder.path(), words);
    run(&["migrate"]);
    let tenant = run(&["tenant", "create", "--name", "Example Ltd"]);
    let other = run(&["tenant", "create", "--name", "Another Ltd"]);
    let key = run(&["key", "create", "--tenant", &tenant, "--label", "the career site"]);
    assert_eq!(run(&["tenant", "list"]), format!("{tenant}  Example Ltd\n{other}  Another Ltd"));
    assert_eq!(run(&["key", "list", "--tenant", &other]), "");
    let listed = run(&["key", "list", "--tenant", &tenant]);
    let id = listed.split("  ").next().expect("an id").to_owned();
    assert!(id.starts_with("key_") && listed.ends_with("  the career site"), "{listed}");
    assert!(!listed.contains(&key), "{listed}");
    run(&["key", "revoke", &id, "--tenant", &tenant]);
    assert!(run(&["key", "list", "--tenant", &tenant]).contains("  the career site  revoked 20"));
    let nobody = wellspring(folder.path(), &["key", "list", "--tenant", "ten_00000000000000000000000000000001"]);
    assert_eq!(nobody.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("wellspring tenant list"));
}
