//! The way out: whatever a connector says in a request, what leaves is one request to an allowed origin, framed by the
//! host, with the secret in one place; and whatever comes back, the secret is not in it.

use std::{collections::BTreeMap, rc::Rc, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use serde_json::Value;
use tokio::{
    runtime::{Builder, Runtime},
    task::LocalSet,
};
use wellspring_egress::{
    Authorities, ConnectionClient, ConnectionEgress, Credential, OutboundBody, OutboundRequest, OutboundResponse,
    SendFailure,
};
use wellspring_model::{Timestamp, time::Clock};

use crate::wire::{Request, Seen, listen};

const CANARY: &str = "c4nary/s3cret+\"42";
/// A part of it that is written alike in most spellings.
const TRACE: &str = "s3cret";
const USER: &str = "wellspring";
/// What a guest may set, beside `x-…`.
const STANDARD_FIELDS: [&str; 11] = [
    "accept",
    "accept-language",
    "content-type",
    "content-language",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "idempotency-key",
    "prefer",
    "on-behalf-of",
];
const HOSTS_FIELDS: [&str; 6] = ["host", "content-length", "content-type", "accept", "accept-encoding", "user-agent"];

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// What all runs have in common.
struct World {
    runtime: Runtime,
    tasks: LocalSet,
    server: Rc<Seen>,
    origin: String,
    /// Listens where nothing was granted.
    inside: Rc<Seen>,
    inside_port: u16,
    authorities: Arc<Authorities>,
    client: ConnectionClient,
}

thread_local! {
    /// Never dropped: its tasks cannot end after the thread's own values have.
    static WORLD: &'static World = Box::leak(Box::new(World::new()));
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let tasks = LocalSet::new();
        let ((address, server), (other, inside)) = tasks.block_on(&runtime, async { (listen().await, listen().await) });
        let (origin, authorities) = (format!("http://{address}"), Arc::new(Authorities::new(None)));
        let secret = || SecretString::from(CANARY);
        let credentials = BTreeMap::from([
            ("bearer".to_owned(), Credential::Bearer(secret())),
            ("basic".to_owned(), Credential::Basic { user: USER.into(), password: secret() }),
            ("header".to_owned(), Credential::Header { name: "X-Api-Key".into(), value: secret() }),
        ]);
        let client = Self::client(&origin, other.port(), credentials, &authorities);
        Self { runtime, tasks, server, origin, inside, inside_port: other.port(), authorities, client }
    }

    fn client(
        origin: &str,
        inside: u16,
        credentials: BTreeMap<String, Credential>,
        authorities: &Arc<Authorities>,
    ) -> ConnectionClient {
        let bases = [
            ("api", format!("{origin}/v3")),
            ("root", origin.to_owned()),
            ("inside", format!("http://127.0.0.1:{inside}")),
            ("named", format!("https://localhost:{inside}/v3")),
            ("literal", format!("https://127.0.0.1:{inside}")),
        ];
        let egress = ConnectionEgress {
            bases: bases.into_iter().map(|(name, url)| (name.to_owned(), url.parse().expect("a base"))).collect(),
            private_origins: vec![origin.to_owned()],
            credentials,
        };
        ConnectionClient::new(egress, Arc::clone(authorities), Arc::new(Stopped))
    }
}

/// A text of a member; nothing where it is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let pairs = value.as_array().into_iter().flatten();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn request(asked: &Value) -> OutboundRequest {
    let body = match (&asked["json"], &asked["bytes"], &asked["form"]) {
        (Value::String(json), ..) => OutboundBody::Json(json.clone()),
        (_, Value::String(bytes), _) => OutboundBody::Bytes(bytes.clone().into()),
        (_, _, form @ Value::Array(_)) => OutboundBody::Form(pairs(form)),
        _ => OutboundBody::None,
    };
    OutboundRequest {
        method: text(&asked["method"]),
        base: text(&asked["base"]),
        path: text(&asked["path"]),
        query: pairs(&asked["query"]),
        headers: pairs(&asked["headers"]),
        body,
        credential: asked["as"].as_str().map(str::to_owned),
        timeout: None,
    }
}

