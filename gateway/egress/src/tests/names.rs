//! Names and addresses that lead where they should not.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    client_with, get, limits,
    server::{Answer, Server},
};
use crate::{
    ConnectionEgress, EgressLimits, FetchFailure, Fetcher, FetcherConfig, OutboundResponse, SendFailure, judge::Lookup,
};

/// A resolver that gives these answers, one after the other.
fn lookup(answers: &'static [&'static [&'static str]]) -> (Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let answer = answers[counter.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1)];
        let found: Vec<IpAddr> = answer.iter().map(|text| text.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    });
    (lookup, asked)
}

async fn fetched(answers: &'static [&'static [&'static str]], port: u16) -> Result<u16, FetchFailure> {
    let (lookup, _) = lookup(answers);
    let fetcher =
        Fetcher::with_lookup(FetcherConfig { limits: limits(), ..FetcherConfig::default() }, &lookup).unwrap();
    let url = format!("https://issuer.example:{port}/did.json").parse().unwrap();
    fetcher.get(&url, "2026-01-02T03:04:05Z".parse().unwrap()).await.map(|document| document.status)
}

/// What a connection gets from this base with these grants.
async fn sent(base: &str, granted: &[String], lookup: Lookup) -> Result<OutboundResponse, SendFailure> {
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), base.parse().expect(base))]),
        private_origins: granted.to_vec(),
        credentials: BTreeMap::new(),
    };
    client_with(egress, limits(), lookup).send(get("/x")).await
}

/// Guards `client::may_dial` for literal addresses and `Judge` for names.
#[tokio::test]
async fn no_spelling_of_an_address_inside_is_dialled() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let port = server.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "０x7f.1",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST.",
        "localhost.",
        "app.localhost",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::127.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "240.0.0.1",
        "[ff02::1]",
        "[100::1]",
        "[2001:2::1]",
        "[2001:db8::1]",
    ] {
        // A resolver that says the worst of every name, so that what is asked of it has to be judged.
        let (worst, _) = lookup(&[&["127.0.0.1"]]);
        for base in [format!("https://{host}:{port}"), format!("http://{host}:{port}"), format!("https://{host}")] {
            let refused = sent(&base, &[], Arc::clone(&worst)).await;
            assert!(matches!(refused, Err(SendFailure::Denied(_))), "{base}: {refused:?}");
        }
    }
    assert_eq!(server.connections().0, 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_dialled() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let leads_inside: [&'static [&'static [&'static str]]; 9] = [
        &[&["127.0.0.1"]],
        &[&["10.0.0.1"]],
        &[&["169.254.169.254"]],
        &[&["::1"]],
        &[&["::ffff:127.0.0.1"]],
        &[&["fd00:ec2::254"]],
        // One private address among public ones is a sign of rebinding.
        &[&["192.0.1.1", "127.0.0.1"]],
        &[&["127.0.0.1", "192.0.1.1"]],
        &[&["192.0.1.1", "2606:4700::1111", "::ffff:10.0.0.1", "192.0.1.2"]],
    ];
    for answers in leads_inside {
        assert_eq!(fetched(answers, server.port()).await, Err(FetchFailure::PrivateAddress), "{answers:?}");
    }
    assert_eq!(server.connections().0, 0);
}

/// Guards `dns_resolver`: with a check beside the resolver that dials, the second answer would be dialled.
#[tokio::test]
async fn a_name_that_changes_its_answer_after_the_check_gains_nothing() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let (lookup, asked) = lookup(&[&["192.0.1.1"], &["127.0.0.1"]]);
    let answer = sent(&format!("https://rebinds.example:{}", server.port()), &[], lookup).await;
    assert!(matches!(answer, Err(SendFailure::Timeout | SendFailure::Connect)), "{answer:?}");
    assert_eq!(
        (asked.load(Ordering::Relaxed), server.connections().0),
        (1, 0),
        "one resolution, and its answer dialled"
    );
}

#[tokio::test]
async fn a_name_is_resolved_once_for_a_connection_and_anew_for_the_next() {
    let server = Server::start(|_, before| match before {
        2 => Answer::ok("{}"),
        _ => Answer::Kept(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()),
    })
    .await;
    let (lookup, asked) = lookup(&[&["127.0.0.1"]]);
    let origin = format!("http://ats.internal:{}", server.port());
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), origin.parse().unwrap())]),
        private_origins: vec![origin],
        credentials: BTreeMap::new(),
    };
    let client = client_with(egress, limits(), lookup);
    for (connections, request) in [1, 1, 1, 2].into_iter().zip(1..) {
        assert_eq!(client.send(get("/x")).await.unwrap().status, 200);
        assert_eq!((asked.load(Ordering::Relaxed), server.connections().0), (connections, connections), "{request}");
    }
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    assert_eq!(fetched(&[&[]], 443).await, Err(FetchFailure::Dns));
}

#[tokio::test]
async fn a_granted_name_may_lead_inside_and_another_may_not() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let (lookup, asked) = lookup(&[&["127.0.0.1"]]);
    let origin = |name: &str| format!("http://{name}:{}", server.port());
    let granted = [origin("ats.internal")];
    assert_eq!(sent(&granted[0], &granted, Arc::clone(&lookup)).await.unwrap().status, 200);
    for other in
        [origin("other.internal"), origin("ats.internal."), format!("http://ats.internal:{}", server.port() ^ 1)]
    {
        let refused = sent(&other, &granted, Arc::clone(&lookup)).await;
        assert!(matches!(refused, Err(SendFailure::Denied(_))), "{other}: {refused:?}");
    }
    assert_eq!((asked.load(Ordering::Relaxed), server.requests().len()), (1, 1));
}

/// Guards `may_be_granted`: whoever answers for a granted name must not be able to point it at the machine's own secrets.
#[tokio::test]
async fn a_granted_name_does_not_lead_to_a_clouds_metadata() {
    let leads: [&'static [&'static [&'static str]]; 4] =
        [&[&["169.254.169.254"]], &[&["fd00:ec2::254"]], &[&["127.0.0.1", "169.254.170.2"]], &[&["0.0.0.0"]]];
    for answers in leads {
        let granted = ["http://ats.internal:9".to_owned()];
        let refused = sent(&granted[0], &granted, lookup(answers).0).await;
        assert!(matches!(refused, Err(SendFailure::Denied(_))), "{answers:?}: {refused:?}");
    }
}

/// Guards `connect_timeout`, under which the resolver is too.
#[tokio::test]
async fn a_resolver_that_does_not_answer_is_left() {
    let never: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let long = Duration::from_secs(60);
    let limits = EgressLimits { first_byte: long, between_bytes: long, total: long, ..limits() };
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), "https://ats.example".parse().unwrap())]),
        private_origins: Vec::new(),
        credentials: BTreeMap::new(),
    };
    let sent = tokio::time::timeout(Duration::from_secs(20), client_with(egress, limits, never).send(get("/x"))).await;
    assert_eq!(sent.expect("long before the other deadlines"), Err(SendFailure::Timeout));
}
