//! Events as others verify them: the library of Standard Webhooks, and the examples of our own documentation.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    events::{endpoint, submit},
    gateway::Gateway,
    receiver::Receiver,
};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What a program makes of an event: its last word, or `None` where it refuses.
fn ask(program: &str, arguments: &[&Path], given: &Value) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it was there a moment ago");
    child.stdin.take().expect("it listens").write_all(given.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let has = found.is_ok_and(|status| status.success());
    if !has {
        eprintln!("skipped: {program} is not there");
    }
    has
}

/// An event that arrived, with everything its receiver has.
async fn event() -> Value {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let role = gateway.role().await;
    let endpoint = endpoint(&gateway, &receiver, &["submission.assessed"]).await;
    // As during a rotation: the receiver knows the first of two keys.
    gateway.post(&format!("/v1/events/endpoints/{}/rotate", endpoint.id), &json!({})).await;
    submit(&gateway, &role).await;
    let received = receiver.received().remove(0);
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<_, _> =
        names.iter().map(|name| (name.to_string(), json!(received.header(name)))).collect();
    json!({
        "headers": headers, "body": String::from_utf8(received.body.to_vec()).expect("text"),
        "secret": endpoint.secret, "key": endpoint.public_key, "now": gateway.app.now().as_second(),
    })
}

/// The event is taken, and refused once anything of it is changed.
fn takes_only_the_genuine(event: &Value, ask: impl Fn(&Value) -> Option<String>) {
    assert_eq!(ask(event).as_deref(), Some("submission.assessed"));
    let changed = |change: fn(&mut Value)| {
        let mut event = event.clone();
        change(&mut event);
        event
    };
    let body = |event: &mut Value| {
        event["body"] = json!(event["body"].as_str().expect("text").replace("assessed", "rejected"))
    };
    let id = |event: &mut Value| event["headers"]["webhook-id"] = json!("evt_00000000000000000000000000000007");
    let time = |event: &mut Value| {
        let now = event["now"].as_i64().expect("a number") + 1;
        event["headers"]["webhook-timestamp"] = json!(now.to_string());
    };
    let late = |event: &mut Value| event["now"] = json!(event["now"].as_i64().expect("a number") + 301);
    for (name, change) in [("body", body as fn(&mut Value)), ("id", id), ("time", time), ("age", late)] {
        assert_eq!(ask(&changed(change)), None, "another {name}");
    }
}

#[tokio::test]
async fn the_library_of_the_standard_takes_our_events() {
    let folder = here("../../target/webhooks");
    if !has("node") {
        return;
    }
    if !folder.join("node_modules/standardwebhooks").is_dir() {
        eprintln!("skipped: the library is not there (`cargo xtask test` installs it)");
        return;
    }
    let script = folder.join("library.mjs");
    std::fs::copy(here("tests/it/peers/library.mjs"), &script).expect("it is copied");
    takes_only_the_genuine(&event().await, |event| ask("node", &[&script], event));
}

#[tokio::test]
async fn the_examples_of_the_documentation_take_our_events() {
    let event = event().await;
    let examples = here("../../docs/examples");
    if has("node") {
        let (script, example) = (here("tests/it/peers/example.mjs"), examples.join("receive_event.mjs"));
        takes_only_the_genuine(&event, |event| ask("node", &[&script, &example], event));
    }
    if has("python3") {
        let script = here("tests/it/peers/example.py");
        takes_only_the_genuine(&event, |event| ask("python3", &[&script, &examples], event));
    }
}

#[test]
fn the_documentation_shows_the_examples_that_are_tested() {
    let page = std::fs::read_to_string(here("../../docs/events.md")).expect("the page");
    for name in ["receive_event.py", "receive_event.mjs"] {
        let example = std::fs::read_to_string(here("../../docs/examples").join(name)).expect("the example");
        assert!(page.contains(example.trim()), "docs/events.md shows another {name}");
    }
}
