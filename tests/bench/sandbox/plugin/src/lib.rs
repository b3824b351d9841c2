//! Writes a note, as the guest `notes` does: a line of log, a request with JSON, an answer with JSON.

#![no_main]

use extism_pdk::{FnResult, host_fn, info, plugin_fn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Work {
    application: Application,
    headline: String,
    summary: String,
    lines: Vec<Value>,
}

#[derive(Deserialize)]
struct Application {
    id: String,
}

#[derive(Serialize)]
struct Request {
    method: &'static str,
    base: &'static str,
    path: &'static str,
    json: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    text: String,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
}

#[host_fn]
extern "ExtismHost" {
    fn send(request: String) -> String;
}

#[plugin_fn]
pub fn deliver(work: String) -> FnResult<String> {
    let work: Work = serde_json::from_str(&work)?;
    info!("writing a note of {} lines", work.lines.len());
    let note = json!({"application": work.application.id, "title": work.headline, "text": work.summary});
    let request = Request { method: "POST", base: "api", path: "/notes", json: note.to_string() };
    // SAFETY: the host defines this function, with these types.
    let response = unsafe { send(serde_json::to_string(&request)?)? };
    let response: Response = serde_json::from_str(&response)?;
    let note: Note = serde_json::from_str(&response.text)?;
    let receipt = json!({"remote_id": note.id.to_string(), "changed": true, "status": response.status});
    Ok(receipt.to_string())
}
