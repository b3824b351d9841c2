//! An ATS that tells everybody what it was told: it stands before the double, and adds to each of its answers the request and all
//! secrets in every spelling, in fields, in bodies and in what it says of failures.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use wellspring_testkit::Greenhouse;
use wellspring_tests::Failure;

use crate::spellings::{SECRET, TOKEN, spellings};

/// What the double's own tokens begin with.
const THEIRS: &str = "double-token-";

/// A request as it came.
pub struct Seen {
    pub path: String,
    /// Beside the one that proves whose it is.
    pub rest: String,
    pub authorization: String,
}

#[derive(Clone)]
pub struct Echo(Arc<Shared>);

struct Shared {
    to: String,
    http: reqwest::Client,
    seen: Mutex<Vec<Seen>>,
    secrets: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Echo {
    /// Starts before this double, and says where.
    pub async fn before(ats: &Greenhouse) -> Result<(Self, String), Failure> {
        // A second installation in one process changes nothing.
        let _first = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "this is an ATS, not a part of the gateway")]
        let http = reqwest::Client::builder().no_proxy().build()?;
        let (seen, secrets) = (Mutex::default(), Mutex::new(vec![SECRET.to_owned()]));
        let echo = Self(Arc::new(Shared { to: ats.origin().to_owned(), http, seen, secrets }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(echo.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((echo, origin))
    }

    pub fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        lock(&self.0.seen)
    }

    /// The planted secret, and every token that was given for it.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.0.secrets).clone()
    }

    fn echo(&self, request: &str) -> String {
        let spelt: Vec<String> = self.secrets().iter().flat_map(|secret| spellings(secret)).collect();
        format!("{} {request}", spelt.join(" "))
    }

    fn fields(&self, headers: &mut HeaderMap) {
        let spelt: Vec<String> = self.secrets().iter().flat_map(|secret| spellings(secret)).collect();
        for (number, spelt) in spelt.iter().enumerate().take(40) {
            let name = HeaderName::try_from(format!("x-echo-{number}")).expect("a name");
            headers.insert(name, HeaderValue::try_from(format!("<{spelt}>")).expect("a value"));
        }
        headers.insert(header::SET_COOKIE, HeaderValue::try_from(format!("s={SECRET}")).expect("a value"));
    }
}

async fn answer(State(echo): State<Echo>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the request arrives");
    let mut headers = parts.headers.clone();
    let authorization = headers.remove(header::AUTHORIZATION).unwrap_or(HeaderValue::from_static(""));
    let authorization = authorization.to_str().expect("a text").to_owned();
    let rest = format!("{} {} {headers:?} {}", parts.method, parts.uri, String::from_utf8_lossy(&body));
    let told = echo.echo(&format!("{authorization} {rest}"));
    let path = parts.uri.path().to_owned();
    echo.seen().push(Seen { path: path.clone(), rest, authorization: authorization.clone() });
    let mut response = match path.as_str() {
        "/v3/echo" | "/v3/told" => Response::new(Body::from(told)),
        _ => {
            let url = format!("{}{}", echo.0.to, parts.uri);
            headers.remove(header::HOST);
            headers.insert(header::AUTHORIZATION, theirs(&path, &authorization));
            // Answers are read here, so they come as they are.
            headers.remove(header::ACCEPT_ENCODING);
            let sent = echo.0.http.request(parts.method, url).headers(headers).body(body).send().await;
            let answer = sent.expect("the double answers");
            let (status, kept) = (answer.status(), answer.headers().clone());
            let bytes = answer.bytes().await.expect("the double's answer arrives");
            let mut response = Response::new(Body::from(if path == "/token" {
                echo.token(&bytes)
            } else {
                gossip(&bytes, status.is_success(), &told)
            }));
            *response.status_mut() = status;
            *response.headers_mut() = kept;
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response
        }
    };
    echo.fields(response.headers_mut());
    response
}

impl Echo {
    /// The double's token, under another name.
    fn token(&self, answer: &Bytes) -> Bytes {
        let mut answer: Value = serde_json::from_slice(answer).expect("JSON");
        if let Some(token) = answer["access_token"].as_str().map(|token| token.replace(THEIRS, TOKEN)) {
            let token = format!("{token}+==");
            lock(&self.0.secrets).push(token.clone());
            answer["access_token"] = token.into();
        }
        answer.to_string().into()
    }
}

/// What the double knows the caller by. The client's secret comes as RFC 6749 §2.3.1 has it, which the double does not read.
fn theirs(path: &str, authorization: &str) -> HeaderValue {
    let text = if path == "/token" {
        format!("Basic {}", STANDARD.encode(format!("double-client:{SECRET}")))
    } else {
        authorization.replace(TOKEN, THEIRS).trim_end_matches("+==").to_owned()
    };
    HeaderValue::try_from(text).expect("a value")
}

/// The double's answer, with all that it was told.
fn gossip(answer: &Bytes, is_good: bool, told: &str) -> Bytes {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return answer.clone() };
    let with = |mut one: Value| {
        if let Some(members) = one.as_object_mut() {
            members.insert("echo".to_owned(), told.into());
        }
        one
    };
    let answer = match answer {
        Value::Array(all) => Value::Array(all.into_iter().map(with).collect()),
        one if is_good => with(one),
        _ => json!({"message": told, "errors": [{"message": told, "field": told}]}),
    };
    answer.to_string().into()
}
