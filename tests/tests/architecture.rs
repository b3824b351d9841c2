//! The table of ARCHITECTURE.md against what Cargo says of the tree.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;

/// Whole-system tests may look at anything; that is what they are for.
const MAY_TEST_ANYTHING: &str = "wellspring-tests";
/// These have no owner in the table. axum serves the gateway, and the doubles of ATSs that stand in for the world; ring
/// verifies RSA signatures, and signs events; getrandom makes ids and keys, at the edge; roxmltree reads pictures, those of
/// badges and those that tests look at; hmac is for webhooks, which the host believes and the doubles sign.
const SHARED: [(&str, [&str; 2]); 5] = [
    ("getrandom", ["wellspring-server", "wellspring-connector"]),
    ("axum", ["wellspring-server", "wellspring-testkit"]),
    ("hmac", ["wellspring-host", "wellspring-testkit"]),
    ("ring", ["wellspring-verify", "wellspring-egress"]),
    ("roxmltree", ["wellspring-verify", "wellspring-server (tests)"]),
];
/// Outside the system, so they need a client of their own.
const OUTSIDE: [&str; 2] = ["wellspring-tests", "wellspring-tests (tests)"];

#[derive(Default)]
struct Row {
    folder: String,
    may_use: BTreeSet<String>,
    alone: BTreeSet<String>,
}

/// A crate with its folder and what it names.
struct Package {
    name: String,
    folder: String,
    dependencies: BTreeSet<String>,
    test_dependencies: BTreeSet<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn ticked(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn table(text: &str) -> BTreeMap<String, Row> {
    let lines = text.lines().skip_while(|line| !line.starts_with("| crate | folder |")).skip(2);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, folder, may_use, alone] = cells[..] else { panic!("four cells: {line}") };
            let row = Row { folder: folder.to_owned(), may_use: ticked(may_use), alone: ticked(alone) };
            (name.trim_matches('`').to_owned(), row)
        })
        .collect()
}

fn packages(manifest: &str) -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"])
        .arg(root().join(manifest))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(package: &Value) -> Package {
    let named = |tests: bool| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|one| (one["kind"] == "dev") == tests).map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    Package {
        name: package["name"].as_str().unwrap().to_owned(),
        folder: manifest.parent().unwrap().strip_prefix(root()).unwrap().display().to_string(),
        dependencies: named(false),
        test_dependencies: named(true),
    }
}

/// Whether a source has `unsafe` outside of what it says about itself.
fn is_unsafe(source: &str) -> bool {
    const WORD: &str = "unsafe";
    let marks = ["{", "fn ", "impl ", "extern ", "trait "].map(|next| format!("{WORD} {next}"));
    let mut code = source.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    code.any(|line| marks.iter().any(|mark| line.contains(mark)) || line.contains(&format!("[{WORD}(")))
}

/// Our Rust sources below a folder, by their places in the repository.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_ours = name != "target" && name != "node_modules" && !name.starts_with('.');
        if path.is_dir() && !path.is_symlink() && is_ours {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.strip_prefix(root()).unwrap().display().to_string());
        }
    }
}

/// Everything in which the tree and the table differ, in words.
fn differences(table: &BTreeMap<String, Row>, packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut found = Vec::new();
    for (name, row) in table {
        match packages.iter().find(|package| package.name == *name) {
            None => found.push(format!("{name} is in the table and not in the tree")),
            Some(package) if package.folder != row.folder => {
                found.push(format!("{name} is in {}, not in {}", package.folder, row.folder));
            }
            Some(_) => {}
        }
    }
    for package in packages {
        let guest = package.folder.starts_with("tests/fixtures/guests/");
        let Some(row) = table.get(&package.name) else {
            let sdk = |one: &&String| ours.contains(one.as_str()) && *one != "wellspring-sdk";
            match package.dependencies.iter().find(sdk) {
                Some(other) => found.push(format!("{} is a guest and uses {other}", package.name)),
                None if !guest => found.push(format!("{} is not in the table", package.name)),
                None => {}
            }
            continue;
        };
        let tests = format!("{} (tests)", package.name);
        for (who, dependencies) in [(&package.name, &package.dependencies), (&tests, &package.test_dependencies)] {
            for used in dependencies {
                found.extend(objection(table, &ours, row, (&package.name, who), used));
            }
        }
    }
    found
}

