//! Looking at the pages in a real browser, by a script that is handed their addresses.

use std::{path::Path, process::Command};

use serde_json::json;

use crate::Failure;

/// Runs the script with the pages to look at. It fails where the script finds something wrong.
///
/// # Errors
/// Node cannot be started, or the script says no.
pub fn look(script: &Path, pages: &[(String, String)]) -> Result<(), Failure> {
    let pages: Vec<_> = pages.iter().map(|(name, url)| json!({"name": name, "url": url})).collect();
    let mut node = Command::new("node");
    node.arg(script).env("PAGES", json!(pages).to_string());
    if let Some(folder) = script.parent() {
        node.current_dir(folder);
    }
    let status = node.status()?;
    if status.success() { Ok(()) } else { Err(Failure::new("the browser found something wrong with the pages")) }
}
