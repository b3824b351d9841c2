//! Redirects: answers to a connector, and for public documents a request of its own under the whole policy.

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use super::{
    client, get_as, limits, rights,
    server::{Answer, Server},
};
use crate::{
    ConnectionEgress, Credential, FetchFailure, Fetcher, FetcherConfig, OutboundBody, OutboundRequest, SendFailure,
};

const SECRET: &str = "c4nary-s3cret";
const STATUSES: [&str; 6] = ["300 Multiple", "301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"];

/// A connection that may go to both servers, and starts at the first.
fn both(first: &Server, second: &Server, credential: Credential) -> ConnectionEgress {
    let mut rights = rights(first, BTreeMap::from([("main".to_owned(), credential)]));
    rights.private_origins.push(second.origin());
    rights
}

/// Guards `Policy::none`: each of these would be followed by the library, some of them with the credential.
#[tokio::test]
async fn a_connector_is_given_the_redirect_and_nothing_follows_it_not_even_to_where_it_may_go() {
    let elsewhere = Server::start(|_, _| Answer::ok("elsewhere")).await;
    for status in STATUSES {
        for place in
            [elsewhere.origin(), format!("//127.0.0.1:{}/x", elsewhere.port()), "/v3/again".into(), "/v3/x".into()]
        {
            let to = place.clone();
            let first = Server::start(move |_, _| Answer::status(status, &[("Location", &to)], "")).await;
            let client = client(both(&first, &elsewhere, Credential::Bearer(SecretString::from(SECRET))));
            for method in ["GET", "POST"] {
                let request = OutboundRequest {
                    method: method.into(),
                    body: OutboundBody::Json("{}".into()),
                    ..get_as("/x", "main")
                };
                let answer = client.send(request).await.unwrap();
                assert_eq!(answer.status.to_string(), status[..3], "{place}");
                assert!(answer.headers.contains(&("location".to_owned(), place.clone())), "{:?}", answer.headers);
            }
            assert_eq!(first.requests().len(), 2, "{status} {place}");
        }
    }
    assert_eq!(elsewhere.connections().0, 0);
}

#[tokio::test]
async fn a_token_endpoint_that_sends_on_does_not_get_the_client_secret_to_go_along() {
    let elsewhere = Server::start(|_, _| Answer::ok(r#"{"access_token":"th3irs","token_type":"bearer"}"#)).await;
    for status in STATUSES {
        let to = format!("{}/token", elsewhere.origin());
        let first = Server::start(move |_, _| Answer::status(status, &[("Location", &to)], "")).await;
        let credential = Credential::OAuth {
            token_url: format!("{}/token", first.origin()).parse().unwrap(),
            client_id: "wellspring".into(),
            client_secret: SecretString::from(SECRET),
            scopes: Vec::new(),
        };
        let sent = client(both(&first, &elsewhere, credential)).send(get_as("/x", "main")).await;
        assert!(matches!(sent, Err(SendFailure::Credential(_))), "{status}: {sent:?}");
        assert_eq!(first.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections().0, 0);
}

async fn fetched(location: impl Fn(&Server) -> String, granted: &[&Server]) -> Result<u16, FetchFailure> {
    let place = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let to = std::sync::Arc::clone(&place);
    let first = Server::start(move |request, _| match request.split(' ').nth(1) {
        Some("/here") => Answer::ok("here"),
        _ => Answer::status("302 Found", &[("Location", to.get().unwrap())], ""),
    })
    .await;
    place.set(location(&first)).unwrap();
    let mut private_origins: Vec<String> = granted.iter().map(|server| server.origin()).collect();
    private_origins.push(first.origin());
    let config = FetcherConfig { limits: limits(), private_origins, ..FetcherConfig::default() };
    let url: Url = format!("{}/list", first.origin()).parse().unwrap();
    let fetched = Fetcher::new(config).unwrap().get(&url, "2026-01-02T03:04:05Z".parse().unwrap()).await;
    assert!(first.requests().len() <= 4, "a loop has an end");
    fetched.map(|document| document.status)
}

/// Guards the comparison of origins and the number of hops in `Fetcher::fetch`.
#[tokio::test]
async fn a_document_is_followed_within_its_origin_and_nowhere_else() {
    let granted = Server::start(|_, _| Answer::ok("granted, but another origin")).await;
    let port = |server: &Server| server.port();
    assert_eq!(fetched(|_| "/here".into(), &[]).await, Ok(200));
    assert_eq!(fetched(|own| format!("//127.0.0.1:{}/here", port(own)), &[]).await, Ok(200));
    for (why, away) in [
        ("another port", format!("{}/x", granted.origin())),
        ("another host", "https://evil.example/".to_owned()),
        ("a protocol-relative host", "//evil.example/".to_owned()),
        ("backslashes", "\\\\evil.example\\".to_owned()),
        ("metadata", "http://169.254.169.254/latest/meta-data".to_owned()),
        ("a scheme that is no web's", "file:///etc/passwd".to_owned()),
        ("data", "data:application/json,{}".to_owned()),
        ("a round", "/list".to_owned()),
        ("nowhere", "http://".to_owned()),
    ] {
        assert_eq!(fetched(|_| away.clone(), &[&granted]).await, Err(FetchFailure::Redirect), "{why}");
    }
    let scheme = fetched(|own| format!("https://127.0.0.1:{}/here", port(own)), &[]).await;
    assert_eq!(scheme, Err(FetchFailure::Redirect), "another scheme");
    let host = fetched(|own| format!("http://localhost:{}/here", port(own)), &[]).await;
    assert_eq!(host, Err(FetchFailure::Redirect), "another name of the same host");
    assert_eq!(granted.connections().0, 0);
}
