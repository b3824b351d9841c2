//! Bringing the sandbox to what the store says: at the start, and once a minute after that, so that what an operator installs,
//! accepts or revokes holds in every process soon.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use wellspring_host::{Host, SignatureError, Signed, TrustError};
use wellspring_model::{connection::ConnectorId, digest::Digest};
use wellspring_store::{ConnectorVersion, Store, VersionState};

use super::{file, signature, signature_file, trust_file, unrecorded};
use crate::{
    config::ConnectorsConfig,
    start::{self, StartError},
    state::App,
};

/// How the connectors stand that should run.
#[derive(Debug, Default)]
pub struct TakenUp {
    /// Running, and signed.
    pub signed: usize,
    /// Running on the operator's word alone.
    pub unsigned: usize,
    /// Not running: their key or digest is revoked in the trust file.
    pub revoked: Vec<(ConnectorId, TrustError)>,
    /// Not running as they should, and why. A version that ran before goes on.
    pub failed: Vec<StartError>,
    /// Whether anything runs now that did not before, or the other way round.
    pub changed: bool,
}

/// Loads what should run and does not, and lets go of what should not.
///
/// # Errors
/// The store's, or the trust file cannot be used: then nothing is changed.
pub async fn take_up(host: &Host, store: &Store, config: &ConnectorsConfig) -> Result<TakenUp, StartError> {
    let trust = trust_file(config)?;
    let mut versions = store.connector_versions().await?;
    versions.retain(|version| version.state == VersionState::Active);
    let mut taken_up = TakenUp::default();
    for connector in host.connectors() {
        if versions.iter().all(|version| version.connector != *connector.id()) {
            tracing::info!(connector = %connector.id(), "connector taken out of use");
            taken_up.changed |= host.remove(connector.id());
        }
    }
    for version in &versions {
        if let Err(reason) = trust.stands(version.digest, version.key) {
            if host.remove(&version.connector) {
                tracing::error!(connector = %version.connector, %reason, "a connector was revoked and runs no more");
                taken_up.changed = true;
            }
            taken_up.revoked.push((version.connector.clone(), reason));
            continue;
        }
        match load(host, config, version).await {
            Ok(is_new) => taken_up.count(version, is_new),
            Err(error) => taken_up.failed.push(error),
        }
    }
    Ok(taken_up)
}

impl TakenUp {
    fn count(&mut self, version: &ConnectorVersion, is_new: bool) {
        self.changed |= is_new;
        match version.key {
            Some(_) => self.signed += 1,
            None => self.unsigned += 1,
        }
        if is_new {
            let signed_by = version.key.map(|key| key.to_string()).unwrap_or_default();
            tracing::info!(connector = %version.connector, version = %version.version, signed_by, "connector loaded");
            if version.key.is_none() {
                tracing::warn!(connector = %version.connector, package = %version.digest, "NOBODY SIGNED this connector: it runs on the operator's word alone");
            }
        }
    }
}

/// Whether it had to be loaded.
async fn load(host: &Host, config: &ConnectorsConfig, version: &ConnectorVersion) -> Result<bool, StartError> {
    let runs = host.connector(&version.connector);
    if runs.is_some_and(|connector| connector.inspection().digest == version.digest) {
        return Ok(false);
    }
    let path = file(&config.folder, &version.connector, version.version);
    let (checked, of) = (path.clone(), version.clone());
    let read = tokio::task::spawn_blocking(move || package(&checked, &of)).await;
    let named = |error| StartError::Connector { file: path.display().to_string(), error };
    let gave_up = |_| wellspring_host::PackageError::Malformed("the parser gave up".to_owned());
    let bytes = read.map_err(gave_up).map_err(named)??;
    host.install(bytes).await.map_err(named)?;
    Ok(true)
}

/// The bytes on record, and no others: by their digest, and by the signature where there was one.
fn package(path: &Path, version: &ConnectorVersion) -> Result<Vec<u8>, StartError> {
    let name = || path.display().to_string();
    let unreadable = |error| StartError::File { path: name(), error };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let digest = Digest::from_bytes(Sha256::digest(&bytes).into());
    if digest != version.digest {
        return Err(StartError::Swapped { file: name(), digest, recorded: version.digest });
    }
    if let Some(key) = version.key {
        let envelope = signature(&signature_file(path)).map_err(unreadable)?.unwrap_or_default();
        let signed = Signed::read(&envelope).and_then(|signed| signed.over(digest).map(|()| signed));
        let signed_by = signed.map(|signed| signed.statement().key_id);
        let refused = |error: SignatureError| StartError::Signature { file: name(), error };
        if signed_by.map_err(refused)? != key {
            return Err(refused(SignatureError::Invalid));
        }
    }
    Ok(bytes)
}

/// Looks once more whether everything runs that should, and nothing else. What went wrong is in the log and the figures.
pub async fn keep_up(app: &App) {
    match take_up(&app.host, &app.store, &app.config.connectors).await {
        Ok(taken_up) => {
            app.metrics.connectors(&taken_up);
            for error in &taken_up.failed {
                tracing::error!(%error, "a connector cannot be taken up");
            }
            // Its ATS may be called at another pace.
            if taken_up.changed
                && let Err(error) = start::set_rates(app).await
            {
                tracing::error!(%error, "the pace of connectors cannot be set");
            }
        }
        Err(error) => {
            tracing::error!(%error, "it cannot be found out which connectors should run; those that do go on")
        }
    }
}

/// What should run at the start. One that cannot be loaded stops it: deliveries would silently wait for it.
pub(crate) async fn take_up_all(host: &Host, store: &Store, config: &ConnectorsConfig) -> Result<TakenUp, StartError> {
    if let Some(file) = unrecorded(&config.folder)?.into_iter().next() {
        return Err(StartError::Unrecorded(file.display().to_string()));
    }
    let mut taken_up = take_up(host, store, config).await?;
    for (connector, reason) in &taken_up.revoked {
        tracing::error!(%connector, %reason, "a revoked connector does not run");
    }
    match taken_up.failed.pop() {
        Some(error) => Err(error),
        None => Ok(taken_up),
    }
}
