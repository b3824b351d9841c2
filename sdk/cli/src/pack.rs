//! `pack FILE.wasm`: core module, or finished component, manifest and settings schema become one file.

use std::{fs, path::PathBuf};

use clap::Args;
use wellspring_host::{inspect, pack, package};

use crate::{explain::refused, failure::Failure, project::settings_schema};

#[derive(Debug, Args)]
pub struct Pack {
    /// The module as `cargo build --target wasm32-unknown-unknown` links it, or with `--component` a finished component.
    file: PathBuf,
    /// It is a finished component already, as the tools for other languages make them.
    #[arg(long)]
    component: bool,
    /// The manifest. The settings schema is looked for beside it.
    #[arg(long, value_name = "FILE", default_value = "connector.toml")]
    manifest: PathBuf,
    /// Where the package goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: &Pack) -> Result<String, Failure> {
    let read = |file: &PathBuf| fs::read(file).map_err(|error| Failure::unreadable(file, &error));
    let code = read(&args.file)?;
    let manifest = String::from_utf8_lossy(&read(&args.manifest)?).into_owned();
    let schema = settings_schema(&args.manifest.with_file_name("settings.schema.json"))?;
    let packed = if args.component {
        package::embed(code, &manifest, &schema).and_then(|package| inspect(&package).map(|_| package))
    } else {
        pack(&code, &manifest, &schema)
    };
    let package = packed.map_err(|error| refused(&args.file, &error))?;
    fs::write(&args.out, &package).map_err(|error| Failure::unwritable(&args.out, &error))?;
    Ok(format!("{} ({} bytes)", args.out.display(), package.len()))
}
