//! A small ATS on loopback for tests of the host: real HTTP, one request per connection, answers from a closure.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub authorization: String,
    /// The body where it is JSON.
    pub json: Value,
}

impl Seen {
    /// A parameter of the query, as written.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

pub enum Answer {
    Json {
        status: u16,
        headers: String,
        json: Value,
    },
    /// The connection is closed without an answer.
    Silence,
}

pub fn json(status: u16, json: Value) -> Answer {
    Answer::Json { status, headers: String::new(), json }
}

/// A running ATS. It ends with the test's runtime.
pub struct Ats {
    /// `http://127.0.0.1:port`
    pub origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Ats {
    pub async fn start(mut answer: impl FnMut(&Seen) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let answer = answer(&request);
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                write(&mut stream, answer).await;
            }
        });
        Self { origin, seen }
    }

    /// Everything that arrived so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Method and target of everything that changes something.
    pub fn writes(&self) -> Vec<String> {
        let seen = self.seen().into_iter().filter(|seen| seen.method != "GET" && seen.target != "/token");
        seen.map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let (head, begun) = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break (String::from_utf8_lossy(&bytes[..end]).into_owned(), end + 4);
        }
        let mut piece = [0; 4_096];
        let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
    };
    let header = |name: &str| {
        let found = head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        found.unwrap_or_default()
    };
    let wanted = begun + header("content-length").parse().unwrap_or(0);
    while bytes.len() < wanted {
        let mut piece = [0; 4_096];
        let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
    }
    let mut words = head.split(' ');
    Some(Seen {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        authorization: header("authorization"),
        json: serde_json::from_slice(&bytes[begun..]).unwrap_or_default(),
    })
}

async fn write(stream: &mut TcpStream, answer: Answer) {
    let Answer::Json { status, headers, json } = answer else { return };
    let body = json.to_string();
    let text = format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    );
    let _gone = stream.write_all(text.as_bytes()).await;
}
