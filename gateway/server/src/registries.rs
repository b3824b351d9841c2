//! Registries of issuers as the operator keeps them: read at the start, or asked at their addresses when needed.

use std::{collections::BTreeMap, path::Path};

use wellspring_model::Timestamp;
use wellspring_verify::{Material, Registry, RegistryError};

use crate::{config::RegistryConfig, start::StartError};

/// Puts every registry of the configuration into the material that is always there.
///
/// # Errors
/// A file cannot be read, or is not what it should be.
pub fn insert_all(
    material: &mut Material,
    registries: &BTreeMap<String, RegistryConfig>,
    now: Timestamp,
) -> Result<(), StartError> {
    for (name, config) in registries {
        material.insert_registry(name, registry(name, config, now)?);
    }
    Ok(())
}

fn registry(name: &str, config: &RegistryConfig, now: Timestamp) -> Result<Registry, StartError> {
    let named = |error: RegistryError| StartError::Registry { name: name.to_owned(), error };
    match config {
        RegistryConfig::File { file } => Registry::list(&read(file)?, now).map_err(named),
        RegistryConfig::Url { url } => Registry::list_at(url).map_err(named),
        RegistryConfig::Federation { anchor, keys } => Registry::federation(anchor, &read(keys)?).map_err(named),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|error| StartError::File { path: path.display().to_string(), error })
}
