//! The note in the candidate's activity feed: what people read first, and where the marker is.

use serde::Deserialize;
use serde_json::{Value, json};
use wellspring_sdk::{ApplicationResult, CheckLine, Error, ErrorCode};

use crate::{
    harvest::{Target, get, post},
    settings::Settings,
};

/// Pages of 500 notes that are searched. A candidate with more is beyond anything seen.
const PAGES_MAX: usize = 20;

#[derive(Deserialize)]
struct Note {
    id: u64,
    #[serde(default)]
    body: Option<String>,
}

/// Our note about this application, where there is one.
pub fn find(candidate: u64, marker: &str) -> Result<Option<u64>, Error> {
    let pages = get("/notes").query("candidate_ids", candidate).query("per_page", 500).pages();
    for (number, page) in pages.enumerate() {
        let notes: Vec<Note> = page?.json()?;
        if let Some(note) = notes.iter().find(|note| note.body.as_ref().is_some_and(|body| body.contains(marker))) {
            return Ok(Some(note.id));
        }
        if number + 1 == PAGES_MAX {
            // Writing now could write a second one.
            return Err(Error::upstream("the candidate has more notes than can be searched for our own"));
        }
    }
    Ok(None)
}

/// Writes the note and gives its id.
pub fn write(target: &Target, result: &ApplicationResult, settings: &Settings) -> Result<u64, Error> {
    let mut note = json!({
        "candidate_id": target.candidate,
        "body": body(result),
        "note_type": "NOTE",
        "visibility": settings.note_visibility,
    });
    if let (Some(application), Value::Object(note)) = (target.application, &mut note) {
        note.insert("application_id".to_owned(), application.into());
    }
    let written: Note = post("/notes").json(&note).send()?.json()?;
    Ok(written.id)
}

/// What the note about this result is found by: a correction has one of its own.
pub fn marker(result: &ApplicationResult) -> &str {
    result.correction.as_ref().map_or(&result.marker, |correction| &correction.marker)
}

fn body(result: &ApplicationResult) -> String {
    let report = match result.language.as_str() {
        "es" => "Informe completo",
        _ => "Full report",
    };
    let (headline, text) = match &result.correction {
        Some(correction) => (&correction.headline, &correction.changes),
        None => (&result.headline, &result.summary),
    };
    format!("{headline}\n\n{text}\n\n{report}: {}\n\n{}", result.report_url, marker(result))
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
