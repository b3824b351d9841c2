//! Access tokens: obtained with client credentials, kept until shortly before they end, fetched once however many wait.

use std::time::Duration;

use jiff::SignedDuration;
use oauth2::{
    AuthType, Client, ClientId, ClientSecret, ExtraTokenFields, HttpRequest, HttpResponse, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use wellspring_model::{Timestamp, connection::BaseUrl, time::Clock};

use crate::{EgressLimits, SendFailure, client::Clients, error::ExchangeFailure, read, scrub::Scrubber};

/// How long before its end a token is no longer used.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// What a token lasts where the answer does not say.
const UNSAID: Duration = Duration::from_secs(300);
/// A token answer is small.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Greenhouse says when a token ends; the standard says how long it lasts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct EndsAt {
    #[serde(default)]
    expires_at: Option<serde_json::Value>,
}

impl ExtraTokenFields for EndsAt {}

type Answer = StandardTokenResponse<EndsAt, BasicTokenType>;
type TokenClient = Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

#[derive(Clone)]
struct Token {
    text: SecretString,
    ends_at: Timestamp,
}

/// The token of one credential.
#[derive(Default)]
pub(crate) struct TokenSource {
    held: Mutex<Option<Token>>,
}

/// Where tokens come from.
pub(crate) struct TokenRequest<'a> {
    pub token_url: &'a BaseUrl,
    pub client_id: &'a str,
    pub client_secret: &'a SecretString,
    pub scopes: &'a [String],
    /// Learns what the answer gives, before anybody uses it.
    pub scrubber: &'a Scrubber,
}

impl TokenSource {
    /// A token that is good now. `refused` is one that the ATS has just refused: it is not given again.
    ///
    /// Whoever comes first fetches; the others wait for that answer.
    pub async fn get(
        &self,
        request: &TokenRequest<'_>,
        refused: Option<&SecretString>,
        clients: &Clients,
        clock: &dyn Clock,
    ) -> Result<SecretString, SendFailure> {
        let mut held = self.held.lock().await;
        let is_refused =
            |token: &Token| refused.is_some_and(|refused| refused.expose_secret() == token.text.expose_secret());
        if let Some(token) = held.as_ref().filter(|token| token.ends_at > clock.now() && !is_refused(token)) {
            return Ok(token.text.clone());
        }
        *held = None;
        let token = fetch(request, clients, clock).await?;
        let text = token.text.clone();
        *held = Some(token);
        Ok(text)
    }
}

async fn fetch(request: &TokenRequest<'_>, clients: &Clients, clock: &dyn Clock) -> Result<Token, SendFailure> {
    let url = TokenUrl::new(request.token_url.to_string())
        .map_err(|_| SendFailure::Credential("the token address cannot be read".to_owned()))?;
    let client: TokenClient = Client::new(ClientId::new(request.client_id.to_owned()))
        .set_client_secret(ClientSecret::new(request.client_secret.expose_secret().to_owned()))
        .set_auth_type(AuthType::BasicAuth);
    let client = client.set_token_uri(url);
    let scopes = request.scopes.iter().cloned().map(Scope::new);
    let asked_at = clock.now();
    let send = Exchange(clients);
    let answer: Answer =
        client.exchange_client_credentials().add_scopes(scopes).request_async(&send).await.map_err(refusal)?;
    let text = SecretString::from(answer.access_token().secret().clone());
    // The access token last, so that it is the newest: it is the one that goes out.
    if let Some(refresh) = answer.refresh_token() {
        request.scrubber.learn(&SecretString::from(refresh.secret().clone()));
    }
    request.scrubber.learn(&text);
    Ok(Token { text, ends_at: ends_at(&answer, asked_at) })
}

/// Our way of sending, as `oauth2` calls it. Its future is boxed and named, so that it is known to be `Send`.
struct Exchange<'a>(&'a Clients);

impl<'c> oauth2::AsyncHttpClient<'c> for Exchange<'_> {
    type Error = ExchangeFailure;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, ExchangeFailure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(exchange(request, self.0))
    }
}

/// One exchange with the token endpoint, under the same policy as every other request.
async fn exchange(http: HttpRequest, clients: &Clients) -> Result<HttpResponse, ExchangeFailure> {
    let request = reqwest::Request::try_from(http).map_err(|_| ExchangeFailure::Connect)?;
    let response = clients.execute(request).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    // It refuses nobody: it is down, or has too much to do. Whoever pauses a connection over that waits for a person in vain.
    if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
        return Err(ExchangeFailure::Connect);
    }
    let body = read::body(response, &EgressLimits { body_bytes: LARGEST_ANSWER, ..clients.limits() }).await?;
    let mut answer = http::Response::new(body.to_vec());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

fn refusal(error: RequestTokenError<ExchangeFailure, BasicErrorResponse>) -> SendFailure {
    match error {
        RequestTokenError::Request(failure) => failure.into(),
        RequestTokenError::ServerResponse(answer) => {
            SendFailure::Credential(format!("the token endpoint refused the client ({})", code(answer.error())))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            SendFailure::Credential("the token endpoint refused the client, or answered something else".to_owned())
        }
    }
}

/// The codes of RFC 6749 §5.2. Another, and every description, is the server's own and may hold anything.
const fn code(error: &BasicErrorResponseType) -> &'static str {
    match error {
        BasicErrorResponseType::InvalidClient => "invalid_client",
        BasicErrorResponseType::InvalidGrant => "invalid_grant",
        BasicErrorResponseType::InvalidRequest => "invalid_request",
        BasicErrorResponseType::InvalidScope => "invalid_scope",
        BasicErrorResponseType::UnauthorizedClient => "unauthorized_client",
        BasicErrorResponseType::UnsupportedGrantType => "unsupported_grant_type",
        BasicErrorResponseType::Extension(_) => "a code of its own",
    }
}

fn ends_at(answer: &Answer, asked_at: Timestamp) -> Timestamp {
    let absolute = answer.extra_fields().expires_at.as_ref().and_then(|value| match value {
        serde_json::Value::String(text) => text.parse().ok(),
        serde_json::Value::Number(seconds) => Timestamp::from_second(seconds.as_i64()?).ok(),
        _ => None,
    });
    let lasts = answer.expires_in().unwrap_or(UNSAID);
    let relative = || asked_at.checked_add(SignedDuration::try_from(lasts).ok()?).ok();
    let end = absolute.or_else(relative).unwrap_or(asked_at);
    end.checked_sub(MARGIN).unwrap_or(end)
}
