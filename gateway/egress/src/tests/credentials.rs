//! Credentials: added after the guest has spoken, renewed once, never given back.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use secrecy::SecretString;

use super::{
    Standing, client, get_as, limits, rights,
    server::{Answer, Server},
};
use crate::{Authorities, ConnectionClient, Credential, SendFailure, judge::system_lookup};

const SECRET: &str = "cl1ent-s3cret/42";

fn oauth(server: &Server) -> BTreeMap<String, Credential> {
    let credential = Credential::OAuth {
        token_url: format!("{}/token", server.origin()).parse().unwrap(),
        client_id: "wellspring".into(),
        client_secret: SecretString::from(SECRET),
        scopes: Vec::new(),
    };
    BTreeMap::from([("main".to_owned(), credential)])
}

/// An ATS that gives out tokens and accepts those that are still good.
fn ats(request: &str, before: usize, accepts: fn(&str) -> bool) -> Answer {
    if request.starts_with("POST /token ") {
        let body = format!(r#"{{"access_token":"t0ken-number-{before}","token_type":"bearer","expires_in":3600}}"#);
        return Answer::status("200 OK", &[("content-type", "application/json")], &body);
    }
    if accepts(request) { Answer::ok("{}") } else { Answer::status("401 Unauthorized", &[], "{}") }
}

fn tokens_fetched(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.starts_with("POST /token ")).count()
}

#[tokio::test]
async fn one_token_serves_all_who_wait_for_it_and_those_after() {
    let server =
        Server::start(|request, before| ats(request, before, |request| request.contains("Bearer t0ken"))).await;
    let client = client(rights(&server, oauth(&server)));
    let calls = (0..8).map(|_| client.send(get_as("/x", "main")));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(client.send(get_as("/x", "main")).await.unwrap().status, 200);
    assert_eq!(tokens_fetched(&server), 1);
    let asked = server.requests().remove(0);
    assert!(asked.contains("grant_type=client_credentials"), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("authorization: basic "), "{asked}");
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let server =
        Server::start(|request, before| ats(request, before, |request| !request.contains("t0ken-number-0"))).await;
    let client = client(rights(&server, oauth(&server)));
    assert_eq!(client.send(get_as("/x", "main")).await.unwrap().status, 200);
    assert_eq!(tokens_fetched(&server), 2);
    assert_eq!(client.send(get_as("/x", "main")).await.unwrap().status, 200);
    assert_eq!(tokens_fetched(&server), 2, "the new one is kept");
}

