//! What `test` and `check` try a connector on: its package, its scripts, a double.

use std::{fs, path::PathBuf};

use clap::{Args, ValueEnum};
use wellspring_testkit::{
    conformance::{Candidate, DoubleKind},
    generic::GenericSeed,
    rig::RigError,
    script::Script,
};

use crate::{
    explain::told,
    failure::Failure,
    project::{Folder, Project},
};

const EXCHANGES: &str = "exchanges";
const SEED: &str = "double.json";

/// Which connector, and on what.
#[derive(Debug, Args)]
pub struct Trial {
    #[command(flatten)]
    folder: Folder,
    /// The stand-in for the ATS.
    #[arg(long, value_enum, default_value_t = Stand::Generic)]
    double: Stand,
    /// A package to try in place of the one that `build` made.
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
}

/// A stand-in for an ATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stand {
    /// Of no particular make: collections of records, as `double.json` says.
    Generic,
    /// Greenhouse, Harvest v3.
    Greenhouse,
    /// Ashby, with assessments.
    Ashby,
}

impl Trial {
    pub fn open(&self) -> Result<(Project, Candidate), Failure> {
        let project = self.folder.open()?;
        let package = match &self.package {
            None => project.read_package()?,
            Some(file) => fs::read(file).map_err(|error| Failure::unreadable(file, &error))?,
        };
        let candidate = Candidate { package, double: double(&project, self.double)?, scripts: scripts(&project)? };
        Ok((project, candidate))
    }
}

/// The double, with what the connector's folder says of it.
pub fn double(project: &Project, stand: Stand) -> Result<DoubleKind, Failure> {
    match stand {
        Stand::Generic => {}
        Stand::Greenhouse => return Ok(DoubleKind::Greenhouse),
        Stand::Ashby => return Ok(DoubleKind::Ashby),
    }
    let seed = match project.read_optional(SEED)? {
        None => GenericSeed::default(),
        Some(text) => {
            GenericSeed::parse(&text).map_err(|error| Failure::refused(&project.folder().join(SEED), error))?
        }
    };
    Ok(DoubleKind::Generic(Box::new(seed)))
}

/// The connector's own scripts, by the names of their files.
pub fn scripts(project: &Project) -> Result<Vec<(String, Script)>, Failure> {
    let folder = project.folder().join(EXCHANGES);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|error| Failure::unreadable(&folder, &error))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read(&file).map_err(|error| Failure::unreadable(&file, &error))?;
        let script = Script::parse(&text).map_err(|error| Failure::refused(&file, error))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok((format!("{EXCHANGES}/{name}"), script))
    };
    files.into_iter().map(read).collect()
}

/// Why a connector cannot be tried at all.
pub fn untried(error: RigError) -> Failure {
    Failure::found(match error {
        RigError::Package(error) => told(&error),
        error => error.to_string(),
    })
}

/// Runs something that waits for the network.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(Failure::internal)?.block_on(work)
}
