//! The page of `dev`: it shows what happened, takes wishes from itself alone, and holds no secret.

use std::{path::Path, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wellspring_testkit::{
    conformance::{DoubleKind, rig},
    generic::{Generic, GenericSeed},
    live::{Action, Built, Hr, Live, Run, Snapshot, Trouble},
    rig::Call,
};

async fn ask(live: &Live, method: &str, path: &str, headers: &str, body: &str) -> String {
    let address = live.address().trim_start_matches("http://").trim_end_matches('/');
    let host = if headers.contains("Host:") { String::new() } else { format!("Host: {address}\r\n") };
    let mut stream = TcpStream::connect(address).await.expect("the page is there");
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test]
async fn a_call_is_shown_with_its_requests_what_hr_sees_and_no_secret() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/connectors/careless.wasm");
    let package = std::fs::read(file).expect("careless.wasm is built: run `cargo xtask connectors`");
    let seed = GenericSeed::default();
    let kind = DoubleKind::Generic(Box::new(seed.clone()));
    let rig = rig(package, &kind).await.expect("it installs");
    let generic = Arc::new(Generic::new(seed));
    rig.begin(None, Arc::clone(&generic) as _).expect("a connection");
    let ran = rig.call(Call::Deliver(Box::new(kind.sample().result().expect("a result")), Vec::new())).await;
    let (live, _wishes) = Live::start(0, Snapshot::default()).await.expect("a port");
    live.show(|now| {
        now.built = Built::Ready { took_ms: 1, bytes: 2 };
        now.run = Some(Run::new(1, "deliver", &ran, rig.front()));
        now.hr = Some(Hr::of(&generic));
    });
    let page = ask(&live, "GET", "/", "", "").await;
    for shown in
        ["POST api:/notes", "credential main: ••••••", "5 of 7 required skills verified", "What HR would see", "Built"]
    {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    assert!(!rig.front().holds_secret(&page), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
}

/// The buttons were those of the first moment, when nothing was built.
#[tokio::test]
async fn what_changes_with_the_connector_is_replaced_and_what_did_not_go_wrong_is_told() {
    let (live, _wishes) = Live::start(0, Snapshot::default()).await.expect("a port");
    let run = Run {
        number: 1,
        export: "check",
        outcome: "1 things looked at".to_owned(),
        is_good: true,
        missed: true,
        logs: Vec::new(),
        exchanges: Vec::new(),
    };
    live.show(|now| {
        now.events = vec!["withdraw".to_owned()];
        now.run = Some(run);
    });
    let (page, script) = (ask(&live, "GET", "/", "", "").await, ask(&live, "GET", "/live.js", "", "").await);
    for (part, holds) in [("head", "<h1>"), ("buttons", "value=\"withdraw\""), ("live", "What was to go wrong did not")]
    {
        assert!(script.contains(&format!("\"{part}\"")), "{part} is not replaced");
        let (_, from) = page.split_once(&format!("id=\"{part}\"")).expect("the page has it");
        assert!(from.contains(holds), "{holds} is not in {part}");
    }
}

#[tokio::test]
async fn only_the_page_itself_can_ask_for_a_call() {
    let (live, mut wishes) = Live::start(0, Snapshot::default()).await.expect("a port");
    let body = "action=deliver&trouble=lost-answer";
    let foreign = ask(&live, "POST", "/call", &format!("{FORM}Origin: https://evil.example\r\n"), body).await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let renamed = ask(&live, "GET", "/", "Host: evil.example\r\n", "").await;
    assert!(renamed.starts_with("HTTP/1.1 403"), "{renamed}");
    assert!(wishes.try_recv().is_err());
    let own = ask(&live, "POST", "/call", FORM, body).await;
    assert!(own.starts_with("HTTP/1.1 303"), "{own}");
    let wish = wishes.recv().await.expect("a wish");
    assert_eq!((wish.action, wish.trouble), (Action::Deliver, Trouble::LostAnswer));
}
