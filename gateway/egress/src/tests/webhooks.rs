//! Events: signatures as the standard's own libraries make them, and receivers that answer badly, slowly or not at all.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use ring::{
    hmac,
    signature::{ED25519, UnparsedPublicKey},
};
use secrecy::ExposeSecret as _;
use url::Url;
use uuid::Uuid;
use wellspring_model::{Timestamp, event::EndpointKeys, id::EventId, time::Entropy};

use super::{
    limits,
    server::{Answer, Server},
};
use crate::{
    SendFailure, WebhookAnswer, WebhookMessage, Webhooks,
    judge::{Lookup, system_lookup},
    make_keys,
    webhook::signatures,
};

/// Fills with one byte.
struct Same(u8);

impl Entropy for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

fn keys(byte: u8) -> EndpointKeys {
    make_keys(&Same(byte)).unwrap()
}

/// What the libraries of Standard Webhooks test themselves with.
mod published {
    pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    pub const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    pub const SEED: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
    pub const V1A: &str =
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";
    pub const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    pub const SECONDS: i64 = 1_614_265_330;
    pub const BODY: &[u8] = br#"{"test": 2432232314}"#;
}

#[test]
fn the_standards_own_examples_come_out() {
    let keys = EndpointKeys {
        secret: published::SECRET.into(),
        signing_key: published::SEED.into(),
        public_key: String::new(),
    };
    let made = signatures(published::ID, published::SECONDS, published::BODY, &[keys]).unwrap();
    assert_eq!(made, format!("{} {}", published::V1, published::V1A));
}

/// A receiver's check, written from the standard: one of the signatures must fit.
fn verifies(header: &str, id: &str, seconds: &str, body: &[u8], keys: &EndpointKeys) -> (bool, bool) {
    let content = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let decode = |text: &str| STANDARD.decode(text).unwrap();
    let secret = decode(keys.secret.expose_secret().strip_prefix("whsec_").unwrap());
    let public = decode(keys.public_key.strip_prefix("whpk_").unwrap());
    let of = |version: &str| {
        let all = header.split(' ').filter_map(|one| one.split_once(',')).filter(|(one, _)| *one == version);
        all.map(|(_, signature)| decode(signature)).collect::<Vec<_>>()
    };
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let by_secret = of("v1").iter().any(|tag| hmac::verify(&secret, &content, tag).is_ok());
    let public = UnparsedPublicKey::new(&ED25519, public);
    (by_secret, of("v1a").iter().any(|signature| public.verify(&content, signature).is_ok()))
}

#[test]
fn a_changed_body_id_or_time_and_anothers_key_do_not_verify() {
    let (keys, other) = (keys(1), keys(2));
    let header = signatures("evt_1", 100, b"{}", std::slice::from_ref(&keys)).unwrap();
    assert_eq!(verifies(&header, "evt_1", "100", b"{}", &keys), (true, true));
    assert_eq!(verifies(&header, "evt_1", "100", b"{ }", &keys), (false, false));
    assert_eq!(verifies(&header, "evt_2", "100", b"{}", &keys), (false, false));
    assert_eq!(verifies(&header, "evt_1", "101", b"{}", &keys), (false, false));
    assert_eq!(verifies(&header, "evt_1", "100", b"{}", &other), (false, false), "another's key");
}

#[test]
fn while_keys_are_being_changed_both_verify() {
    let (new, old) = (keys(2), keys(1));
    let header = signatures("evt_1", 100, b"{}", &[new.clone(), old.clone()]).unwrap();
    assert_eq!(verifies(&header, "evt_1", "100", b"{}", &new), (true, true));
    assert_eq!(verifies(&header, "evt_1", "100", b"{}", &old), (true, true));
    let header = signatures("evt_1", 100, b"{}", std::slice::from_ref(&new)).unwrap();
    assert_eq!(verifies(&header, "evt_1", "100", b"{}", &old), (false, false));
}

#[test]
fn keys_are_written_as_the_standard_says_and_secrets_are_not_shown() {
    let keys = keys(7);
    let secret = STANDARD.decode(keys.secret.expose_secret().strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&secret.len()));
    assert!(!format!("{keys:?}").contains(&STANDARD.encode(secret)));
    assert!(keys.public_key.starts_with("whpk_") && keys.signing_key.expose_secret().starts_with("whsk_"));
}

