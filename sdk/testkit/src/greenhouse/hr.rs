//! What an HR user would see of a candidate: the profile with its custom fields, and the activity feed.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde_json::Value;

use super::{
    record::{Candidate, Note, ValueType},
    state::{Shared, State as Records},
};
use crate::hr::{self, Piece, initials, no_such_candidate, page, pieces};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(|| async { axum::response::Redirect::to("/hr") }))
        .route("/hr", get(list))
        .route("/hr/candidates/{id}", get(candidate))
        .route("/hr/style.css", get(hr::style))
        .with_state(shared)
}

#[derive(Template)]
#[template(path = "greenhouse/list.html")]
struct ListPage {
    jobs: Vec<JobSection>,
}

struct JobSection {
    id: u64,
    name: String,
    rows: Vec<Row>,
}

struct Row {
    candidate: u64,
    name: String,
    email: String,
    /// `None` where no result has arrived.
    score: Option<String>,
    /// Whether the score says that anything was verified.
    is_verified: bool,
    summary: Option<String>,
}

#[derive(Template)]
#[template(path = "greenhouse/candidate.html")]
struct CandidatePage {
    name: String,
    initials: String,
    email: String,
    applications: Vec<ApplicationLine>,
    fields: Vec<FieldLine>,
    notes: Vec<NoteView>,
}

struct ApplicationLine {
    id: u64,
    job: String,
    status: String,
}

struct FieldLine {
    name: String,
    value: FieldValue,
    /// Written by the gateway, not by a person.
    is_ours: bool,
}

enum FieldValue {
    None,
    Text(String),
    Link(String),
}

struct NoteView {
    id: u64,
    author: String,
    at: String,
    visibility: String,
    lines: Vec<Vec<Piece>>,
}

async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let state = shared.lock();
    let jobs = state.seed.jobs.iter().map(|job| {
        let of_job = state.seed.applications.iter().filter(|one| one.job_id == job.id);
        let rows = of_job.filter_map(|one| state.seed.candidates.iter().find(|known| known.id == one.candidate_id));
        JobSection { id: job.id, name: job.name.clone(), rows: rows.map(row).collect() }
    });
    page(StatusCode::OK, &ListPage { jobs: jobs.collect() })
}

fn row(candidate: &Candidate) -> Row {
    let field = |key: &str| candidate.custom_fields.get(key).map(shown);
    Row {
        candidate: candidate.id,
        name: candidate.name.clone(),
        email: candidate.email.clone(),
        score: field("verified_skills_score"),
        is_verified: candidate.custom_fields.get("verified_skills_score").and_then(Value::as_f64) > Some(0.0),
        summary: field("verified_skills_summary"),
    }
}

async fn candidate(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    let state = shared.lock();
    match state.seed.candidates.iter().find(|one| one.id == id) {
        Some(found) => page(StatusCode::OK, &view(found, &state)),
        None => no_such_candidate(),
    }
}

fn view(candidate: &Candidate, state: &Records) -> CandidatePage {
    let seed = &state.seed;
    let applications = seed.applications.iter().filter(|one| one.candidate_id == candidate.id).map(|one| {
        let job = seed.jobs.iter().find(|job| job.id == one.job_id).map_or("unknown job", |job| &job.name);
        ApplicationLine { id: one.id, job: job.to_owned(), status: one.status.clone() }
    });
    let fields = seed.fields.iter().map(|field| FieldLine {
        name: field.name.clone(),
        is_ours: field.name_key.starts_with("verified_skills"),
        value: match candidate.custom_fields.get(&field.name_key) {
            None => FieldValue::None,
            Some(Value::String(address)) if field.value_type == ValueType::Url => FieldValue::Link(address.clone()),
            Some(value) => FieldValue::Text(shown(value)),
        },
    });
    let notes = seed.notes.iter().rev().filter(|note| note.candidate_id == candidate.id).map(note);
    CandidatePage {
        name: candidate.name.clone(),
        initials: initials(&candidate.name),
        email: candidate.email.clone(),
        applications: applications.collect(),
        fields: fields.collect(),
        notes: notes.collect(),
    }
}

fn note(note: &Note) -> NoteView {
    NoteView {
        id: note.id,
        author: note.author.clone(),
        at: note.created_at.strftime("%-d %B %Y, %H:%M").to_string(),
        visibility: note.visibility.clone(),
        lines: note.body.lines().map(pieces).collect(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(amount) => {
            let part = |name: &str| amount.get(name).map(shown).unwrap_or_default();
            format!("{} {}", part("amount"), part("unit")).trim().to_owned()
        }
        // As people write it: 0, not 0.0.
        Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}
