//! Installed connectors. The store says which version of each runs; the packages lie in a folder, one file for each version, with
//! its signature beside it.

mod install;
mod take_up;

use std::path::{Path, PathBuf};

use wellspring_host::{Cache, CacheKey, CompileLimits, Compiler, SIGNATURE_MAX, TrustFile, Workplace};
use wellspring_model::{connection::ConnectorId, version::Version};
use wellspring_store::{MasterKey, StoreError};

pub use self::{
    install::{Consent, End, InstallError, Installation, Installed, install},
    take_up::{TakenUp, keep_up, take_up},
};
pub(crate) use self::{
    install::{OPERATOR, running_rights},
    take_up::take_up_all,
};
use crate::{config::ConnectorsConfig, start::StartError};

/// The hidden command in which this program compiles.
pub const COMPILE: &str = "compile-connector";
/// The hidden command that runs connectors for a gateway.
pub const RUN: &str = "run-connectors";
/// What the cache's key is derived for.
const CACHE_LABEL: &str = "wellspring compiled connectors";
/// Where compiled code is kept, in the folder of connectors. No connector can have this name.
const COMPILED: &str = ".compiled";

/// Where a version is kept. A slash in the id becomes a folder.
pub fn file(folder: &Path, id: &ConnectorId, version: Version) -> PathBuf {
    folder.join(format!("{id}@{version}.wasm"))
}

/// Where the signature of a package is looked for: beside it.
pub fn signature_file(package: &Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The signature beside a package, if there is one. No more of it is read than a signature may have.
///
/// # Errors
/// It is there and cannot be read.
pub fn signature(file: &Path) -> std::io::Result<Option<Vec<u8>>> {
    use std::io::Read as _;
    let opened = match std::fs::File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    opened.take(SIGNATURE_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Keeps a version with its signature, so that a reader sees the whole files or none.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn keep(
    folder: &Path,
    id: &ConnectorId,
    version: Version,
    package: &[u8],
    signature: Option<&[u8]>,
) -> Result<PathBuf, StartError> {
    let path = file(folder, id, version);
    if let Some(signature) = signature {
        write(&signature_file(&path), signature)?;
    }
    write(&path, package)?;
    Ok(path)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StartError> {
    let named = |error| StartError::File { path: path.display().to_string(), error };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(named)?;
    }
    let half = path.with_extension("part");
    std::fs::write(&half, bytes).and_then(|()| std::fs::rename(&half, path)).map_err(named)
}

/// Packages that an earlier version of this program kept, when there was no record of them.
///
/// # Errors
/// The folder cannot be read.
pub fn unrecorded(folder: &Path) -> Result<Vec<PathBuf>, StartError> {
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
        let is_package = path.extension().is_some_and(|extension| extension == "wasm");
        if path.is_dir() && depth == 0 {
            collect(&path, 1, found)?;
        } else if is_package && !path.file_name().is_some_and(|name| name.to_string_lossy().contains('@')) {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the operator's trust file. Where none is named, nobody is relied on.
///
/// # Errors
/// It cannot be read, others can write to it, or it makes no sense.
pub fn trust_file(config: &ConnectorsConfig) -> Result<TrustFile, StartError> {
    let path = &config.trust_file;
    if path.as_os_str().is_empty() {
        return Ok(TrustFile::default());
    }
    let named = |error| StartError::File { path: path.display().to_string(), error };
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).map_err(named)?.permissions()) & 0o022 != 0 {
        return Err(StartError::TrustFileOpen(path.display().to_string()));
    }
    let text = std::fs::read_to_string(path).map_err(named)?;
    text.parse().map_err(|error| StartError::TrustFile { path: path.display().to_string(), error })
}

/// What compiles connectors and keeps their code, for whoever holds the master key.
///
/// # Errors
/// None that a key of its length could cause.
pub fn compiler(config: &ConnectorsConfig, master: &MasterKey, workplace: Workplace) -> Result<Compiler, StoreError> {
    let key = CacheKey::new(master.derive(CACHE_LABEL)?);
    let cache = Cache::new(config.folder.join(COMPILED), key);
    Ok(Compiler::new(workplace, CompileLimits::default(), Some(cache)))
}
