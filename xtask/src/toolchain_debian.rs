//! The WebAssembly target without rustup's downloads, on Debian and its kin.
//!
//! The distribution has a second, newer Rust with its standard library's source. Its packages are downloaded and unpacked
//! into a private folder, never installed: they would conflict with the Rust in use. The standard library is then built
//! for the target once, about a minute of processor time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{
    process::{Failure, cache, cargo, command, find, output, run, say},
    toolchain::{TARGET, Toolchain},
};

/// Packages with fixed names; the run-time libraries they need have versions in theirs.
const COMPILER: &str = "rustc-web";
const LIBRARY: &str = "libstd-rust-web-dev";
const SOURCE: &str = "rust-web-src";

fn folder() -> Result<PathBuf, Failure> {
    Ok(cache()?.join("wasm-toolchain"))
}

/// Whether it was made before.
pub fn is_ready() -> bool {
    folder().is_ok_and(|folder| folder.join("ready").is_file())
}

/// Finds the toolchain or makes it.
pub fn obtain() -> Result<Toolchain, Failure> {
    let folder = folder()?;
    let toolchain = Toolchain::Other { rustc: folder.join("rustc"), linker: linker()? };
    if is_ready() {
        return Ok(toolchain);
    }
    if find("apt-get").is_none() || find("dpkg").is_none() {
        return Err(Failure::new(format!(
            "connectors are WebAssembly and need Rust's standard library for {TARGET}.\n\
             rustup could not fetch it, and this is no Debian-like system. Install it by hand:\n\
             \x20   rustup target add {TARGET}\n\
             or install your distribution's package of it (on Fedora: rust-std-static-{TARGET})."
        )));
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("packages"))?;
    download(&folder.join("packages"))?;
    unpack(&folder)?;
    write_wrapper(&folder)?;
    build_library(&folder)?;
    fs::write(folder.join("ready"), "")?;
    Ok(toolchain)
}

fn download(packages: &Path) -> Result<(), Failure> {
    if candidate(COMPILER).is_none() {
        say("reading the distribution's package lists");
        run(command("apt-get", &["update", "-q"]))?;
    }
    let names = packages_needed()?;
    for (index, name) in names.iter().enumerate() {
        say(format!("[{}/{}] downloading {name}", index + 1, names.len()));
        let mut download = command("apt-get", &["download", "-q", name]);
        // As root, apt would drop to a user that may not write here, and warn about it.
        download.current_dir(packages).args(["-o", "APT::Sandbox::User=root"]).stdout(Stdio::null());
        run(download)?;
    }
    Ok(())
}

/// The packages, as the suite offers them now: `libstd-rust-web-1.96` and `libllvm22` follow from the compiler's.
fn packages_needed() -> Result<Vec<String>, Failure> {
    let missing = || {
        Failure::new(format!(
            "the distribution does not offer {COMPILER}. Install Rust's standard library for {TARGET} by hand:\n\
             \x20   rustup target add {TARGET}"
        ))
    };
    let compiler = candidate(COMPILER).ok_or_else(missing)?;
    let runtime = needs(LIBRARY, &compiler, "libstd-rust-web-").ok_or_else(missing)?;
    let llvm = needs(&runtime, &compiler, "libllvm").ok_or_else(missing)?;
    Ok([COMPILER, LIBRARY, SOURCE].map(str::to_owned).into_iter().chain([runtime, llvm]).collect())
}

/// The version apt would install.
fn candidate(package: &str) -> Option<String> {
    let policy = output(command("apt-cache", &["policy", package]))?;
    let line = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:").map(str::trim))?;
    (line != "(none)").then(|| line.to_owned())
}

/// What a package depends on whose name begins like this.
fn needs(package: &str, version: &str, prefix: &str) -> Option<String> {
    let named = format!("{package}={version}");
    let shown = output(command("apt-cache", &["show", "--no-all-versions", &named]))?;
    let depends = shown.lines().find_map(|line| line.strip_prefix("Depends:"))?;
    let mut names = depends.split([',', '|']).filter_map(|part| part.split_whitespace().next());
    names.find(|name| name.starts_with(prefix)).map(str::to_owned)
}

fn unpack(folder: &Path) -> Result<(), Failure> {
    say("unpacking");
    for entry in fs::read_dir(folder.join("packages"))? {
        let package = entry?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            let (package, folder) = (package.to_string_lossy(), folder.to_string_lossy());
            run(command("dpkg", &["-x", &package, &folder]))?;
        }
    }
    fs::remove_dir_all(folder.join("packages"))?;
    Ok(())
}

/// The unpacked compiler finds its libraries beside it.
fn write_wrapper(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = output(command("gcc", &["-dumpmachine"])).unwrap_or_else(|| "x86_64-linux-gnu".to_owned());
    let usr = folder.join("usr");
    let libraries = [usr.join("lib").join(machine.trim()), usr.join("lib")].map(|path| path.display().to_string());
    let text = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH='{}' exec '{}' \"$@\"\n",
        libraries.join(":"),
        usr.join("bin/rustc").display()
    );
    let wrapper = folder.join("rustc");
    fs::write(&wrapper, text)?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Builds the standard library for the target by building an empty crate, and puts it where the compiler looks.
fn build_library(folder: &Path) -> Result<(), Failure> {
    say(format!("building Rust's standard library for {TARGET} (about a minute, once)"));
    let empty = folder.join("empty");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(empty.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n\n[workspace]\n")?;
    let mut build = cargo(&["build", "--release", "-q", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
    build
        .current_dir(&empty)
        .env("RUSTC", folder.join("rustc"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", empty.join("target"));
    run(build)?;
    let libraries = folder.join("usr/lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(empty.join("target").join(TARGET).join("release/deps"))? {
        let library = entry?.path();
        let name = library.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&library, libraries.join(name))?;
        }
    }
    fs::remove_dir_all(empty)?;
    Ok(())
}

/// The linker that comes with the Rust in use.
fn linker() -> Result<PathBuf, Failure> {
    let sysroot = output(command("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let version = output(command("rustc", &["-vV"])).unwrap_or_default();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let own = PathBuf::from(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
    let linker = Some(own).filter(|path| path.is_file()).or_else(|| find("wasm-ld")).or_else(|| find("rust-lld"));
    linker.ok_or_else(|| Failure::new("no linker for WebAssembly was found; install `lld`"))
}
