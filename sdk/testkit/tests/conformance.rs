//! The kit finds what a careless connector does wrong, each thing by the rule that is about it.

use std::{collections::BTreeSet, path::Path};

use serde_json::json;
use wellspring_testkit::{
    conformance::{Candidate, DoubleKind, Level, Report, Verdict, examine},
    generic::GenericSeed,
    script::Script,
};

fn built(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors").join(name).with_extension("wasm");
    std::fs::read(file).unwrap_or_else(|_| panic!("{name}.wasm is not built: run `cargo xtask connectors`"))
}

/// An ATS with two jobs and a candidate of whom there is a note already.
fn seed(flaw: Option<&str>) -> GenericSeed {
    let mut seed = GenericSeed::default();
    if let Some(flaw) = flaw {
        seed.settings.insert("flaw".to_owned(), flaw.into());
    }
    let record = |value: serde_json::Value| value.as_object().expect("an object").clone();
    seed.collections
        .insert("notes".to_owned(), vec![record(json!({"id": "1", "application": "61001", "text": "Spoke."}))]);
    let jobs = [json!({"id": "7001", "title": "A"}), json!({"id": "7002", "title": "B"})];
    seed.collections.insert("jobs".to_owned(), jobs.map(record).to_vec());
    seed
}

/// A script for each direction, so that the rule about them has something to play.
fn scripts() -> Vec<(String, Script)> {
    let spare =
        json!({"request": {"method": "GET", "base": "spare", "path": "/jobs"}, "answer": {"status": 200, "json": []}});
    let note = json!({"id": "9", "text": "… {{marker}}"});
    let notes = json!({"request": {"method": "GET", "path": "/notes"}, "answer": {"status": 200, "json": [note]}});
    let delete = json!({"request": {"method": "DELETE", "path": "/notes/9"}, "answer": {"status": 204}});
    let jobs = json!({"request": {"method": "GET", "path": "/jobs"}, "answer": {"status": 200, "json": [{"id": "1", "title": "A"}]}});
    let all = [
        json!({"title": "d", "call": "deliver", "exchanges": [spare, notes], "expect": {"receipt": {"changed": false}}}),
        json!({"title": "w", "call": "withdraw", "exchanges": [notes, delete], "expect": {"receipt": {"remote_id": "9"}}}),
        json!({"title": "l", "call": "list-jobs", "exchanges": [jobs], "expect": {"jobs": [{"id": "1"}]}}),
        json!({
            "title": "r", "call": "receive", "request": {"json": {"event": "test"}},
            "expect": {"status": 204, "events": [{"type": "connection-tested"}]}
        }),
    ];
    let script = |value: serde_json::Value| {
        let script = Script::parse(value.to_string().as_bytes()).expect("a script");
        (script.title.clone(), script)
    };
    all.map(script).to_vec()
}

async fn report(flaw: Option<&str>) -> Report {
    let double = DoubleKind::Generic(Box::new(seed(flaw)));
    let candidate = Candidate { package: built("careless"), double, scripts: scripts() };
    examine(candidate).await.expect("it can be tried")
}

fn failed(report: &Report) -> BTreeSet<&'static str> {
    report.rulings.iter().filter(|one| one.verdict == Verdict::Failed).map(|one| one.rule).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_does_nothing_wrong_is_tested() {
    let report = report(None).await;
    assert_eq!(report.level, Level::Tested, "{report}");
    let aside = report.rulings.iter().filter(|one| one.verdict == Verdict::NotApplicable).map(|one| one.rule);
    assert_eq!(aside.collect::<Vec<_>>(), ["partners"], "{report}");
    let page = report.html();
    assert!(page.contains("Level: <strong>Tested</strong>") && page.contains("lost-answer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_is_found_by_the_rule_that_is_about_it() {
    let flaws = [
        ("writes-twice", "once"),
        ("writes-twice", "lost-answer"),
        ("writes-twice", "corrects"),
        ("presses-on", "waits"),
        ("gives-up", "outage"),
        ("gives-up", "lost-answer"),
        ("names-people", "privacy"),
        ("trusts-data", "not-data"),
        ("trusts-data", "receives"),
        ("mangles-text", "non-ascii"),
        ("keeps-what-was-withdrawn", "withdraws"),
        ("overlooks-corrections", "corrects"),
        // Not found where only what a call says, or only what is there after a repeat, is looked at.
        ("says-delivered", "outage"),
        ("says-delivered", "not-data"),
        ("shrugs", "merged"),
        ("shrugs", "oversize"),
        // Not found where nothing was corrected before it is withdrawn, or where the repeat is not looked at.
        ("leaves-corrections", "withdraws"),
        ("withdraws-twice", "withdraws"),
        ("asks-too-much", "rights"),
        ("reads-one-page", "once"),
        ("reads-one-page", "lists-jobs"),
        ("rolls-dice", "repeatable"),
    ];
    let names: BTreeSet<_> = flaws.iter().map(|(flaw, _)| *flaw).collect();
    let reports = names.into_iter().map(|flaw| async move { (flaw, report(Some(flaw)).await) });
    for (flaw, report) in futures_util::future::join_all(reports).await {
        let found = failed(&report);
        for (_, rule) in flaws.iter().filter(|(known, _)| *known == flaw) {
            assert!(found.contains(rule), "{flaw} is not found by {rule}, but by {found:?}\n{report}");
        }
        assert_eq!(report.level, Level::Declared, "{flaw}");
    }
}

#[tokio::test]
async fn what_is_no_package_is_not_even_declared_and_the_reason_is_told() {
    let double = DoubleKind::Generic(Box::default());
    let candidate = Candidate { package: b"not wasm".to_vec(), double, scripts: Vec::new() };
    let report = examine(candidate).await.expect("a report");
    assert_eq!(report.level, Level::None);
    assert_eq!(failed(&report), BTreeSet::from(["package"]));
    assert!(report.to_string().contains("is not a WebAssembly component"), "{report}");
}

#[tokio::test]
async fn settings_that_do_not_fit_are_told_with_their_place() {
    let mut seed = seed(None);
    seed.settings.insert("flaw".to_owned(), "flies".into());
    let double = DoubleKind::Generic(Box::new(seed));
    let candidate = Candidate { package: built("careless"), double, scripts: Vec::new() };
    let report = examine(candidate).await.expect("a report");
    assert_eq!(failed(&report), BTreeSet::from(["settings"]));
    assert!(report.to_string().contains("/settings/flaw"), "{report}");
}
