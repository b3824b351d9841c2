//! What a guest gives back for a success, brought into the domain's types and into bounds.

use serde_json::Value;
use wellspring_model::{delivery::Receipt, id::ExternalId};

use crate::{
    bindings::wellspring::connector::types::{CheckLine as GuestLine, Receipt as GuestReceipt},
    calls::CheckLine,
    redact::{FAILURE_CHARS, Redactor},
};

/// The most that is kept of `receipt.json`.
const DETAILS_MAX: usize = 16 << 10;
/// The longest id an ATS may give.
const REMOTE_ID_MAX: usize = 512;
/// Lines of `check` that are kept.
const LINES_MAX: usize = 50;

/// A delivery has happened by now, so nothing here can fail: what cannot be kept is left out.
pub(crate) fn read(receipt: GuestReceipt) -> Receipt {
    let details = Some(receipt.json)
        .filter(|json| json.len() <= DETAILS_MAX)
        .and_then(|json| serde_json::from_str::<Value>(&json).ok())
        .filter(Value::is_object)
        .unwrap_or(Value::Null);
    let remote_id = receipt.remote_id.filter(|id| id.len() <= REMOTE_ID_MAX).map(ExternalId);
    Receipt { remote_id, changed: receipt.changed, details }
}

pub(crate) fn lines(lines: Vec<GuestLine>, redactor: &Redactor) -> Vec<CheckLine> {
    lines
        .into_iter()
        .take(LINES_MAX)
        .map(|line| CheckLine {
            name: redactor.line(&line.name, 100),
            ok: line.ok,
            message: redactor.line(&line.message, FAILURE_CHARS),
        })
        .collect()
}
