//! Names that lead where they should not.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Standing, get, limits,
    server::{Answer, Server},
};
use crate::{ConnectionClient, ConnectionEgress, FetchFailure, Fetcher, FetcherConfig, SendFailure, client::Lookup};

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

#[tokio::test]
async fn a_name_that_leads_inside_is_not_dialled() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let leads_inside: [&'static [&'static [&'static str]]; 7] = [
        &[&["127.0.0.1"]],
        &[&["10.0.0.1"]],
        &[&["169.254.169.254"]],
        &[&["::1"]],
        &[&["::ffff:127.0.0.1"]],
        &[&["fd00:ec2::254"]],
        // One private address among public ones is a sign of rebinding.
        &[&["192.0.1.1", "127.0.0.1"]],
    ];
    for answers in leads_inside {
        assert_eq!(fetched(answers, server.port()).await, Err(FetchFailure::PrivateAddress), "{answers:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    assert_eq!(fetched(&[&[]], 443).await, Err(FetchFailure::Dns));
}

#[tokio::test]
async fn a_granted_name_may_lead_inside_and_another_may_not() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let (lookup, asked) = lookup(&[&["127.0.0.1"]]);
    let granted = format!("http://ats.internal:{}", server.port());
    let bases = ["ats.internal", "other.internal"]
        .map(|name| (name.to_owned(), format!("http://{name}:{}", server.port()).parse().unwrap()));
    let egress =
        ConnectionEgress { bases: BTreeMap::from(bases), private_origins: vec![granted], credentials: BTreeMap::new() };
    let client = ConnectionClient::with_lookup(egress, Standing::new(), limits(), &lookup);
    let mut request = get("/x");
    request.base = "ats.internal".into();
    assert_eq!(client.send(request.clone()).await.unwrap().status, 200);
    request.base = "other.internal".into();
    let refused = client.send(request).await;
    assert!(matches!(refused, Err(SendFailure::Denied(_))), "{refused:?}");
    assert_eq!((asked.load(Ordering::Relaxed), server.requests().len()), (1, 1));
}