#[tokio::test]
async fn an_account_that_is_locked_out_is_not_asked_for_ever() {
    let server = Server::start(|request, before| ats(request, before, |_| false)).await;
    let client = client(rights(&server, oauth(&server)));
    assert_eq!(client.send(get_as("/x", "main")).await.unwrap().status, 401, "the refusal is the answer");
    assert_eq!((tokens_fetched(&server), server.requests().len()), (2, 4));
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends() {
    let server = Server::start(|request, before| ats(request, before, |_| true)).await;
    let clock = Standing::new();
    let rights = rights(&server, oauth(&server));
    let authorities = Arc::new(Authorities::new(None));
    let client = ConnectionClient::with_lookup(rights, authorities, clock.clone(), limits(), system_lookup());
    client.send(get_as("/x", "main")).await.unwrap();
    clock.advance(SignedDuration::from_secs(3_500));
    client.send(get_as("/x", "main")).await.unwrap();
    assert_eq!(tokens_fetched(&server), 1);
    clock.advance(SignedDuration::from_secs(80));
    client.send(get_as("/x", "main")).await.unwrap();
    assert_eq!(tokens_fetched(&server), 2, "half a minute early");
}

#[tokio::test]
async fn a_refusal_of_the_client_names_no_secret() {
    let server = Server::start(|_, _| {
        let body = format!(r#"{{"error":"invalid_client","error_description":"unknown {SECRET}"}}"#);
        Answer::status("401 Unauthorized", &[("content-type", "application/json")], &body)
    })
    .await;
    let refused = client(rights(&server, oauth(&server))).send(get_as("/x", "main")).await.unwrap_err();
    assert!(matches!(refused, SendFailure::Credential(_)), "{refused:?}");
    assert!(!format!("{refused:?} {refused}").contains("s3cret"), "{refused:?}");
    assert_eq!(server.requests().len(), 1, "the ATS itself was not asked");
}

/// Guards the look at the status: a token endpoint that is down would be taken for one that refuses, and the connection paused.
#[tokio::test]
async fn a_token_endpoint_that_is_down_refuses_nobody() {
    for status in ["503 Service Unavailable", "500 Internal Server Error", "429 Too Many Requests"] {
        let server = Server::start(move |request, before| match before {
            0 => Answer::status(status, &[("content-type", "text/html")], "<h1>Back soon</h1>"),
            _ => ats(request, before, |_| true),
        })
        .await;
        let client = client(rights(&server, oauth(&server)));
        assert_eq!(client.send(get_as("/x", "main")).await.unwrap_err(), SendFailure::Connect, "{status}");
        assert_eq!(client.send(get_as("/x", "main")).await.unwrap().status, 200, "{status}: it is back");
    }
}

#[tokio::test]
async fn a_secret_that_is_echoed_does_not_reach_the_guest() {
    let server = Server::start(|request, _| {
        let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: "));
        let sent = line.and_then(|line| line.rsplit_once(' ')).map_or("", |(_, value)| value).to_owned();
        Answer::status("200 OK", &[("x-echo", &sent)], &format!("you sent {sent} and {}", STANDARD.encode(&sent)))
    })
    .await;
    let secret = || SecretString::from(SECRET);
    let credentials = BTreeMap::from([
        ("key".to_owned(), Credential::Bearer(secret())),
        ("basic".to_owned(), Credential::Basic { user: "us3r".into(), password: secret() }),
        ("basic-key".to_owned(), Credential::BasicKey(secret())),
    ]);
    let client = client(rights(&server, credentials));
    for name in ["key", "basic", "basic-key"] {
        let answer = client.send(get_as("/x", name)).await.unwrap();
        let shown = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        for form in
            [SECRET.to_owned(), STANDARD.encode(format!("us3r:{SECRET}")), STANDARD.encode(format!("{SECRET}:"))]
        {
            assert!(!shown.contains(&form), "{name}: {shown}");
        }
        assert!(shown.contains("[secret]"), "{name}: {shown}");
    }
    let sent = server.requests();
    assert!(sent[0].contains(&format!("Bearer {SECRET}")), "the ATS got it: {}", sent[0]);
    let as_user = STANDARD.encode(format!("{SECRET}:"));
    assert!(sent[2].contains(&format!("Basic {as_user}")), "the key is the user name: {}", sent[2]);
}

/// Fails where `learn` leaves what it knows in its place and the access token is learnt before the refresh token; either of them alone
/// keeps new refresh tokens from pushing out the access token that is in use.
#[tokio::test]
async fn an_access_token_that_is_given_again_and_again_stays_hidden() {
    const TOKEN: &str = "t0ken-that-stays";
    let server = Server::start(|request, before| {
        if request.starts_with("POST /token ") {
            let body =
                format!(r#"{{"access_token":"{TOKEN}","refresh_token":"refresh-n0-{before}","token_type":"bearer"}}"#);
            return Answer::status("200 OK", &[("content-type", "application/json")], &body);
        }
        Answer::ok(&format!("you sent {TOKEN}"))
    })
    .await;
    let clock = Standing::new();
    let rights = rights(&server, oauth(&server));
    let client = ConnectionClient::with_lookup(
        rights,
        Arc::new(Authorities::new(None)),
        clock.clone(),
        limits(),
        system_lookup(),
    );
    for fetch in 1..=10 {
        let answer = client.send(get_as("/x", "main")).await.unwrap();
        assert_eq!(tokens_fetched(&server), fetch);
        assert_eq!(String::from_utf8_lossy(&answer.body), "you sent [secret]", "after {fetch} fetches");
        clock.advance(SignedDuration::from_secs(3_600));
    }
}

/// Guards `set_sensitive`, without which any debug output of a request would show it.
#[test]
fn a_credential_that_is_attached_is_not_shown_in_debug_output() {
    let secret = || SecretString::from(SECRET);
    for credential in [
        Credential::Bearer(secret()),
        Credential::Header { name: "X-Api-Key".into(), value: secret() },
        Credential::Basic { user: "us3r".into(), password: secret() },
    ] {
        let shown = format!("{credential:?} {:?}", credential.attachment().unwrap());
        assert!(!shown.contains(SECRET) && !shown.contains(&STANDARD.encode(format!("us3r:{SECRET}"))), "{shown}");
    }
}

#[tokio::test]
async fn a_credential_that_was_not_granted_stops_the_request() {
    let server = Server::start(|_, _| Answer::ok("{}")).await;
    let refused = client(rights(&server, BTreeMap::new())).send(get_as("/x", "main")).await;
    assert!(matches!(refused, Err(SendFailure::Denied(_))), "{refused:?}");
    assert!(server.requests().is_empty());
}
