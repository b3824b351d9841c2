//! The account that is recorded: from a file that only its owner reads, and from a prompt that shows nothing.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Map, Value};
use wellspring_host::{Manifest, manifest::CredentialKind};
use wellspring_model::{SecretString, connection::BaseUrl};
use wellspring_testkit::{record::Account, rig::Applicant};

use crate::failure::Failure;

type Secrets = BTreeMap<String, BTreeMap<String, SecretString>>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    settings: Map<String, Value>,
    bases: BTreeMap<String, BaseUrl>,
    private_origins: Vec<String>,
    credentials: Secrets,
    applicant: Option<Applicant>,
}

/// The settings of the connection, and the account.
pub fn read(file: &Path, manifest: &Manifest) -> Result<(Map<String, Value>, Account), Failure> {
    let File { settings, bases, private_origins, mut credentials, applicant } = if file.exists() {
        check_mode(file)?;
        let text = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
        // The message of serde_json can quote what it read, and that is secrets.
        serde_json::from_slice(&text).map_err(|error| {
            Failure::refused(file, format!("it does not fit, at line {}, column {}", error.line(), error.column()))
        })?
    } else {
        File::default()
    };
    for (name, credential) in &manifest.credentials {
        for field in credential.kind.fields() {
            let members = credentials.entry(name.clone()).or_default();
            if !members.contains_key(*field) {
                // What both sides know is for requests that come to us: none does here.
                let value = if credential.kind == CredentialKind::SharedSecret {
                    "not-used-here".to_owned()
                } else {
                    ask(&format!("{name}: {field}: "), file)?
                };
                members.insert((*field).to_owned(), value.into());
            }
        }
    }
    let nobody =
        Applicant { application: String::new(), candidate: String::new(), name: String::new(), email: String::new() };
    let applicant = applicant.unwrap_or(nobody);
    Ok((settings, Account { bases, private_origins, credentials, applicant }))
}

/// Nobody else on the machine reads it.
#[cfg(unix)]
fn check_mode(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(file).map_err(|error| Failure::unreadable(file, &error))?;
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::refused(file, format!("others on this machine can read it: run `chmod 600 {}`", file.display())))
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), Failure> {
    Ok(())
}

/// Asks for a secret without showing it.
fn ask(what: &str, file: &Path) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        let missing = what.trim_end_matches(": ");
        let lack = if file.exists() { "`credentials` leaves out" } else { "there is no such file to give" };
        return Err(Failure::refused(file, format!("{lack} {missing}, and there is no terminal to ask on")));
    }
    eprint!("{what}");
    let _flushed = io::stderr().flush();
    let hidden = stty("-echo");
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    if hidden {
        stty("echo");
        eprintln!();
    }
    read.map_err(|error| Failure::internal(format!("the terminal cannot be read: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// `false`: there is no such thing here, and what is typed is seen.
fn stty(mode: &str) -> bool {
    Command::new("stty").arg(mode).stdin(Stdio::inherit()).status().is_ok_and(|status| status.success())
}
