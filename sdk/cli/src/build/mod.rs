//! `build`: the connector's code becomes one package.

mod cargo;

use std::{fs, path::PathBuf};

use clap::Args;
use wellspring_host::{Inspection, inspect, pack, package::embed};

use crate::{
    explain::refused,
    failure::Failure,
    project::{Folder, Project},
};

#[derive(Debug, Args)]
pub struct Build {
    #[command(flatten)]
    folder: Folder,
    /// Pack this component, which another toolchain made (componentize-js, componentize-py …), instead of building Rust.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Build without the network.
    #[arg(long)]
    offline: bool,
}

pub fn run(args: &Build) -> Result<String, Failure> {
    let project = args.folder.open()?;
    let inspection = match &args.component {
        Some(file) => pack_component(&project, file)?,
        None => rust(&project, args.offline)?,
    };
    Ok(format!("{}\n{inspection}", project.package().display()))
}

/// Builds the Rust crate in the folder and packs it.
pub fn rust(project: &Project, offline: bool) -> Result<Inspection, Failure> {
    let core = cargo::build(project.folder(), offline)?;
    let bytes = fs::read(&core).map_err(|error| Failure::unreadable(&core, &error))?;
    let package =
        pack(&bytes, &project.manifest_toml, &project.settings_schema).map_err(|error| refused(&core, &error))?;
    keep(project, &package)
}

fn pack_component(project: &Project, file: &PathBuf) -> Result<Inspection, Failure> {
    let component = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
    let package =
        embed(component, &project.manifest_toml, &project.settings_schema).map_err(|error| refused(file, &error))?;
    keep(project, &package)
}

fn keep(project: &Project, package: &[u8]) -> Result<Inspection, Failure> {
    let file = project.package();
    let inspection = inspect(package).map_err(|error| refused(&file, &error))?;
    let folder = file.parent().unwrap_or(&file);
    fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
    fs::write(&file, package).map_err(|error| Failure::unwritable(&file, &error))?;
    Ok(inspection)
}
