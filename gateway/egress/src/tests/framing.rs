//! What goes out, byte for byte: one request, framed by the host, below its base, whatever a guest says.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{
    client, get, get_as, plain, rights,
    server::{Answer, Server},
    wire::Wire,
};
use crate::{ConnectionClient, Credential, OutboundBody, OutboundRequest, SendFailure};

const SECRET: &str = "c4nary-s3cret";

fn refused(sent: &Result<crate::OutboundResponse, SendFailure>) -> bool {
    matches!(sent, Err(SendFailure::Denied(_)))
}

fn with(headers: &[(&str, &str)]) -> OutboundRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    OutboundRequest { headers, ..get("/x") }
}

/// Guards `headers::request`.
#[tokio::test]
async fn a_field_that_frames_or_steers_stops_the_request_before_anything_is_dialled() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let client = plain(&server);
    for headers in [
        &[("Host", "evil.example")][..],
        &[("HOST", "evil.example")],
        &[("Host", "a"), ("Host", "b")],
        &[("Host ", "evil.example")],
        &[(" Host", "evil.example")],
        &[("Content-Length", "0")],
        &[("Content-Length", "2"), ("Content-Length", "3")],
        &[("Content-Length", "2, 3")],
        &[("Transfer-Encoding", "chunked")],
        &[("Transfer-Encoding", "xchunked"), ("Content-Length", "5")],
        &[("Transfer-Encoding\u{b}", "chunked")],
        &[(":authority", "evil.example")],
        &[(":path", "/admin")],
        &[("Connection", "close, X-Own")],
        &[("Upgrade", "h2c")],
        &[("Expect", "100-continue")],
        &[("Accept-Encoding", "br")],
        &[("X-Own", "a\r\nHost: evil.example")],
        &[("X-Own", "a\r\n folded")],
        &[("X-Own", "a\nHost: evil.example")],
        &[("X-Own", "a\rHost: evil.example")],
        &[("X-Own", "a\0b")],
        &[("X-Own\r\nHost", "evil.example")],
        &[("X-Own: 1\r\nHost", "evil.example")],
        &[("X Own", "1")],
        &[("X-Own:", "1")],
        &[("X-Öwn", "1")],
        &[("", "1")],
        &[("X-Own", "1"), ("x-own", "2")],
        &[("X-Forwarded-Host", "evil.example")],
        &[("X-Original-URL", "/admin")],
    ] {
        let sent = client.send(with(headers)).await;
        assert!(refused(&sent), "{headers:?}: {sent:?}");
    }
    assert_eq!(server.connections().0, 0);
}

/// Guards the counts in `headers::request` and `path::join`, which come before anything is converted.
#[tokio::test]
async fn more_than_the_limit_of_fields_path_or_query_is_refused_at_once() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let client = plain(&server);
    let many = |count: usize, size: usize| (0..count).map(|n| (format!("x-{n}"), "y".repeat(size))).collect::<Vec<_>>();
    for request in [
        OutboundRequest { headers: many(65, 1), ..get("/x") },
        OutboundRequest { headers: many(32_769, 1), ..get("/x") },
        OutboundRequest { headers: many(1, 10 << 20), ..get("/x") },
        OutboundRequest { headers: many(32, 1_024), ..get("/x") },
        OutboundRequest { headers: vec![("x".repeat(70_000), String::new())], ..get("/x") },
        OutboundRequest { query: many(100_000, 1), ..get("/x") },
        OutboundRequest { query: many(1, 10 << 20), ..get("/x") },
        get(&format!("/{}", "x".repeat(10 << 20))),
        // Within the limit as given, beyond it as sent.
        get(&format!("/{}", "é".repeat(3_000))),
    ] {
        let started = std::time::Instant::now();
        let sent = client.send(request).await;
        assert!(refused(&sent), "{sent:?}");
        assert!(started.elapsed() < std::time::Duration::from_millis(300), "counted before it is converted");
    }
    assert_eq!(server.connections().0, 0);
    assert_eq!(client.send(OutboundRequest { headers: many(64, 1), ..get("/x") }).await.unwrap().status, 200);
}

