//! A connector's folder: where its files are, and what they say.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};
use wellspring_host::{Manifest, package::PackageError};

use crate::{explain::refused, failure::Failure};

/// Which connector a command is about.
#[derive(Debug, Clone, Args)]
pub struct Folder {
    /// The connector's folder.
    #[arg(long = "folder", value_name = "FOLDER", default_value = ".")]
    path: PathBuf,
}

/// A connector's folder.
#[derive(Debug, Clone)]
pub struct Project {
    folder: PathBuf,
    /// The text of `connector.toml`.
    pub manifest_toml: String,
    pub manifest: Manifest,
    /// `settings.schema.json`, or that of a connector without settings.
    pub settings_schema: Value,
}

impl Folder {
    /// Reads what the folder says of the connector.
    pub fn open(&self) -> Result<Project, Failure> {
        let file = self.path.join("connector.toml");
        if !file.is_file() {
            return Err(Failure {
                code: 66,
                message: format!(
                    "{} is not there: go into a connector's folder or name it with --folder; `wellspring-connector new NAME` makes one",
                    file.display()
                ),
            });
        }
        let manifest_toml = fs::read_to_string(&file).map_err(|error| Failure::unreadable(&file, &error))?;
        let manifest = Manifest::parse(&manifest_toml).map_err(|error| refused(&file, &error.into()))?;
        let settings_schema = settings_schema(&self.path.join("settings.schema.json"))?;
        Ok(Project { folder: self.path.clone(), manifest_toml, manifest, settings_schema })
    }
}

/// A settings schema. A connector without one takes no settings.
pub fn settings_schema(file: &Path) -> Result<Value, Failure> {
    if !file.exists() {
        return Ok(json!({ "type": "object", "additionalProperties": false }));
    }
    let text = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
    serde_json::from_slice(&text).map_err(|error| refused(file, &PackageError::SettingsSchema(error.to_string())))
}

impl Project {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The last part of the id.
    pub fn name(&self) -> &str {
        let id = self.manifest.id.as_str();
        id.rsplit('/').next().unwrap_or(id)
    }

    /// Where `build` puts the package.
    pub fn package(&self) -> PathBuf {
        self.folder.join("target").join(self.name()).with_extension("wasm")
    }

    /// The built package.
    pub fn read_package(&self) -> Result<Vec<u8>, Failure> {
        let file = self.package();
        if !file.is_file() {
            return Err(Failure::missing(format!(
                "{} is not there: run `wellspring-connector build` first",
                file.display()
            )));
        }
        fs::read(&file).map_err(|error| Failure::unreadable(&file, &error))
    }

    /// A file of the folder, where there is one.
    pub fn read_optional(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let file = self.folder.join(name);
        if !file.exists() {
            return Ok(None);
        }
        fs::read(&file).map(Some).map_err(|error| Failure::unreadable(&file, &error))
    }
}
