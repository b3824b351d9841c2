//! `explain NAME`: the page about an error, without a network.

use std::path::Path;

use wellspring_host::package::PackageError;

use crate::failure::Failure;

/// The pages of `docs/connector-guide/errors`, by name.
pub const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/errors.rs"));

pub fn run(name: &str) -> Result<String, Failure> {
    let found = PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, page)| page.trim_end().to_owned()).ok_or_else(|| {
        let names: Vec<_> = PAGES.iter().map(|(name, _)| *name).collect();
        Failure::usage(format!("there is no page `{name}`; there are: {}", names.join(", ")))
    })
}

/// As [`refused`], in words alone.
pub fn told(error: &PackageError) -> String {
    format!("{error}\nWhat to do: wellspring-connector explain {}", error.page())
}

/// A package that is not accepted, with the page that says what to do.
pub fn refused(file: &Path, error: &PackageError) -> Failure {
    Failure::refused(file, told(error))
}

#[cfg(test)]
mod tests {
    use wellspring_host::package::Instead;
    use wellspring_model::delivery::FailureCode;

    use super::*;

    #[test]
    fn every_code_and_every_refusal_has_its_page_and_the_index_names_it() {
        let (_, index) = PAGES.iter().find(|(name, _)| *name == "README").expect("an index");
        for code in FailureCode::ALL {
            assert!(run(code.as_str()).is_ok(), "{code} has no page in docs/connector-guide/errors");
        }
        for error in [
            PackageError::TooLarge { size: 0 },
            PackageError::NotAComponent(Instead::Unknown),
            PackageError::CutOff { size: 0 },
            PackageError::Malformed(String::new()),
            PackageError::TooComplex(""),
            PackageError::ManifestSections(0),
            PackageError::SettingsSchema(String::new()),
            PackageError::ImportDenied { import: String::new() },
            PackageError::ExportMissing { export: "" },
            PackageError::ContractStamps(0),
            PackageError::ContractVersion(String::new()),
            PackageError::Contract(String::new()),
            PackageError::Compile(String::new()),
            PackageError::Describe(String::new()),
        ] {
            assert!(run(error.page()).is_ok(), "{error:?} has no page");
        }
        for (name, _) in PAGES.iter().filter(|(name, _)| *name != "README") {
            assert!(index.contains(&format!("| `{name}` | [")), "the index does not name {name}");
        }
    }
}
