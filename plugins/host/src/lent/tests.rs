use futures_util::FutureExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use wellspring_egress::OutboundBody;
use wellspring_model::{
    Timestamp,
    delivery::{DeliveryFailure, FailureCode, Retry},
    submission::Candidate,
};

use super::*;
use crate::{
    calls::{CheckLine, InboundResponse},
    errand::{Data, Given},
    kept::InMemory,
    redact::FAILURE_CHARS,
};

struct Open;

#[async_trait]
impl Outbound for Open {
    async fn send(&self, _: OutboundRequest, _: Option<TraceParent>) -> Result<OutboundResponse, SendFailure> {
        Ok(OutboundResponse { status: 200, headers: Vec::new(), body: Bytes::new() })
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn candidate() -> Candidate {
    Candidate { name: Some("Ana Ruiz".to_owned()), ..Candidate::default() }
}

const SECRET: &str = "s3cret of both sides";

fn lent(limits: Limits, body: &'static [u8]) -> Lent {
    let nil = uuid::Uuid::nil();
    let rights = Rights {
        tenant: TenantId::from_uuid(nil),
        connection: ConnectionId::from_uuid(nil),
        outbound: Arc::new(Open),
        shared: BTreeMap::from([("hook".to_owned(), SecretString::from(SECRET))]),
        kept: Arc::new(InMemory::default()),
    };
    Lent {
        connector: "tries".parse().expect("an id"),
        call_id: "call".to_owned(),
        rights: Some(rights),
        trace: None,
        redactor: Redactor::new(&candidate()),
        scrubber: Scrubber::new([SecretString::from(SECRET)]),
        body: Bytes::from_static(body),
        limits: Arc::new(limits),
        clock: Arc::new(Stopped),
        seen: Seen::default(),
        span: Span::none(),
    }
}

fn request() -> OutboundRequest {
    OutboundRequest {
        method: "GET".to_owned(),
        base: "api".to_owned(),
        path: "/".to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: OutboundBody::None,
        credential: None,
        timeout: None,
    }
}

/// A comparison that holds for these bytes.
fn signed(bytes: &[u8], segments: Vec<Segment>) -> Comparison {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(bytes);
    let signature = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Comparison::Hmac { algorithm: Algorithm::Sha256, segments, signature, encoding: Encoding::Hex }
}

fn text(text: &str) -> Segment {
    Segment::Text(text.to_owned())
}

/// Guards the comparisons in `send` and `may_ask`. The half that runs guests counts too, but it may have been taken over.
#[tokio::test]
async fn whoever_lends_counts_for_itself() {
    let within = lent(Limits { http: 2, ..Limits::default() }, b"");
    for _ in 0..2 {
        assert!(within.send(request()).await.is_ok());
    }
    assert!(matches!(within.send(request()).await, Err(SendFailure::Quota)));

    let within = lent(Limits { host_calls: 4, ..Limits::default() }, b"");
    let secret = || Comparison::Secret(SECRET.to_owned());
    assert_eq!(within.state_set("where", Some(vec![1])).await, Ok(()));
    assert_eq!(within.state_get("where").await, Ok(Some(vec![1])));
    assert!(within.fits("hook", secret()).await);
    assert!(within.send(request()).await.is_ok());
    assert_eq!(within.state_get("where").await, Err(NotKept::Unavailable));
    assert_eq!(within.state_set("where", None).await, Err(NotKept::Unavailable));
    assert!(!within.fits("hook", secret()).await);
    assert!(matches!(within.send(request()).await, Err(SendFailure::Quota)));
    assert_eq!(within.requests(), 1);
}

/// Guards the look at the key in `keeping`.
#[tokio::test]
async fn whoever_lends_looks_at_keys_for_itself() {
    let lent = lent(Limits::default(), b"");
    let longest = "ü".repeat(KEY_CHARS);
    assert_eq!(lent.state_set(&longest, Some(vec![1])).await, Ok(()));
    for key in ["", &format!("{longest}.")] {
        assert_eq!(lent.state_set(key, Some(vec![1])).await, Err(NotKept::Unavailable));
        assert_eq!(lent.state_get(key).await, Err(NotKept::Unavailable));
    }
}

/// Guards `size`: named often enough, a body of a mebibyte is hashed for days.
#[tokio::test]
async fn a_body_is_part_of_what_was_signed_once_at_most() {
    let lent = lent(Limits::default(), b"body");
    assert!(!lent.fits("hook", signed(b"bodybody", vec![Segment::Body, Segment::Body])).await);
    assert!(!lent.fits("hook", signed(b"body.body", vec![Segment::Body, text("."), Segment::Body])).await);
    assert!(!lent.found_genuine());
    assert!(lent.fits("hook", signed(b"7.body.", vec![text("7."), Segment::Body, text(".")])).await);
    assert!(lent.found_genuine());
}

/// Guards the comparison with `most` and that with [`SIGNATURE_MAX`].
#[tokio::test]
async fn what_was_signed_is_no_larger_than_what_a_guest_can_hand_over_and_the_body() {
    let lent = lent(Limits { handover_bytes: 10, ..Limits::default() }, b"body");
    assert!(lent.fits("hook", signed(b"0123456789body", vec![text("0123456789"), Segment::Body])).await);
    assert!(!lent.fits("hook", signed(b"0123456789!body", vec![text("0123456789!"), Segment::Body])).await);
    let Comparison::Hmac { algorithm, segments, signature, encoding } = signed(b"body", vec![Segment::Body]) else {
        unreachable!()
    };
    let signature = format!("{signature}{}", " ".repeat(SIGNATURE_MAX));
    assert!(!lent.fits("hook", Comparison::Hmac { algorithm, segments, signature, encoding }).await);
}

/// Guards the use of [`LARGE`]: without it the thread, which is the only one, does nothing else meanwhile.
#[tokio::test(flavor = "current_thread")]
async fn much_is_hashed_where_nobody_waits_for_it() {
    const BODY: &[u8] = &[b'x'; LARGE + 1];
    let lent = lent(Limits::default(), BODY);
    let hashing = lent.fits("hook", signed(BODY, vec![Segment::Body]));
    let mut hashing = std::pin::pin!(hashing);
    assert!(hashing.as_mut().now_or_never().is_none(), "it is done elsewhere");
    assert!(hashing.await);
}

/// Guards `line` and `without_secrets`. The half that runs guests takes the applicant out too, but it may have been taken over; and it
/// does not know the secrets.
#[test]
fn what_a_guest_says_is_read_without_secrets_without_the_applicant_and_in_bounds() {
    let lent = lent(Limits::default(), b"");
    let said = format!("not {SECRET}\nof ANA RUIZ");
    assert_eq!(lent.line(&said, FAILURE_CHARS), "not [secret] of [applicant]");
    assert_eq!(lent.line(&"a".repeat(9_000), FAILURE_CHARS).chars().count(), FAILURE_CHARS);
    assert_eq!(lent.line(&"a".repeat(70_000), FAILURE_CHARS), "(70000 bytes, too many to be shown)");
}

/// Fails where any of these is given on as it came.
#[tokio::test]
async fn whatever_the_other_half_gives_is_gone_through() {
    let lent = Arc::new(lent(Limits::default(), b""));
    let failure = DeliveryFailure {
        code: FailureCode::Internal,
        message: format!("Ana Ruiz, {SECRET}, {}", "a".repeat(9_000)),
        retry: Retry::Never,
        remote_status: None,
    };
    let message = lent.read(Err(failure)).await.err().expect("a failure").message;
    assert!(message.starts_with("[applicant], [secret], a"), "{message}");
    assert_eq!(message.chars().count(), FAILURE_CHARS);
    let id = Some(format!("id {SECRET}"));
    let receipt = Given::Receipt { remote_id: id, changed: true, json: format!(r#"{{"a":"{SECRET}"}}"#) };
    let Ok(Given::Receipt { remote_id, json, .. }) = lent.read(Ok(receipt)).await else { panic!("a receipt") };
    assert_eq!((remote_id.as_deref(), json.as_str()), (Some("id [secret]"), r#"{"a":"[secret]"}"#));
    let line = CheckLine { name: SECRET.to_owned(), ok: true, message: format!("it is {SECRET}") };
    let Ok(Given::Lines(lines)) = lent.read(Ok(Given::Lines(vec![line]))).await else { panic!("lines") };
    assert_eq!((lines[0].name.as_str(), lines[0].message.as_str()), ("[secret]", "it is [secret]"));
}

fn data(json: &str) -> Data {
    Data { schema: "ats-event@0.1".to_owned(), json: json.to_owned() }
}

/// Where the guest has to find out whether a request is genuine, it is shown the secret; what it gives is kept, and told to others.
/// Fails where any of these is given on as it came.
#[tokio::test]
async fn events_answers_and_jobs_are_gone_through_too() {
    let lent = Arc::new(lent(Limits::default(), b""));
    let told = format!(r#"{{"told":"{SECRET}"}}"#);
    let answer = |status| InboundResponse { status, json: Some(told.clone()) };
    let given = Given::Answer { events: vec![data(&told)], response: answer(200), conflict: Some(answer(409)) };
    let Ok(Given::Answer { events, response, conflict }) = lent.read(Ok(given)).await else { panic!("an answer") };
    let clean = r#"{"told":"[secret]"}"#;
    assert_eq!(events[0].json, clean);
    assert_eq!((response.status, response.json.as_deref()), (200, Some(clean)));
    assert_eq!(conflict.and_then(|answer| answer.json).as_deref(), Some(clean));
    let given = Given::Page { items: vec![data(&told)], next: Some(SECRET.to_owned()) };
    let Ok(Given::Page { items, next }) = lent.read(Ok(given)).await else { panic!("a page") };
    assert_eq!((items[0].json.as_str(), next.as_deref()), (clean, Some("[secret]")));
}

/// Guards both limits of `read`: what is given is no more than a guest can hand over, and much of it is searched elsewhere.
#[tokio::test]
async fn much_is_read_where_nobody_waits_for_it_and_too_much_is_not_read() {
    let most = Limits::default().handover_bytes;
    let lent = Arc::new(lent(Limits::default(), b""));
    let given = |size| Given::Page { items: vec![data(&"a".repeat(size))], next: None };
    let read = lent.read(Ok(given(LARGE + 1)));
    let mut read = std::pin::pin!(read);
    assert!(read.as_mut().now_or_never().is_none(), "it is done elsewhere");
    assert!(read.await.is_ok());
    assert!(lent.read(Ok(given(most))).await.is_ok());
    assert!(lent.read(Ok(given(most + 1))).await.is_err());
}
