//! The token endpoint and Harvest v3.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, Form, Path, Query as Parameters, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    fault::Route,
    index::places,
    page::Query,
    record::Note,
    refusal::{Refusal, too_many},
    state::{Shared, TOKEN_LIFE},
};
use crate::{
    cuttable::Cut,
    fault::{go_wrong, unsent},
    seen::RequestSeen,
};

type Answer = Result<Response, Refusal>;
type Pairs = Parameters<Vec<(String, String)>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/token", post(token))
        .route("/v3/applications", get(applications))
        .route("/v3/candidates", get(candidates))
        .route("/v3/candidates/{id}", patch(update_candidate))
        .route("/v3/jobs", get(jobs))
        .route("/v3/notes", get(notes).post(create_note))
        .route("/v3/custom_fields", get(custom_fields))
        .fallback(|| async { Refusal::not_found() })
        .layer(from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

/// Writes down every request, and lets it go wrong where that was asked for.
async fn misbehave(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let (method, uri) = (request.method().to_string(), request.uri().clone());
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (number, fault) = {
        let mut state = shared.lock();
        let query = uri.query().map(str::to_owned);
        state.requests.push(RequestSeen {
            method: method.clone(),
            path: uri.path().to_owned(),
            query,
            traceparent,
            status: None,
        });
        (state.requests.len() - 1, state.fault(Route::of(&method, uri.path())))
    };
    let response = match fault {
        None => Some(next.run(request).await),
        Some(fault) => go_wrong::<Refusal>(fault, &shared.holding, &connection, next.run(request)).await,
    };
    shared.lock().requests[number].status = response.as_ref().map(|response| response.status().as_u16());
    response.unwrap_or_else(unsent)
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
}

/// OAuth 2 client credentials; the client proves itself with HTTP Basic.
async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, Form(request): Form<TokenRequest>) -> Answer {
    let mut state = shared.lock();
    let known = format!("{}:{}", state.seed.client_id, state.seed.client_secret);
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    if sent.and_then(|sent| BASE64_STANDARD.decode(sent).ok()).as_deref() != Some(known.as_bytes()) {
        return Err(Refusal(StatusCode::UNAUTHORIZED, json!({"error": "invalid_client"})));
    }
    if request.grant_type != "client_credentials" {
        return Err(Refusal(StatusCode::BAD_REQUEST, json!({"error": "unsupported_grant_type"})));
    }
    state.tokens_given += 1;
    let token = format!("double-token-{}", state.tokens_given);
    let ends = state.elapsed() + TOKEN_LIFE;
    state.tokens.insert(token.clone(), ends);
    Ok(Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE.as_secs()})).into_response())
}

/// Checks the token, the scope and the limit, then does it.
fn allowed(
    shared: &Shared,
    headers: &HeaderMap,
    scope: &str,
    act: impl FnOnce(&mut super::state::State) -> Answer,
) -> Answer {
    let mut state = shared.lock();
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let ends = token.and_then(|token| state.tokens.get(token).copied());
    if ends.is_none_or(|ends| ends <= state.elapsed()) {
        return Err(Refusal::unauthorized());
    }
    let (remaining, window_ends) = state.count();
    let Some(remaining) = remaining else { return Ok(too_many(window_ends.as_secs() + 1)) };
    if !state.seed.scopes.iter().any(|known| known == scope) {
        return Err(Refusal::forbidden(scope));
    }
    let mut response = act(&mut state)?;
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", HeaderValue::from(state.seed.rate_limit));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
    let resets_at = state.now().as_second().saturating_add_unsigned(window_ends.as_secs() + 1);
    headers.insert("x-ratelimit-reset", HeaderValue::from(resets_at));
    Ok(response)
}

fn address(shared: &Shared, list: &str) -> String {
    format!("{}/v3/{list}", shared.origin)
}

async fn applications(State(shared): State<Arc<Shared>>, headers: HeaderMap, Parameters(pairs): Pairs) -> Answer {
    allowed(&shared, &headers, "harvest:applications:list", |state| {
        let query = Query::read(pairs)?;
        let (ids, candidates) = (query.ids("ids")?, query.ids("candidate_ids")?);
        let places = places(ids.as_ref(), state.seed.applications.len(), |id| state.index.application(id));
        let all = places.into_iter().map(|place| &state.seed.applications[place]);
        let all = all.filter(|one| candidates.as_ref().is_none_or(|ids| ids.contains(&one.candidate_id)));
        query.page(all.map(|one| json!(one)).collect(), &address(&shared, "applications"))
    })
}

async fn candidates(State(shared): State<Arc<Shared>>, headers: HeaderMap, Parameters(pairs): Pairs) -> Answer {
    allowed(&shared, &headers, "harvest:candidates:list", |state| {
        let query = Query::read(pairs)?;
        let (ids, email) = (query.ids("ids")?, query.text("email").map(str::to_lowercase));
        let places = places(ids.as_ref(), state.seed.candidates.len(), |id| state.index.candidate(id));
        let all = places.into_iter().map(|place| &state.seed.candidates[place]);
        let all = all.filter(|one| email.as_ref().is_none_or(|email| one.email.to_lowercase() == *email));
        let fields = &state.seed.fields;
        query.page(all.map(|one| one.to_json(fields)).collect(), &address(&shared, "candidates"))
    })
}

