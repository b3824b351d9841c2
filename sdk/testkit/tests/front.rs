//! The server that stands where the ATS would be: while `record` runs, the ATS itself is behind it, with the credentials of an account.

use std::{path::Path, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wellspring_model::{ExposeSecret as _, Timestamp};
use wellspring_testkit::{
    conformance::DoubleKind,
    generic::{Generic, GenericSeed},
    rig::{Rig, Seeded, StoppedClock},
};

async fn careless(seed: u64) -> Rig {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/careless.wasm");
    let package = std::fs::read(file).expect("careless.wasm is built: run `cargo xtask connectors`");
    let settings = DoubleKind::Generic(Box::default()).settings();
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    Rig::new(package, &settings, clock, Arc::new(Seeded::new(seed))).await.expect("it installs")
}

fn key(rig: &Rig) -> String {
    rig.front().secrets()["main"]["key"].expose_secret().to_owned()
}

/// Asks for notes, as any process of the machine could.
async fn ask(rig: &Rig, host: Option<&str>, key: &str) -> String {
    let address = rig.front().origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("it is there");
    let host = host.unwrap_or(address);
    let request =
        format!("GET /api/notes HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Without a secret of each front's own, the one that stands in the source opens them all.
#[tokio::test]
async fn the_secrets_of_one_front_are_no_other_s() {
    let (one, other) = (careless(1).await, careless(2).await);
    assert_ne!(key(&one), key(&other));
    for rig in [&one, &other] {
        rig.begin(None, Arc::new(Generic::new(GenericSeed::default()))).expect("a connection");
        assert!(rig.front().holds_secret(&key(rig)));
    }
    assert!(ask(&one, None, &key(&one)).await.starts_with("HTTP/1.1 200"));
    for wrong in [key(&other), "main-key-c4n4ry-51c2".to_owned()] {
        let answer = ask(&one, None, &wrong).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
}

/// Without a look at `Host`, a page in a browser reaches it by a name that leads to loopback.
#[tokio::test]
async fn under_another_name_it_answers_nobody() {
    let rig = careless(1).await;
    rig.begin(None, Arc::new(Generic::new(GenericSeed::default()))).expect("a connection");
    let answer = ask(&rig, Some("ats.example"), &key(&rig)).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn once_the_call_has_ended_nobody_is_behind_it() {
    let rig = careless(1).await;
    rig.begin(None, Arc::new(Generic::new(GenericSeed::default()))).expect("a connection");
    rig.end();
    let answer = ask(&rig, None, &key(&rig)).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("nobody is here"), "{answer}");
}
