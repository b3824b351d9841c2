//! As much HTTP as these tests need: one request per connection, bytes in and out.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use wellspring_testkit::Greenhouse;

/// An answer, or `None` where the connection ended without one.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub json: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The query of the next page, from the `Link` header.
    pub fn next(&self) -> Option<String> {
        let address = self.header("link")?.split_once('<')?.1.split_once('>')?.0;
        Some(address.split_once("/v3/")?.1.to_owned())
    }
}

/// Sends one request to the double.
pub async fn send(origin: &str, method: &str, path: &str, headers: &str, body: &str) -> Option<Answer> {
    let address = origin.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("the double listens");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("the request is sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let text = String::from_utf8(bytes).expect("answers are text");
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let json = serde_json::from_str(body).unwrap_or_default();
    Some(Answer { status, head: head.to_owned(), json, text: body.to_owned() })
}

/// A client with a token.
pub struct Client<'a> {
    pub double: &'a Greenhouse,
    token: String,
}

impl<'a> Client<'a> {
    pub async fn new(double: &'a Greenhouse) -> Self {
        let basic = BASE64_STANDARD.encode(format!("{}:{}", double.client_id(), double.client_secret()));
        let answer = token(double, &basic).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json["access_token"].as_str().expect("a token").to_owned();
        Self { double, token }
    }

    pub async fn try_call(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", self.token);
        send(self.double.origin(), method, &format!("/v3/{path}"), &headers, body).await
    }

    pub async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.try_call(method, path, body).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "").await
    }
}

pub async fn token(double: &Greenhouse, basic: &str) -> Answer {
    let headers = format!("Authorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    send(double.origin(), "POST", "/token", &headers, "grant_type=client_credentials").await.expect("an answer")
}
