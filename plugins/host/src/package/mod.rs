//! A connector's package: one component, with its manifest in the custom section `wellspring:manifest`, and the version of the
//! contract that it was built for in `wellspring:contract`.
//!
//! Everything here reads bytes only: nothing is compiled and nothing is run. Imports and exports are read from the
//! component itself; the manifest is never trusted for those.

mod error;
mod outline;
mod sections;
mod settings;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wasmparser::{BinaryReader, Parser, Validator, WasmFeatures};
use wellspring_model::digest::Digest;
use wit_component::ComponentEncoder;

use crate::{
    inspection::Inspection,
    manifest::{Manifest, ManifestError},
    redact::Redactor,
};

use outline::Outline;
use sections::Content;

pub use error::{Instead, PackageError};
pub use sections::{SECTION, STAMP, embed};
pub(crate) use settings::settings_validator;

/// The largest package there may be.
pub const SIZE_MAX: usize = 32 << 20;
/// What a component of contract 0.1 may import.
const IMPORTS: [&str; 4] = [
    "wellspring:connector/host@0.1.0",
    "wellspring:connector/http@0.1.0",
    "wellspring:connector/inbound@0.1.0",
    "wellspring:connector/types@0.1.0",
];
/// So much of the name of an import is said to whoever may not have it, in characters.
const IMPORT_CHARS: usize = 200;
/// What it must export, in the order of the alphabet.
pub const EXPORTS: [&str; 8] =
    ["check", "correct", "deliver", "describe", "list-jobs", "partner", "receive", "withdraw"];

/// Reads a package: size, validity, structure, imports, exports, manifest. Bounded in time and memory by [`SIZE_MAX`].
pub fn inspect(bytes: &[u8]) -> Result<Inspection, PackageError> {
    check_size(bytes)?;
    if !Parser::is_component(bytes) {
        return Err(PackageError::NotAComponent(Instead::of(bytes)));
    }
    if is_cut_off(bytes) {
        return Err(PackageError::CutOff { size: bytes.len() });
    }
    let outline = Outline::read(bytes)?;
    if let Some(import) = outline.imports.iter().find(|import| !IMPORTS.contains(&import.as_str())) {
        return Err(PackageError::ImportDenied { import: Redactor::default().line(import, IMPORT_CHARS) });
    }
    if let Some(export) = EXPORTS.into_iter().find(|wanted| !outline.exports.iter().any(|export| export == wanted)) {
        return Err(PackageError::ExportMissing { export });
    }
    // After the imports: they are what an operator wants named first.
    Validator::new_with_features(features()).validate_all(bytes).map_err(malformed)?;
    let [section] = outline.manifests.as_slice() else {
        return Err(PackageError::ManifestSections(outline.manifests.len()));
    };
    // Before a word of the manifest: what that may say is the contract's.
    sections::check_stamp(&outline.stamps)?;
    let section: Content =
        serde_json::from_slice(section).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
    let manifest = Manifest::parse(&section.manifest).map_err(|error| match error {
        ManifestError::Contract(version) => PackageError::ContractVersion(version),
        error => error.into(),
    })?;
    settings_validator(&section.settings)?;
    Ok(Inspection {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        contract: manifest.contract.clone(),
        imports: outline.imports,
        exports: outline.exports,
        manifest,
        settings_schema: section.settings,
        digest: Digest::from_bytes(Sha256::digest(bytes).into()),
        size: bytes.len(),
    })
}

/// The first thing that is looked at.
pub(crate) fn check_size(bytes: &[u8]) -> Result<(), PackageError> {
    let size = bytes.len();
    if size > SIZE_MAX { Err(PackageError::TooLarge { size }) } else { Ok(()) }
}

/// Makes a package of a core module (as `rustc` links it, with the description that wit-bindgen embeds), the text of
/// `connector.toml` and the settings schema. The result is inspected as any other package.
pub fn pack(core_wasm: &[u8], manifest_toml: &str, settings_schema: &Value) -> Result<Vec<u8>, PackageError> {
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(core_wasm)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| PackageError::Malformed(format!("{error:#}")))?;
    let package = embed(encoded, manifest_toml, settings_schema)?;
    inspect(&package)?;
    Ok(package)
}

fn features() -> WasmFeatures {
    let mut features = WasmFeatures::default();
    features.remove(
        WasmFeatures::THREADS
            | WasmFeatures::MEMORY64
            | WasmFeatures::GC
            | WasmFeatures::FUNCTION_REFERENCES
            | WasmFeatures::RELAXED_SIMD
            | WasmFeatures::EXCEPTIONS
            | WasmFeatures::CM_ASYNC,
    );
    features
}

fn malformed(error: wasmparser::Error) -> PackageError {
    PackageError::Malformed(error.to_string())
}

/// Whether the last section goes on behind the end of the file. The parser names a place within for that, and no cause.
fn is_cut_off(component: &[u8]) -> bool {
    /// What stands before the first section.
    const HEADER: usize = 8;
    let mut reader = BinaryReader::new(component.get(HEADER..).unwrap_or_default(), HEADER);
    while !reader.eof() {
        let skipped = reader
            .read_u8()
            .and_then(|_| reader.read_var_u32())
            .and_then(|length| reader.read_bytes(usize::try_from(length).unwrap_or(usize::MAX)));
        if skipped.is_err() {
            return true;
        }
    }
    false
}
