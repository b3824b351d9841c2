//! What a server may answer, and what that may cost.

use std::{collections::BTreeMap, io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};

use super::{
    client_with, get, limits, plain, rights,
    server::{Answer, Server},
};
use crate::{EgressLimits, OutboundBody, OutboundRequest, SendFailure, judge::system_lookup};

#[tokio::test]
async fn a_plain_exchange_says_what_the_guest_said_and_no_more() {
    let server =
        Server::start(|_, _| Answer::status("201 Created", &[("X-Request", "7"), ("Set-Cookie", "s=1")], "{}")).await;
    let request = OutboundRequest {
        method: "POST".into(),
        query: vec![("email".into(), "a+b@example.org".into())],
        headers: vec![("X-Own".into(), "1".into())],
        body: OutboundBody::Json(r#"{"a":1}"#.into()),
        ..get("/notes")
    };
    let answer = plain(&server).send(request).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (201, b"{}".as_slice()));
    assert!(answer.headers.contains(&("x-request".into(), "7".into())));
    assert!(!answer.headers.iter().any(|(name, _)| name == "set-cookie"));
    let seen = server.requests().remove(0);
    assert!(seen.starts_with("POST /v3/notes?email=a%2Bb%40example.org HTTP/1.1\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
    let names: Vec<String> =
        seen.lines().skip(1).filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect();
    let known = ["x-own", "content-type", "accept", "user-agent", "accept-encoding", "host", "content-length"];
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
}

/// Guards both uses of `fits` in `prepare`: the last of these is within the limit until it is written for an address.
#[tokio::test]
async fn a_request_that_carries_more_than_the_limit_is_not_sent() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let limits = EgressLimits { request_bytes: 1_000, ..limits() };
    let client = client_with(rights(&server, BTreeMap::new()), limits, system_lookup());
    let form = |value: String| OutboundBody::Form(vec![("a".into(), value)]);
    let post = |body| OutboundRequest { method: "POST".into(), body, ..get("/notes") };
    for body in
        [OutboundBody::Bytes(vec![b'x'; 1_000].into()), OutboundBody::Json("1".repeat(1_000)), form("x".repeat(998))]
    {
        assert_eq!(client.send(post(body)).await.unwrap().status, 200);
    }
    for body in [
        OutboundBody::Bytes(vec![b'x'; 1_001].into()),
        OutboundBody::Json("1".repeat(1_001)),
        form("x".repeat(1_000)),
        form("/".repeat(998)),
    ] {
        assert_eq!(client.send(post(body)).await, Err(SendFailure::TooLarge));
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inside = Server::start(|_, _| Answer::ok("inside")).await;
    let target = inside.origin();
    let server =
        Server::start(move |_, _| Answer::status("307 Temporary Redirect", &[("Location", &target)], "")).await;
    let answer = plain(&server).send(get("/x")).await.unwrap();
    assert_eq!(answer.status, 307);
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_is_cut_off_whatever_it_announces() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
    ] {
        let piece = if head.contains("chunked") {
            [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat()
        } else {
            vec![b'x'; 0x4000]
        };
        let server = Server::start(move |_, _| Answer::Endless {
            head: head.into(),
            piece: piece.clone(),
            pause: Duration::ZERO,
        })
        .await;
        assert_eq!(plain(&server).send(get("/x")).await, Err(SendFailure::TooLarge), "{head}");
    }
}

#[tokio::test]
async fn an_archive_is_counted_as_it_unfolds() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 8 * 1024 * 1024]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 16 * 1024, "it looks harmless: {}", bomb.len());
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len());
    let whole = [head.as_bytes(), &bomb].concat();
    let server = Server::start(move |_, _| Answer::Whole(whole.clone())).await;
    assert_eq!(plain(&server).send(get("/x")).await, Err(SendFailure::TooLarge));
}

#[tokio::test]
async fn a_server_that_says_nothing_or_ever_so_slowly_is_left() {
    let silent = Server::start(|_, _| Answer::Silence).await;
    assert_eq!(plain(&silent).send(get("/x")).await, Err(SendFailure::Timeout));
    let slow = Server::start(|_, _| Answer::Endless {
        head: "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".into(),
        piece: b"x".to_vec(),
        pause: Duration::from_millis(50),
    })
    .await;
    assert_eq!(plain(&slow).send(get("/x")).await, Err(SendFailure::Timeout), "each byte in time, the whole not");
}

#[tokio::test]
async fn a_request_may_ask_for_less_time_and_not_for_more() {
    let silent = Server::start(|_, _| Answer::Silence).await;
    for timeout in [Duration::from_millis(50), Duration::from_secs(3_600)] {
        let request = OutboundRequest { timeout: Some(timeout), ..get("/x") };
        assert_eq!(plain(&silent).send(request).await, Err(SendFailure::Timeout));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_makes_no_sense_is_no_answer() {
    for broken in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_owned(),
        "HELLO\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(500)),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1024 * 1024)),
    ] {
        let shown = broken.chars().take(60).collect::<String>();
        let server = Server::start(move |_, _| Answer::Whole(broken.clone().into_bytes())).await;
        assert_eq!(plain(&server).send(get("/x")).await, Err(SendFailure::Connect), "{shown}");
    }
}

#[tokio::test]
async fn nothing_in_a_request_becomes_a_second_request() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let smuggled = "x\r\nHost: evil.example\r\n\r\nGET /admin HTTP/1.1";
    let with_header =
        |name: &str, value: &str| OutboundRequest { headers: vec![(name.into(), value.into())], ..get("/x") };
    for request in [
        get(&format!("/{smuggled}")),
        with_header("X-Own", smuggled),
        with_header("X-Own\r\nHost", "evil.example"),
        with_header("Host", "evil.example"),
        with_header("Content-Length", "0"),
        with_header("Transfer-Encoding", "chunked"),
        with_header("Authorization", "Bearer mine"),
        OutboundRequest { method: "GET /admin HTTP/1.1\r\nX: ".into(), ..get("/x") },
        OutboundRequest { method: "CONNECT".into(), ..get("/x") },
        OutboundRequest { base: "other".into(), ..get("/x") },
    ] {
        let refused = plain(&server).send(request).await;
        assert!(matches!(refused, Err(SendFailure::Denied(_))), "{refused:?}");
    }
    let query = OutboundRequest { query: vec![(smuggled.into(), smuggled.into())], ..get("/x") };
    plain(&server).send(query).await.unwrap();
    let seen = server.requests();
    assert_eq!(seen.len(), 1, "only the last one went out, escaped");
    assert_eq!(seen[0].matches("HTTP/1.1").count(), 1, "{}", seen[0]);
}
