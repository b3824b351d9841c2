//! Time and size: each bound alone, with all others far away, against a server that strains just this one.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};

use super::{
    client_with, get, limits, plain, rights,
    server::{Answer, Server},
};
use crate::{EgressLimits, OutboundRequest, OutboundResponse, SendFailure, judge::system_lookup};

const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(100);
/// Far from both, so that a slow machine does not matter.
const BETWEEN: Duration = Duration::from_secs(30);

fn long() -> EgressLimits {
    EgressLimits { connect: LONG, first_byte: LONG, between_bytes: LONG, total: LONG, ..limits() }
}

async fn sent_within(
    server: &Server,
    limits: EgressLimits,
    request: OutboundRequest,
) -> Result<OutboundResponse, SendFailure> {
    let client = client_with(rights(server, std::collections::BTreeMap::new()), limits, system_lookup());
    tokio::time::timeout(BETWEEN, client.send(request)).await.expect("within the one bound that is short")
}

/// What does not come to an end comes in pieces of one byte.
fn drips(head: &str) -> impl Fn(&str, usize) -> Answer + Send + Sync + 'static {
    let head = head.to_owned();
    move |_, _| Answer::Endless { head: head.clone(), piece: b"x".to_vec(), pause: Duration::from_millis(20) }
}

/// Guards `first_byte`.
#[tokio::test]
async fn a_head_that_never_ends_is_left() {
    for head in ["", "HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nx: "] {
        let server = Server::start(drips(head)).await;
        let sent = sent_within(&server, EgressLimits { first_byte: SOON, ..long() }, get("/x")).await;
        assert!(matches!(sent, Err(SendFailure::Timeout | SendFailure::Connect)), "{head:?}: {sent:?}");
    }
    let interim = Server::start(|_, _| Answer::Endless {
        head: String::new(),
        piece: b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(),
        pause: Duration::from_millis(5),
    })
    .await;
    let sent = sent_within(&interim, EgressLimits { first_byte: SOON, ..long() }, get("/x")).await;
    assert_eq!(sent, Err(SendFailure::Timeout), "interim answers for ever");
    let silent = Server::start(|_, _| Answer::Silence).await;
    let sent = sent_within(&silent, EgressLimits { first_byte: SOON, ..long() }, get("/x")).await;
    assert_eq!(sent, Err(SendFailure::Timeout), "nothing at all");
}

/// Guards `between_bytes` in `read::body`.
#[tokio::test]
async fn a_body_that_stops_is_left() {
    for head in ["content-length: 10", "transfer-encoding: chunked", "connection: close"] {
        let begun = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n2\r\nab");
        let server = Server::start(move |_, _| Answer::Endless {
            head: begun.clone(),
            piece: Vec::new(),
            pause: Duration::from_millis(20),
        })
        .await;
        let sent = sent_within(&server, EgressLimits { between_bytes: SOON, ..long() }, get("/x")).await;
        assert_eq!(sent, Err(SendFailure::Timeout), "{head}");
    }
}

/// Guards `total`: each byte comes in time, the whole never does.
#[tokio::test]
async fn a_body_that_comes_byte_by_byte_without_end_is_left() {
    let server = Server::start(drips("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")).await;
    let sent = sent_within(&server, EgressLimits { total: SOON, ..long() }, get("/x")).await;
    assert_eq!(sent, Err(SendFailure::Timeout));
    let sent = sent_within(&server, long(), OutboundRequest { timeout: Some(SOON), ..get("/x") }).await;
    assert_eq!(sent, Err(SendFailure::Timeout), "the guest asked for less");
    let sent = sent_within(&server, long(), OutboundRequest { timeout: Some(Duration::ZERO), ..get("/x") }).await;
    assert_eq!(sent, Err(SendFailure::Timeout), "and may ask for nothing");
}

/// Guards `connect`, under which the handshake is too.
#[tokio::test]
async fn a_handshake_that_never_ends_is_left() {
    let silent = Server::start(|_, _| Answer::Silence).await;
    let origin = silent.origin().replace("http://", "https://");
    let mut rights = rights(&silent, std::collections::BTreeMap::new());
    rights.bases.insert("api".into(), origin.parse().unwrap());
    rights.private_origins.push(origin);
    let client = client_with(rights, EgressLimits { connect: SOON, ..long() }, system_lookup());
    let sent = tokio::time::timeout(BETWEEN, client.send(get("/x"))).await;
    assert_eq!(sent.expect("within `connect`"), Err(SendFailure::Timeout));
}

