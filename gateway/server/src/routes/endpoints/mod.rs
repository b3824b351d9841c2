//! `/v1/events/endpoints`: where a tenant's events are sent.

pub mod actions;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::IntoResponse,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    Timestamp,
    event::{Endpoint, EndpointKeys, EndpointUrl, EventType, PublicKey},
    id::EndpointId,
    pointer::Pointer,
};
use wellspring_store::Rate;

use super::{
    PageQuery, PageView,
    connections::{NewRate, QueueView},
    created, page,
};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App};

const LONGEST_DESCRIPTION: usize = 512;

/// A place that events are to be sent to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// `https://…`, without user or fragment. On a private network, or with `http`, an operator must also grant its origin
    /// with `wellspring endpoint grant`.
    #[schema(value_type = String)]
    pub url: EndpointUrl,
    /// How people call it.
    #[serde(default)]
    pub description: String,
    /// The types of events it wants, such as `submission.assessed`. All if absent, those of later versions included.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub types: Option<Vec<EventType>>,
    /// How many requests it can take, where that is to be limited.
    #[serde(default)]
    pub rate: Option<NewRate>,
}

/// A place that events are sent to, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointView {
    pub id: String,
    pub url: String,
    pub description: String,
    /// Absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// What `v1a` signatures verify with: the present key, and those it replaced while they still sign.
    pub public_keys: Vec<PublicKeyView>,
    pub private_origins: Vec<String>,
    pub created_at: String,
    /// How events to it are doing. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
}

/// A key that everybody may know.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicKeyView {
    /// `whpk_…`: an Ed25519 key.
    pub key: String,
    /// Until when it signs beside its successor. Absent: the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A new endpoint, with the secret that is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointCreated {
    #[serde(flatten)]
    pub endpoint: EndpointView,
    /// `whsec_…`: what `v1` signatures verify with. Keep it; it cannot be shown again.
    pub secret: String,
}

impl EndpointView {
    fn new(endpoint: &Endpoint, now: Timestamp) -> Self {
        let kind = |kind: &EventType| kind.to_string();
        let signs = |key: &&PublicKey| key.until.is_none_or(|until| until > now);
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.to_string(),
            description: endpoint.description.clone(),
            types: endpoint.types.as_ref().map(|types| types.iter().map(kind).collect()),
            public_keys: endpoint.public_keys.iter().filter(signs).map(PublicKeyView::new).collect(),
            private_origins: endpoint.private_origins.clone(),
            created_at: endpoint.created_at.to_string(),
            queue: None,
        }
    }
}

impl PublicKeyView {
    fn new(key: &PublicKey) -> Self {
        Self { key: key.text.clone(), until: key.until.map(|until| until.to_string()) }
    }
}

/// Have events sent to an address.
///
/// The answer holds the secret that its signatures verify with, this once.
#[utoipa::path(
    post,
    path = "/v1/events/endpoints",
    tag = "events",
    request_body = NewEndpoint,
    responses((status = 201, body = EndpointCreated), (status = 400, content_type = "application/problem+json"))
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewEndpoint>,
) -> Result<impl IntoResponse, Problem> {
    let (new, at) = (body.value, Pointer::root());
    if new.description.len() > LONGEST_DESCRIPTION {
        return Err(Problem::invalid_request(at.key("description"), "512 bytes at most"));
    }
    let keys = new_keys(&app)?;
    let endpoint = Endpoint {
        id: EndpointId::from_uuid(app.uuid()),
        tenant: caller.tenant,
        url: new.url,
        description: new.description,
        types: new.types,
        private_origins: Vec::new(),
        public_keys: vec![PublicKey { text: keys.public_key.clone(), until: None }],
        created_at: app.now(),
    };
    let rate = new.rate.map(|rate| Rate { requests: rate.requests.get(), per_seconds: rate.per_seconds.get() });
    if !app.store.add_endpoint(&endpoint, &keys, rate, &caller.actor()).await? {
        return Err(Problem::invalid_request(at, "there are 20 endpoints, which is the most; remove one first"));
    }
    let secret = keys.secret.expose_secret().to_owned();
    let view = EndpointCreated { endpoint: EndpointView::new(&endpoint, app.now()), secret };
    Ok(created(format!("/v1/events/endpoints/{}", endpoint.id), view))
}

/// All endpoints, oldest first.
#[utoipa::path(
    get,
    path = "/v1/events/endpoints",
    tag = "events",
    params(PageQuery),
    responses((status = 200, body = PageView<EndpointView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<EndpointView>>, Problem> {
    let (endpoints, next) = app.store.endpoints(caller.tenant, page(&query)?).await?;
    let items = endpoints.iter().map(|endpoint| EndpointView::new(endpoint, app.now())).collect();
    Ok(Json(PageView { items, next: next.map(String::from) }))
}

/// One endpoint.
#[utoipa::path(
    get,
    path = "/v1/events/endpoints/{id}",
    tag = "events",
    params(("id" = String, Path, description = "`end_…`")),
    responses((status = 200, body = EndpointView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<EndpointView>, Problem> {
    let endpoint = app.store.endpoint(caller.tenant, read(&id)?).await?.ok_or_else(Problem::not_found)?;
    let gate = app.store.endpoint_gate(caller.tenant, endpoint.id).await?;
    Ok(Json(EndpointView { queue: gate.map(QueueView::new), ..EndpointView::new(&endpoint, app.now()) }))
}

/// Send nothing to an endpoint any more.
///
/// Its keys are deleted, and what waits for it is taken back. What was sent to it is still told.
#[utoipa::path(
    delete,
    path = "/v1/events/endpoints/{id}",
    tag = "events",
    params(("id" = String, Path, description = "`end_…`")),
    responses((status = 204, description = "it is out of use"), (status = 404, content_type = "application/problem+json"))
)]
pub async fn remove(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<StatusCode, Problem> {
    let removed = app.store.remove_endpoint(caller.tenant, read(&id)?, app.now(), &caller.actor()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

fn read(id: &str) -> Result<EndpointId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

fn new_keys(app: &App) -> Result<EndpointKeys, Problem> {
    wellspring_egress::make_keys(&*app.entropy).ok_or_else(Problem::internal)
}
