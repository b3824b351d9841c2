//! What a component has, read without compiling it.

use wasmparser::{ComponentTypeRef, Encoding, Parser, Payload, TypeBounds};

use super::{Instead, PackageError, SECTION, STAMP, malformed};

/// The largest single function, and how many there may be: compiling time grows with both.
const FUNCTION_BYTES_MAX: usize = 1 << 20;
const FUNCTIONS_MAX: usize = 200_000;
/// How deep components and modules may lie within one another.
const DEPTH_MAX: u32 = 16;

/// What stands at the top level of a component.
#[derive(Default)]
pub(super) struct Outline {
    /// In the order of the alphabet, as are the exports.
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// What the sections for the manifest hold.
    pub manifests: Vec<Vec<u8>>,
    /// What the sections for the contract's version hold.
    pub stamps: Vec<Vec<u8>>,
}

impl Outline {
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
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
            Payload::CustomSection(section) if section.name() == STAMP => {
                self.stamps.push(section.data().to_vec());
            }
            _ => {}
        }
        Ok(())
    }
}
