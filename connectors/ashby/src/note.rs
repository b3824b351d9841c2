//! Notes on the candidate: what people read first, and where the marker is. Ashby has no way to change or delete one.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use wellspring_sdk::{Error, Marked, find_marked};

use crate::{rpc, settings::Settings, target::Target};

#[derive(Deserialize)]
struct Note {
    id: String,
    #[serde(default)]
    content: Option<String>,
}

/// Whether people who follow the candidate are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Yes,
    No,
}

/// Our note of this marker, where there is one.
pub fn find(target: &Target, marker: &str) -> Result<Option<String>, Error> {
    let of_candidate = Map::from_iter([("candidateId".to_owned(), Value::from(target.candidate.as_str()))]);
    let notes = rpc::list::<Note>("candidate.listNotes", of_candidate);
    find_marked(marker, notes.map(|note| note.map(|note| (note.id, note.content.unwrap_or_default()))))
}

/// Writes the note where it was not found before.
pub fn keep(
    found: Option<String>,
    target: &Target,
    settings: &Settings,
    text: &str,
    told: Told,
) -> Result<Marked<String>, Error> {
    if let Some(id) = found {
        return Ok(Marked { id, is_new: false });
    }
    let note = json!({
        "candidateId": target.candidate,
        "note": { "type": "text/plain", "value": text },
        "sendNotifications": told == Told::Yes,
        "isPrivate": settings.note_private,
    });
    let note: Note = rpc::call("candidate.createNote", &note)?;
    Ok(Marked { id: note.id, is_new: true })
}
