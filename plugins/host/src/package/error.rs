//! Why a file is not a connector, in words that a vendor can act on.

use thiserror::Error;
use wasmparser::Parser;

use super::{EXPORTS, IMPORTS, SECTION, SIZE_MAX, STAMP};
use crate::{
    contract,
    manifest::{CONTRACT, ManifestError},
};

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
    #[error(
        "the component has {0} sections `{STAMP}`, of which a connector has exactly one. `wellspring-connector` writes it: build and pack it anew"
    )]
    ContractStamps(usize),
    #[error("the connector is for another contract: {}", contract::version_denied(.0))]
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

impl PackageError {
    /// The page in `docs/connector-guide/errors` that says what to do about it.
    pub const fn page(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotAComponent(_) => "not-a-component",
            Self::CutOff { .. } => "cut-off",
            Self::Malformed(_) => "malformed",
            Self::TooComplex(_) => "too-complex",
            Self::ManifestSections(_) => "manifest-sections",
            Self::Manifest(_) => "manifest",
            Self::SettingsSchema(_) => "settings-schema",
            Self::ImportDenied { .. } => "import-denied",
            Self::ExportMissing { .. } => "export-missing",
            Self::ContractStamps(_) => "contract-stamps",
            Self::ContractVersion(_) => "contract-version",
            Self::Contract(_) => "contract",
            Self::Compile(_) => "compile",
            Self::Describe(_) => "describe",
            Self::Description { .. } => "description",
        }
    }
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
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Empty,
            // wasmtime writes compiled code as ELF.
            [0x7f, b'E', b'L', b'F', ..] => Self::Compiled,
            _ if Parser::is_core_wasm(bytes) => Self::Module,
            _ => Self::Unknown,
        }
    }
}
