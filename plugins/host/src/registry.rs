//! Installed connectors: inspected, compiled off the async threads, linked once, and tried once with no rights at all.
//!
//! Compiled code is kept in memory only. Code from disk would have to be trusted as much as the host itself, and a Rust
//! connector compiles in well under a second.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::{Map, Value};
use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker},
};
use wellspring_model::connection::ConnectorId;

use crate::{
    bindings::{self, ConnectorPre, wellspring::connector::types::Description},
    inspection::Inspection,
    manifest::{Event, Manifest},
    package::{self, PackageError},
    state::CallState,
};

/// An installed connector, ready to be instantiated.
pub struct Connector {
    inspection: Inspection,
    settings: jsonschema::Validator,
    pub(crate) pre: ConnectorPre<CallState>,
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
        let mistakes = self.settings.iter_errors(&settings);
        mistakes.map(|error| (error.instance_path().to_string(), error.masked().to_string())).collect()
    }

    /// Inspects, compiles and links. Takes as long as compiling takes: not for async threads.
    pub(crate) fn load(engine: &Engine, bytes: &[u8]) -> Result<Self, PackageError> {
        let inspection = package::inspect(bytes)?;
        let settings = package::settings_validator(&inspection.settings_schema)?;
        let component =
            Component::from_binary(engine, bytes).map_err(|error| PackageError::Compile(format!("{error:#}")))?;
        let pre = link(engine, &component).map_err(|error| PackageError::Contract(format!("{error:#}")))?;
        Ok(Self { inspection, settings, pre })
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
            Some((field, described, manifest)) => Err(PackageError::Description { field, described, manifest }),
            None => Ok(()),
        }
    }
}

/// Links our own interfaces and nothing else: whatever else a component imports stays unresolved, and that is an error.
fn link(engine: &Engine, component: &Component) -> wasmtime::Result<ConnectorPre<CallState>> {
    let mut linker = Linker::new(engine);
    bindings::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut CallState| state)?;
    ConnectorPre::new(linker.instantiate_pre(component)?)
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

    pub fn insert(&self, connector: Arc<Connector>) {
        let id = connector.inspection.id.clone();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, connector);
    }

    pub fn remove(&self, id: &ConnectorId) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id).is_some()
    }
}