fn folded(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn unfolded(coding: &str, body: Vec<u8>, limits: EgressLimits) -> Result<Vec<u8>, SendFailure> {
    let head = format!("HTTP/1.1 200 OK\r\n{coding}content-length: {}\r\n\r\n", body.len());
    let whole = [head.into_bytes(), body].concat();
    let server = Server::start(move |_, _| Answer::Whole(whole.clone())).await;
    sent_within(&server, limits, get("/x")).await.map(|answer| answer.body.to_vec())
}

#[tokio::test]
async fn an_archive_is_unfolded_and_the_guest_is_told_nothing_of_it() {
    let server = Server::start(|_, _| {
        let body = folded(b"{\"a\":1}");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        Answer::Whole([head.as_bytes(), &body].concat())
    })
    .await;
    let answer = plain(&server).send(get("/x")).await.unwrap();
    assert_eq!((&answer.body[..], answer.headers.len()), (b"{\"a\":1}".as_slice(), 0));
    assert!(server.requests()[0].contains("accept-encoding: gzip\r\n"), "{}", server.requests()[0]);
    let two = [folded(b"one "), folded(b"two")].concat();
    assert_eq!(unfolded("Content-Encoding: X-GZIP\r\n", two, limits()).await.unwrap(), b"one two");
    assert_eq!(unfolded("content-encoding: identity\r\n", b"plain".to_vec(), limits()).await.unwrap(), b"plain");
    assert_eq!(unfolded("content-encoding: br\r\n", Vec::new(), limits()).await.unwrap(), b"", "nothing to unfold");
}

/// Guards `Counted`: its limit, and its ratio where the limit is far away.
#[tokio::test]
async fn a_bomb_is_counted_as_it_unfolds() {
    let bomb = folded(&vec![b'0'; 32 << 20]);
    assert!(bomb.len() < limits().body_bytes, "it looks harmless: {}", bomb.len());
    let coding = "content-encoding: gzip\r\n";
    assert_eq!(unfolded(coding, bomb.clone(), limits()).await, Err(SendFailure::TooLarge), "the limit");
    let large = EgressLimits { body_bytes: 1 << 30, ..limits() };
    let began = Instant::now();
    assert_eq!(unfolded(coding, bomb.clone(), large).await, Err(SendFailure::TooLarge), "the ratio");
    assert!(began.elapsed() < BETWEEN);
    // Below the ratio, so that only the limit is there.
    let many: Vec<u8> = (0..1_000).flat_map(|_| folded(&[b'0'; 1 << 10])).collect();
    assert_eq!(
        unfolded(coding, many, limits()).await,
        Err(SendFailure::TooLarge),
        "of many members, none of them suspicious"
    );
    // What repeats itself as text does is no bomb.
    let list: String =
        (0..40_000).map(|n| format!(r#"{{"id":{n},"name":"Candidate {n}","stage":"interview"}},"#)).collect();
    let sent =
        unfolded(coding, folded(list.as_bytes()), EgressLimits { body_bytes: 1 << 30, total: LONG, ..limits() }).await;
    assert_eq!(sent.unwrap(), list.into_bytes());
}

/// Guards `is_gzip`: whatever was not asked for is not read, so that nothing unknown goes to a guest past the scrubber.
#[tokio::test]
async fn what_is_folded_twice_or_in_another_way_is_not_read() {
    let once = folded(b"{}");
    let twice = folded(&once);
    for coding in [
        "gzip, gzip",
        "gzip,gzip",
        "gzip\r\ncontent-encoding: gzip",
        "br",
        "deflate",
        "zstd",
        "compress",
        "gzip, br",
        "identity, gzip",
        "aes",
        ",gzip",
    ] {
        let sent = unfolded(&format!("content-encoding: {coding}\r\n"), twice.clone(), limits()).await;
        assert_eq!(sent, Err(SendFailure::Connect), "{coding}");
    }
    // Folded twice and said once: unfolded once, and nothing looks into it again.
    assert_eq!(unfolded("content-encoding: gzip\r\n", twice, limits()).await, Ok(once));
}

#[tokio::test]
async fn an_archive_that_breaks_off_or_is_none_is_no_answer() {
    let whole = folded(b"{\"a\":1}");
    for broken in
        [whole[..whole.len() - 3].to_vec(), whole[..12].to_vec(), b"{}".to_vec(), [&whole[..], b"more"].concat()]
    {
        let sent = unfolded("content-encoding: gzip\r\n", broken.clone(), limits()).await;
        assert_eq!(sent, Err(SendFailure::Connect), "{broken:?}");
    }
}

/// What stands behind an answer's end must not become the next answer.
#[tokio::test]
async fn an_answer_longer_than_it_says_does_not_answer_the_next_request() {
    let split = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    let server = Server::start(move |_, before| match before % 2 {
        0 => Answer::Kept(split.as_bytes().to_vec()),
        _ => Answer::ok("good"),
    })
    .await;
    let client = plain(&server);
    for round in 0..50 {
        assert_eq!(client.send(get("/x")).await.unwrap().body, "{}", "{round}");
        match client.send(get("/x")).await {
            Ok(answer) => assert_eq!(answer.body, "good", "{round}"),
            // Rather no answer than a wrong one; then the server has seen one request less.
            Err(failure) => panic!("{round}: {failure}"),
        }
    }
}

/// Guards `Turns`.
#[tokio::test]
async fn a_connection_that_floods_waits_for_itself_and_then_is_refused() {
    let silent = Server::start(|_, _| Answer::Silence).await;
    let few = EgressLimits { at_once: 2, waiting: 3, ..limits() };
    let client = client_with(rights(&silent, std::collections::BTreeMap::new()), few, system_lookup());
    let sent = futures_util::future::join_all((0..20).map(|_| client.send(get("/x")))).await;
    let count = |failure: SendFailure| sent.iter().filter(|one| **one == Err(failure.clone())).count();
    assert_eq!((count(SendFailure::Quota), count(SendFailure::Timeout)), (15, 5));
    let (all, _, most) = silent.connections();
    // Those that were left take a moment to close.
    assert!(all <= 5 && most <= 4, "{all} connections, {most} at once");
    assert_eq!(client.send(get("/x")).await, Err(SendFailure::Timeout), "the turns came back");
}