/// What speaks against `who` naming `used`.
fn objection(
    table: &BTreeMap<String, Row>,
    ours: &BTreeSet<&str>,
    row: &Row,
    (package, who): (&str, &String),
    used: &str,
) -> Option<String> {
    if package == MAY_TEST_ANYTHING && who.ends_with("(tests)") {
        return None;
    }
    if ours.contains(used) && !row.may_use.contains(used) {
        return Some(format!("{who} uses {used}"));
    }
    let owner = table.iter().find(|(_, row)| row.alone.contains(used)).map(|(owner, _)| owner.as_str());
    let outside = used == "reqwest" && OUTSIDE.contains(&who.as_str());
    if let Some(owner) = owner.filter(|owner| *owner != package && !outside) {
        return Some(format!("{who} names {used}, which is {owner}'s"));
    }
    let shared = SHARED.iter().find(|(name, _)| *name == used);
    shared.filter(|(_, by)| !by.contains(&who.as_str())).map(|_| format!("{who} names {used}"))
}

#[test]
fn the_tree_is_as_the_table_says() {
    let table = table(&std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap());
    assert!(table.len() > 10, "the table was read: {:?}", table.keys());
    let packages: Vec<Package> = ["Cargo.toml", "connectors/Cargo.toml"].into_iter().flat_map(packages).collect();
    let found = differences(&table, &packages);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Fails with a file too many, and with one too few.
#[test]
fn the_files_with_unsafe_in_them_are_those_that_are_named() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let said = text.split("\n\n").find(|said| said.starts_with("`unsafe` is in these files")).unwrap();
    let is_source = |word: &String| Path::new(word).extension().is_some_and(|extension| extension == "rs");
    let named: BTreeSet<String> = ticked(said).into_iter().filter(is_source).collect();
    let mut all = Vec::new();
    sources(root(), &mut all);
    let has_it = |file: &String| is_unsafe(&std::fs::read_to_string(root().join(file)).unwrap());
    assert_eq!(all.into_iter().filter(has_it).collect::<BTreeSet<_>>(), named);
    let block = |before: &str| format!("{before} {} {{ it }}", "unsafe");
    assert!(!is_unsafe(&block("//")) && is_unsafe(&block("let it =")));
}

#[test]
fn what_the_table_does_not_allow_is_found() {
    let table = table(
        "| crate | folder | may use | alone names |\n| - | - | - | - |\n\
         | `a` | a | | `sqlx` |\n| `b` | b | `a` | |\n| `gone` | gone | | |\n",
    );
    let package = |name: &str, folder: &str, uses: &[&str], tests: &[&str]| Package {
        name: name.to_owned(),
        folder: folder.to_owned(),
        dependencies: uses.iter().map(|one| (*one).to_owned()).collect(),
        test_dependencies: tests.iter().map(|one| (*one).to_owned()).collect(),
    };
    let packages = [
        package("a", "a", &["b", "sqlx"], &[]),
        package("b", "elsewhere", &["a", "axum"], &["sqlx"]),
        package("new", "new", &[], &[]),
        package("guest", "tests/fixtures/guests/guest", &["a"], &[]),
    ];
    let expected = [
        "b is in elsewhere, not in b",
        "gone is in the table and not in the tree",
        "a uses b",
        "b names axum",
        "b (tests) names sqlx, which is a's",
        "new is not in the table",
        "guest is a guest and uses a",
    ];
    assert_eq!(differences(&table, &packages), expected);
}
