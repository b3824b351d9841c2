//! The API: every call is a POST to `/noun.verb`. What went wrong stands in the body.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, Path, Request, State as Extension},
    http::{HeaderMap, HeaderValue, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    assessments, fields, people,
    state::{Shared, State},
};
use crate::{
    cuttable::Cut,
    fault::{Refusals, go_wrong, unsent},
    seen::RequestSeen,
};

/// A call that is not done: Ashby's error code, mostly with status 200.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("invalid_input", message)
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let info = json!({"code": self.code, "message": self.message, "requestId": "01DOUBLE"});
        (self.status, Json(json!({"success": false, "errors": [self.code], "errorInfo": info}))).into_response()
    }
}

impl Refusals for Refusal {
    fn rate_limited(seconds: u64) -> Response {
        let refusal = Self::new("rate_limit_exceeded", "Too many requests").with_status(StatusCode::TOO_MANY_REQUESTS);
        let mut response = refusal.into_response();
        response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
        response
    }

    fn down() -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "upstream connect error").into_response()
    }

    fn unauthorized() -> Response {
        Self::new("unauthorized", "No API key").with_status(StatusCode::UNAUTHORIZED).into_response()
    }

    fn refused(code: &'static str) -> Response {
        Self::new(code, "Refused on demand").into_response()
    }
}

/// What a call gives.
pub(super) enum Given {
    Results(Value),
    /// A page, and the cursor of the next.
    Page(Vec<Value>, Option<String>),
    /// Where nothing is documented.
    Nothing,
}

pub(super) type Answer = Result<Given, Refusal>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{verb}", post(call))
        .layer(from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

/// Writes down every request, and lets it go wrong where that was asked for.
async fn misbehave(
    Extension(shared): Extension<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (number, fault) = {
        let mut state = shared.lock();
        let fault = state.fault(path.trim_start_matches('/'));
        let (method, query) = (request.method().to_string(), request.uri().query().map(str::to_owned));
        state.requests.push(RequestSeen { method, path, query, traceparent, status: None });
        (state.requests.len() - 1, fault)
    };
    let response = match fault {
        None => Some(next.run(request).await),
        Some(fault) => go_wrong::<Refusal>(fault, &shared.holding, &connection, next.run(request)).await,
    };
    shared.lock().requests[number].status = response.as_ref().map(|response| response.status().as_u16());
    response.unwrap_or_else(unsent)
}

async fn call(
    Extension(shared): Extension<Arc<Shared>>,
    Path(verb): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = shared.lock();
    match allowed(&state, &verb, &headers).and_then(|()| serve(&mut state, &verb, &body)) {
        Ok(Given::Results(results)) => Json(json!({"success": true, "results": results})).into_response(),
        Ok(Given::Page(results, None)) => {
            Json(json!({"success": true, "results": results, "moreDataAvailable": false})).into_response()
        }
        Ok(Given::Page(results, Some(next))) => {
            let more = json!({"success": true, "results": results, "moreDataAvailable": true, "nextCursor": next});
            Json(more).into_response()
        }
        Ok(Given::Nothing) => StatusCode::OK.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// The key is the user name; each verb needs a scope.
fn allowed(state: &State, verb: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let Some(sent) = sent.and_then(|sent| BASE64_STANDARD.decode(sent).ok()) else {
        return Err(Refusal::new("unauthorized", "No API key").with_status(StatusCode::UNAUTHORIZED));
    };
    let forbidden = |code, message| Err(Refusal::new(code, message).with_status(StatusCode::FORBIDDEN));
    if sent != format!("{}:", state.seed.key).into_bytes() {
        return forbidden("invalid_api_key", "The API key is not known");
    }
    match scope(verb) {
        Some(scope) if state.seed.scopes.iter().any(|known| known == scope) => Ok(()),
        Some(_) => forbidden("missing_endpoint_permission", "The API key has no permission for this endpoint"),
        None => Err(Refusal::new("not_found", "No such endpoint").with_status(StatusCode::NOT_FOUND)),
    }
}

fn scope(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "apiKey.info" => "apiKeys:read",
        "application.info" | "candidate.info" | "candidate.list" | "candidate.listNotes" | "candidate.search" => {
            "candidates:read"
        }
        "assessment.addCompletedToCandidate"
        | "assessment.update"
        | "candidate.addTag"
        | "candidate.createNote"
        | "candidate.removeTag"
        | "customField.setValue"
        | "customField.setValues" => "candidates:write",
        "job.info" | "job.list" => "jobs:read",
        "candidateTag.list" | "customField.list" => "hiringProcessMetadata:read",
        "candidateTag.create" => "hiringProcessMetadata:write",
        _ => return None,
    })
}

fn serve(state: &mut State, verb: &str, body: &[u8]) -> Answer {
    match verb {
        "apiKey.info" => {
            let created = state.seed.now.to_string();
            Ok(Given::Results(json!({"title": "Wellspring", "createdAt": created, "scopes": state.seed.scopes})))
        }
        "assessment.addCompletedToCandidate" => assessments::add_completed(state, read(body)?),
        "assessment.update" => assessments::update(state, read(body)?),
        "customField.list" => fields::list(state, &read(body)?),
        "customField.setValue" => fields::set(state, read(body)?),
        "customField.setValues" => fields::set_all(state, read(body)?),
        verb => people::serve(state, verb, body),
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(error.to_string()))
}

/// The arguments that every list takes.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Paging {
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Paging {
    /// One page of all.
    pub(super) fn page(&self, state: &State, all: Vec<Value>) -> Answer {
        let from = match self.cursor.as_deref().map(|cursor| cursor.strip_prefix("after-").and_then(|n| n.parse().ok()))
        {
            None => 0,
            Some(Some(from)) => from,
            Some(None) => return Err(Refusal::new("invalid_cursor", "The cursor is not one of ours")),
        };
        let size = self.limit.unwrap_or(state.seed.page_size).clamp(1, state.seed.page_size);
        let next = (from + size < all.len()).then(|| format!("after-{}", from + size));
        Ok(Given::Page(all.into_iter().skip(from).take(size).collect(), next))
    }
}
