//! `inspect FILE`: a package in words or as JSON.

use std::{fs, path::Path};

use wellspring_host::inspect;

use crate::{explain::refused, failure::Failure};

pub fn run(file: &Path, json: bool) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
    let inspection = inspect(&bytes).map_err(|error| refused(file, &error))?;
    if json { serde_json::to_string_pretty(&inspection).map_err(Failure::internal) } else { Ok(inspection.to_string()) }
}
