//! `host`: settings, log, time, chance, files, what is kept, and whether a request is genuine.

use std::sync::Arc;

use wasmtime::{Result, component::Resource};
use wellspring_model::{
    SecretString,
    id::{ConnectionId, TenantId},
};

use crate::{
    bindings::wellspring::connector::host::{self, Algorithm, Encoding, Level, Segment, StateFailure},
    blob::Blob,
    genuine,
    kept::{ConnectionState, KEY_CHARS, NotKept},
    manifest,
    redact::LOG_CHARS,
    state::CallState,
};

/// Random bytes a guest gets at a time.
const RANDOM_MAX: u32 = 4_096;

impl host::Host for CallState {
    async fn setting(&mut self, name: String) -> Result<Option<String>> {
        self.calls.any(&self.limits)?;
        let setting = self.rights.as_ref().and_then(|rights| rights.settings.get(&name));
        Ok(setting.map(ToString::to_string))
    }

    async fn log(&mut self, level: Level, message: String) -> Result<()> {
        self.calls.log(&self.limits)?;
        let message = self.redactor.line(&message, LOG_CHARS);
        let (connector, call) = (self.connector.as_str(), self.call_id.as_str());
        match level {
            Level::Debug => tracing::debug!(target: "connector", connector, call, "{message}"),
            Level::Info => tracing::info!(target: "connector", connector, call, "{message}"),
            Level::Warn => tracing::warn!(target: "connector", connector, call, "{message}"),
            Level::Error => tracing::error!(target: "connector", connector, call, "{message}"),
        }
        if matches!(level, Level::Error) {
            self.last_error = Some(message);
        }
        Ok(())
    }

    async fn now_ms(&mut self) -> Result<u64> {
        self.calls.any(&self.limits)?;
        Ok(u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0))
    }

    async fn random(&mut self, length: u32) -> Result<Vec<u8>> {
        self.calls.any(&self.limits)?;
        let mut bytes = vec![0; usize::try_from(length.min(RANDOM_MAX))?];
        self.entropy.fill(&mut bytes);
        Ok(bytes)
    }

    async fn attachment(&mut self, name: String) -> Result<Option<Resource<Blob>>> {
        self.calls.any(&self.limits)?;
        let Some(found) = self.attachments.iter().find(|one| one.name == name) else { return Ok(None) };
        let blob = Blob { bytes: found.bytes.clone().into(), content_type: Some(found.content_type.clone()) };
        self.hold(blob)
    }

    async fn state_get(&mut self, key: String) -> Result<Result<Option<Vec<u8>>, StateFailure>> {
        self.calls.any(&self.limits)?;
        let (kept, tenant, connection) = match self.keeping(&key) {
            Ok(keeping) => keeping,
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(kept.get(tenant, connection, &key).await.map_err(not_kept))
    }

    async fn state_set(&mut self, key: String, value: Option<Vec<u8>>) -> Result<Result<(), StateFailure>> {
        self.calls.any(&self.limits)?;
        let (kept, tenant, connection) = match self.keeping(&key) {
            Ok(keeping) => keeping,
            Err(failure) => return Ok(Err(failure)),
        };
        let quota = self.limits.state_bytes;
        Ok(kept.set(tenant, connection, &key, value, quota).await.map_err(not_kept))
    }

    async fn verify_hmac(
        &mut self,
        credential: String,
        algorithm: Algorithm,
        segments: Vec<Segment>,
        signature: String,
        encoding: Encoding,
    ) -> Result<bool> {
        self.calls.any(&self.limits)?;
        let Some(secret) = self.shared(&credential) else { return Ok(false) };
        let body = self.inbound.as_ref().map(|inbound| inbound.body.as_slice()).unwrap_or_default();
        let pieces = segments.iter().map(|segment| match segment {
            Segment::Text(text) => text.as_bytes(),
            Segment::Bytes(bytes) => bytes.as_slice(),
            Segment::Body => body,
        });
        let said = genuine::is_signed(secret, algorithm.into(), pieces, &signature, encoding.into());
        Ok(self.found_genuine(said))
    }

    async fn verify_secret(&mut self, credential: String, value: String) -> Result<bool> {
        self.calls.any(&self.limits)?;
        let said = self.shared(&credential).is_some_and(|secret| genuine::is_secret(secret, &value));
        Ok(self.found_genuine(said))
    }
}

impl CallState {
    /// Where, and for whom, something is kept under this key.
    fn keeping(&self, key: &str) -> Result<(Arc<dyn ConnectionState>, TenantId, ConnectionId), StateFailure> {
        if key.is_empty() || key.chars().count() > KEY_CHARS {
            return Err(StateFailure::Key);
        }
        let rights = self.rights.as_ref().ok_or(StateFailure::Unavailable)?;
        Ok((Arc::clone(&rights.kept), rights.tenant, rights.connection))
    }

    fn shared(&self, credential: &str) -> Option<&SecretString> {
        self.rights.as_ref()?.shared.get(credential)
    }

    fn found_genuine(&mut self, said: bool) -> bool {
        if let Some(inbound) = &mut self.inbound {
            inbound.is_genuine |= said;
        }
        said
    }
}

fn not_kept(reason: NotKept) -> StateFailure {
    match reason {
        NotKept::Quota => StateFailure::Quota,
        NotKept::Unavailable => StateFailure::Unavailable,
    }
}

impl From<Algorithm> for manifest::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Sha512 => Self::Sha512,
        }
    }
}

impl From<Encoding> for manifest::Encoding {
    fn from(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Hex => Self::Hex,
            Encoding::Base64 => Self::Base64,
        }
    }
}
