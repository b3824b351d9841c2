//! Importing a framework: sent in the request, or read from another CASE service.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use url::Url;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use wellspring_egress::Credential;
use wellspring_model::{
    case::{CaseVersion, Fault},
    connection::BaseUrl,
    id::FrameworkId,
    pointer::Pointer,
};
use wellspring_store::NewFramework;
use wellspring_verify::Limits;

use super::{FrameworkView, changes::ChangeCounts};
use crate::{
    auth::Caller,
    body::StrictJson,
    frameworks::{self, Form, Import, SkillSet, Source},
    problem::Problem,
    state::App,
};

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    #[serde(flatten)]
    pub framework: FrameworkView,
    /// How much is different from the edition before; absent on the first one, and where the same bytes were there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangeCounts>,
    /// What CASE requires and the package lacks. It was imported all the same; mend it at its source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<FaultView>,
}

/// Something that is wrong with a framework.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultView {
    /// Such as `DANGLING_DESTINATION`; `docs/case.md` has them all.
    pub code: String,
    /// Where in the package (RFC 6901).
    pub pointer: String,
    pub detail: String,
}

impl FaultView {
    pub fn new(fault: &Fault) -> Self {
        let (code, pointer) = (fault.code.as_str().to_owned(), fault.pointer.to_string());
        Self { code, pointer, detail: fault.detail.clone() }
    }
}

/// What Rich Skill Descriptors are to be called, which have no document of their own.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// For Rich Skill Descriptors: a title for the framework. Else that of the collection that all of them are of.
    pub title: Option<String>,
    /// For Rich Skill Descriptors: the UUID of the framework. Else one that is made of the title.
    pub identifier: Option<Uuid>,
}

/// A framework at a CASE service.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameworkSource {
    /// The service, such as `https://salt.example/ims/case/v1p1`, or one of its packages.
    #[schema(value_type = String)]
    pub url: Url,
    /// `1.0` or `1.1`, where the address does not say; else 1.1.
    pub version: Option<String>,
    /// The `identifier` of the wanted CFDocument, where the service has several.
    pub document: Option<Uuid>,
    /// How the service knows us. Nothing of it is kept.
    pub credential: Option<SourceCredential>,
}

/// A key, or OAuth 2.0 client credentials.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum SourceCredential {
    /// OAuth 2.0 client credentials (RFC 6749 §4.4).
    Client {
        token_url: String,
        client_id: String,
        #[schema(value_type = String)]
        client_secret: SecretString,
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// A key that is sent as `Authorization: Bearer`.
    Key {
        #[schema(value_type = String)]
        key: SecretString,
    },
}

impl std::fmt::Debug for SourceCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SourceCredential(…)")
    }
}

/// Import a framework.
///
/// A CASE package (`CFPackage`, 1.0 or 1.1), or Rich Skill Descriptors as JSON or CSV. A package with the identifier of one that
/// is there is its next edition; the same bytes again are nothing new and are answered with 200. It is checked as a whole before
/// anything is stored.
#[utoipa::path(
    post,
    path = "/v1/frameworks",
    tag = "frameworks",
    params(ImportQuery),
    request_body(
        description = "a CFPackage, a Rich Skill Descriptor or a list of them, or a table of them",
        content((Object = "application/json"), (String = "text/csv"))
    ),
    responses(
        (status = 201, body = ImportView),
        (status = 200, body = ImportView, description = "the newest edition has these bytes already"),
        (status = 400, content_type = "application/problem+json"),
        (status = 413, content_type = "application/problem+json")
    )
)]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    query: Query<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let Query(ImportQuery { title, identifier }) = query;
    let form = form(request.headers(), SkillSet { title, identifier })?;
    let bytes = body(request, app.config.limits.framework_bytes).await?;
    keep(&app, caller, bytes, form, None).await
}

/// Import a framework from another CASE service.
#[utoipa::path(
    post,
    path = "/v1/frameworks/import",
    tag = "frameworks",
    request_body = FrameworkSource,
    responses(
        (status = 201, body = ImportView),
        (status = 200, body = ImportView, description = "the newest edition has these bytes already"),
        (status = 400, content_type = "application/problem+json"),
        (status = 502, content_type = "application/problem+json")
    )
)]
pub async fn import_from(
    State(app): State<App>,
    caller: Caller,
    body: StrictJson<FrameworkSource>,
) -> Result<Response, Problem> {
    let asked = body.value;
    let at = |name: &str| Pointer::root().key(name);
    let version = asked.version.as_deref().map(str::parse::<CaseVersion>).transpose();
    let version = version.map_err(|error| Problem::invalid_request(at("version"), error.to_string()))?;
    let credential = asked.credential.map(credential).transpose()?;
    let source = Source::new(&asked.url, version, asked.document, credential, &app.config, Arc::clone(&app.clock));
    let source = source.map_err(|failure| Problem::framework_source(&failure))?;
    let package = source.package().await.map_err(|failure| Problem::framework_source(&failure))?;
    keep(&app, caller, package, Form::Json(SkillSet::default()), Some(source.version())).await
}

fn credential(said: SourceCredential) -> Result<Credential, Problem> {
    Ok(match said {
        SourceCredential::Key { key } => Credential::Bearer(key),
        SourceCredential::Client { token_url, client_id, client_secret, scopes } => {
            let token_url: BaseUrl = token_url.parse().map_err(|_| {
                let at = Pointer::root().key("credential").key("token_url");
                Problem::invalid_request(at, "this is no address that a token could be asked for at")
            })?;
            Credential::OAuth { token_url, client_id, client_secret, scopes }
        }
    })
}

fn form(headers: &HeaderMap, set: SkillSet) -> Result<Form, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "text/csv" => Ok(Form::Csv(set)),
        kind if kind == "application/json" || kind.ends_with("+json") => Ok(Form::Json(set)),
        _ => Err(Problem::unsupported_media_type("application/json or text/csv")),
    }
}

/// The whole body. One that says itself that it is too long is not read at all.
async fn body(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|announced: usize| announced > limit) {
        return Err(Problem::body_too_large(limit));
    }
    let bytes = axum::body::to_bytes(request.into_body(), limit).await;
    bytes.map(Into::into).map_err(|_| Problem::body_too_large(limit))
}

/// Reads, checks and keeps a framework.
async fn keep(
    app: &App,
    caller: Caller,
    bytes: Vec<u8>,
    form: Form,
    told: Option<CaseVersion>,
) -> Result<Response, Problem> {
    let limits = Limits { bytes: app.config.limits.framework_bytes, ..app.verification.limits };
    let read = app.compute(move || frameworks::read(bytes, form, &limits, told)).await;
    let package = read.map_err(|_| Problem::unavailable())?.map_err(Problem::from)?;
    let id = FrameworkId::from_uuid(app.uuid());
    let new = NewFramework { id, package: Arc::new(package), imported_at: app.now() };
    let import = frameworks::keep(&app.store, caller.tenant, new, &caller.actor(), watch::Sender::new(0)).await?;
    Ok(answer(&import))
}

fn answer(import: &Import) -> Response {
    let view = ImportView {
        framework: FrameworkView::new(&import.edition),
        changes: import.changes.as_ref().map(|(since, changes)| ChangeCounts::new(*since, changes)),
        remarks: import.remarks.iter().map(FaultView::new).collect(),
    };
    let status = if import.is_known { StatusCode::OK } else { StatusCode::CREATED };
    (status, [(header::LOCATION, format!("/v1/frameworks/{}", import.edition.id))], Json(view)).into_response()
}
