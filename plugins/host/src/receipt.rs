//! What a guest gives back for a success, brought into the domain's types and into bounds.

use serde_json::Value;
use wellspring_model::{delivery::Receipt, id::ExternalId};

use crate::{calls::CheckLine, redact::FAILURE_CHARS};

/// The most that is kept of `receipt.json`.
const DETAILS_MAX: usize = 16 << 10;
/// The longest id an ATS may give.
const REMOTE_ID_MAX: usize = 512;
/// Lines of `check` that are kept.
const LINES_MAX: usize = 50;

/// A delivery has happened by now, so nothing here can fail: what cannot be kept is left out.
pub(crate) fn read(remote_id: Option<String>, changed: bool, json: String) -> Receipt {
    let details = Some(json)
        .filter(|json| json.len() <= DETAILS_MAX)
        .and_then(|json| serde_json::from_str::<Value>(&json).ok())
        .filter(Value::is_object)
        .unwrap_or(Value::Null);
    let remote_id = remote_id.filter(|id| id.len() <= REMOTE_ID_MAX).map(ExternalId);
    Receipt { remote_id, changed, details }
}

/// Lines of a check, each text of them made fit to be read within so many characters.
pub(crate) fn lines(lines: Vec<CheckLine>, fit: impl Fn(&str, usize) -> String) -> Vec<CheckLine> {
    lines
        .into_iter()
        .take(LINES_MAX)
        .map(|line| CheckLine { name: fit(&line.name, 100), ok: line.ok, message: fit(&line.message, FAILURE_CHARS) })
        .collect()
}
