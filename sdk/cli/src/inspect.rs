//! `inspect FILE`: a package in words or as JSON.

use std::{fmt::Write as _, fs, path::Path};

use wellspring_host::{Inspection, inspect, manifest::Manifest};

use crate::Failure;

pub fn run(file: &Path, json: bool) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
    let inspection = inspect(&bytes).map_err(|error| Failure::refused(file, &error))?;
    if json {
        serde_json::to_string_pretty(&inspection).map_err(|error| Failure { code: 70, message: error.to_string() })
    } else {
        Ok(table(&inspection))
    }
}

fn table(inspection: &Inspection) -> String {
    let manifest = &inspection.manifest;
    let rows = [
        ("id", inspection.id.to_string()),
        ("version", inspection.version.clone()),
        ("contract", inspection.contract.clone()),
        ("display level", manifest.display_level.as_str().to_owned()),
        ("events", manifest.events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(", ")),
        ("digest", inspection.digest.to_string()),
        ("size", format!("{} bytes", inspection.size)),
        ("imports", lines(&inspection.imports)),
        ("exports", lines(&inspection.exports)),
        ("asks for", lines(&rights(manifest))),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<14} {value}");
    }
    text.trim_end().to_owned()
}

fn lines(values: &[String]) -> String {
    if values.is_empty() { "nothing".to_owned() } else { values.join("\n               ") }
}

/// The rights an operator has to grant.
fn rights(manifest: &Manifest) -> Vec<String> {
    let tokens = manifest.token_bases();
    let bases = manifest.bases.iter().map(|(name, base)| {
        let use_ = if tokens.contains(name.as_str()) { " (for tokens only)" } else { "" };
        format!("address `{name}`: {}{use_}", base.url)
    });
    let credentials = manifest.credentials.iter().map(|(name, credential)| {
        let from = credential.token_url.as_ref().map(|url| format!(", tokens from {url}")).unwrap_or_default();
        format!("credential `{name}`: {}{from}", credential.kind.as_str())
    });
    bases.chain(credentials).collect()
}
