//! What goes in and what comes out.

use std::sync::Arc;

use serde_json::json;
use wellspring_host::{CheckLine, DeliverCall};
use wellspring_model::delivery::FailureCode;

use crate::support::{NOW_MS, call, connection, deliver, guest, host, id, install, tight};

#[tokio::test]
async fn a_good_guest_reads_its_call_and_gives_a_receipt() {
    let host = host(tight());
    install(&host, &["echoes"]).await;
    let receipt = deliver(&host, "echoes", "").await.expect("delivers");
    let remote_id = receipt.remote_id.expect("an id").0;
    assert_eq!(remote_id, "dlv_test/[wellspring:con_00000000000000000000000000000002:61001]");
    assert!(receipt.changed);
    assert_eq!(receipt.details, json!({}));
}

#[tokio::test]
async fn nothing_stays_in_memory_between_calls() {
    let host = host(tight());
    install(&host, &["echoes"]).await;
    // The guest fails when it finds what it kept. More calls than slots, so that slots are used again.
    for _ in 0..200 {
        deliver(&host, "echoes", "").await.expect("fresh memory");
    }
}

#[tokio::test]
async fn a_guest_sees_its_settings_the_clock_and_chance_of_the_host() {
    let host = host(tight());
    install(&host, &["echoes"]).await;
    let mut view = connection("echoes", &[], &[]);
    view.connection.settings.insert("greeting".to_owned(), "hola".into());
    let lines = host.check(&id("echoes"), view).await.expect("checks");
    let good = |name: &str, message: &str| CheckLine { name: name.to_owned(), ok: true, message: message.to_owned() };
    assert_eq!(
        lines,
        [
            good("connection", "con_00000000000000000000000000000002"),
            good("greeting", "hola"),
            good("clock", &NOW_MS.to_string()),
            good("random", "[7, 7, 7, 7]"),
        ]
    );
}

#[tokio::test]
async fn what_a_guest_does_not_implement_it_answers_as_unsupported() {
    let host = host(tight());
    install(&host, &["loops"]).await;
    let failure = host.check(&id("loops"), connection("loops", &[], &[])).await.expect_err("it has no check");
    assert_eq!(failure.code, FailureCode::Unsupported);
}

#[tokio::test]
async fn a_connector_installed_again_replaces_the_one_before() {
    let host = host(tight());
    let bytes = guest("echoes");
    host.install(bytes.clone()).await.expect("installs");
    let second = host.install(bytes).await.expect("installs again");
    assert_eq!(host.connectors().len(), 1);
    assert_eq!(host.connector(&id("echoes")).map(|one| one.inspection().digest), Some(second.inspection().digest));
    assert!(host.remove(&id("echoes")));
    assert!(host.connectors().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_run_side_by_side_on_many_threads() {
    let host = Arc::new(host(tight()));
    install(&host, &["echoes"]).await;
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let host = Arc::clone(&host);
            tokio::spawn(async move { deliver(&host, "echoes", "").await })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends").expect("delivers");
    }
}

#[test]
fn debug_shows_nothing_of_what_a_call_holds() {
    let call = DeliverCall { connection: connection("echoes", &[], &[("main", "s3cret")]), ..call("echoes", "key") };
    let shown = format!("{call:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("ana.ruiz") && !shown.contains("5 of 7"), "{shown}");
}