async fn jobs(State(shared): State<Arc<Shared>>, headers: HeaderMap, Parameters(pairs): Pairs) -> Answer {
    allowed(&shared, &headers, "harvest:jobs:list", |state| {
        let query = Query::read(pairs)?;
        let ids = query.ids("ids")?;
        let all = state.seed.jobs.iter().filter(|one| ids.as_ref().is_none_or(|ids| ids.contains(&one.id)));
        query.page(all.map(|one| json!(one)).collect(), &address(&shared, "jobs"))
    })
}

async fn notes(State(shared): State<Arc<Shared>>, headers: HeaderMap, Parameters(pairs): Pairs) -> Answer {
    allowed(&shared, &headers, "harvest:notes:list", |state| {
        let query = Query::read(pairs)?;
        let ids = query.ids("candidate_ids")?;
        let places = places(ids.as_ref(), state.seed.notes.len(), |id| state.index.notes_about(id).to_vec());
        let all = places.into_iter().map(|place| &state.seed.notes[place]);
        query.page(all.map(|one| json!(one)).collect(), &address(&shared, "notes"))
    })
}

async fn custom_fields(State(shared): State<Arc<Shared>>, headers: HeaderMap, Parameters(pairs): Pairs) -> Answer {
    allowed(&shared, &headers, "harvest:custom_fields:list", |state| {
        let query = Query::read(pairs)?;
        let is_asked_for = query.text("field_type").is_none_or(|kind| kind == "candidate");
        let all = state.seed.fields.iter().filter(|_| is_asked_for).map(|field| json!(field));
        query.page(all.collect(), &address(&shared, "custom_fields"))
    })
}

#[derive(Deserialize)]
struct CandidateUpdate {
    custom_fields: Option<Vec<FieldValue>>,
}

#[derive(Deserialize)]
struct FieldValue {
    name_key: Option<String>,
    custom_field_id: Option<u64>,
    #[serde(default)]
    value: Value,
}

/// The custom fields that are sent take the place of all that were there.
async fn update_candidate(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    allowed(&shared, &headers, "harvest:candidates:update", |state| {
        let update: CandidateUpdate = read(&body)?;
        let Some(place) = state.index.candidate(id) else { return Err(Refusal::not_found()) };
        if let Some(sent) = update.custom_fields {
            let mut fields = std::collections::BTreeMap::new();
            for field in sent {
                let known = state.seed.fields.iter().find(|one| {
                    field.name_key.as_ref() == Some(&one.name_key) || field.custom_field_id == Some(one.id)
                });
                let known = known.ok_or_else(|| Refusal::invalid("custom_fields", "No such custom field"))?;
                if let Some(message) = known.value_type.refuses(&field.value) {
                    return Err(Refusal::invalid(&known.name_key, message));
                }
                if !field.value.is_null() {
                    fields.insert(known.name_key.clone(), field.value);
                }
            }
            state.seed.candidates[place].custom_fields = fields;
        }
        let fields = &state.seed.fields;
        Ok(Json(state.seed.candidates[place].to_json(fields)).into_response())
    })
}

#[derive(Deserialize)]
struct NewNote {
    candidate_id: u64,
    application_id: Option<u64>,
    body: String,
    note_type: String,
    visibility: String,
}

async fn create_note(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Answer {
    allowed(&shared, &headers, "harvest:notes:create", |state| {
        let new: NewNote = read(&body)?;
        if state.index.candidate(new.candidate_id).is_none() {
            return Err(Refusal::not_found());
        }
        let is_theirs = |id: u64| {
            let place = state.index.application(id);
            place.is_some_and(|place| state.seed.applications[place].candidate_id == new.candidate_id)
        };
        if !new.application_id.is_none_or(is_theirs) {
            return Err(Refusal::invalid("application_id", "Must be an application of the candidate"));
        }
        if new.note_type != "NOTE" {
            return Err(Refusal::invalid("note_type", "Must be one of: NOTE"));
        }
        if !["public", "private", "admin_only"].contains(&new.visibility.as_str()) {
            return Err(Refusal::invalid("visibility", "Must be one of: public, private, admin_only"));
        }
        let note = Note {
            id: 90_001 + state.seed.notes.len() as u64,
            candidate_id: new.candidate_id,
            application_id: new.application_id,
            body: new.body,
            note_type: new.note_type,
            visibility: new.visibility,
            author: "Wellspring (integration)".to_owned(),
            created_at: state.now(),
        };
        state.index.note(note.candidate_id, state.seed.notes.len());
        state.written.push(std::time::Instant::now());
        state.seed.notes.push(note.clone());
        Ok((StatusCode::CREATED, Json(note)).into_response())
    })
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid("body", &error.to_string()))
}
