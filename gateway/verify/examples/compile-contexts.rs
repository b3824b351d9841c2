//! Compiles published JSON-LD contexts into the tables under `contexts/`.
//!
//! Takes a folder with the published files and their `index.json` (a list of `{"url", "file", "sha256"}`), and writes
//! the table of every context that the product carries. The published files themselves are not part of the project.

use std::{error::Error, fs, path::Path};

use serde_json::Value;
use sha2::{Digest, Sha256};
use wellspring_verify::jsonld::{Contexts, compile_table};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: compile-contexts <folder of published contexts>")?;
    let folder = Path::new(&folder);
    let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json"))?)?;
    let entries = index.as_array().ok_or("index.json is not a list")?;
    for (url, name) in Contexts::builtin_files() {
        let entry = entries.iter().find(|entry| entry["url"] == url).ok_or(format!("{url} is not in index.json"))?;
        let bytes = fs::read(folder.join(entry["file"].as_str().ok_or("a file name is missing")?))?;
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if entry["sha256"] != sha256 {
            return Err(format!("{url}: the file is not the one that index.json names").into());
        }
        let table = compile_table(url, &sha256, &serde_json::from_slice(&bytes)?)?;
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("contexts").join(name), &table)?;
        println!("{:6} -> {:6} bytes  {url}", bytes.len(), table.len());
    }
    Ok(())
}
