//! The published contexts, which lie beside the checkout: the peer loads the files themselves; we have the tables that were
//! compiled from them, and compile the others as for an operator who configures them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wellspring_verify::jsonld::Contexts;

pub struct Published {
    /// For the peer: every context of the index that has an address.
    pub files: BTreeMap<String, PathBuf>,
    /// Ours: the built-in ones, and of the others those that our compiler covers.
    pub ours: Contexts,
}

/// Two addresses for one file; the index names it in a note.
const ALIAS: [&str; 2] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context/ob_v3p0.jsonld",
];

pub fn load(folder: &Path) -> Result<Published, String> {
    let index = read(&folder.join("index.json"))?;
    let mut files = BTreeMap::new();
    for entry in index.as_array().ok_or("index.json is not a list")? {
        if let (Some(url), Some(file)) = (entry["url"].as_str(), entry["file"].as_str()) {
            files.insert(url.to_owned(), folder.join(file));
        }
    }
    if let Some(file) = files.get(ALIAS[0]).cloned() {
        files.insert(ALIAS[1].to_owned(), file);
    }
    let mut ours = Contexts::builtin().clone();
    let known: Vec<String> = ours.urls().map(str::to_owned).collect();
    for (url, file) in files.iter().filter(|(url, _)| !known.contains(url)) {
        if let Ok(more) = ours.with(url, &read(file)?) {
            ours = more;
        }
    }
    Ok(Published { files, ours })
}

pub fn read(file: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", file.display()))
}