fn webhooks(lookup: &Lookup) -> Webhooks {
    Webhooks::with_lookup(None, &limits(), lookup).unwrap()
}

async fn send_to(url: &str, granted: &[String]) -> Result<WebhookAnswer, SendFailure> {
    let message = WebhookMessage {
        url: &Url::parse(url).unwrap(),
        private_origins: granted,
        event: EventId::from_uuid(Uuid::from_u128(7)),
        at: Timestamp::from_second(1_700_000_000).unwrap(),
        body: Bytes::from_static(br#"{"type":"endpoint.test"}"#),
        keys: &[keys(1)],
    };
    webhooks(&system_lookup()).send(message).await
}

async fn send(server: &Server) -> Result<WebhookAnswer, SendFailure> {
    send_to(&format!("{}/hook?a=b", server.origin()), &[server.origin()]).await
}

#[tokio::test]
async fn an_event_arrives_as_it_was_signed() {
    let server = Server::start(|_, _| Answer::status("204 No Content", &[], "")).await;
    assert_eq!(send(&server).await, Ok(WebhookAnswer { status: 204, retry_after: None }));
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1"), "{head}");
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
    assert_eq!(field("content-type"), "application/json");
    assert_eq!(field("webhook-id"), "evt_00000000000000000000000000000007");
    assert_eq!(field("webhook-timestamp"), "1700000000");
    let signature = field("webhook-signature");
    let verified = verifies(signature, field("webhook-id"), "1700000000", body.as_bytes(), &keys(1));
    assert_eq!(verified, (true, true), "{signature}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let server = Server::start(|_, _| Answer::status("307 Temporary Redirect", &[("location", "/other")], "")).await;
    assert_eq!(send(&server).await.unwrap().status, 307);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_body_without_end_does_not_hold_the_answer_back() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n";
    let server = Server::start(move |_, _| Answer::Endless {
        head: head.to_owned(),
        piece: vec![b'x'; 8 * 1024],
        pause: std::time::Duration::from_millis(1),
    })
    .await;
    assert_eq!(send(&server).await.unwrap().status, 200);
}

#[tokio::test]
async fn one_that_says_nothing_is_left_in_time() {
    let server = Server::start(|_, _| Answer::Silence).await;
    assert_eq!(send(&server).await, Err(SendFailure::Timeout));
}

#[tokio::test]
async fn what_it_asks_to_wait_is_told() {
    let server = Server::start(|_, _| Answer::status("429 Too Many Requests", &[("retry-after", "30")], "")).await;
    let wait = Some(std::time::Duration::from_secs(30));
    assert_eq!(send(&server).await, Ok(WebhookAnswer { status: 429, retry_after: wait }));
}

#[tokio::test]
async fn an_address_on_a_private_network_needs_a_grant_of_exactly_this_origin() {
    let server = Server::start(|_, _| Answer::ok("")).await;
    let url = format!("{}/hook", server.origin());
    for granted in [Vec::new(), vec![format!("http://localhost:{}", server.port())], vec!["http://127.0.0.1:1".into()]]
    {
        assert!(matches!(send_to(&url, &granted).await, Err(SendFailure::Denied(_))), "{granted:?}");
    }
    for private in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "http://example.org/"] {
        assert!(matches!(send_to(private, &[]).await, Err(SendFailure::Denied(_))), "{private}");
    }
    assert!(server.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let inside: Lookup = std::sync::Arc::new(|_| Box::pin(async { Ok(vec!["10.0.0.1".parse().unwrap()]) }));
    let message = WebhookMessage {
        url: &Url::parse("https://hooks.example/").unwrap(),
        private_origins: &[],
        event: EventId::from_uuid(Uuid::nil()),
        at: Timestamp::UNIX_EPOCH,
        body: Bytes::new(),
        keys: &[keys(1)],
    };
    assert!(matches!(webhooks(&inside).send(message).await, Err(SendFailure::Denied(_))));
}
