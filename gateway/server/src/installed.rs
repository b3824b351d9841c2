//! Installed connectors on disk: one file per connector, named by its id.

use std::path::{Path, PathBuf};

use wellspring_model::connection::ConnectorId;

use crate::start::StartError;

/// Where a connector is kept. A slash in the id becomes a folder.
pub fn file(folder: &Path, id: &ConnectorId) -> PathBuf {
    folder.join(format!("{id}.wasm"))
}

/// All installed connectors, sorted. A folder that is not there holds none.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, StartError> {
    let mut found = Vec::new();
    collect(folder, 0, &mut found).map_err(|error| StartError::File { path: folder.display().to_string(), error })?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, depth: u8, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && depth == 0 {
            collect(&path, 1, found)?;
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            found.push(path);
        }
    }
    Ok(())
}

/// Writes a connector so that a reader sees the old file or the new one, never half of one.
///
/// # Errors
/// The folder or file cannot be written.
pub fn write(folder: &Path, id: &ConnectorId, bytes: &[u8]) -> Result<PathBuf, StartError> {
    let path = file(folder, id);
    let named = |error| StartError::File { path: path.display().to_string(), error };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(named)?;
    }
    let half = path.with_extension("part");
    std::fs::write(&half, bytes).and_then(|()| std::fs::rename(&half, &path)).map_err(named)?;
    Ok(path)
}
