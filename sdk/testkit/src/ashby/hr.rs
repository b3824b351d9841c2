//! What an HR user would see of a candidate: applications with their fields, assessments, and notes.

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
    record::{Application, Assessment, AssessmentStatus, Candidate, FieldType, Note, Shown, ShownKind, Values},
    seed::AshbySeed,
    state::Shared,
};
use crate::hr::{Piece, initials, no_such_candidate, page, pieces, style};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(|| async { axum::response::Redirect::to("/hr") }))
        .route("/hr", get(list))
        .route("/hr/candidates/{id}", get(candidate))
        .route("/hr/style.css", get(style))
        .with_state(shared)
}

#[derive(Template)]
#[template(path = "ashby/list.html")]
struct ListPage {
    jobs: Vec<JobSection>,
}

struct JobSection {
    id: String,
    title: String,
    rows: Vec<Row>,
}

struct Row {
    candidate: String,
    name: String,
    email: String,
    stage: String,
    /// `None` where no result has arrived.
    result: Option<String>,
}

#[derive(Template)]
#[template(path = "ashby/candidate.html")]
struct CandidatePage {
    name: String,
    initials: String,
    email: String,
    applications: Vec<ApplicationView>,
    fields: Vec<Line>,
    assessments: Vec<AssessmentView>,
    notes: Vec<NoteView>,
}

struct ApplicationView {
    job: String,
    status: String,
    stage: String,
    fields: Vec<Line>,
}

/// A name with what stands there.
struct Line {
    name: String,
    detail: Option<String>,
    value: Piece,
}

struct AssessmentView {
    name: String,
    status: String,
    is_completed: bool,
    lines: Vec<Line>,
}

struct NoteView {
    author: String,
    at: String,
    is_private: bool,
    lines: Vec<Vec<Piece>>,
}

async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let state = shared.lock();
    let seed = &state.seed;
    let jobs = seed.jobs.iter().map(|job| {
        let of_job = seed.applications.iter().filter(|one| one.job_id == job.id);
        JobSection {
            id: job.id.clone(),
            title: job.title.clone(),
            rows: of_job.filter_map(|one| row(one, seed)).collect(),
        }
    });
    page(StatusCode::OK, &ListPage { jobs: jobs.collect() })
}

fn row(application: &Application, seed: &AshbySeed) -> Option<Row> {
    let candidate = seed.candidates.iter().find(|one| one.id == application.candidate_id)?;
    let assessment = seed.assessments.iter().rfind(|one| one.candidate_id == candidate.id);
    Some(Row {
        candidate: candidate.id.clone(),
        name: candidate.name.clone(),
        email: candidate.email.clone().unwrap_or_default(),
        stage: application.stage.clone(),
        result: assessment
            .and_then(|one| one.result.as_ref())
            .map(|one| format!("{}: {}", one.label, text(&one.value))),
    })
}

async fn candidate(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let state = shared.lock();
    match state.seed.candidates.iter().find(|one| one.id == id) {
        Some(found) => page(StatusCode::OK, &view(found, &state.seed)),
        None => no_such_candidate(),
    }
}

fn view(candidate: &Candidate, seed: &AshbySeed) -> CandidatePage {
    let applications = seed.applications.iter().filter(|one| one.candidate_id == candidate.id);
    let applications = applications.map(|one| ApplicationView {
        job: seed.jobs.iter().find(|job| job.id == one.job_id).map_or("unknown job", |job| &job.title).to_owned(),
        status: one.status.to_owned(),
        stage: one.stage.clone(),
        fields: fields(&one.custom_fields, "Application", seed),
    });
    CandidatePage {
        name: candidate.name.clone(),
        initials: initials(&candidate.name),
        email: candidate.email.clone().unwrap_or_default(),
        applications: applications.collect(),
        fields: fields(&candidate.custom_fields, "Candidate", seed),
        assessments: seed.assessments.iter().filter(|one| one.candidate_id == candidate.id).map(assessment).collect(),
        notes: seed.notes.iter().rev().filter(|one| one.candidate_id == candidate.id).map(note).collect(),
    }
}

fn fields(values: &Values, object_type: &str, seed: &AshbySeed) -> Vec<Line> {
    let of_object = seed.fields.iter().filter(|field| field.object_type == object_type);
    of_object
        .map(|field| Line {
            name: field.title.clone(),
            detail: None,
            value: match values.get(&field.id) {
                Some(value) if field.field_type == FieldType::Url => Piece::Link(text(value)),
                value => Piece::Text(value.map(text).unwrap_or_default()),
            },
        })
        .collect()
}

fn assessment(one: &Assessment) -> AssessmentView {
    let values = one.result.iter().chain(&one.profile_url).chain(&one.rows);
    AssessmentView {
        name: one.name.clone(),
        status: match &one.status {
            AssessmentStatus::Ordered => "Waiting for the result".to_owned(),
            AssessmentStatus::Completed => "Completed".to_owned(),
            AssessmentStatus::Cancelled(reason) => format!("Cancelled: {reason}"),
        },
        is_completed: one.status == AssessmentStatus::Completed,
        lines: values.map(shown).collect(),
    }
}

fn shown(one: &Shown) -> Line {
    let value = match one.kind {
        ShownKind::Url => Piece::Link(text(&one.value)),
        _ => Piece::Text(text(&one.value)),
    };
    Line { name: one.label.clone(), detail: one.description.clone(), value }
}

fn note(note: &Note) -> NoteView {
    NoteView {
        author: note.author.clone(),
        at: note.created_at.strftime("%-d %B %Y, %H:%M").to_string(),
        is_private: note.is_private,
        lines: note.content.lines().map(pieces).collect(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // As people write it: 0, not 0.0.
        Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}