/// Guards `path::join`.
#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused_and_none_leaves_its_base() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let client = plain(&server);
    for path in [
        "//evil.example/x",
        "\\\\evil.example\\x",
        "/\\evil.example",
        "/../admin",
        "/..",
        "/.",
        "/x/../../admin",
        "/%2e%2e/admin",
        "/%2E%2E/admin",
        "/.%2e/admin",
        "/%2e/x",
        "/x/..%2fadmin",
        "/x/..%5cadmin",
        "/%252e%252e/admin",
        "/..;/admin",
        "/.;x=1/admin",
        "/%2e%2e;/admin",
        "@evil.example/",
        ":80@evil.example/",
        ".evil.example/",
        "http://evil.example/",
        "https://evil.example/x",
        "evil.example",
        "/x#fragment",
        "/x?y=1",
        "/x y",
        "/x\tHTTP/1.1",
        "/x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /",
        "/x\r\nX-Own: 1",
        "/x%0d%0aX-Own:%201",
        "/x%00",
        "/x\u{0}",
        "/x\u{85}",
        "*",
        "?",
    ] {
        let sent = client.send(get(path)).await;
        assert!(refused(&sent), "{path:?}: {sent:?}");
    }
    assert_eq!(server.connections().0, 0);
    for path in ["", "/", "/x", "/x/", "/@evil.example", "/x;v=1", "/a:b", "/...", "/é", "/x%20y"] {
        client.send(get(path)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        Wire::read(server.requests().last().unwrap()).check(&server);
    }
}

#[tokio::test]
async fn every_method_and_body_goes_out_with_one_host_and_the_length_it_has() {
    let server = Server::start(|_, _| Answer::ok("")).await;
    let client = plain(&server);
    let smuggled = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        for (body, kind) in [
            (OutboundBody::None, None),
            (OutboundBody::Bytes(smuggled.into()), None),
            (OutboundBody::Json("{\"é\":1}".into()), Some("application/json")),
            (OutboundBody::Form(vec![("a b".into(), smuggled.into())]), Some("application/x-www-form-urlencoded")),
        ] {
            let headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
            let query = vec![(smuggled.to_owned(), smuggled.to_owned())];
            let sent = match &body {
                OutboundBody::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                OutboundBody::Json(json) => json.clone(),
                _ => String::new(),
            };
            client.send(OutboundRequest { method: method.into(), headers, query, body, ..get("/x") }).await.unwrap();
            let wire = Wire::read(server.requests().last().unwrap());
            wire.check(&server);
            assert!(wire.line.starts_with(&format!("{method} /v3/x?")), "{}", wire.line);
            assert_eq!(wire.all("content-type"), [kind.unwrap_or("text/plain")], "{method}");
            assert!(kind == Some("application/x-www-form-urlencoded") || wire.body == sent, "{method}: {}", wire.body);
        }
    }
    for method in ["get", "TRACE", "CONNECT", "OPTIONS", "", "GET ", "GET /admin HTTP/1.1\r\nHost: evil\r\n\r\nGET"] {
        let sent = client.send(OutboundRequest { method: method.into(), ..get("/x") }).await;
        assert!(refused(&sent), "{method:?}");
    }
}

fn keyed(server: &Server, name: &str) -> ConnectionClient {
    let credential = Credential::Header { name: name.into(), value: SecretString::from(SECRET) };
    client(rights(server, BTreeMap::from([("main".to_owned(), credential)])))
}

/// Guards `reserved`: with a key of its own a guest could write into an account of its own.
#[tokio::test]
async fn a_guest_cannot_say_whose_request_it_is() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let client = keyed(&server, "X-Api-Key");
    for credential in [None, Some("main".to_owned())] {
        for name in ["x-api-key", "X-API-KEY", "Authorization", "Proxy-Authorization", "Cookie"] {
            let request = OutboundRequest { credential: credential.clone(), ..with(&[(name, "mine")]) };
            assert!(refused(&client.send(request).await), "{name} {credential:?}");
        }
    }
    assert_eq!(server.connections().0, 0);
    client.send(get_as("/x", "main")).await.unwrap();
    assert_eq!(Wire::read(&server.requests()[0]).all("x-api-key"), [SECRET]);
}

/// Guards `headers::of_credential`: a manifest that lies names the field of its key so that the key frames the message.
#[tokio::test]
async fn a_credential_frames_and_steers_nothing() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection", "X-Forwarded-Host", "a b", "a\r\nb"] {
        let sent = keyed(&server, name).send(get_as("/x", "main")).await;
        assert!(matches!(sent, Err(SendFailure::Credential(_))), "{name}: {sent:?}");
    }
    for value in ["a\r\nHost: evil.example", "a\nb", "a\0b"] {
        let credential = Credential::Bearer(SecretString::from(value));
        let client = client(rights(&server, BTreeMap::from([("main".to_owned(), credential)])));
        let sent = client.send(get_as("/x", "main")).await;
        assert!(matches!(sent, Err(SendFailure::Credential(_))), "{value:?}: {sent:?}");
    }
    assert_eq!(server.connections().0, 0);
}
