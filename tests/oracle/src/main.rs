//! Our canonical N-Quads beside those of `jsonld` in safe mode with `rdf-canonize`: on the published documents, and on
//! records that are made up from a seed.

mod clr;
mod compare;
mod contexts;
mod departures;
mod fixtures;
mod inline;
mod parts;
mod peer;
mod places;
mod reasons;
mod rng;
mod shrink;
mod table;
mod text;
mod unusual;
mod values;
mod write;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use compare::{Oracle, Verdict};
use rng::Rng;
use serde_json::Value;
use table::Table;

/// After so many differences a run stops: they seldom have more causes than that.
const MOST_DIFFERENCES: usize = 12;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = options(&arguments).and_then(|(count, seed)| run(count, seed));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(64)
        }
    }
}

/// How many records to make up, and from which seed.
fn options(arguments: &[String]) -> Result<(u64, u64), String> {
    let (mut count, mut seed) = (10_000, 1);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--count" => count = value.parse().map_err(|_| "--count takes a number")?,
            [name, value] if name == "--seed" => seed = value.parse().map_err(|_| "--seed takes a number")?,
            _ => return Err("usage: wellspring-oracle [--count N] [--seed N]".to_owned()),
        }
    }
    Ok((count, seed))
}

fn run(count: u64, seed: u64) -> Result<bool, String> {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    if !published.join("contexts/index.json").is_file() {
        println!("SKIPPED: the published contexts are not beside this checkout, and the peer never fetches any");
        return Ok(true);
    }
    let node = std::env::var_os("NODE_PEER").ok_or("NODE_PEER names no folder: run `cargo xtask oracle`")?;
    let mut oracle = Oracle::new(PathBuf::from(node), contexts::load(&published.join("contexts"))?)?;
    let mut table = Table::default();
    for group in fixtures::groups(&published)? {
        for (name, document) in &group.documents {
            judge(&mut oracle, &mut table, &group.name, name, &document.to_string())?;
        }
    }
    table.print("published documents");
    let mut made = Table::default();
    for seed in seed..seed.saturating_add(count) {
        if table.differ() + made.differ() >= MOST_DIFFERENCES {
            println!("stopped after {MOST_DIFFERENCES} differences");
            break;
        }
        let (family, document) = record(seed);
        judge(&mut oracle, &mut made, family, &format!("--seed {seed} --count 1"), &document)?;
    }
    made.print(&format!("records made from seed {seed}"));
    Ok(table.differ() + made.differ() == 0)
}

/// The record of a seed: one in three has something unusual, some of those twice.
fn record(seed: u64) -> (&'static str, String) {
    let mut rng = Rng::new(seed);
    let mut record: Value = clr::record(&mut rng);
    let mut family = "ordinary";
    if rng.chance(33) {
        for _ in 0..if rng.chance(20) { 2 } else { 1 } {
            let (name, feature) = unusual::choose(&mut rng);
            feature(&mut record, &mut rng);
            family = if family == "ordinary" { name } else { "two of these" };
        }
    }
    (family, write::shuffled(&record, &mut rng))
}

fn judge(oracle: &mut Oracle, table: &mut Table, group: &str, name: &str, document: &str) -> Result<(), String> {
    let verdict = oracle.compare(document)?;
    table.count(group, &verdict);
    let Verdict::Differs(difference) = verdict else { return Ok(()) };
    println!("\nDIFFERS: {group}, {name}\n  document: {document}");
    let smallest = shrink::smallest(oracle, document, &difference)?;
    println!("  smallest: {smallest}");
    if let Verdict::Differs(difference) = oracle.compare(&smallest.to_string())? {
        println!("  ours: {:?}\n  peer: {:?}", difference.ours, difference.peer);
    }
    Ok(())
}
