//! `new NAME`: a folder with a connector that builds and passes its tests.

mod templates;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::failure::Failure;
pub use templates::SDK;
use templates::{CONNECTOR, MACROS_TOML, RUST_TOML};

/// Where the SDK goes in a new folder, unless `--sdk` says where it is.
const VENDORED: &str = "vendor/wellspring";

#[derive(Debug, Args)]
pub struct New {
    /// Lower-case letters, digits and hyphens, such as `acme`. The folder is called so.
    name: String,
    /// Who writes it: the id becomes `VENDOR/NAME`.
    #[arg(long)]
    vendor: Option<String>,
    /// The folder of an SDK that is there already. Without it, the SDK that came with this tool is put into the new folder, and nothing
    /// is fetched but its dependencies.
    #[arg(long, value_name = "FOLDER")]
    sdk: Option<PathBuf>,
}

pub fn run(args: &New) -> Result<String, Failure> {
    check_name("NAME", &args.name)?;
    check_crate(&args.name)?;
    if let Some(vendor) = &args.vendor {
        check_name("--vendor", vendor)?;
    }
    let folder = Path::new(&args.name);
    if folder.exists() {
        return Err(Failure::usage(format!(
            "{} is there already: choose another name, or remove it",
            folder.display()
        )));
    }
    let names = Names::of(args)?;
    for (path, text) in CONNECTOR {
        write(&folder.join(path), &names.fill(text))?;
    }
    if args.sdk.is_none() {
        vendor(&folder.join(VENDORED), &names)?;
    }
    Ok(format!(
        "{name}/ is a connector that posts a note. Next:\n\n  cd {name}\n  wellspring-connector build\n  wellspring-connector test\n  \
         wellspring-connector dev",
        name = args.name
    ))
}

/// The SDK as it belongs to this version of the tool.
fn vendor(folder: &Path, names: &Names) -> Result<(), Failure> {
    write(&folder.join("sdk/rust/Cargo.toml"), &names.fill(RUST_TOML))?;
    write(&folder.join("sdk/macros/Cargo.toml"), &names.fill(MACROS_TOML))?;
    SDK.iter().try_for_each(|(path, text)| write(&folder.join(path), text))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
    fs::write(file, text).map_err(|error| Failure::unwritable(file, &error))
}

fn check_name(what: &str, name: &str) -> Result<(), Failure> {
    let is_good = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_good {
        Ok(())
    } else {
        Err(Failure::usage(format!(
            "{what} begins with a lower-case letter, and has letters, digits and hyphens: `acme-ats`"
        )))
    }
}

/// Words of Rust and crates that every connector uses: no crate beside them can be called so.
const TAKEN: &str = "abstract alloc as async await become box break const continue core crate do dyn else enum extern false final \
                     fn for if impl in let loop macro match mod move mut pub ref return self serde serde-json static std struct \
                     super test trait true type wellspring-sdk";

fn check_crate(name: &str) -> Result<(), Failure> {
    if TAKEN.split(' ').any(|taken| taken == name) {
        return Err(Failure::usage(format!(
            "`{name}` is what Rust or one of its crates is called by: choose another name"
        )));
    }
    Ok(())
}

/// What the templates leave open.
struct Names(Vec<(&'static str, String)>);

impl Names {
    fn of(args: &New) -> Result<Self, Failure> {
        let name = &args.name;
        let words = || name.split('-').filter(|word| !word.is_empty()).map(capital);
        let id = args.vendor.as_ref().map_or_else(|| name.clone(), |vendor| format!("{vendor}/{name}"));
        Ok(Self(vec![
            ("@name@", name.clone()),
            ("@id@", id),
            ("@title@", words().collect::<Vec<_>>().join(" ")),
            // With an end of its own, so that it is called as nothing is that the code uses: `note`, `request`, `receipt`.
            ("@type@", words().collect::<String>() + "Connector"),
            ("@sdk@", sdk(args.sdk.as_deref())?),
            ("@version@", env!("CARGO_PKG_VERSION").to_owned()),
        ]))
    }

    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// How `Cargo.toml` names the SDK.
fn sdk(wanted: Option<&Path>) -> Result<String, Failure> {
    let Some(wanted) = wanted else { return Ok(format!("{{ path = \"{VENDORED}/sdk/rust\" }}")) };
    let folder = fs::canonicalize(wanted).map_err(|error| Failure::unreadable(wanted, &error))?;
    if !folder.join("Cargo.toml").is_file() {
        return Err(Failure::usage(format!(
            "--sdk: {} has no Cargo.toml; it is the folder sdk/rust of the gateway",
            folder.display()
        )));
    }
    // A path may hold what ends a text in TOML.
    Ok(format!("{{ path = {} }}", toml::Value::from(folder.display().to_string())))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_a_crate_a_folder_and_an_id_can_have() {
        for bad in ["", "Acme", "acme ats", "../acme", "9acme", "acme/ats", "-acme"] {
            assert!(check_name("NAME", bad).is_err(), "{bad}");
        }
        for taken in ["self", "serde-json", "core", "type"] {
            assert!(check_crate(taken).is_err(), "{taken}");
        }
        assert!(check_name("NAME", "acme-ats2").is_ok() && check_crate("acme-ats2").is_ok());
    }

    #[test]
    fn no_template_keeps_a_gap() {
        let args = New { name: "acme-ats".to_owned(), vendor: Some("acme".to_owned()), sdk: None };
        let names = Names::of(&args).expect("names");
        for (path, text) in CONNECTOR {
            let filled = names.fill(text);
            for gap in ["@name@", "@id@", "@title@", "@type@", "@sdk@", "@version@"] {
                assert!(!filled.contains(gap), "{path} keeps {gap}");
            }
        }
        let filled = names.fill("@type@ @title@ @id@ @sdk@");
        assert_eq!(filled, "AcmeAtsConnector Acme Ats acme/acme-ats { path = \"vendor/wellspring/sdk/rust\" }");
    }
}
