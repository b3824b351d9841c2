//! Somebody else's CASE service on loopback, which wants a token and gives few documents at a time.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

/// Documents that it gives at a time, whatever is asked for.
const PAGE: usize = 2;

#[derive(Clone)]
struct Desk {
    packages: Arc<Vec<Value>>,
    wants_token: bool,
    /// Whether it says how many documents there are, or only links to the next page.
    counts: bool,
    asked: Arc<Mutex<Vec<String>>>,
}

pub struct Service {
    pub origin: String,
    desk: Desk,
}

impl Service {
    pub async fn start(packages: Vec<Value>, wants_token: bool, counts: bool) -> Self {
        let desk = Desk { packages: Arc::new(packages), wants_token, counts, asked: Arc::default() };
        let router = Router::new()
            .route("/token", post(token))
            .route("/ims/case/v1p0/CFDocuments", get(documents))
            .route("/ims/case/v1p0/CFPackages/{id}", get(package))
            .with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, desk }
    }

    pub fn url(&self) -> String {
        format!("{}/ims/case/v1p0", self.origin)
    }

    /// What was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.desk.asked.lock().expect("no test has failed in here").clone()
    }
}

async fn token(headers: HeaderMap) -> Response {
    // "an id:a secret" in base64.
    if headers.get(header::AUTHORIZATION).is_some_and(|value| value == "Basic YW4raWQ6YStzZWNyZXQ=") {
        return Json(json!({"access_token": "a-token", "token_type": "bearer", "expires_in": 300})).into_response();
    }
    (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response()
}

impl Desk {
    fn lets_in(&self, headers: &HeaderMap) -> bool {
        !self.wants_token || headers.get(header::AUTHORIZATION).is_some_and(|value| value == "Bearer a-token")
    }

    fn note(&self, what: String) {
        self.asked.lock().expect("no test has failed in here").push(what);
    }
}

async fn documents(State(desk): State<Desk>, query: Query<Value>, headers: HeaderMap) -> Response {
    if !desk.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let offset: usize = query["offset"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    desk.note(format!("documents from {offset}"));
    let all: Vec<Value> = desk.packages.iter().map(|package| package["CFDocument"].clone()).collect();
    let page: Vec<Value> = all.iter().skip(offset).take(PAGE).cloned().collect();
    let mut response = Json(json!({"CFDocuments": page})).into_response();
    let (name, value) = match desk.counts {
        true => ("x-total-count", all.len().to_string()),
        false if offset + PAGE < all.len() => ("link", "</next>; rel=\"next\"".to_owned()),
        false => return response,
    };
    response.headers_mut().insert(name, value.parse().expect("a header"));
    response
}

async fn package(State(desk): State<Desk>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if !desk.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    desk.note(format!("package {id}"));
    let found = desk.packages.iter().find(|package| package["CFDocument"]["identifier"] == id.as_str());
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |package| Json(package).into_response())
}
