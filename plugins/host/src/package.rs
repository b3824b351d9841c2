//! A connector's package: one component, with its manifest in the custom section `wellspring:manifest`.
//!
//! Everything here reads bytes only: nothing is compiled and nothing is run. Imports and exports are read from the
//! component itself; the manifest is never trusted for those.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use wasmparser::{BinaryReader, ComponentTypeRef, Encoding, Parser, Payload, TypeBounds, Validator, WasmFeatures};
use wellspring_model::digest::Digest;
use wit_component::ComponentEncoder;

use crate::{
    contract,
    inspection::Inspection,
    manifest::{CONTRACT, Manifest, ManifestError},
};

/// The largest package there may be.
pub const SIZE_MAX: usize = 32 << 20;
/// The largest single function, and how many there may be: compiling time grows with both.
const FUNCTION_BYTES_MAX: usize = 1 << 20;
const FUNCTIONS_MAX: usize = 200_000;
/// How deep components and modules may lie within one another.
const DEPTH_MAX: u32 = 16;
/// The custom section that holds the manifest.
pub const SECTION: &str = "wellspring:manifest";

/// What a component of contract 0.1 may import.
const IMPORTS: [&str; 4] = [
    "wellspring:connector/host@0.1.0",
    "wellspring:connector/http@0.1.0",
    "wellspring:connector/inbound@0.1.0",
    "wellspring:connector/types@0.1.0",
];
/// What it must export, in the order of the alphabet.
pub const EXPORTS: [&str; 8] =
    ["check", "correct", "deliver", "describe", "list-jobs", "partner", "receive", "withdraw"];

/// Why a file is not a connector that can be installed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PackageError {
    #[error("the file has {size} bytes; a connector has at most {SIZE_MAX}")]
    TooLarge { size: usize },
    #[error("the file is not a WebAssembly component: {0}")]
    NotAComponent(Instead),
    #[error("the component ends early, after {size} bytes: the file was cut off. Copy or build it again")]
    CutOff { size: usize },
    #[error("the component is malformed: {0}")]
    Malformed(String),
    #[error("the component has {0}; the limit keeps compiling it bounded")]
    TooComplex(&'static str),
    #[error("the component has {0} sections `{SECTION}`; a connector has exactly one")]
    ManifestSections(usize),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("the settings schema is not a usable JSON Schema: {0}")]
    SettingsSchema(String),
    #[error("{}", contract::import_denied(import, &IMPORTS))]
    ImportDenied { import: String },
    #[error("the component does not export `{export}`; contract {CONTRACT} has every connector export {}", EXPORTS.join(", "))]
    ExportMissing { export: &'static str },
    #[error("the manifest is for another contract: {}", contract::version_denied(.0))]
    ContractVersion(String),
    #[error("the component does not fit contract {CONTRACT}: {0}. Build it anew with an SDK for contract {CONTRACT}")]
    Contract(String),
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    #[error("`describe` failed: {0}")]
    Describe(String),
    #[error("`describe` says {field} `{described}`, the manifest `{manifest}`")]
    Description { field: &'static str, described: String, manifest: String },
}

/// What a file is that should be a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Instead {
    #[error("it is empty")]
    Empty,
    #[error("it is a core module; `wellspring-connector pack` makes a connector of it")]
    Module,
    #[error(
        "it is compiled code. A gateway compiles by itself and takes nobody else's code: hand in the `.wasm` it was made of"
    )]
    Compiled,
    #[error("it is something else")]
    Unknown,
}

impl Instead {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Empty,
            // wasmtime writes compiled code as ELF.
            [0x7f, b'E', b'L', b'F', ..] => Self::Compiled,
            _ if Parser::is_core_wasm(bytes) => Self::Module,
            _ => Self::Unknown,
        }
    }
}

/// The content of the section.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    /// The text of `connector.toml`.
    manifest: String,
    /// `settings.schema.json`.
    settings: Value,
}

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
        return Err(PackageError::ImportDenied { import: import.clone() });
    }
    if let Some(export) = EXPORTS.into_iter().find(|wanted| !outline.exports.iter().any(|export| export == wanted)) {
        return Err(PackageError::ExportMissing { export });
    }
    // After the imports: they are what an operator wants named first.
    Validator::new_with_features(features()).validate_all(bytes).map_err(malformed)?;
    let [section] = outline.manifests.as_slice() else {
        return Err(PackageError::ManifestSections(outline.manifests.len()));
    };
    let section: Section =
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

/// Appends the section to a component that some other toolchain made.
pub fn embed(mut component: Vec<u8>, manifest_toml: &str, settings_schema: &Value) -> Result<Vec<u8>, PackageError> {
    let section = Section { manifest: manifest_toml.to_owned(), settings: settings_schema.clone() };
    let data = serde_json::to_vec(&section).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
    let mut body = Vec::new();
    write_length(&mut body, SECTION.len());
    body.extend_from_slice(SECTION.as_bytes());
    body.extend_from_slice(&data);
    component.push(0);
    write_length(&mut component, body.len());
    component.append(&mut body);
    Ok(component)
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

/// Compiles the schema that a connection's settings must fit. References to other documents are not followed.
pub(crate) fn settings_validator(schema: &Value) -> Result<jsonschema::Validator, PackageError> {
    jsonschema::draft202012::new(schema).map_err(|error| PackageError::SettingsSchema(error.to_string()))
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

/// What stands at the top level of a component.
#[derive(Default)]
struct Outline {
    imports: Vec<String>,
    exports: Vec<String>,
    manifests: Vec<Vec<u8>>,
}

impl Outline {
    fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        let mut outline = Self::default();
        let (mut depth, mut functions) = (0_u32, 0_usize);
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding, .. } => {
                    if depth == 0 && encoding != Encoding::Component {
                        return Err(PackageError::NotAComponent(Instead::Module));
                    }
                    depth += 1;
                    if depth > DEPTH_MAX {
                        return Err(PackageError::TooComplex("components within components, more than 16 deep"));
                    }
                }
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CodeSectionEntry(body) => {
                    functions += 1;
                    if body.range().len() > FUNCTION_BYTES_MAX {
                        return Err(PackageError::TooComplex("a function of more than 1 MiB"));
                    }
                    if functions > FUNCTIONS_MAX {
                        return Err(PackageError::TooComplex("more than 200,000 functions"));
                    }
                }
                payload if depth == 1 => outline.note(&payload)?,
                _ => {}
            }
        }
        outline.imports.sort();
        outline.exports.sort();
        Ok(outline)
    }

    fn note(&mut self, payload: &Payload<'_>) -> Result<(), PackageError> {
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    let import = import.map_err(malformed)?;
                    // The world's `use types.{…}` shows as imported names for types: nothing can be called through those.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        self.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    self.exports.push(export.map_err(malformed)?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == SECTION => {
                self.manifests.push(section.data().to_vec());
            }
            _ => {}
        }
        Ok(())
    }
}
