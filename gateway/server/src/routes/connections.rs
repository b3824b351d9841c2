//! `/v1/connections`: a tenant's accounts at ATSs.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::IntoResponse,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wellspring_model::{
    connection::{BaseUrl, Connection, ConnectorId},
    id::ConnectionId,
    pointer::Pointer,
};
use wellspring_store::{Action, GateView, Rate, detail_of};

use super::{PageQuery, PageView, created, page};
use crate::{auth::Caller, body::StrictJson, problem::Problem, state::App, work::deliver};

/// A new account at an ATS.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// How people call it.
    pub name: String,
    /// An installed connector, such as `greenhouse`.
    pub connector: String,
    /// Settings, as the connector's schema asks for.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Addresses that differ from the connector's own, by the names it uses. On a private network an operator must
    /// also grant them with `wellspring connection grant`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub bases: BTreeMap<String, BaseUrl>,
    /// Secret values by credential and field, such as `{"main": {"client_id": "…", "client_secret": "…"}}`. They are
    /// sealed at once and never given back.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, BTreeMap<String, String>>)]
    pub credentials: BTreeMap<String, BTreeMap<String, SecretString>>,
    /// How many requests the ATS allows this account, where that is not what the connector's manifest says.
    #[serde(default)]
    pub rate: Option<NewRate>,
}

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRate {
    /// 1 or more.
    #[schema(value_type = u32, minimum = 1)]
    pub requests: std::num::NonZeroU32,
    /// 1 or more.
    #[schema(value_type = u32, minimum = 1)]
    pub per_seconds: std::num::NonZeroU32,
}

/// An account at an ATS, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionView {
    pub id: String,
    pub name: String,
    pub connector: String,
    #[schema(value_type = Object)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    pub bases: BTreeMap<String, String>,
    /// Names of the credentials for which secrets are sealed.
    pub credentials: Vec<String>,
    pub private_origins: Vec<String>,
    pub created_at: String,
    /// How deliveries through it are doing. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
}

/// Whether deliveries pass, and what waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueView {
    /// `open`; `tripped`: too much failed, one delivery at a time tries again; `paused`: the ATS does not let us in, until
    /// somebody mends the connection and resumes it; `shut` (endpoints of events): nothing is sent, until somebody resumes it.
    pub state: String,
    /// Why it is not open: `FAILURES`, the code that paused it; `GONE` or `FAILING` where it is shut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub since: String,
    /// Deliveries that wait or are being made.
    pub waiting: u64,
    /// When all of them will have been made, as far as can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_at: Option<String>,
}

/// What a connector found when it tried the connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    pub ok: bool,
    pub lines: Vec<CheckResultLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResultLine {
    pub name: String,
    pub ok: bool,
    pub message: String,
}

impl ConnectionView {
    fn new(connection: &Connection) -> Self {
        Self {
            id: connection.id.to_string(),
            name: connection.name.clone(),
            connector: connection.connector.to_string(),
            settings: connection.settings.clone(),
            bases: connection.bases.iter().map(|(name, url)| (name.clone(), url.to_string())).collect(),
            credentials: connection.credentials.clone(),
            private_origins: connection.private_origins.clone(),
            created_at: connection.created_at.to_string(),
            queue: None,
        }
    }
}

impl QueueView {
    pub fn new(gate: GateView) -> Self {
        Self {
            state: gate.state.to_owned(),
            reason: gate.reason,
            since: gate.since.to_string(),
            waiting: gate.waiting,
            clear_at: gate.clear_at.map(|at| at.to_string()),
        }
    }
}

