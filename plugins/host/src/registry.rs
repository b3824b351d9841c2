//! Installed connectors: inspected, compiled, linked once, and tried once with no rights at all.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::{Map, Value};
use wellspring_model::connection::ConnectorId;

use crate::{
    compile::Compiler,
    errand::Description,
    guest::Handle,
    guests::Guests,
    inspection::Inspection,
    manifest::{Event, Manifest},
    package::{self, PackageError},
    redact::{FAILURE_CHARS, Redactor},
};

/// Of what is wrong with settings, as much as somebody would mend at once.
const MISTAKES_MAX: usize = 32;

/// An installed connector, whose code is loaded.
pub struct Connector {
    inspection: Inspection,
    settings: jsonschema::Validator,
    /// Names its code where guests run.
    pub(crate) handle: Handle,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("id", &self.inspection.id).field("digest", &self.inspection.digest).finish()
    }
}

impl Connector {
    /// Its id.
    pub fn id(&self) -> &ConnectorId {
        &self.inspection.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.inspection.version
    }

    /// What is known of its package.
    pub fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// What it says of itself and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.inspection.manifest
    }

    /// What is wrong with a connection's settings, each as a JSON pointer and a sentence. Empty: nothing.
    pub fn check_settings(&self, settings: &Map<String, Value>) -> Vec<(String, String)> {
        let settings = Value::Object(settings.clone());
        let mistakes = self.settings.iter_errors(&settings).take(MISTAKES_MAX);
        mistakes.map(|error| (error.instance_path().to_string(), error.masked().to_string())).collect()
    }

    /// Inspects a package, has it compiled, and loads its code.
    pub(crate) async fn load(
        guests: &Guests,
        compiler: &Compiler,
        handle: Handle,
        bytes: Vec<u8>,
    ) -> Result<Self, PackageError> {
        let package: Arc<[u8]> = bytes.into();
        let inspected = Arc::clone(&package);
        // Reading 32 MiB takes its time too.
        let inspection = tokio::task::spawn_blocking(move || package::inspect(&inspected)).await;
        let inspection = inspection.map_err(|_| PackageError::Malformed("the parser gave up".to_owned()))??;
        let settings = package::settings_validator(&inspection.settings_schema)?;
        let code = compiler.code(package, inspection.digest).await?;
        guests.load(handle, Arc::new(code)).await.map_err(PackageError::Contract)?;
        Ok(Self { inspection, settings, handle })
    }

    /// Compares what the code says of itself with the manifest.
    pub(crate) fn compare(&self, description: &Description) -> Result<(), PackageError> {
        let manifest = self.manifest();
        let names = |mut names: Vec<&str>| {
            names.sort_unstable();
            names.join(", ")
        };
        let described = |list: &[String]| names(list.iter().map(String::as_str).collect());
        let schema = serde_json::from_str::<Value>(&description.settings_schema).unwrap_or(Value::Null);
        let rows = [
            ("id", description.id.clone(), manifest.id.to_string()),
            ("version", description.version.clone(), manifest.version.clone()),
            ("display-level", description.display_level.clone(), manifest.display_level.as_str().to_owned()),
            ("contract", description.contract.clone(), manifest.contract.clone()),
            (
                "events",
                described(&description.events),
                names(manifest.events.iter().copied().map(Event::as_str).collect()),
            ),
            ("bases", described(&description.bases), names(manifest.bases.keys().map(String::as_str).collect())),
            (
                "credentials",
                described(&description.credentials),
                names(manifest.credentials.keys().map(String::as_str).collect()),
            ),
            ("settings schema", schema.to_string(), self.inspection.settings_schema.to_string()),
        ];
        match rows.into_iter().find(|(_, described, manifest)| described != manifest) {
            // The code's own words: whoever installs it reads them on a terminal.
            Some((field, described, manifest)) => {
                let line = |said: &str| Redactor::default().line(said, FAILURE_CHARS);
                Err(PackageError::Description { field, described: line(&described), manifest: line(&manifest) })
            }
            None => Ok(()),
        }
    }
}

/// The connectors by their ids. A connector installed again replaces the one before; calls under way finish on theirs.
#[derive(Debug, Default)]
pub(crate) struct Registry(RwLock<BTreeMap<ConnectorId, Arc<Connector>>>);

impl Registry {
    pub fn get(&self, id: &ConnectorId) -> Option<Arc<Connector>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Connector>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Gives the one that it replaces.
    pub fn insert(&self, connector: Arc<Connector>) -> Option<Arc<Connector>> {
        let id = connector.inspection.id.clone();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, connector)
    }

    pub fn remove(&self, id: &ConnectorId) -> Option<Arc<Connector>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id)
    }
}
