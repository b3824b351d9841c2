//! Calls that are given up halfway, many times. In a process of its own, because what is left behind is measured for a
//! whole process.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "../src/tests/server.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod server;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use server::{Answer, Server};
use wellspring_egress::{Authorities, ConnectionClient, ConnectionEgress, OutboundBody, OutboundRequest, SendFailure};
use wellspring_model::{Timestamp, time::Clock};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn request(path: &str) -> OutboundRequest {
    OutboundRequest {
        method: "POST".into(),
        base: "api".into(),
        path: path.into(),
        query: Vec::new(),
        headers: Vec::new(),
        body: OutboundBody::Json("{}".into()),
        credential: None,
        timeout: None,
    }
}

/// What this process holds: open files, and memory in KiB. Zero where the system does not tell.
fn held() -> (usize, usize) {
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    (files, line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0))
}

async fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it has not come to this: {what}");
}

/// A call that is dropped takes its turn, its socket and its memory along, and the server sees the connection end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_given_up_halfway_leave_nothing_behind() {
    let server = Server::start(|request, _| match request.split(' ').nth(1) {
        Some("/head") => {
            Answer::Endless { head: String::new(), piece: b"H".to_vec(), pause: Duration::from_millis(20) }
        }
        Some("/body") => Answer::Endless {
            head: "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n".into(),
            piece: b"x".to_vec(),
            pause: Duration::from_millis(20),
        },
        Some("/well") => Answer::ok("well"),
        _ => Answer::Silence,
    })
    .await;
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), server.origin().parse().unwrap())]),
        private_origins: vec![server.origin()],
        credentials: BTreeMap::new(),
    };
    let client = ConnectionClient::new(egress, Arc::new(Authorities::new(None)), Arc::new(Stopped));
    let give_up = async |times: usize| {
        for turn in 0..times {
            // At any moment: before the connection stands, before the request is out, before the head or in the body.
            let call = client.send(request(["/silent", "/head", "/body"][turn % 3]));
            let given_up = tokio::time::timeout(Duration::from_micros(200 * (turn as u64 % 8)), call).await;
            assert!(given_up.is_err() || given_up == Ok(Err(SendFailure::Timeout)), "{given_up:?}");
        }
    };
    give_up(1_000).await;
    until("all connections are closed", || server.connections().1 == 0).await;
    let before = held();
    give_up(10_000).await;
    until("all connections are closed", || server.connections().1 == 0).await;
    let after = held();
    assert!(after.0 <= before.0 + 8, "{} files open, {} before", after.0, before.0);
    assert!(after.1 < before.1 + (16 << 10), "{} KiB of memory, {} before", after.1, before.1);
    let (made, _, most) = server.connections();
    assert!(made > 1_000, "only {made} came as far as a connection");
    println!("{made} connections, at most {most} at once; {before:?} and then {after:?} files and KiB");
    assert_eq!(client.send(request("/well")).await.unwrap().body, "well", "and the next call is served");
}
