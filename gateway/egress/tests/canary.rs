//! A secret is planted in a credential of each kind, and every server echoes all it knows in every spelling. It must be
//! found nowhere but where the host put it. In a process of its own, because it listens to everything that is logged.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "../src/tests/server.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod server;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::SecretString;
use server::{Answer, Server};
use wellspring_egress::{
    Authorities, ConnectionClient, ConnectionEgress, Credential, OutboundBody, OutboundRequest, OutboundResponse,
    SendFailure,
};
use wellspring_model::{Timestamp, time::Clock};

/// With letters that every encoding has to write in another way.
const SECRET: &str = "c4nary/s3cret+\"one\"&<42>";
const TOKEN: &str = "c4nary-t0ken/acc3ss+==";
const REFRESH: &str = "c4nary-r3fresh/tok3n+~";
/// One that could be the name of a field.
const PLAIN: &str = "Pl4in-c4nary.K3y";
/// What events are compared with; an ATS tells it in its list of webhooks.
const SHARED: &str = "c4nary-sh4red/w3bhook+";
const USER: &str = "wellspring";

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// All that is logged, by whomever, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text in the spellings that servers echo it in.
fn spellings(text: &str) -> Vec<String> {
    let percent = |upper: bool| {
        let byte = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { byte(b) }).collect::<String>()
    };
    let json = serde_json::to_string(text).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    let units = |upper: bool| {
        let unit = |unit: u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        text.encode_utf16().map(unit).collect::<String>()
    };
    let special = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    let html = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all =
        vec![text.to_owned(), percent(true), percent(false), json.clone(), json.replace('/', "\\/"), html, hex];
    all.extend([units(true), units(false), text.chars().map(special).collect()]);
    for before in ["", "a", "ab", "user:"] {
        let whole = format!("{before}{text}");
        all.extend([STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole), STANDARD.encode(format!("{whole}b"))]);
    }
    all
}

fn all_secrets() -> [String; 6] {
    [SECRET, TOKEN, REFRESH, PLAIN, SHARED, &format!("{USER}:{SECRET}")].map(str::to_owned)
}

/// What gives a secret away: its spellings, each without what its ends share with the neighbours, and a long part of it.
fn traces() -> Vec<String> {
    let trimmed = |text: String| text[text.len().min(4)..text.len().saturating_sub(4).max(4)].to_owned();
    let mut traces: Vec<String> = all_secrets().iter().flat_map(|secret| spellings(secret)).map(trimmed).collect();
    traces.extend(
        ["c4nary", "s3cret", "t0ken", "r3fresh", "acc3ss", "l4in-", "K3y", "sh4red", "w3bhook"].map(str::to_owned),
    );
    traces
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for trace in traces() {
        assert!(!text.contains(&trace), "{what}: {trace} in {text}");
    }
}

/// Echoes the request and all secrets, in fields and body. The body comes in pieces of three bytes, so that every secret
/// lies across their borders.
fn echo(request: &str) -> Answer {
    let spelt: Vec<String> = all_secrets().iter().flat_map(|secret| spellings(secret)).collect();
    let mut head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n".to_owned();
    // No more fields than an answer may have.
    for (number, some) in spelt.chunks(2).enumerate() {
        head += &format!("x-echo-{number}: <{}>\r\n", some.join("> <"));
    }
    head += &format!("location: /login?key={SECRET}\r\nset-cookie: s={SECRET}\r\n");
    head += &format!("www-authenticate: Bearer realm=\"{SECRET}\"\r\nx-{PLAIN}-x: 1\r\n");
    let body = format!("{request}\n{}\n{}", spelt.join("\n"), serde_json::json!({ "you": request, "all": spelt }));
    let pieces = body
        .as_bytes()
        .chunks(3)
        .flat_map(|piece| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    Answer::Whole([head.as_bytes(), b"\r\n", &pieces.collect::<Vec<_>>(), b"0\r\n\r\n"].concat())
}

fn get(path: &str, credential: Option<&str>) -> OutboundRequest {
    OutboundRequest {
        method: "GET".into(),
        base: "api".into(),
        path: path.into(),
        query: Vec::new(),
        headers: vec![("X-Own".into(), "mine".into())],
        body: OutboundBody::None,
        credential: credential.map(str::to_owned),
        timeout: None,
    }
}

/// A connection with a credential of each kind.
fn connection(server: &Server) -> ConnectionClient {
    let secret = || SecretString::from(SECRET);
    let oauth = |path: &str| Credential::OAuth {
        token_url: format!("{}{path}", server.origin()).parse().unwrap(),
        client_id: USER.into(),
        client_secret: secret(),
        scopes: Vec::new(),
    };
    let credentials = [
        ("bearer", Credential::Bearer(secret())),
        ("shared", Credential::Shared(SecretString::from(SHARED))),
        ("plain", Credential::Bearer(SecretString::from(PLAIN))),
        ("basic", Credential::Basic { user: USER.into(), password: secret() }),
        ("header", Credential::Header { name: "X-Api-Key".into(), value: SecretString::from(format!("Key {SECRET}")) }),
        ("oauth", oauth("/token")),
        ("refused", oauth("/refused")),
        ("garbled", oauth("/garbled")),
    ];
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), server.origin().parse().unwrap())]),
        private_origins: vec![server.origin()],
        credentials: credentials.into_iter().map(|(name, credential)| (name.to_owned(), credential)).collect(),
    };
    ConnectionClient::new(egress, Arc::new(Authorities::new(None)), Arc::new(Stopped))
}

