//! The way to an address that the operator has set; and what an ATS is told of a trace.

use http::{HeaderMap, HeaderValue};
use wellspring_model::trace::TraceParent;

use super::{
    get, plain,
    server::{Answer, Server},
};
use crate::{OperatorClient, OutboundRequest, SendFailure};

#[tokio::test]
async fn what_is_sent_to_the_operators_address_goes_there_and_nowhere_else() {
    let (collector, other) =
        (Server::start(|_, _| Answer::ok("taken")).await, Server::start(|_, _| Answer::ok("")).await);
    let address = format!("{}/v1/traces", collector.origin()).parse().unwrap();
    let client = OperatorClient::new(&address, None).unwrap();
    let headers = HeaderMap::from_iter([("x-key".parse().unwrap(), HeaderValue::from_static("mine"))]);
    let answer = client.post(address, headers, "spans".into()).await.unwrap();
    assert_eq!((answer.0, &answer.1[..]), (200, b"taken".as_slice()));
    let seen = collector.requests().remove(0);
    assert!(seen.starts_with("POST /v1/traces HTTP/1.1\r\n") && seen.contains("x-key: mine\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\nspans"), "{seen}");
    let elsewhere = client.post(other.origin().parse().unwrap(), HeaderMap::new(), "spans".into()).await;
    assert!(matches!(elsewhere, Err(SendFailure::Denied(_))));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn an_ats_is_told_of_a_trace_by_the_gateway_and_by_no_connector() {
    let server = Server::start(|_, _| Answer::ok("")).await;
    let trace: TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let client = plain(&server);
    client.send_within(get("/x"), Some(trace)).await.unwrap();
    client.send(get("/x")).await.unwrap();
    let seen = server.requests();
    assert!(seen[0].contains(&format!("traceparent: {trace}\r\n")), "{}", seen[0]);
    assert!(!seen[1].contains("traceparent"), "{}", seen[1]);
    let guest = OutboundRequest { headers: vec![("traceparent".into(), trace.to_string())], ..get("/x") };
    assert!(matches!(client.send(guest).await, Err(SendFailure::Denied(_))));
}
