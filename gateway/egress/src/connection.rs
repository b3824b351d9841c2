//! What a connector may send, within the rights of one connection.

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use wellspring_model::{connection::BaseUrl, time::Clock, trace::TraceParent};

use crate::{
    Credential, EgressLimits, SendFailure,
    client::{Clients, Lookup, system_lookup},
    error::ExchangeFailure,
    headers, path, read,
    scrub::{Scrubber, sensitive},
    token::{TokenRequest, TokenSource},
};

/// The rights of one connection: where to, and as whom.
#[derive(Debug, Clone)]
pub struct ConnectionEgress {
    /// Addresses that requests are joined below, by the names the connector uses.
    pub bases: BTreeMap<String, BaseUrl>,
    /// Origins on private networks that an operator granted, as `scheme://host:port`.
    pub private_origins: Vec<String>,
    pub credentials: BTreeMap<String, Credential>,
}

/// A request as a connector says it.
#[derive(Clone)]
pub struct OutboundRequest {
    pub method: String,
    /// Name of a base.
    pub base: String,
    /// Below the base; begins with `/`.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: OutboundBody,
    /// Name of a credential; `None` sends the request without one.
    pub credential: Option<String>,
    /// Shorter than the limit, if wanted.
    pub timeout: Option<Duration>,
}

/// What a request carries. The host sets length and, for JSON and forms, type.
#[derive(Clone)]
pub enum OutboundBody {
    None,
    Bytes(Bytes),
    Json(String),
    Form(Vec<(String, String)>),
}

/// An answer, without secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl fmt::Debug for OutboundResponse {
    /// Bodies are learners' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}

/// The way out of one connection. Nothing of it is shared with another: no socket, no TLS session, no token.
pub struct ConnectionClient {
    egress: ConnectionEgress,
    /// `None` where the system's certificate authorities cannot be read: then nothing can be trusted.
    clients: Option<Clients>,
    tokens: BTreeMap<String, TokenSource>,
    limits: EgressLimits,
    clock: Arc<dyn Clock>,
}

/// W3C Trace Context. A connector cannot set it by itself.
const TRACEPARENT: &str = "traceparent";
/// Methods a connector may use.
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

impl ConnectionClient {
    pub fn new(egress: ConnectionEgress, clock: Arc<dyn Clock>) -> Self {
        Self::with_lookup(egress, clock, EgressLimits::default(), &system_lookup())
    }

    /// As [`Self::new`], trusting the certificate authorities in this file as well.
    pub fn with_authorities(egress: ConnectionEgress, extra_ca_file: Option<&Path>, clock: Arc<dyn Clock>) -> Self {
        Self::build(egress, clock, EgressLimits::default(), &system_lookup(), extra_ca_file)
    }

    /// As [`Self::with_authorities`], within other limits.
    pub fn within(
        egress: ConnectionEgress,
        extra_ca_file: Option<&Path>,
        clock: Arc<dyn Clock>,
        limits: EgressLimits,
    ) -> Self {
        Self::build(egress, clock, limits, &system_lookup(), extra_ca_file)
    }

    pub(crate) fn with_lookup(
        egress: ConnectionEgress,
        clock: Arc<dyn Clock>,
        limits: EgressLimits,
        lookup: &Lookup,
    ) -> Self {
        Self::build(egress, clock, limits, lookup, None)
    }

    fn build(
        egress: ConnectionEgress,
        clock: Arc<dyn Clock>,
        limits: EgressLimits,
        lookup: &Lookup,
        extra_ca_file: Option<&Path>,
    ) -> Self {
        let clients = Clients::new(egress.private_origins.clone(), extra_ca_file, &limits, lookup)
            .inspect_err(|error| tracing::error!(%error, "a connection has no way out"))
            .ok();
        let oauth = egress.credentials.iter().filter(|(_, one)| matches!(one, Credential::OAuth { .. }));
        let tokens = oauth.map(|(name, _)| (name.clone(), TokenSource::default())).collect();
        Self { egress, clients, tokens, limits, clock }
    }