fn answer(request: &str) -> Answer {
    match request.split(' ').nth(1).unwrap_or_default() {
        "/token" => {
            let body = format!(
                r#"{{"access_token":"{TOKEN}","refresh_token":"{REFRESH}","token_type":"bearer","expires_in":3600}}"#
            );
            Answer::status("200 OK", &[("content-type", "application/json")], &body)
        }
        // A code that no standard knows, made of the secret.
        "/refused" => {
            let told = serde_json::to_string(SECRET).unwrap();
            let body = format!(r#"{{"error":{told},"error_description":{told},"error_uri":{told}}}"#);
            Answer::status("401 Unauthorized", &[("content-type", "application/json")], &body)
        }
        "/garbled" => Answer::status("200 OK", &[("content-type", "application/json")], &format!("{{{SECRET}")),
        "/broken" => Answer::Whole(format!("HTTP/1.1 200 {SECRET}\r\n{SECRET}\r\nx: {SECRET}").into_bytes()),
        "/cut" => Answer::Whole(format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{SECRET}").into_bytes()),
        _ => echo(request),
    }
}

fn shown(answer: &OutboundResponse) -> String {
    format!("{answer:?} {:?} {}", answer.headers, String::from_utf8_lossy(&answer.body))
}

#[tokio::test]
async fn a_planted_secret_is_found_nowhere_but_in_the_field_the_host_put_it_in() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
    let server = Server::start(|request, _| answer(request)).await;
    let client = connection(&server);
    // First with OAuth, so that from then on its tokens are known too; at last without any, when old ones are echoed.
    for (credential, put) in [
        ("oauth", format!("authorization: Bearer {TOKEN}")),
        ("bearer", format!("authorization: Bearer {SECRET}")),
        ("plain", format!("authorization: Bearer {PLAIN}")),
        ("basic", format!("authorization: Basic {}", STANDARD.encode(format!("{USER}:{SECRET}")))),
        ("header", format!("x-api-key: Key {SECRET}")),
        ("", String::new()),
    ] {
        let answer = client.send(get("/echo", Some(credential).filter(|name| !name.is_empty()))).await.unwrap();
        assert_eq!(answer.status, 200);
        let told = shown(&answer);
        assert_clean(credential, &told);
        assert!(told.contains("x-own: mine") && told.matches("[secret]").count() > 100, "it is an echo: {told}");
        for hidden in ["set-cookie", "www-authenticate", "x-pl4in"] {
            assert!(!answer.headers.iter().any(|(name, _)| name.starts_with(hidden)), "{hidden}");
        }
        let sent = server.requests().pop().unwrap();
        assert!(put.is_empty() || sent.contains(&format!("\r\n{put}\r\n")), "{sent}");
        assert_clean("elsewhere in the request", &sent.replace(&put, ""));
    }
    for (path, credential) in [("/x", "refused"), ("/x", "garbled"), ("/broken", "bearer"), ("/cut", "bearer")] {
        let failure = client.send(get(path, Some(credential))).await.unwrap_err();
        assert!(matches!(failure, SendFailure::Credential(_) | SendFailure::Connect), "{failure:?}");
        assert_clean(credential, &format!("{failure:?} {failure}"));
    }
    let compared = client.send(get("/x", Some("shared"))).await;
    assert!(matches!(compared, Err(SendFailure::Denied(_))), "{compared:?}");
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("TRACE") && logged.contains("hyper"), "it is the whole log: {logged}");
    assert_clean("the log", &logged);
}
