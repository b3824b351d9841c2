//! Public documents: kept, fetched once, and only from where they may come.

use std::sync::Arc;

use jiff::SignedDuration;
use url::Url;
use wellspring_model::Timestamp;

use super::{
    limits,
    server::{Answer, Server},
};
use crate::{FetchFailure, Fetcher, FetcherConfig};

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn fetcher(granted: &[&Server]) -> Fetcher {
    let private_origins = granted.iter().map(|server| server.origin()).collect();
    Fetcher::new(FetcherConfig { limits: limits(), private_origins, ..FetcherConfig::default() }).unwrap()
}

fn url(server: &Server, path: &str) -> Url {
    format!("{}{path}", server.origin()).parse().unwrap()
}

#[tokio::test]
async fn however_many_ask_at_once_a_document_is_fetched_once_and_kept_for_its_time() {
    let server =
        Server::start(|_, _| Answer::status("200 OK", &[("content-type", "application/did+json")], "{}")).await;
    let (fetcher, url) = (Arc::new(fetcher(&[&server])), url(&server, "/did.json"));
    let calls = (0..8).map(|_| fetcher.get(&url, now()));
    for document in futures_util::future::join_all(calls).await {
        let document = document.unwrap();
        assert_eq!((document.status, document.content_type.as_deref()), (200, Some("application/did+json")));
    }
    assert_eq!(server.requests().len(), 1);
    let minutes = |n| now().checked_add(SignedDuration::from_mins(n)).unwrap();
    assert_eq!(fetcher.get(&url, minutes(5)).await.unwrap().fetched_at, now());
    assert_eq!(fetcher.get(&url, minutes(6)).await.unwrap().fetched_at, minutes(6));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_redirect_is_followed_within_one_origin_and_a_few_times() {
    let server = Server::start(|request, _| match request.split(' ').nth(1) {
        Some("/first") => Answer::status("302 Found", &[("location", "/second")], ""),
        Some("/second") => Answer::ok("here"),
        Some("/round") => Answer::status("302 Found", &[("location", "/round")], ""),
        _ => Answer::status("302 Found", &[("location", "http://169.254.169.254/latest/meta-data")], ""),
    })
    .await;
    let fetcher = fetcher(&[&server]);
    assert_eq!(&fetcher.get(&url(&server, "/first"), now()).await.unwrap().bytes[..], b"here");
    assert_eq!(fetcher.get(&url(&server, "/round"), now()).await, Err(FetchFailure::Redirect));
    assert_eq!(fetcher.get(&url(&server, "/away"), now()).await, Err(FetchFailure::Redirect));
}

#[tokio::test]
async fn who_wants_to_know_what_is_there_now_is_not_given_what_was() {
    let server = Server::start(|_, count| Answer::ok(if count == 0 { "first" } else { "second" })).await;
    let (fetcher, url) = (fetcher(&[&server]), url(&server, "/list"));
    let (later, moment) = (now().checked_add(SignedDuration::from_mins(1)).unwrap(), SignedDuration::from_secs(10));
    fetcher.get(&url, now()).await.unwrap();
    assert_eq!(fetcher.get(&url, later).await.unwrap().bytes, "first");
    assert_eq!(fetcher.get_within(&url, moment, later).await.unwrap().bytes, "second");
    assert_eq!(fetcher.get_within(&url, moment, later).await.unwrap().bytes, "second");
    assert_eq!(fetcher.get(&url, later).await.unwrap().bytes, "second", "it is kept for everybody");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_was_not_granted_is_not_fetched() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let port = server.port();
    let fetcher = fetcher(&[]);
    for (address, why) in [
        (format!("http://127.0.0.1:{port}/did.json"), FetchFailure::Scheme),
        (format!("https://127.0.0.1:{port}/did.json"), FetchFailure::PrivateAddress),
        (format!("https://localhost:{port}/did.json"), FetchFailure::PrivateAddress),
        (format!("https://[::1]:{port}/did.json"), FetchFailure::PrivateAddress),
        (format!("https://[::ffff:127.0.0.1]:{port}/did.json"), FetchFailure::PrivateAddress),
        (format!("https://2130706433:{port}/did.json"), FetchFailure::PrivateAddress),
        (format!("https://0x7f.1:{port}/did.json"), FetchFailure::PrivateAddress),
        ("https://169.254.169.254/latest/meta-data".to_owned(), FetchFailure::PrivateAddress),
        ("file:///etc/passwd".to_owned(), FetchFailure::Scheme),
    ] {
        assert_eq!(fetcher.get(&address.parse().unwrap(), now()).await, Err(why), "{address}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_grant_is_for_one_origin_to_the_port() {
    let granted = Server::start(|_, _| Answer::ok("{}")).await;
    let other = Server::start(|_, _| Answer::ok("{}")).await;
    let fetcher = fetcher(&[&granted]);
    fetcher.get(&url(&granted, "/x"), now()).await.unwrap();
    assert_eq!(fetcher.get(&url(&other, "/x"), now()).await, Err(FetchFailure::Scheme));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_document_that_is_too_large_or_too_slow_is_left() {
    let large = Server::start(|_, _| Answer::ok(&"x".repeat(65 * 1024))).await;
    assert_eq!(fetcher(&[&large]).get(&url(&large, "/x"), now()).await, Err(FetchFailure::TooLarge));
    let silent = Server::start(|_, _| Answer::Silence).await;
    assert_eq!(fetcher(&[&silent]).get(&url(&silent, "/x"), now()).await, Err(FetchFailure::Timeout));
}

#[tokio::test]
async fn where_a_document_cannot_be_had_anew_an_older_one_does_up_to_its_limit_and_recovery_is_seen() {
    let server = Server::start(|_, count| match count {
        0 => Answer::ok("first"),
        1 => Answer::status("503 Service Unavailable", &[], "busy"),
        2 => Answer::status("500 Internal Server Error", &[], "broken"),
        _ => Answer::ok("later"),
    })
    .await;
    let (fetcher, url) = (fetcher(&[&server]), url(&server, "/list"));
    let after = |minutes, seconds| {
        now().checked_add(SignedDuration::from_mins(minutes) + SignedDuration::from_secs(seconds)).unwrap()
    };
    let at = async |minutes, seconds| {
        let document = fetcher.get(&url, after(minutes, seconds)).await.unwrap();
        (document.status, String::from_utf8(document.bytes.to_vec()).unwrap(), document.fetched_at)
    };
    assert_eq!(at(0, 0).await, (200, "first".to_owned(), now()));
    assert_eq!(at(6, 0).await, (200, "first".to_owned(), now()), "an hour-old list is better than none");
    assert_eq!(at(6, 9).await.0, 200);
    assert_eq!(server.requests().len(), 2, "who is unwell is left alone for a while");
    assert_eq!(at(25 * 60, 0).await.0, 500, "beyond the limit the failure itself is told");
    assert_eq!(at(25 * 60, 10).await, (200, "later".to_owned(), after(25 * 60, 10)));
}

#[tokio::test]
async fn what_is_gone_is_gone_however_fresh_the_copy() {
    let server = Server::start(|_, count| match count {
        0 => Answer::ok("first"),
        _ => Answer::status("410 Gone", &[], ""),
    })
    .await;
    let (fetcher, url) = (fetcher(&[&server]), url(&server, "/did.json"));
    assert_eq!(fetcher.get(&url, now()).await.unwrap().status, 200);
    let later = now().checked_add(SignedDuration::from_mins(6)).unwrap();
    assert_eq!(fetcher.get(&url, later).await.unwrap().status, 410);
}
