//! A server that writes down every byte, and another that nobody may reach.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task,
};

/// What a server saw, and what it is to answer.
#[derive(Default)]
pub struct Seen {
    /// Each connection, as bytes from its beginning to its end.
    pub connections: RefCell<Vec<Vec<u8>>>,
    /// The answer but for the echo, which is added to its end.
    pub answer: RefCell<Vec<u8>>,
    pub open: Cell<usize>,
}

/// Listens on loopback, within the current `LocalSet`.
pub async fn listen() -> (SocketAddr, Rc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (address, seen) = (listener.local_addr().expect("an address"), Rc::new(Seen::default()));
    let shared = Rc::clone(&seen);
    task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Rc::clone(&shared);
            seen.open.set(seen.open.get() + 1);
            task::spawn_local(async move {
                let bytes = serve(stream, &seen.answer.borrow().clone()).await;
                seen.connections.borrow_mut().push(bytes);
                seen.open.set(seen.open.get() - 1);
            });
        }
    });
    (address, seen)
}

/// Answers one request, and then writes down whatever else comes until the other side has said all.
async fn serve(mut stream: TcpStream, answer: &[u8]) -> Vec<u8> {
    let (mut bytes, mut piece, mut is_answered) = (Vec::new(), [0; 16 * 1_024], false);
    loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
        if !is_answered && is_whole(&bytes) {
            is_answered = true;
            let echo: Vec<u8> = bytes.escape_ascii().collect();
            let body = [answer, b"\n", &bytes, b"\n", &echo].concat();
            let head = body.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
            let length = format!("content-length: {}\r\n", body.len() - head);
            // Before the empty line that ends the head.
            let whole = [&body[..head - 2], length.as_bytes(), &body[head - 2..]].concat();
            let _gone = stream.write_all(&whole).await;
        }
    }
    // Without this there are soon no ports left on the machine.
    let _fine = stream.set_zero_linger();
    bytes
}

/// By the first length that is said, as an incautious server would.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    bytes.len() - end - 4 >= length.unwrap_or(0)
}

/// One request, read by RFC 9112 with no leniency.
pub struct Request<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub fields: Vec<(String, &'a str)>,
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    pub fn read(bytes: &'a [u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head that ends");
        let head = std::str::from_utf8(&bytes[..end]).expect("a head of text");
        let mut lines = head.split("\r\n");
        let words: Vec<&str> = lines.next().expect("a first line").split(' ').collect();
        let [method, target, "HTTP/1.1"] = words[..] else { panic!("a first line of {words:?}") };
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no field: {line:?}"));
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert!(!name.is_empty() && name.bytes().all(is_token), "no name: {name:?}");
            assert!(!value.contains(['\r', '\n', '\0']), "a value that ends its line: {value:?}");
            (name.to_ascii_lowercase(), value)
        });
        Self { method, target, fields: fields.collect(), body: &bytes[end + 4..] }
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(one, _)| one == name).map(|(_, value)| *value).collect()
    }
}

/// What steers, frames or ends a request, or escapes what does.
pub const WORDS: &[&str] = &[
    "host",
    "Host",
    "content-length",
    "transfer-encoding",
    "chunked",
    "connection",
    "close",
    "upgrade",
    "expect",
    "te",
    "trailer",
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "x-forwarded-host",
    "x-original-url",
    "x-http-method-override",
    "content-type",
    "accept",
    "accept-encoding",
    "idempotency-key",
    "traceparent",
    ":authority",
    ":path",
    "X-Own",
    "GET",
    "POST",
    "CONNECT",
    "OPTIONS",
    "api",
    "root",
    "inside",
    "named",
    "literal",
    "bearer",
    "basic",
    "header",
    "field",
    "oauth",
    "path",
    "query",
    "headers",
    "json",
    "bytes",
    "form",
    "as",
    "status",
    "ways",
    "layers",
    "timeout",
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "\t",
    "\r\n\r\nGET / HTTP/1.1\r\n",
    " HTTP/1.1\r\n",
    "/",
    "//",
    "..",
    "/../",
    ".",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "%00",
    "%0d%0a",
    "%25",
    "%252e",
    "\\",
    "@",
    ":",
    "?",
    "#",
    ";",
    "*",
    "http://",
    "https://",
    "evil.example",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "v3",
    "\u{ff0e}",
    "\u{2025}",
    "\u{10a}",
    "\u{85}",
    "\u{7f}",
    "é",
    "0",
    "1",
    "%",
    "\\u00",
    "\\x",
    "&#x",
    "&amp;",
    "[secret]",
    "<",
    ">",
    "012345",
    "5555",
    "301",
    "307",
    "401",
    "204",
    "999",
];
