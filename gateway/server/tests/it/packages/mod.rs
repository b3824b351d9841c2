//! Packages as an operator handles them: with the program itself, beside a gateway that runs.

mod compiling;
mod consent;
mod standing;
mod swaps;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use ed25519_dalek::SigningKey;
use serde_json::Value;
use wellspring_host::{
    package,
    signature::{public, sign},
};
use wellspring_model::digest::Digest;

use crate::gateway::{Gateway, built_connector};

/// The vendor whose key the trust file has, and one that nobody knows.
pub const VENDOR: u8 = 1;
pub const STRANGER: u8 = 2;

pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// An operator with a trust file, beside a gateway.
pub struct Operator {
    pub gateway: Gateway,
    folder: tempfile::TempDir,
}

/// What a command said and how it ended.
pub struct Said {
    pub code: Option<i32>,
    pub text: String,
}

impl Operator {
    /// Relies on the vendor for `echoes`.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = folder.path().join("trust.toml");
        write_trust(&trust, "");
        let gateway = Gateway::start_with(|config| config.connectors.trust_file.clone_from(&trust)).await;
        Self { gateway, folder }
    }

    /// Writes the trust file: the vendor's key, then `more`.
    pub fn trusts(&self, more: &str) {
        write_trust(&self.file("trust.toml"), more);
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `wellspring connectors …`.
    pub fn connectors(&self, arguments: &[&str]) -> Said {
        self.connectors_where("false", arguments)
    }

    /// As [`Self::connectors`], where unsigned packages are allowed.
    pub fn connectors_where(&self, unsigned_allowed: &str, arguments: &[&str]) -> Said {
        let mut command = self.command(arguments);
        let command = command.env("WELLSPRING_CONNECTORS__ALLOW_UNSIGNED", unsigned_allowed);
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        Said { code: status.code(), text: String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned() }
    }

    /// `wellspring connectors …`, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wellspring"));
        command.arg("connectors").args(arguments).arg("--config").arg(self.gateway.file());
        command.env("WELLSPRING_CONNECTORS__TRUST_FILE", self.file("trust.toml"));
        command.env("WELLSPRING_LOG__FILTER", "warn");
        command
    }

    /// Writes a package, signed by `by` if by anybody, and gives its path.
    pub fn package(&self, name: &str, bytes: &[u8], by: Option<u8>) -> String {
        let file = self.file(name);
        std::fs::write(&file, bytes).expect("the package is written");
        let signature = file.with_extension("wasm.sig");
        match by {
            Some(by) => {
                let created = "2026-11-01T00:00:00Z".parse().expect("a time");
                let envelope = sign(bytes, &key(by), created).expect("it is signed");
                std::fs::write(signature, envelope).expect("the signature is written");
            }
            None => drop(std::fs::remove_file(signature)),
        }
        file.to_string_lossy().into_owned()
    }

    /// Installs a package of the vendor's and accepts all it asks for.
    pub fn installs(&self, bytes: &[u8]) {
        let file = self.package("accepted.wasm", bytes, Some(VENDOR));
        let said = self.connectors(&["install", &file, "--accept-rights"]);
        assert_eq!(said.code, Some(0), "{}", said.text);
    }

    /// What `list` says of `echoes`, a line for each version.
    pub fn listed(&self) -> Vec<String> {
        let said = self.connectors(&["list", "--all"]);
        assert_eq!(said.code, Some(0), "{}", said.text);
        said.text.lines().filter(|line| line.starts_with("echoes")).map(str::to_owned).collect()
    }

    /// The version of `echoes` that the running gateway has taken up.
    pub async fn running(&self) -> Option<String> {
        let app = &self.gateway.app;
        wellspring_server::installed::keep_up(app).await;
        app.host.connector(&"echoes".parse().expect("an id")).map(|connector| connector.version().to_owned())
    }
}

fn write_trust(file: &Path, more: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let key = public(&key(VENDOR));
    let trusted = format!("[[keys]]\nkey = \"{key}\"\nname = \"Vendor\"\nconnectors = [\"echoes\"]\n{more}");
    std::fs::write(file, trusted).expect("the trust file is written");
    // Whatever files are made for by default where tests run.
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("it is the operator's alone");
}

/// Where the test guest `echoes` asks to go, and where a later version of it might.
pub const ADDRESS: &str = "https://ats.example/v1";
pub const FURTHER: &str = "https://further.example/v1";

/// The test guest `echoes` under another version, asking for this address. Its code says the version too.
pub fn echoes(version: &str, address: &str) -> Vec<u8> {
    let built = built_connector("echoes");
    let name = built.windows(package::SECTION.len()).rposition(|window| window == package::SECTION.as_bytes());
    let name = name.expect("it has a manifest");
    let section: Value = serde_json::from_slice(&built[name + package::SECTION.len()..]).expect("JSON");
    // Section id, and the two lengths before the name: a byte for the name's, two for the section's.
    let mut component = built[..name - 4].to_vec();
    let is_version = |at: usize, code: &[u8]| &code[at..at + 5] == b"0.1.0" && code[at - 1] != b'@';
    let places: Vec<usize> = (1..component.len() - 5).filter(|at| is_version(*at, &component)).collect();
    assert!(!places.is_empty(), "the guest says its version");
    for at in places {
        component[at..at + 5].copy_from_slice(version.as_bytes());
    }
    let manifest = section["manifest"].as_str().expect("a manifest");
    let manifest = manifest.replace("version = \"0.1.0\"", &format!("version = \"{version}\""));
    package::embed(component, &manifest.replace(ADDRESS, address), &section["settings"]).expect("embeds")
}

/// The digest that a text tells to accept rights with.
pub fn told_digest(text: &str) -> Digest {
    let line =
        text.lines().find(|line| line.contains("connectors approve")).unwrap_or_else(|| panic!("no advice: {text}"));
    line.rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("no digest: {line}"))
}

/// The files of a folder with their bytes, for telling whether anything was changed.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(&path).expect("the file")))
        .collect();
    files.sort();
    files
}
