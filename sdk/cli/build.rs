//! Puts the SDK's sources and the pages about errors into the tool, so that `new` needs nothing but cargo, and `explain` nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders of the SDK, and where they stand in a vendor's project. Between themselves they lie as they do here: the bindings are
/// made from the contract by its path.
const FOLDERS: [(&str, &str); 4] = [
    ("../rust/src", "sdk/rust/src"),
    ("../macros/src", "sdk/macros/src"),
    ("../../plugins/wit/0.1", "plugins/wit/0.1"),
    ("../../plugins/wit/0.1/schemas", "plugins/wit/0.1/schemas"),
];

/// Pages about errors, for `explain`.
const ERRORS: &str = "../../docs/connector-guide/errors";

fn main() -> io::Result<()> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for (folder, target) in FOLDERS {
        for file in files(&here.join(folder))? {
            sources.push((format!("{target}/{}", name(&file)), file));
        }
    }
    let pages =
        files(&here.join(ERRORS))?.into_iter().map(|file| (name(&file).trim_end_matches(".md").to_owned(), file));
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folder in no other way")]
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default());
    write(&out.join("sdk.rs"), sources)?;
    write(&out.join("errors.rs"), pages)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A list of names and texts, as an expression.
fn write(file: &Path, list: impl IntoIterator<Item = (String, PathBuf)>) -> io::Result<()> {
    let rows = list
        .into_iter()
        .map(|(name, file)| format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string()));
    fs::write(file, format!("&[\n{}]\n", rows.collect::<String>()))
}
