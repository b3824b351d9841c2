//! What a component says of itself in custom sections, which are there for whoever reads it and change nothing of what it does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PackageError, outline::Outline};
use crate::{
    contract::{PACKAGE, RELEASE},
    manifest::ManifestError,
};

/// The custom section that holds the manifest.
pub const SECTION: &str = "wellspring:manifest";
/// The custom section that says for which version of the contract a component was built, such as `0.1.0`.
pub const STAMP: &str = "wellspring:contract";

/// The content of the manifest's section.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// The text of `connector.toml`.
    pub manifest: String,
    /// `settings.schema.json`.
    pub settings: Value,
}

/// Whether it was built for the contract that is spoken here.
pub(super) fn check_stamp(stamps: &[Vec<u8>]) -> Result<(), PackageError> {
    match stamps {
        [stamp] if stamp == RELEASE.as_bytes() => Ok(()),
        [stamp] => {
            let version = String::from_utf8_lossy(stamp).chars().take(40).collect();
            Err(PackageError::ContractVersion(version))
        }
        _ => Err(PackageError::ContractStamps(stamps.len())),
    }
}

/// Gives a component that some toolchain made its manifest, and says for which contract it was built where it does not say so
/// itself: its imports do.
pub fn embed(mut component: Vec<u8>, manifest_toml: &str, settings_schema: &Value) -> Result<Vec<u8>, PackageError> {
    // What is wrong with the component `inspect` says.
    let outline = Outline::read(&component).unwrap_or_default();
    if outline.stamps.is_empty() {
        let version = |import: &String| Some(import.strip_prefix(PACKAGE)?.split_once('@')?.1.to_owned());
        let built_for = outline.imports.iter().find_map(version);
        append(&mut component, STAMP, built_for.as_deref().unwrap_or(RELEASE).as_bytes());
    }
    let content = Content { manifest: manifest_toml.to_owned(), settings: settings_schema.clone() };
    let content = serde_json::to_vec(&content).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
    append(&mut component, SECTION, &content);
    Ok(component)
}

/// Appends a custom section.
fn append(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    let mut body = Vec::new();
    write_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(data);
    component.push(0);
    write_length(component, body.len());
    component.append(&mut body);
}

/// A length as WebAssembly writes it: unsigned LEB128.
fn write_length(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}
