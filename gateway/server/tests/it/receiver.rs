//! Somebody who receives events on loopback and answers as they are told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

/// How an event is answered.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// After a while.
    Slow(Duration),
    /// Somewhere else on the same server.
    Redirect,
    /// With a wait that is asked for, in seconds.
    Wait(u16),
    /// Not at all.
    Never,
}

/// An event as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("headers of events are text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("events are JSON")
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("an event has a type").to_owned()
    }
}

#[derive(Clone, Default)]
struct Desk {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

pub struct Receiver {
    pub origin: String,
    desk: Desk,
}

impl Receiver {
    /// One that takes everything.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let desk = Desk::default();
        let router = Router::new().fallback(receive).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, desk }
    }

    pub fn url(&self) -> String {
        format!("{}/hook?token=s3cret-of-the-url", self.origin)
    }

    /// Answers the next events like this, and those after them well.
    pub fn answer(&self, answers: &[Answer]) {
        self.desk.answers.lock().expect("no test failed").extend(answers);
    }

    pub fn received(&self) -> Vec<Received> {
        self.desk.received.lock().expect("no test failed").clone()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.received().iter().map(Received::kind).collect()
    }
}

async fn receive(State(desk): State<Desk>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let received = Received { path: uri.to_string(), headers, body };
    desk.received.lock().expect("no test failed").push(received);
    let answer = desk.answers.lock().expect("no test failed").pop_front();
    match answer.unwrap_or(Answer::Status(204)) {
        Answer::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Answer::Slow(while_) => {
            tokio::time::sleep(while_).await;
            StatusCode::OK.into_response()
        }
        Answer::Redirect => (StatusCode::TEMPORARY_REDIRECT, [(http::header::LOCATION, "/elsewhere")]).into_response(),
        Answer::Wait(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [(http::header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Answer::Never => std::future::pending().await,
    }
}
