//! Building the guests in other languages (`tests/fixtures/languages`) with their own tools, which are brought into `target`. Where
//! npm or Python is absent, they are left out, and their tests say so.

use std::{fs, path::PathBuf};

use crate::{
    connectors::{self, BUILT},
    process::{Failure, command, find, root, run, say},
};

/// Turns JavaScript into components, with QuickJS inside.
const QUICKJS: &str = "componentize-qjs@0.4.5";
/// Turns Python into components, with CPython inside.
const PYTHON: &str = "componentize-py==0.25.1";
/// Where the tools go, and what they make.
const FOLDER: &str = "target/languages";
const WIT: &str = "plugins/wit/0.1";

/// A guest: where it is, and how it becomes a component.
struct Language {
    name: &'static str,
    /// Obtains the tool. `None`: this machine cannot have it.
    tool: fn() -> Result<Option<PathBuf>, Failure>,
    componentize: fn(tool: PathBuf, out: &str) -> Result<(), Failure>,
}

const LANGUAGES: [Language; 2] = [
    Language { name: "javascript", tool: quickjs, componentize: javascript },
    Language { name: "python", tool: componentize_py, componentize: python },
];

/// Builds what is not up to date and can be built here.
pub fn build() -> Result<(), Failure> {
    for language in &LANGUAGES {
        let name = format!("notes-{}", language.name);
        let folder = root().join("tests/fixtures/languages").join(language.name);
        if connectors::is_current(&connectors::package(&name), &[root().join(WIT), folder.clone()]) {
            continue;
        }
        let Some(tool) = (language.tool)()? else { continue };
        say(format!("building {name}"));
        fs::create_dir_all(root().join(BUILT))?;
        let component = format!("{FOLDER}/{name}.wasm");
        (language.componentize)(tool, &component)?;
        connectors::pack(&root().join(component), &folder.join("connector.toml"), &name, true)?;
    }
    Ok(())
}

fn quickjs() -> Result<Option<PathBuf>, Failure> {
    let folder = root().join(FOLDER).join("javascript");
    let tool = folder.join("node_modules/.bin/componentize-qjs");
    if tool.is_file() {
        return Ok(Some(tool));
    }
    let (Some(_), Some(npm)) = (find("node"), find("npm")) else {
        say("Node or npm is not installed: the guest in JavaScript is left out");
        return Ok(None);
    };
    say(format!("bringing {QUICKJS}"));
    fs::create_dir_all(&folder)?;
    let mut install = command(npm, &["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", QUICKJS]);
    install.current_dir(&folder).arg("--prefix").arg(&folder);
    Ok(brought(run(install), tool))
}

/// Without the asynchronous ABI, which the sandbox does not have, and without WASI: what of it is called ends in a trap.
fn javascript(tool: PathBuf, out: &str) -> Result<(), Failure> {
    let mut make = command(tool, &["--wit", WIT, "--world", "connector", "--sync", "--stub-wasi"]);
    make.args(["--js", "tests/fixtures/languages/javascript/connector.js", "--output", out]);
    run(quiet(make))
}

fn componentize_py() -> Result<Option<PathBuf>, Failure> {
    let folder = root().join(FOLDER).join("python");
    let tool = folder.join("bin/componentize-py");
    if tool.is_file() {
        return Ok(Some(tool));
    }
    let Some(python) = find("python3") else {
        say("Python is not installed: the guest in Python is left out");
        return Ok(None);
    };
    say(format!("bringing {PYTHON}"));
    let made = run(command(python, &["-m", "venv", &folder.to_string_lossy()]));
    let install = ["install", "--quiet", "--disable-pip-version-check", PYTHON];
    Ok(brought(made.and_then(|()| run(command(folder.join("bin/pip"), &install))), tool))
}

fn python(tool: PathBuf, out: &str) -> Result<(), Failure> {
    let mut make = command(tool, &["--quiet", "--wit-path", WIT, "--world", "connector", "componentize"]);
    make.args(["--python-path", "tests/fixtures/languages/python", "--stub-wasi", "--output", out, "notes"]);
    // Its bytecode would lie among the sources.
    make.env("PYTHONDONTWRITEBYTECODE", "1");
    run(quiet(make))
}

fn quiet(mut make: std::process::Command) -> std::process::Command {
    make.stdout(std::process::Stdio::null());
    make
}

/// A tool that cannot be had is no failure: not every machine reaches a registry.
fn brought(done: Result<(), Failure>, tool: PathBuf) -> Option<PathBuf> {
    match done {
        Ok(()) => Some(tool),
        Err(failure) => {
            say(format!("it could not be brought ({failure}): its guest is left out"));
            None
        }
    }
}