    /// Sends a request and reads its answer. A token that the ATS refuses is replaced once within the call.
    ///
    /// # Errors
    /// Why there is no answer. A status of the ATS, whatever it is, is an answer.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendFailure> {
        self.send_within(request, None).await
    }

    /// As [`Self::send`], and tells the other side which trace the request belongs to.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_within(
        &self,
        request: OutboundRequest,
        trace: Option<TraceParent>,
    ) -> Result<OutboundResponse, SendFailure> {
        let clients = self.clients.as_ref().ok_or(SendFailure::Tls)?;
        let longest = request.timeout.unwrap_or(self.limits.total).min(self.limits.total);
        let exchange = self.exchange(&request, trace, clients);
        tokio::time::timeout(longest, exchange).await.unwrap_or(Err(SendFailure::Timeout))
    }

    async fn exchange(
        &self,
        request: &OutboundRequest,
        trace: Option<TraceParent>,
        clients: &Clients,
    ) -> Result<OutboundResponse, SendFailure> {
        let mut prepared = self.prepare(request)?;
        if let Some(value) = trace.and_then(|trace| HeaderValue::try_from(trace.to_string()).ok()) {
            prepared.headers_mut().insert(TRACEPARENT, value);
        }
        let credential = self.credential(request)?;
        let Some((name, credential)) = credential else {
            return self.once(prepared, clients, &Scrubber::default()).await;
        };
        let Credential::OAuth { token_url, client_id, client_secret, scopes } = credential else {
            let (signed, secrets) = attach(prepared, credential)?;
            return self.once(signed, clients, &Scrubber::new(&secrets)).await;
        };
        let source = self.tokens.get(name).ok_or_else(|| denied("the credential has no token"))?;
        let asked = TokenRequest { token_url, client_id, client_secret, scopes };
        let token = source.get(&asked, None, clients, &*self.clock).await?;
        let again = prepared.try_clone().ok_or_else(|| denied("the request cannot be sent"))?;
        let answer = self.bearing(prepared, &token, client_secret, clients).await?;
        if answer.status != StatusCode::UNAUTHORIZED.as_u16() {
            return Ok(answer);
        }
        let fresh = source.get(&asked, Some(&token), clients, &*self.clock).await?;
        self.bearing(again, &fresh, client_secret, clients).await
    }

    async fn bearing(
        &self,
        mut request: reqwest::Request,
        token: &SecretString,
        client_secret: &SecretString,
        clients: &Clients,
    ) -> Result<OutboundResponse, SendFailure> {
        request.headers_mut().insert(header::AUTHORIZATION, bearer(token)?);
        self.once(request, clients, &Scrubber::new([token, client_secret])).await
    }

    async fn once(
        &self,
        request: reqwest::Request,
        clients: &Clients,
        scrubber: &Scrubber,
    ) -> Result<OutboundResponse, SendFailure> {
        let response = clients.execute(request).await?;
        let status = response.status().as_u16();
        let headers = headers::response(response.headers());
        let body = read::body(response, self.limits.body_bytes).await.map_err(ExchangeFailure::into_send)?;
        Ok(OutboundResponse {
            status,
            headers: headers.into_iter().map(|(name, value)| (name, scrubber.text(value))).collect(),
            body: scrubber.body(body),
        })
    }

    /// Builds the request from the operator's address and what the guest may say.
    fn prepare(&self, request: &OutboundRequest) -> Result<reqwest::Request, SendFailure> {
        let method = METHODS
            .into_iter()
            .find(|method| method.as_str() == request.method)
            .ok_or_else(|| denied("the method is not one of GET, HEAD, POST, PUT, PATCH and DELETE"))?;
        let base = self.egress.bases.get(&request.base);
        let base = base.ok_or_else(|| denied(&format!("no base `{}` was granted", shown(&request.base))))?;
        let url =
            path::join(base, &request.path, &request.query, self.limits.path_bytes).map_err(SendFailure::Denied)?;
        let mut built = reqwest::Request::new(method, url);
        *built.headers_mut() = headers::request(&request.headers, &self.limits).map_err(SendFailure::Denied)?;
        let (body, kind) = match &request.body {
            OutboundBody::None => return Ok(built),
            OutboundBody::Bytes(bytes) => (bytes.clone(), None),
            OutboundBody::Json(json) => (Bytes::from(json.clone()), Some("application/json")),
            OutboundBody::Form(fields) => {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                (Bytes::from(form), Some("application/x-www-form-urlencoded"))
            }
        };
        if let Some(kind) = kind {
            built.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        *built.body_mut() = Some(body.into());
        Ok(built)
    }

    fn credential(&self, request: &OutboundRequest) -> Result<Option<(&String, &Credential)>, SendFailure> {
        let Some(name) = &request.credential else { return Ok(None) };
        let found = self.egress.credentials.get_key_value(name);
        found.map(Some).ok_or_else(|| denied(&format!("no credential `{}` was granted", shown(name))))
    }
}

impl ExchangeFailure {
    pub(crate) fn into_send(self) -> SendFailure {
        self.into()
    }
}

/// Adds a credential that does not change, and names the secrets that must not come back.
fn attach(
    mut request: reqwest::Request,
    credential: &Credential,
) -> Result<(reqwest::Request, Vec<SecretString>), SendFailure> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let unusable = || SendFailure::Credential("the sealed secret cannot be sent in a header".to_owned());
    let (name, value, secrets) = match credential {
        Credential::Basic { user, password } => {
            let pair = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
            let value = sensitive(&format!("Basic {pair}")).ok_or_else(unusable)?;
            (header::AUTHORIZATION, value, vec![password.clone(), SecretString::from(pair)])
        }
        Credential::BasicKey(key) => {
            let pair = STANDARD.encode(format!("{}:", key.expose_secret()));
            let value = sensitive(&format!("Basic {pair}")).ok_or_else(unusable)?;
            (header::AUTHORIZATION, value, vec![key.clone(), SecretString::from(pair)])
        }
        Credential::Header { name, value } => {
            let name = name.parse().map_err(|_| unusable())?;
            (name, sensitive(value.expose_secret()).ok_or_else(unusable)?, vec![value.clone()])
        }
        Credential::Bearer(key) => (header::AUTHORIZATION, bearer(key)?, vec![key.clone()]),
        Credential::OAuth { .. } => return Err(denied("the credential has no token")),
    };
    request.headers_mut().insert(name, value);
    Ok((request, secrets))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, SendFailure> {
    let unusable = || SendFailure::Credential("the token cannot be sent in a header".to_owned());
    sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(unusable)
}

fn denied(reason: &str) -> SendFailure {
    SendFailure::Denied(reason.to_owned())
}

/// A guest's word, made fit for a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
}
