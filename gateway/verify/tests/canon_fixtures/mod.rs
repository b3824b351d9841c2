//! Where the public test data lies: beside the workspace, and not everywhere.

use std::path::{Path, PathBuf};

/// A folder of the shared test data. `None`, said aloud, where it is absent.
pub fn fixtures(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the shared test data ({name}) is not here");
    None
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