/// The canary as a server might echo it: each letter in a way of its own, the whole escaped some times more.
fn echo(asked: &Value) -> String {
    let ways = text(&asked["ways"]);
    let mut ways = ways.bytes().chain(std::iter::repeat(b'5'));
    let letter = |char: char, way: u8| match way {
        b'0' => format!("%{:02x}", u32::from(char)),
        b'1' => format!("%{:02X}", u32::from(char)),
        b'2' => format!("\\u{:04x}", u32::from(char)),
        b'3' => format!("&#{};", u32::from(char)),
        b'4' => format!("\\x{:02X}", u32::from(char)),
        _ => char.to_string(),
    };
    let mut told: String = CANARY.chars().map(|char| letter(char, ways.next().unwrap_or(b'5'))).collect();
    for way in text(&asked["layers"]).chars().take(2) {
        told = match way {
            '0' => told.bytes().map(|byte| format!("%{byte:02x}")).collect(),
            '1' => serde_json::to_string(&told).unwrap_or_default(),
            _ => told,
        };
    }
    told
}

pub fn run(bytes: &[u8]) {
    let Ok(asked) = serde_json::from_slice::<Value>(bytes) else { return };
    // What a guest knows already it may say.
    if undone(&asked.to_string()).to_ascii_lowercase().contains(TRACE) {
        return;
    }
    WORLD.with(|world| judge(&asked, world));
}

fn judge(asked: &Value, world: &World) {
    let (request, status) = (request(asked), asked["status"].as_u64().filter(|status| (200..600).contains(status)));
    let told = echo(asked);
    let in_base64 = STANDARD.encode(format!("{USER}:{CANARY}"));
    *world.server.answer.borrow_mut() = format!(
        "HTTP/1.1 {} {CANARY}\r\nlocation: http://127.0.0.1:{}/?<{told}>\r\nx-echo: <{told}>\r\nset-cookie: {CANARY}\r\n\
         connection: close\r\n\r\n<{told}>\n<{in_base64}>\n{CANARY}",
        status.unwrap_or(200),
        world.inside_port
    )
    .into_bytes();
    // A manifest that lies names the field of its key.
    let field = asked["field"].as_str();
    let own = field.map(|name| {
        let credential = Credential::Header { name: name.to_owned(), value: SecretString::from(CANARY) };
        World::client(
            &world.origin,
            world.inside_port,
            BTreeMap::from([("field".to_owned(), credential)]),
            &world.authorities,
        )
    });
    let client = own.as_ref().unwrap_or(&world.client);
    let (sent, connections) = world.tasks.block_on(&world.runtime, async {
        let sent = client.send(request.clone()).await;
        // Until the server has seen the end of whatever was said.
        while world.server.open.get() > 0 {
            tokio::time::sleep(Duration::from_micros(50)).await;
        }
        (sent, world.server.connections.take())
    });
    assert_eq!((world.inside.open.get(), world.inside.connections.borrow().len()), (0, 0), "somebody was inside");
    match &sent {
        Ok(answer) => {
            let [connection] = &connections[..] else { panic!("{} connections", connections.len()) };
            check_sent(connection, &request, field, world);
            check_answer(answer, &told, &in_base64);
        }
        Err(SendFailure::Denied(_) | SendFailure::Credential(_)) => {
            assert!(connections.is_empty(), "it was refused, and went out");
        }
        // The echo of a large body may be larger than an answer may be.
        Err(SendFailure::TooLarge) => (),
        Err(failure) => panic!("{failure}"),
    }
}