/// Connect an account at an ATS.
#[utoipa::path(
    post,
    path = "/v1/connections",
    tag = "connections",
    request_body = NewConnection,
    responses((status = 201, body = ConnectionView), (status = 400, content_type = "application/problem+json"))
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<NewConnection>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.value;
    let at = Pointer::root();
    let connector: ConnectorId =
        new.connector.parse().map_err(|_| Problem::unknown_connector(at.key("connector"), &new.connector))?;
    let installed = app.host.connector(&connector);
    let installed = installed.ok_or_else(|| Problem::unknown_connector(at.key("connector"), &new.connector))?;
    let accepted = installed
        .connect(&new.settings, &new.bases, &new.credentials)
        .map_err(|refusal| Problem::invalid_request(refusal.pointer, refusal.message))?;
    let connection = Connection {
        id: ConnectionId::from_uuid(app.uuid()),
        tenant: caller.tenant,
        name: new.name,
        connector,
        settings: new.settings,
        bases: accepted.bases,
        credentials: accepted.secrets.keys().cloned().collect(),
        private_origins: Vec::new(),
        created_at: app.now(),
    };
    let rate = new.rate.map(|rate| Rate { requests: rate.requests.get(), per_seconds: rate.per_seconds.get() });
    app.store.add_connection(&connection, accepted.secrets, rate, &caller.actor()).await?;
    crate::start::set_rates(&app).await.map_err(|_| Problem::unavailable())?;
    Ok(created(format!("/v1/connections/{}", connection.id), ConnectionView::new(&connection)))
}

/// One connection.
#[utoipa::path(
    get,
    path = "/v1/connections/{id}",
    tag = "connections",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = ConnectionView), (status = 404, content_type = "application/problem+json"))
)]
pub async fn show(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<ConnectionView>, Problem> {
    let connection = find(&app, caller, &id).await?;
    let gate = app.store.connection_gate(caller.tenant, connection.id).await?;
    Ok(Json(ConnectionView { queue: gate.map(QueueView::new), ..ConnectionView::new(&connection) }))
}

/// Take a connection out of use.
///
/// Its secrets are deleted, what waits for it is taken back, and nothing new is accepted for it. What was delivered
/// through it is still told.
#[utoipa::path(
    delete,
    path = "/v1/connections/{id}",
    tag = "connections",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 204, description = "it is out of use"), (status = 404, content_type = "application/problem+json"))
)]
pub async fn remove(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<StatusCode, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    let removed = app.store.remove_connection(caller.tenant, id, app.now(), &caller.actor()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// Let deliveries through again, after what paused the connection has been mended.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/resume",
    tag = "connections",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 204, description = "deliveries pass"), (status = 404, content_type = "application/problem+json"))
)]
pub async fn resume(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<StatusCode, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    let resumed = app.store.resume_connection(caller.tenant, id, app.now(), &caller.actor()).await?;
    if resumed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// All connections, oldest first.
#[utoipa::path(
    get,
    path = "/v1/connections",
    tag = "connections",
    params(PageQuery),
    responses((status = 200, body = PageView<ConnectionView>))
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageView<ConnectionView>>, Problem> {
    let (connections, next) = app.store.connections(caller.tenant, page(&query)?).await?;
    Ok(Json(PageView { items: connections.iter().map(ConnectionView::new).collect(), next: next.map(String::from) }))
}

/// Try a connection: does the ATS accept its credentials, and are the rights enough?
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/check",
    tag = "connections",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = CheckResult), (status = 404, content_type = "application/problem+json"))
)]
pub async fn check(State(app): State<App>, caller: Caller, id: Path<String>) -> Result<Json<CheckResult>, Problem> {
    let connection = find(&app, caller, &id).await?;
    let connector = connection.connector.clone();
    let view = deliver::view(&app, connection).await.map_err(|_| Problem::internal())?;
    let lines: Vec<CheckResultLine> = match app.host.check(&connector, view).await {
        Ok(lines) => lines
            .into_iter()
            .map(|line| CheckResultLine { name: line.name, ok: line.ok, message: line.message })
            .collect(),
        Err(failure) => {
            vec![CheckResultLine { name: failure.code.to_string(), ok: false, message: failure.message }]
        }
    };
    let found = serde_json::to_string(&lines).map_err(|_| Problem::internal())?;
    caller.notes(&app, Action::ConnectionChecked, id.as_str(), Some(detail_of(found))).await?;
    Ok(Json(CheckResult { ok: lines.iter().all(|line| line.ok), lines }))
}

async fn find(app: &App, caller: Caller, id: &str) -> Result<Connection, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    app.store.connection(caller.tenant, id).await?.ok_or_else(Problem::not_found)
}
