//! `connector.toml` and `settings.schema.json`, as far as a connector says them again. The whole is checked when it is packed.

use std::{fs, path::Path};

use toml::{Table, Value};

/// The settings schema of a connector without settings.
const NO_SETTINGS: &str = r#"{"type":"object","additionalProperties":false}"#;

pub struct Manifest {
    pub id: String,
    pub version: String,
    pub contract: String,
    pub display_level: String,
    pub events: Vec<String>,
    pub bases: Vec<String>,
    pub credentials: Vec<String>,
    pub schema: String,
    /// What was read.
    pub files: Vec<String>,
}

impl Manifest {
    pub fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("connector.toml");
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("connector.toml, which says what the connector is, cannot be read: {error}"))?;
        let manifest: Table = text.parse().map_err(|error| format!("connector.toml: {error}"))?;
        let text = |name: &str| match manifest.get(name).and_then(Value::as_str) {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("connector.toml has no text `{name}`")),
        };
        let names = |name: &str| match manifest.get(name) {
            Some(Value::Table(table)) => table.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let events = manifest.get("events").and_then(Value::as_array).into_iter().flatten();
        let mut files = vec![file.display().to_string()];
        let schema = folder.join("settings.schema.json");
        let settings = match fs::read_to_string(&schema) {
            Ok(text) => {
                files.push(schema.display().to_string());
                text
            }
            Err(_) => NO_SETTINGS.to_owned(),
        };
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&settings) {
            return Err(format!("settings.schema.json is no JSON: {error}"));
        }
        Ok(Self {
            id: text("id")?,
            version: text("version")?,
            contract: text("contract")?,
            display_level: text("display-level")?,
            events: events.filter_map(Value::as_str).map(str::to_owned).collect(),
            bases: names("bases"),
            credentials: names("credentials"),
            schema: settings,
            files,
        })
    }
}
