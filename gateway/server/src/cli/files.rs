//! Files that a computation was made from, told by name and digest, so that it can be repeated from the same bytes.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wellspring_model::digest::Digest;

use super::{Failure, exit};

/// The largest file that is read: beyond the largest framework that is imported.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A file as it was named, and what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedFile {
    pub file: String,
    pub digest: Digest,
}

/// A file's bytes.
#[derive(Debug, Clone)]
pub struct Content {
    pub named: NamedFile,
    pub bytes: Vec<u8>,
}

impl Content {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = read(path)?;
        Ok(Self { named: NamedFile { file: path.display().to_string(), digest: digest_of(&bytes) }, bytes })
    }

    pub fn parse<T: serde::de::DeserializeOwned>(&self, what: &str) -> Result<T, Failure> {
        serde_json::from_slice(&self.bytes).map_err(|error| self.unreadable(what, &error))
    }

    /// It is not what it should be.
    pub fn unreadable(&self, what: &str, why: &dyn std::fmt::Display) -> Failure {
        Failure::new(exit::UNREADABLE, format!("{} is not {what}: {why}", self.named.file))
    }
}

impl NamedFile {
    /// The file with this content: where it was named, or beside the assessment that names it.
    pub fn find(&self, beside: &Path) -> Result<Content, Failure> {
        let file = Path::new(&self.file);
        let mut places = vec![file.to_owned(), beside.join(file)];
        places.extend(file.file_name().map(|name| beside.join(name)));
        let mut found = None;
        for place in &places {
            let Ok(bytes) = read(place) else { continue };
            if digest_of(&bytes) == self.digest {
                return Ok(Content { named: self.clone(), bytes });
            }
            found.get_or_insert(place);
        }
        let why = match found {
            Some(place) => format!("{} has changed since: it had the digest {}", place.display(), self.digest),
            None => {
                let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
                format!("{} is not there; looked for {}", self.file, places.join(", "))
            }
        };
        Err(Failure::new(exit::NO_INPUT, why))
    }
}

pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    let cannot =
        |why: &dyn std::fmt::Display| Failure::new(exit::NO_INPUT, format!("{} cannot be read: {why}", path.display()));
    match read {
        Ok(_) if bytes.len() as u64 > LARGEST => Err(cannot(&"it is larger than 256 MiB")),
        Ok(_) => Ok(bytes),
        Err(error) => Err(cannot(&error)),
    }
}

/// A folder: where it was named, or beside the assessment that names it.
pub fn find_folder(folder: &str, beside: &Path) -> PathBuf {
    let named = PathBuf::from(folder);
    if named.is_dir() { named } else { beside.join(folder) }
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}
