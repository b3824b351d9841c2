//! Talks to a gateway as an employer's system would.

use std::time::Duration;

use serde_json::Value;

use crate::Failure;

/// A client with a key.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    /// A client of the gateway at `base` (no slash at the end).
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(base: &str, key: &str) -> Result<Self, Failure> {
        Self::waiting(base, key, Duration::from_secs(30))
    }

    /// A client that waits so long for an answer.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn waiting(base: &str, key: &str, longest: Duration) -> Result<Self, Failure> {
        // A second installation in one process changes nothing.
        let _first = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "this is a caller of the gateway, not a part of it")]
        let http = reqwest::Client::builder().no_proxy().timeout(longest).build()?;
        Ok(Self { http, base: base.to_owned(), key: key.to_owned() })
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// The same caller at another node's address.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// GET without a key: what anybody sees.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn open(&self, url: &str) -> Result<(u16, String), Failure> {
        let response = self.http.get(url).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// # Errors
    /// There is no answer, or not a good one.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.good(self.http.get(format!("{}{path}", self.base))).await
    }

    /// # Errors
    /// There is no answer, or not a good one.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.good(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    /// # Errors
    /// There is no answer, or not a good one.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.good(self.http.put(format!("{}{path}", self.base)).json(body)).await
    }

    /// POST within a trace of the caller's.
    ///
    /// # Errors
    /// There is no answer, or not a good one.
    pub async fn post_within(&self, path: &str, traceparent: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).header("traceparent", traceparent);
        self.good(request.json(body)).await
    }

    /// POST under an idempotency key. Where it may be tried again under the same key, why.
    ///
    /// # Errors
    /// It was refused for what it says.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Result<Value, Again>, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body).header("Idempotency-Key", key);
        let Ok(response) = request.bearer_auth(&self.key).send().await else { return Ok(Err(Again::NoAnswer)) };
        let status = response.status();
        let kind = response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json");
        match response.text().await {
            Ok(text) if status.is_success() => Ok(Ok(serde_json::from_str(&text)?)),
            Ok(text) if status.is_client_error() => Err(Failure::new(format!("{path} answered {status}: {text}"))),
            Ok(_) if kind => Ok(Err(Again::Problem(status.as_u16()))),
            Ok(_) => Ok(Err(Again::Other(status.as_u16()))),
            Err(_) => Ok(Err(Again::NoAnswer)),
        }
    }

    /// POST of these bytes without a key of ours, as an ATS does.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn post_as(
        &self,
        path: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.bytes().await?.to_vec()))
    }

    async fn good(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let response = request.bearer_auth(&self.key).send().await?;
        let (status, url) = (response.status(), response.url().clone());
        let text = response.text().await?;
        if !status.is_success() {
            return Err(Failure::new(format!("{url} answered {status}: {text}")));
        }
        // 204 says all there is to say.
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }
}

/// Why a request may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// There was no answer, or not a whole one.
    NoAnswer,
    /// A refusal as `application/problem+json`, with its status.
    Problem(u16),
    /// A refusal in another form.
    Other(u16),
}

/// The `id` of an answer.
///
/// # Errors
/// It has none.
pub fn id(answer: &Value) -> Result<String, Failure> {
    let id = answer["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Failure::new(format!("there is no id in {answer}")))
}