fn check_sent(bytes: &[u8], asked: &OutboundRequest, field: Option<&str>, world: &World) {
    let request = Request::read(bytes);
    assert_eq!(request.method, asked.method);
    assert!(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&request.method));
    let prefix = match asked.base.as_str() {
        "api" => "/v3",
        "root" => "",
        base => panic!("`{base}` was not granted"),
    };
    let path = request.target.split('?').next().unwrap_or_default();
    assert!(
        path.starts_with('/') && path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    );
    assert!(request.target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{}", request.target);
    let undone = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
    assert!(!undone.split(['/', '\\']).any(|name| matches!(name.split(';').next(), Some("." | ".."))), "{path}");
    assert!(!path.contains("//"), "{path}");
    assert_eq!(request.all("host"), [world.origin.trim_start_matches("http://")]);
    let length = request.body.len();
    match request.all("content-length")[..] {
        [] => assert_eq!(length, 0),
        [said] => assert_eq!(said, length.to_string()),
        _ => panic!("two lengths"),
    }
    match &asked.body {
        OutboundBody::None => assert_eq!(length, 0),
        OutboundBody::Bytes(body) => assert_eq!(request.body, &body[..]),
        OutboundBody::Json(json) => assert_eq!(request.body, json.as_bytes()),
        OutboundBody::Form(_) => assert!(request.body.is_ascii()),
    }
    let carrier = asked.credential.as_deref().map(|name| match name {
        "bearer" | "basic" => "authorization".to_owned(),
        "header" => "x-api-key".to_owned(),
        _ => field.unwrap_or_default().to_ascii_lowercase(),
    });
    let reserved = field.map_or("x-api-key".to_owned(), str::to_ascii_lowercase);
    for (name, value) in &request.fields {
        assert_eq!(request.all(name).len(), 1, "`{name}` twice");
        let is_carrier = carrier.as_ref() == Some(name);
        let is_asked = asked.headers.iter().any(|(one, _)| one.eq_ignore_ascii_case(name));
        let may_be_asked = *name != reserved && (STANDARD_FIELDS.contains(&name.as_str()) || name.starts_with("x-"));
        assert!(is_carrier || HOSTS_FIELDS.contains(&name.as_str()) || (is_asked && may_be_asked), "`{name}`");
        assert!(!["x-forwarded-host", "x-original-url", "x-http-method-override"].contains(&name.as_str()), "`{name}`");
        let basic = format!("Basic {}", STANDARD.encode(format!("{USER}:{CANARY}")));
        let carried = [CANARY.to_owned(), format!("Bearer {CANARY}"), basic].contains(&(*value).to_owned());
        assert_eq!(carried, is_carrier, "`{name}: {value}`");
    }
    let whole = String::from_utf8_lossy(bytes);
    let secrets = whole.matches(TRACE).count() + whole.matches(&STANDARD.encode(format!("{USER}:{CANARY}"))).count();
    assert_eq!(secrets, usize::from(carrier.is_some()), "the secret is in one place");
}

fn check_answer(answer: &OutboundResponse, told: &str, in_base64: &str) {
    let body = String::from_utf8_lossy(&answer.body);
    let fields = answer.headers.iter().flat_map(|(name, value)| [name, value]).map(String::as_str);
    for text in fields.chain([&*body]) {
        assert!(!text.contains(CANARY) && !text.contains(told) && !text.contains(in_base64), "{text}");
        assert!(!undone(text).contains(TRACE), "{text}");
    }
    assert!(!answer.headers.iter().any(|(name, _)| name == "set-cookie"));
}

/// Percent signs and JSON's escapes undone three times, as a guest would that looks for what is left.
fn undone(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        for (code, char) in TRACE.chars().map(|char| (u32::from(char), char)) {
            for written in [
                format!("%{code:02x}"),
                format!("%{code:02X}"),
                format!("\\u{code:04x}"),
                format!("&#{code};"),
                format!("\\x{code:02X}"),
            ] {
                text = text.replace(&written, &char.to_string());
            }
        }
        text =
            text.replace("%25", "%").replace("%5c", "\\").replace("\\\\", "\\").replace("%26", "&").replace("%23", "#");
    }
    text
}
