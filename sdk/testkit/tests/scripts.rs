//! Scripts: what is as they say passes, and what is not is told where and how.

use std::path::Path;

use serde_json::{Value, json};
use wellspring_testkit::{
    conformance::{DoubleKind, rig},
    generic::GenericSeed,
    rig::{Outcome, Rig},
    script::{Played, Script, play},
};

fn kind() -> DoubleKind {
    let mut seed = GenericSeed::default();
    // The careless guest then sends nothing besides what these scripts are about.
    seed.settings.insert("flaw".to_owned(), "asks-too-much".into());
    DoubleKind::Generic(Box::new(seed))
}

async fn careless() -> Rig {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/careless.wasm");
    let package = std::fs::read(file).expect("careless.wasm is built: run `cargo xtask connectors`");
    rig(package, &kind()).await.expect("it installs")
}

async fn played(script: Value) -> Played {
    let script = Script::parse(script.to_string().as_bytes()).expect("a script");
    play(&careless().await, &script, &kind().sample()).await.expect("it can be played")
}

fn deliver(text: Value) -> Value {
    json!({
        "title": "deliver", "call": "deliver",
        "exchanges": [
            {"request": {"method": "GET", "path": "/notes", "credential": "main"}, "answer": {"status": 200, "json": []}},
            {
                "request": {"method": "POST", "path": "/notes", "json": {"application": "{{application.id}}", "text": text}},
                "answer": {"status": 201, "json": {"id": "7", "text": ""}}
            }
        ],
        "expect": {"receipt": {"remote_id": "7", "changed": true}}
    })
}

#[tokio::test]
async fn a_script_that_is_kept_to_passes() {
    let played = played(deliver(json!({"$contains": ["{{headline}}", "{{marker}}"]}))).await;
    assert!(played.flaws.is_empty(), "{:?}", played.flaws);
    assert_eq!(played.ran.exchanges.len(), 2);
    assert_eq!(played.ran.exchanges[0].asked.credential.as_deref(), Some("main"));
}

#[tokio::test]
async fn a_request_that_is_another_is_told_with_its_place() {
    let played = played(deliver(json!("something else"))).await;
    let told = played.flaws[0].to_string();
    assert!(told.starts_with("request 2 of 2 is another than expected: POST api:/notes"), "{told}");
    assert!(told.contains("body /text") && told.contains("something else"), "{told}");
    assert!(played.flaws[1].to_string().contains("/receipt"), "{:?}", played.flaws);
}

#[tokio::test]
async fn a_request_too_many_and_one_too_few_are_told() {
    let mut script = deliver(json!({"$any": true}));
    script["exchanges"].as_array_mut().expect("a list").pop();
    let many = played(script).await;
    assert!(many.flaws[0].what.contains("a request that the script does not have, after its 1"), "{:?}", many.flaws);
    let mut script = deliver(json!({"$any": true}));
    script["exchanges"][0]["answer"]["json"] = json!([{"id": "7", "text": "{{marker}}"}]);
    script["expect"] = json!({"receipt": {"changed": false}});
    let few = played(script).await;
    assert_eq!(few.flaws.len(), 1, "{:?}", few.flaws);
    assert!(few.flaws[0].what.contains("request 2 of 2 did not come: POST /notes"), "{:?}", few.flaws);
}

#[tokio::test]
async fn webhooks_are_signed_as_the_manifest_says_and_count_for_nothing_without() {
    let receive = |proof: Value, expect: Value| json!({"title": "r", "call": "receive", "request": {"json": {"event": "test"}, "proof": proof}, "expect": expect});
    let good =
        played(receive(json!("manifest"), json!({"events": [{"type": "connection-tested"}], "status": 204}))).await;
    assert!(good.flaws.is_empty(), "{:?}", good.flaws);
    let none = played(receive(json!("none"), json!({"not_genuine": true}))).await;
    assert!(none.flaws.is_empty() && none.ran.outcome == Outcome::NotGenuine, "{:?}", none.flaws);
}

#[test]
fn a_script_with_a_misspelt_member_is_refused_by_its_name() {
    let error =
        Script::parse(br#"{"title": "x", "call": "deliver", "exchange": [], "expect": {}}"#).expect_err("misspelt");
    assert!(error.to_string().contains("`exchange`"), "{error}");
}
