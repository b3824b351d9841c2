//! The example of the documentation, by the program: `docs/examples/scoring`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/scoring")
}

fn wellspring(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring"));
    command.current_dir(folder).args(arguments).output().expect("the example is as it should be")
}

fn score(folder: &Path) -> Output {
    let arguments = "score --profile profile.json --framework framework-employer.json --framework framework-college.json \
        --framework framework-crosswalk.json --credential credential-record.json --credential credential-academy.json \
        --trust trust.json --subject-email ada@example.org --at 2026-03-01T00:00:00Z --json";
    wellspring(folder, &arguments.split_whitespace().collect::<Vec<_>>())
}

/// The example in a folder of its own, with one file changed.
fn changed(file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the example is as it should be");
    for entry in fs::read_dir(example()).expect("the example is as it should be").flatten() {
        let text = fs::read_to_string(entry.path()).expect("the example is as it should be");
        let text = if entry.file_name() == file { change(text) } else { text };
        fs::write(folder.path().join(entry.file_name()), text).expect("the example is as it should be");
    }
    folder
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("the example is as it should be")
}

#[test]
fn the_program_computes_what_the_page_computes_by_hand() {
    let printed = score(&example());
    assert!(printed.status.success(), "{}", told(&printed));
    assert_eq!(printed.stdout, fs::read(example().join("assessment.json")).expect("the example is as it should be"));
    let assessment: Value = serde_json::from_slice(&printed.stdout).expect("the example is as it should be");
    assert_eq!(assessment["score"].to_string(), r#"{"high":65.83,"low":63.06,"value":63.06}"#);
    let shares = assessment["lines"]
        .as_array()
        .expect("the example is as it should be")
        .iter()
        .map(|line| line["score"].as_u64().expect("the example is as it should be"));
    assert_eq!(shares.collect::<Vec<_>>(), [1_000_000, 500_000, 750_000, 950_000, 166_666, 0]);
    assert_eq!(assessment["musts"].to_string(), r#"{"met":1,"of":2}"#);
}

#[test]
fn a_replay_prints_the_same_bytes_from_wherever_it_is_run() {
    let file = example().join("assessment.json");
    let elsewhere = tempfile::tempdir().expect("the example is as it should be");
    for folder in [example(), elsewhere.path().to_owned()] {
        let printed =
            wellspring(&folder, &["replay", file.to_str().expect("the example is as it should be"), "--json"]);
        assert!(printed.status.success(), "{}", told(&printed));
        assert_eq!(printed.stdout, fs::read(&file).expect("the example is as it should be"));
    }
}

#[test]
fn a_file_that_has_changed_since_is_named_and_nothing_is_computed() {
    let folder = changed("credential-academy.json", |text| text.replace("Data protection", "Data Protection"));
    let printed = wellspring(folder.path(), &["replay", "assessment.json", "--json"]);
    assert_eq!((printed.status.code(), printed.stdout.len()), (Some(66), 0));
    assert!(told(&printed).contains("credential-academy.json has changed since"), "{}", told(&printed));
}

#[test]
fn an_assessment_that_was_changed_is_found_out() {
    let folder = changed("assessment.json", |text| text.replace("\"value\":63.06", "\"value\":93.06"));
    let printed = wellspring(folder.path(), &["replay", "assessment.json", "--json"]);
    assert_eq!(printed.status.code(), Some(1), "{}", told(&printed));
    let more = changed("assessment.json", |text| text.replacen('{', "{\"approved\":true,", 1));
    assert_eq!(wellspring(more.path(), &["replay", "assessment.json"]).status.code(), Some(1));
}

#[test]
fn a_credential_that_was_changed_counts_for_nothing() {
    let folder = changed("credential-academy.json", |text| text.replace("Data protection", "Data Protection"));
    let printed = score(folder.path());
    assert!(printed.status.success(), "{}", told(&printed));
    let assessment: Value = serde_json::from_slice(&printed.stdout).expect("the example is as it should be");
    assert_eq!(assessment["lines"][3]["code"], "NO_EVIDENCE");
    assert!(assessment["not_counted"].to_string().contains("VERIFICATION_FAILED"));
}

#[test]
fn a_profile_that_cannot_be_scored_is_refused_with_its_place() {
    let refused = [
        ("\"weight\": 3", "\"weight\": 0", "/requirements/0/weight"),
        ("0000000000e6", "0000000000e7", "/requirements/5/item"),
        ("\"dreyfus\"", "\"karate\"", "/requirements/4/level/scale"),
        ("\"competent\"", "\"black belt\"", "/requirements/4/level/required"),
    ];
    for (was, is, at) in refused {
        let folder = changed("profile.json", |text| text.replace(was, is));
        let printed = score(folder.path());
        assert_eq!(printed.status.code(), Some(65), "{at}");
        assert!(told(&printed).contains(at), "{at}: {}", told(&printed));
    }
}

#[test]
fn another_policy_is_compared_over_the_same_candidates() {
    let shipped = include_str!("../../../score/policy/default.json");
    let stricter = shipped.replace("\"broader\": 500000", "\"broader\": 0").replace("\"0.4\"", "\"0.4-strict\"");
    let folder = changed("", |text| text);
    fs::write(folder.path().join("strict.json"), stricter).expect("it can be written");
    let compare = ["compare", "--policy", "strict.json", "assessment.json"];
    let printed = wellspring(folder.path(), &[&compare[..], &["--json"]].concat());
    assert!(printed.status.success(), "{}", told(&printed));
    let compared: Value = serde_json::from_slice(&printed.stdout).expect("it is JSON");
    let of = |side: &str| (compared[0][side]["policy"].to_string(), compared[0][side]["score"]["value"].to_string());
    assert_eq!(of("before"), ("\"wellspring-default@0.4\"".into(), "63.06".into()));
    assert_eq!(of("after"), ("\"wellspring-default@0.4-strict\"".into(), "61.67".into()), "7.4 of 12");
    let lines = compared[0]["lines"].as_array().expect("there are lines");
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["before"]["code"], &lines[0]["after"]["code"]),
        (&"LEVEL_UNKNOWN".into(), &"NO_EVIDENCE".into())
    );
    let words = wellspring(folder.path(), &compare);
    assert!(String::from_utf8_lossy(&words.stdout).contains("Describe data with statistics"), "{words:?}");
}

#[test]
fn a_framework_that_is_broken_is_refused_with_its_place() {
    let folder = changed("framework-employer.json", |text| text.replacen("isChildOf", "isNephewOf", 1));
    let printed = score(folder.path());
    assert_eq!(printed.status.code(), Some(65));
    let told = told(&printed);
    assert!(told.contains("UNKNOWN_ASSOCIATION_TYPE at `/CFAssociations/0/associationType`"), "{told}");
}
