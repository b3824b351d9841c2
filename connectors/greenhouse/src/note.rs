//! The note in the candidate's activity feed: what people read first, and where the marker is.

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{CheckLine, Error, ErrorCode, Marked, find_or_write};

use crate::{
    harvest::{Target, get, post},
    settings::Settings,
};

#[derive(Deserialize)]
struct Note {
    id: u64,
    #[serde(default)]
    body: Option<String>,
}

/// Finds the note that carries the marker, or writes this one.
pub fn keep(target: &Target, settings: &Settings, marker: &str, text: &str) -> Result<Marked<u64>, Error> {
    let pages = get("/notes").query("candidate_ids", target.candidate).query("per_page", 500).pages();
    let notes = pages.flat_map(|page| match page.and_then(|page| page.json::<Vec<Note>>()) {
        Ok(notes) => notes.into_iter().map(|note| Ok((note.id, note.body.unwrap_or_default()))).collect(),
        Err(error) => vec![Err(error)],
    });
    find_or_write(marker, notes, || write(target, settings, text))
}

fn write(target: &Target, settings: &Settings, text: &str) -> Result<u64, Error> {
    let mut note = json!({
        "candidate_id": target.candidate,
        "body": text,
        "note_type": "NOTE",
        "visibility": settings.note_visibility,
    });
    if let (Some(application), Value::Object(note)) = (target.application, &mut note) {
        note.insert("application_id".to_owned(), application.into());
    }
    let written: Note = post("/notes").json(&note).send()?.json()?;
    Ok(written.id)
}

/// Whether notes can be read, on a candidate that can.
pub fn check(candidate: Option<u64>) -> Result<Option<CheckLine>, Error> {
    let Some(candidate) = candidate else { return Ok(None) };
    match get("/notes").query("candidate_ids", candidate).query("per_page", 1).send() {
        Ok(_) => Ok(Some(CheckLine::good("notes", "Notes can be read."))),
        Err(error) if error.code() == ErrorCode::Forbidden => {
            Ok(Some(CheckLine::bad("notes", format!("The scope to list notes is missing. {error}"))))
        }
        Err(error) => Err(error),
    }
}
