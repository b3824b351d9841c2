//! `--material DIR`: documents that were gathered before, so that a verification can be repeated without a network.
//!
//! `DIR/index.json` maps a URL without fragment to `{"file", "contentType", "status"?, "fetchedAt"?}`. Files are read
//! from below `DIR` only.

use std::{
    collections::BTreeMap,
    path::{Component, Path},
};

use serde::Deserialize;
use wellspring_model::Timestamp;
use wellspring_verify::{Document, Material};

use super::{Failure, exit};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Entry {
    file: String,
    content_type: Option<String>,
    status: Option<u16>,
    fetched_at: Option<Timestamp>,
}

/// Reads a folder of material. Entries without a time count as fetched at `now`.
pub fn read(folder: &Path, now: Timestamp) -> Result<Material, Failure> {
    let index = folder.join("index.json");
    let text = std::fs::read_to_string(&index)
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {error}", index.display())))?;
    let entries: BTreeMap<String, Entry> = serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "{} is not an index of material ({error}); it maps a URL to {{\"file\", \"contentType\"}}",
            index.display()
        ))
    })?;
    let mut material = Material::default();
    for (url, entry) in entries {
        let bytes = read_below(folder, &entry.file)?;
        let document = Document {
            status: entry.status,
            content_type: entry.content_type,
            bytes,
            fetched_at: entry.fetched_at.unwrap_or(now),
        };
        if is_context(&document.bytes) {
            let inserted = material.insert_context(&url, document.clone());
            if let Err(error) = inserted {
                eprintln!("wellspring: {url} is not used as a context: {error}");
            }
        }
        material.insert(&url, document);
    }
    Ok(material)
}

/// Whether a document defines terms, as a published context does. DID documents only name contexts.
fn is_context(bytes: &[u8]) -> bool {
    let json = serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
    match &json["@context"] {
        serde_json::Value::Object(_) => true,
        serde_json::Value::Array(members) => members.iter().any(serde_json::Value::is_object),
        _ => false,
    }
}

fn read_below(folder: &Path, file: &str) -> Result<Vec<u8>, Failure> {
    let path = Path::new(file);
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(Failure::usage(format!("`{file}` in the index of material lies outside its folder")));
    }
    std::fs::read(folder.join(path))
        .map_err(|error| Failure::new(exit::NO_INPUT, format!("the material `{file}` cannot be read: {error}")))
}
