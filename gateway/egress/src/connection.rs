//! What a connector may send, within the rights of one connection.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use wellspring_model::{connection::BaseUrl, time::Clock, trace::TraceParent};

use crate::{
    Authorities, Credential, EgressLimits, SendFailure,
    client::Clients,
    headers,
    judge::{Lookup, system_lookup},
    path, read,
    scrub::Scrubber,
    token::{TokenRequest, TokenSource},
    turns::Turns,
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
#[derive(Clone, Serialize, Deserialize)]
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
#[derive(Clone, Serialize, Deserialize)]
pub enum OutboundBody {
    None,
    Bytes(Bytes),
    Json(String),
    Form(Vec<(String, String)>),
}

impl OutboundBody {
    /// Bytes of it, without what a form adds on its way. `None`: more than can be counted.
    pub fn size(&self) -> Option<usize> {
        match self {
            Self::None => Some(0),
            Self::Bytes(bytes) => Some(bytes.len()),
            Self::Json(json) => Some(json.len()),
            Self::Form(fields) => {
                let mut sizes = fields.iter().flat_map(|(name, value)| [name.len(), value.len()]);
                sizes.try_fold(0_usize, usize::checked_add)
            }
        }
    }
}

/// An answer, without secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// The way out of one connection. Nothing of it is shared with another: no socket, no TLS session, no token, no turn.
pub struct ConnectionClient {
    egress: ConnectionEgress,
    /// Made with the first request, since authorities are read without holding anybody up.
    clients: OnceCell<Clients>,
    authorities: Arc<Authorities>,
    lookup: Lookup,
    /// Header fields by which credentials go.
    reserved: Vec<HeaderName>,
    tokens: BTreeMap<String, TokenSource>,
    scrubber: Arc<Scrubber>,
    turns: Turns,
    limits: EgressLimits,
    clock: Arc<dyn Clock>,
}

/// W3C Trace Context. A connector cannot set it by itself.
const TRACEPARENT: &str = "traceparent";
/// Methods a connector may use.
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

impl ConnectionClient {
    /// A way out that believes these authorities.
    pub fn new(egress: ConnectionEgress, authorities: Arc<Authorities>, clock: Arc<dyn Clock>) -> Self {
        Self::within(egress, authorities, clock, EgressLimits::default())
    }

    /// As [`Self::new`], within other limits.
    pub fn within(
        egress: ConnectionEgress,
        authorities: Arc<Authorities>,
        clock: Arc<dyn Clock>,
        limits: EgressLimits,
    ) -> Self {
        Self::with_lookup(egress, authorities, clock, limits, system_lookup())
    }

    pub(crate) fn with_lookup(
        egress: ConnectionEgress,
        authorities: Arc<Authorities>,
        clock: Arc<dyn Clock>,
        limits: EgressLimits,
        lookup: Lookup,
    ) -> Self {
        let oauth = egress.credentials.iter().filter(|(_, one)| matches!(one, Credential::OAuth { .. }));
        Self {
            tokens: oauth.map(|(name, _)| (name.clone(), TokenSource::default())).collect(),
            reserved: egress.credentials.values().filter_map(Credential::field).collect(),
            scrubber: Arc::new(Scrubber::new(egress.credentials.values().flat_map(Credential::secrets))),
            turns: Turns::new(&limits),
            clients: OnceCell::new(),
            egress,
            authorities,
            lookup,
            limits,
            clock,
        }
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
        let longest = request.timeout.unwrap_or(self.limits.total).min(self.limits.total);
        tokio::time::timeout(longest, self.exchange(&request, trace)).await.unwrap_or(Err(SendFailure::Timeout))
    }

    async fn exchange(
        &self,
        request: &OutboundRequest,
        trace: Option<TraceParent>,
    ) -> Result<OutboundResponse, SendFailure> {
        let mut prepared = self.prepare(request)?;
        if let Some(value) = trace.and_then(|trace| HeaderValue::try_from(trace.to_string()).ok()) {
            prepared.headers_mut().insert(TRACEPARENT, value);
        }
        let credential = self.credential(request)?;
        let _turn = self.turns.take().await?;
        let clients = self.clients().await?;
        let Some((name, credential)) = credential else { return self.once(prepared, None, clients).await };
        let Credential::OAuth { token_url, client_id, client_secret, scopes } = credential else {
            return self.once(prepared, Some(credential), clients).await;
        };
        let source = self.tokens.get(name).ok_or_else(|| denied("the credential has no token"))?;
        let asked = TokenRequest { token_url, client_id, client_secret, scopes, scrubber: &self.scrubber };
        let token = source.get(&asked, None, clients, &*self.clock).await?;
        let again = prepared.try_clone().ok_or_else(|| denied("the request cannot be sent"))?;
        let answer = self.once(prepared, Some(&Credential::Bearer(token.clone())), clients).await?;
        if answer.status != StatusCode::UNAUTHORIZED.as_u16() {
            return Ok(answer);
        }
        let fresh = source.get(&asked, Some(&token), clients, &*self.clock).await?;
        self.once(again, Some(&Credential::Bearer(fresh)), clients).await
    }

    async fn clients(&self) -> Result<&Clients, SendFailure> {
        let make = async || {
            let verifier = self.authorities.verifier().await?;
            Clients::new(self.egress.private_origins.clone(), &verifier, &self.limits, &self.lookup)
        };
        // Where no authorities can be read nothing can be believed.
        self.clients.get_or_try_init(make).await.map_err(|error| {
            tracing::error!(%error, "a connection has no way out");
            SendFailure::Tls
        })
    }

    async fn once(
        &self,
        mut request: reqwest::Request,
        credential: Option<&Credential>,
        clients: &Clients,
    ) -> Result<OutboundResponse, SendFailure> {
        if let Some(credential) = credential {
            let (name, value) = credential.attachment()?;
            request.headers_mut().insert(name, value);
        }
        let response = clients.execute(request).await?;
        let status = response.status().as_u16();
        let headers = self.scrubber.headers(headers::response(response.headers()));
        let body = read::body(response, &self.limits).await?;
        Ok(OutboundResponse { status, headers, body: self.scrubber.body(body).await? })
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
        *built.headers_mut() =
            headers::request(&request.headers, &self.reserved, &self.limits).map_err(SendFailure::Denied)?;
        // Before it is copied; a form, which may become three times as large, afterwards as well.
        let fits = |size: usize| if size <= self.limits.request_bytes { Ok(()) } else { Err(SendFailure::TooLarge) };
        fits(request.body.size().unwrap_or(usize::MAX))?;
        let (body, kind) = match &request.body {
            OutboundBody::None => return Ok(built),
            OutboundBody::Bytes(bytes) => (bytes.clone(), None),
            OutboundBody::Json(json) => (Bytes::from(json.clone()), Some("application/json")),
            OutboundBody::Form(fields) => {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                (Bytes::from(form), Some("application/x-www-form-urlencoded"))
            }
        };
        fits(body.len())?;
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

fn denied(reason: &str) -> SendFailure {
    SendFailure::Denied(reason.to_owned())
}

/// A guest's word, made fit for a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
}
