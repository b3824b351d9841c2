//! What the double sends: webhooks, signed, and calls to its assessment partner. They are made here and sent wherever a test wants
//! them: through a host, or over HTTP.

use std::io;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest answer that is read.
const ANSWER_MAX: u64 = 1 << 20;

/// A request of the double's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRequest {
    /// Below the address that was set up for it; begins with `/`.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl OutboundRequest {
    /// A webhook: HMAC-SHA256 over the bytes of the body.
    pub(super) fn webhook(secret: &str, action: &str, data: &Value) -> Self {
        let body = json!({"action": action, "data": data}).to_string().into_bytes();
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mac| mac.chain_update(&body).finalize());
        let signature: String =
            mac.into_iter().flat_map(|mac| mac.into_bytes().to_vec()).map(|byte| format!("{byte:02x}")).collect();
        Self {
            path: "/".to_owned(),
            headers: vec![json_body(), header("Ashby-Signature", &format!("sha256={signature}"))],
            body,
        }
    }

    /// A call to the partner.
    pub(super) fn partner(secret: &str, verb: &str, arguments: &Value) -> Self {
        let authorization = format!("Basic {}", BASE64_STANDARD.encode(secret));
        Self {
            path: format!("/{verb}"),
            headers: vec![json_body(), header("Authorization", &authorization)],
            body: arguments.to_string().into_bytes(),
        }
    }

    /// Sends it over plain HTTP to `host:port` below `prefix`, and gives status and body of the answer.
    ///
    /// # Errors
    /// Nobody answers there, or not in HTTP.
    pub async fn send(&self, authority: &str, prefix: &str) -> io::Result<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(authority).await?;
        let path = format!("{}{}", prefix.trim_end_matches('/'), self.path);
        let mut head = format!("POST {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Length: {}\r\n", self.body.len());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body).await?;
        let mut answer = Vec::new();
        // HTTP/1.0: the end of the connection is the end of the answer.
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(broken)?;
        let head = String::from_utf8_lossy(&answer[..end]);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        Ok((status, answer.split_off(end + 4)))
    }
}

fn json_body() -> (String, String) {
    header("Content-Type", "application/json")
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
