//! Compiled code on disk. Whoever can put a file there would have native code run, so every entry carries a code of
//! authenticity (HMAC-SHA256) made with a key that only the gateway has, and is loaded when that is right and not otherwise.
//!
//! An entry is named by the package's digest and the engine's fingerprint, and the code is over both: an entry under another's
//! name does not pass. It is read into memory whole, checked there and loaded from there.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use wellspring_model::digest::Digest;
use zeroize::Zeroizing;

use super::code::Code;
use crate::engine::Fingerprint;

const TAG: usize = 32;
/// What the code of authenticity begins with, so that it is never taken for one over something else.
const LABEL: &[u8] = b"wellspring compiled code 1\n";

/// The key of the codes of authenticity: derived from the operator's master key, and used for nothing else.
pub struct CacheKey(Zeroizing<[u8; 32]>);

impl CacheKey {
    pub fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }
}

/// A folder of compiled code.
pub struct Cache {
    folder: PathBuf,
    key: CacheKey,
    /// Names files that are being written.
    writes: AtomicU64,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What the cache has for a package.
pub(super) enum Kept {
    Code(Code),
    Nothing,
}

impl Cache {
    /// A cache in `folder`, which is made when the first entry is kept.
    pub fn new(folder: PathBuf, key: CacheKey) -> Self {
        Self { folder, key, writes: AtomicU64::new(0) }
    }

    fn file(&self, package: Digest, engine: Fingerprint) -> PathBuf {
        self.folder.join(format!("{}-{}.cwasm", package.hex(), engine.0.hex()))
    }

    /// `Err`: there is something, and it is not what we left there.
    pub(super) fn find(&self, package: Digest, engine: Fingerprint) -> Result<Kept, String> {
        let mut bytes = match fs::read(self.file(package, engine)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::Nothing),
            Err(error) => {
                tracing::warn!(%error, "compiled code cannot be read and is compiled anew");
                return Ok(Kept::Nothing);
            }
        };
        let Some(length) = bytes.len().checked_sub(TAG) else { return Err("it is too short".to_owned()) };
        let tag = bytes.split_off(length);
        match self.mac(package, engine, &bytes)?.verify_slice(&tag) {
            Ok(()) => Ok(Kept::Code(Code::authenticated(bytes))),
            Err(_) => Err("its code of authenticity is wrong".to_owned()),
        }
    }

    /// Keeps code for the next start. Where that is not possible, the next start compiles.
    pub(super) fn keep(&self, package: Digest, engine: Fingerprint, code: &Code) {
        let kept = self.mac(package, engine, code.bytes()).map_err(io::Error::other).and_then(|mac| {
            make_folder(&self.folder)?;
            let number = self.writes.fetch_add(1, Ordering::Relaxed);
            let half = self.folder.join(format!("{}.{}.{number}.part", package.hex(), std::process::id()));
            let file = self.file(package, engine);
            let written = write(&half, code.bytes(), &mac.finalize().into_bytes());
            written.and_then(|()| fs::rename(&half, file)).inspect_err(|_| drop(fs::remove_file(&half)))
        });
        if let Err(error) = kept {
            tracing::warn!(%error, folder = %self.folder.display(), "compiled code cannot be kept; the next start compiles anew");
        }
    }

    fn mac(&self, package: Digest, engine: Fingerprint, code: &[u8]) -> Result<Hmac<Sha256>, String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key.0).map_err(|error| error.to_string())?;
        // All parts but the last have a fixed length.
        for part in [LABEL, package.bytes(), engine.0.bytes(), code] {
            mac.update(part);
        }
        Ok(mac)
    }
}

/// Makes the folder, for us alone.
fn make_folder(folder: &Path) -> io::Result<()> {
    // What it lies in is not ours alone.
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Also where somebody else made it. Of a folder that is not ours this fails, and nothing is kept there.
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn write(path: &Path, code: &[u8], tag: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(code).and_then(|()| file.write_all(tag)).and_then(|()| file.sync_all())
}
