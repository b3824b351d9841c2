//! Building connectors and test guests: cargo for the WebAssembly target, then `wellspring-connector pack`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::SystemTime,
};

use crate::{
    process::{Failure, cargo, root, run, say},
    toolchain::{self, TARGET},
};

/// Where packages go.
pub const BUILT: &str = "target/connectors";
/// Everything that goes into a package besides the guest itself.
const SHARED: &[&str] = &["plugins/wit", "sdk/rust", "sdk/macros", "connectors/Cargo.toml", "connectors/Cargo.lock"];

/// One guest: the folder of its crate.
struct Guest {
    name: String,
    folder: PathBuf,
}

/// Builds what is not up to date.
pub fn build() -> Result<(), Failure> {
    let guests = guests()?;
    let stale: Vec<&Guest> = guests.iter().filter(|guest| !guest.is_current()).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let toolchain = toolchain::obtain()?;
    say(format!("building {} connectors and test guests for {TARGET}", stale.len()));
    let folder = root().join(toolchain.target_folder());
    let mut build = cargo(&["build", "--release", "--locked", "--quiet", "--target", TARGET]);
    build.arg("--manifest-path").arg(root().join("connectors/Cargo.toml")).arg("--target-dir").arg(&folder);
    for guest in &stale {
        build.args(["--package", &guest.name]);
    }
    toolchain.apply(&mut build);
    run(build)?;
    fs::create_dir_all(root().join(BUILT))?;
    for (index, guest) in stale.iter().enumerate() {
        say(format!("[{}/{}] packing {}", index + 1, stale.len(), guest.name));
        let core = folder.join(TARGET).join("release").join(format!("{}.wasm", guest.name.replace('-', "_")));
        pack(&core, &guest.folder.join("connector.toml"), &guest.name, false)?;
    }
    Ok(())
}

/// Makes a package of what a compiler made: a core module, or a component.
pub fn pack(code: &Path, manifest: &Path, name: &str, is_component: bool) -> Result<(), Failure> {
    let mut pack = std::process::Command::new(packer()?);
    pack.arg("pack").arg(code).arg("--manifest").arg(manifest).arg("--out").arg(package(name));
    if is_component {
        pack.arg("--component");
    }
    pack.stdout(std::process::Stdio::null());
    run(pack)
}

/// Where a guest's package goes.
pub fn package(name: &str) -> PathBuf {
    root().join(BUILT).join(format!("{name}.wasm"))
}

/// `wellspring-connector`, built once.
fn packer() -> Result<&'static Path, Failure> {
    static PACKER: OnceLock<PathBuf> = OnceLock::new();
    if let Some(packer) = PACKER.get() {
        return Ok(packer);
    }
    say("building wellspring-connector, which packs them");
    run(cargo(&["build", "--quiet", "--package", "wellspring-connector"]))?;
    let program = format!("wellspring-connector{}", std::env::consts::EXE_SUFFIX);
    Ok(PACKER.get_or_init(|| target().join("debug").join(program)))
}

/// Cargo's target folder, wherever it was put.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// All guests: every folder with a manifest.
fn guests() -> Result<Vec<Guest>, Failure> {
    let mut guests = Vec::new();
    for parent in ["connectors", "tests/fixtures/guests"] {
        for entry in fs::read_dir(root().join(parent))? {
            let folder = entry?.path();
            if folder.join("connector.toml").is_file()
                && let Some(name) = folder.file_name()
            {
                guests.push(Guest { name: name.to_string_lossy().into_owned(), folder: folder.clone() });
            }
        }
    }
    guests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(guests)
}

impl Guest {
    fn is_current(&self) -> bool {
        let mut sources: Vec<PathBuf> = SHARED.iter().map(|path| root().join(path)).collect();
        sources.push(self.folder.clone());
        is_current(&package(&self.name), &sources)
    }
}

/// Whether a file was built after the last change of what it is made of.
pub fn is_current(built: &Path, sources: &[PathBuf]) -> bool {
    let Some(built) = changed(built) else { return false };
    sources.iter().filter_map(|path| newest(path)).all(|source| source <= built)
}

/// When a file, or the newest file of a folder, was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return changed(path);
    }
    let entries = fs::read_dir(path).ok()?;
    entries.filter_map(|entry| newest(&entry.ok()?.path())).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
