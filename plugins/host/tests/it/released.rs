//! A released contract never changes: connectors that nobody builds anew speak it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use wellspring_model::digest::Digest;

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")
}

/// The files of a folder and of those within, by their paths from there.
fn files(folder: &Path, below: &str, into: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => files(&entry.path(), &format!("{name}/"), into)?,
            false => drop(into.insert(name, fs::read(entry.path())?)),
        }
    }
    Ok(())
}

/// The digest over the names, lengths and bytes of all files of a folder.
fn digest_of(folder: &Path) -> Digest {
    let mut all = BTreeMap::new();
    files(folder, "", &mut all).expect("it can be read");
    let mut hash = Sha256::new();
    for (name, bytes) in all {
        hash.update(format!("{name}\0{}\0", bytes.len()));
        hash.update(bytes);
    }
    Digest::from_bytes(hash.finalize().into())
}

fn released() -> BTreeMap<String, String> {
    let text = fs::read_to_string(contracts().join("released.toml")).expect("it can be read");
    toml::from_str(&text).expect("a table of digests")
}

#[test]
fn the_folder_of_a_released_contract_is_what_it_was_at_its_release() {
    let released = released();
    assert!(released.contains_key("0.1"));
    for (version, digest) in released {
        let now = digest_of(&contracts().join(&version)).to_string();
        assert_eq!(
            now, digest,
            "plugins/wit/{version} is released, and something in it was changed. Take the change back; what is new goes into a new folder."
        );
    }
}

#[test]
fn a_changed_a_renamed_and_an_added_file_are_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it is written");
    write("connector.wit", "package a;");
    fs::create_dir(folder.path().join("schemas")).expect("it is made");
    write("schemas/one.json", "{}");
    let mut seen = vec![digest_of(folder.path())];
    let mut changed = |what: &str| {
        let now = digest_of(folder.path());
        assert!(!seen.contains(&now), "{what}");
        seen.push(now);
    };
    write("schemas/one.json", "{ }");
    changed("a byte more");
    fs::rename(folder.path().join("schemas/one.json"), folder.path().join("schemas/two.json")).expect("it is renamed");
    changed("another name");
    write("three.json", "");
    changed("an empty file more");
}
