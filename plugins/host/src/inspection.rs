//! What a package is, imports and asks for: read from its bytes, for people and for programs.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use wellspring_model::{connection::ConnectorId, digest::Digest};

use crate::manifest::Manifest;

/// What can be known of a package without running it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    pub id: ConnectorId,
    pub version: String,
    pub contract: String,
    /// Names of the imported interfaces, sorted.
    pub imports: Vec<String>,
    /// Names of the exported functions, sorted.
    pub exports: Vec<String>,
    pub manifest: Manifest,
    /// JSON Schema of a connection's settings.
    pub settings_schema: Value,
    /// SHA-256 of the whole file.
    pub digest: Digest,
    /// Bytes of the whole file.
    pub size: usize,
}

/// A table for terminals, a name and its values on each line.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let manifest = &self.manifest;
        let events: Vec<_> = manifest.events.iter().map(|event| event.as_str()).collect();
        let rows = [
            ("id", self.id.to_string()),
            ("version", self.version.clone()),
            ("contract", self.contract.clone()),
            ("display level", manifest.display_level.to_string()),
            ("events", events.join(", ")),
            ("digest", self.digest.to_string()),
            ("size", format!("{} bytes", self.size)),
            ("imports", lines(&self.imports)),
            ("exports", lines(&self.exports)),
            ("asks for", lines(&rights(manifest))),
        ];
        let text: Vec<_> = rows.into_iter().map(|(name, value)| format!("{name:<14} {value}")).collect();
        f.write_str(&text.join("\n"))
    }
}

fn lines(values: &[String]) -> String {
    if values.is_empty() { "nothing".to_owned() } else { values.join("\n               ") }
}

/// The rights an operator has to grant.
fn rights(manifest: &Manifest) -> Vec<String> {
    let tokens = manifest.token_bases();
    let bases = manifest.bases.iter().map(|(name, base)| {
        let only = if tokens.contains(name.as_str()) { " (for tokens only)" } else { "" };
        format!("address `{name}`: {}{only}", base.url)
    });
    let credentials = manifest.credentials.iter().map(|(name, credential)| {
        let from = credential.token_url.as_ref().map(|url| format!(", tokens from {url}")).unwrap_or_default();
        format!("credential `{name}`: {}{from}", credential.kind.as_str())
    });
    bases.chain(credentials).collect()
}
