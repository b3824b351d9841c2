//! The contract from other languages: `cargo xtask guests` builds these where their tools can be had. Where they are not built,
//! these tests say so.

use std::sync::Arc;

use wellspring_host::{CheckLine, DeliverCall, Host, Limits};
use wellspring_model::{
    delivery::{DeliveryFailure, FailureCode, Receipt},
    id::ExternalId,
};

use crate::{
    canned::{Canned, NOTE},
    support::{NOBODY, built, call, connection, host, id, tight},
};

/// What each of them does alike. `malformed` is what it says of an answer that is no JSON.
async fn behaves(name: &str, malformed: &str) {
    let Some(package) = built(name) else {
        println!("SKIPPED: {name}.wasm is not built: run `cargo xtask guests`");
        return;
    };
    let host = installed(host(patient()).answered_by(Arc::new(NOTE)), &package).await;
    let imports = host.connector(&id(name)).map(|one| one.inspection().imports.clone()).unwrap_or_default();
    assert!(imports.iter().all(|import| import.starts_with("wellspring:connector/")), "{imports:?}");

    let delivered = host.deliver(&id(name), call(name, "")).await;
    let receipt = delivered.result.expect("delivers");
    let expected =
        Receipt { remote_id: Some(ExternalId("4711".to_owned())), changed: true, details: serde_json::json!({}) };
    assert_eq!((receipt, delivered.requests), (expected, 1), "{name}");

    let lines = host.check(&id(name), connection(name, &[("api", NOBODY)], &[])).await.expect("checks");
    let line = CheckLine { name: "status".to_owned(), ok: true, message: "the ATS answers 201".to_owned() };
    assert_eq!(lines, [line], "{name}");

    // What its language throws arrives as the contract's error, and not as a trap that says nothing.
    let host = host.answered_by(Arc::new(Canned("<html>")));
    let failure = refused(&host, name, &[("api", "http://127.0.0.1:10")]).await;
    assert!(matches!(failure.code, FailureCode::Internal | FailureCode::Upstream), "{name}: {failure:?}");
    assert!(failure.message.contains(malformed), "{name}: {}", failure.message);

    // The real way out, with no base granted: what the sandbox saw goes before what the guest says of it.
    let host = installed(self::host(patient()), &package).await;
    let failure = refused(&host, name, &[]).await;
    assert_eq!(failure.code, FailureCode::OriginDenied, "{name}: {}", failure.message);
}

/// Interpreters need longer than what is compiled.
fn patient() -> Limits {
    Limits { cpu_ticks: 500, ..tight() }
}

async fn installed(host: Host, package: &[u8]) -> Host {
    host.install(package.to_vec()).await.expect("it installs");
    host
}

async fn refused(host: &Host, name: &str, bases: &[(&str, &str)]) -> DeliveryFailure {
    let call = DeliverCall { connection: connection(name, bases, &[]), ..call(name, "") };
    host.deliver(&id(name), call).await.result.expect_err("it does not succeed")
}

#[tokio::test]
async fn a_guest_in_javascript_fits_the_contract() {
    behaves("notes-javascript", "SyntaxError").await;
}

#[tokio::test]
async fn a_guest_in_python_fits_the_contract() {
    behaves("notes-python", "JSONDecodeError").await;
}

#[tokio::test]
async fn the_guest_in_rust_that_they_are_measured_beside_does_the_same() {
    behaves("notes", "JSON").await;
}
