//! Whether somebody changed a file that the connector is made of.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What a connector is made of, and what it is tried with.
const SOURCES: [&str; 7] =
    ["src", "Cargo.toml", "connector.toml", "settings.schema.json", "double.json", "build.rs", ".cargo"];
/// Folders deeper than this are nobody's source.
const DEPTH_MAX: usize = 16;

/// The files as they were when they were last looked at.
pub struct Watched {
    folder: PathBuf,
    known: Vec<(PathBuf, SystemTime, u64)>,
}

impl Watched {
    pub fn new(folder: &Path) -> Self {
        let mut watched = Self { folder: folder.to_owned(), known: Vec::new() };
        watched.has_changed();
        watched
    }

    /// Whether a file is new, gone or another since the last time.
    pub fn has_changed(&mut self) -> bool {
        let mut files = Vec::new();
        for source in SOURCES {
            list(&self.folder.join(source), 0, &mut files);
        }
        files.sort();
        let changed = files != self.known;
        self.known = files;
        changed
    }
}

fn list(path: &Path, depth: usize, files: &mut Vec<(PathBuf, SystemTime, u64)>) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if !metadata.is_dir() {
        files.push((path.to_owned(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len()));
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    if depth < DEPTH_MAX {
        entries.filter_map(Result::ok).for_each(|entry| list(&entry.path(), depth + 1, files));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_once_and_what_is_built_is_no_change() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("src/deep")).expect("folders");
        fs::write(folder.path().join("src/deep/lib.rs"), "a").expect("a file");
        let mut watched = Watched::new(folder.path());
        assert!(!watched.has_changed());
        fs::write(folder.path().join("src/deep/lib.rs"), "ab").expect("a change");
        assert!(watched.has_changed());
        assert!(!watched.has_changed());
        fs::create_dir_all(folder.path().join("target")).expect("a folder");
        fs::write(folder.path().join("target/x.wasm"), "").expect("a file");
        assert!(!watched.has_changed());
        fs::remove_file(folder.path().join("src/deep/lib.rs")).expect("removed");
        assert!(watched.has_changed());
    }
}
