//! `reference FOLDER`: the contract, its data and this tool as pages, made from what the tool is built from.

mod commands;
mod contract;
mod data;
mod rules;

use std::{fs, path::Path};

use crate::{failure::Failure, new::SDK};

/// A file of the contract that this tool speaks.
fn source(name: &str) -> Result<&'static str, Failure> {
    let found = SDK.iter().find(|(path, _)| path.strip_prefix("plugins/wit/0.1/") == Some(name));
    found.map(|(_, text)| *text).ok_or_else(|| Failure::internal(format!("{name} is not in this tool")))
}

/// Every page, by the name of its file.
pub fn pages() -> Result<Vec<(&'static str, String)>, Failure> {
    Ok(vec![
        ("contract.md", contract::page(source("connector.wit")?)?),
        ("data.md", data::page()?),
        ("rules.md", rules::page()),
        ("commands.md", commands::page()),
    ])
}

pub fn run(folder: &Path) -> Result<String, Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
    let pages = pages()?;
    for (name, text) in &pages {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|error| Failure::unwritable(&file, &error))?;
    }
    Ok(format!("{}: {} pages", folder.display(), pages.len()))
}

/// A text as it can stand in a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_of_the_contract_as_it_is_now() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connector-guide/reference");
        for (name, text) in pages().expect("pages") {
            let kept = fs::read_to_string(folder.join(name)).unwrap_or_default();
            let how = "cargo run -p wellspring-connector -- reference docs/connector-guide/reference";
            assert!(kept == text, "{name} is not current: run `{how}` and read the difference");
        }
    }

    #[test]
    fn every_schema_is_in_the_page_about_data() {
        let page = data::page().expect("a page");
        for (path, _) in SDK.iter().filter(|(path, _)| path.ends_with(".schema.json")) {
            let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".schema.json");
            assert!(page.contains(&format!("## `{name}@0.1`")), "{name}");
        }
    }

    /// The last block of a kind in a page of the guide.
    fn block(page: &str, kind: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connector-guide");
        let text = fs::read_to_string(folder.join(page)).expect("a page");
        let block = text.rsplit_once(&format!("```{kind}\n")).expect("a block").1;
        block.split_once("```").expect("its end").0.to_owned()
    }

    #[test]
    fn examples_of_the_guide_are_what_they_are_said_to_be() {
        let manifest = wellspring_host::Manifest::parse(&block("reference/manifest.md", "toml")).expect("a manifest");
        assert_eq!(manifest.events.len(), 6);
        let script = block("reference/tests.md", "json");
        let script = wellspring_testkit::script::Script::parse(script.as_bytes()).expect("a script");
        assert_eq!(script.exchanges.len(), 2);
    }
}
