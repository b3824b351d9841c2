//! `host`: settings, log, time, chance, files, what is kept, and whether a request is genuine.

use std::sync::Arc;

use wasmtime::{Result, component::Resource};

use crate::{
    errand::{Comparison, LogLevel, Segment},
    guest::{
        bindings::wellspring::connector::host::{self, Algorithm, Encoding, Level, StateFailure},
        blob::Blob,
        state::CallState,
    },
    kept::{KEY_CHARS, NotKept},
    limits::TooMuchHeld,
    manifest,
    redact::LOG_CHARS,
};

/// Random bytes a guest gets at a time.
const RANDOM_MAX: u32 = 4_096;

impl host::Host for CallState {
    async fn setting(&mut self, name: String) -> Result<Option<String>> {
        self.calls.any(&self.limits)?;
        Ok(self.settings.get(&name).cloned())
    }

    async fn log(&mut self, level: Level, message: String) -> Result<()> {
        self.calls.log(&self.limits)?;
        let message = self.redactor.line(&message, LOG_CHARS);
        self.outside.log(level.into(), &message);
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
        let blob = Blob { bytes: found.bytes.clone(), content_type: Some(found.content_type.clone()) };
        // `none` would say that there is no such file.
        let limit = self.limits.held_bytes;
        self.hold(blob)?.map(Some).ok_or_else(|| TooMuchHeld { limit }.into())
    }

    async fn state_get(&mut self, key: String) -> Result<Result<Option<Vec<u8>>, StateFailure>> {
        self.calls.any(&self.limits)?;
        if !is_key(&key) {
            return Ok(Err(StateFailure::Key));
        }
        let outside = Arc::clone(&self.outside);
        Ok(outside.state_get(&key).await.map_err(not_kept))
    }

    async fn state_set(&mut self, key: String, value: Option<Vec<u8>>) -> Result<Result<(), StateFailure>> {
        self.calls.any(&self.limits)?;
        if !is_key(&key) {
            return Ok(Err(StateFailure::Key));
        }
        let outside = Arc::clone(&self.outside);
        Ok(outside.state_set(&key, value).await.map_err(not_kept))
    }

    async fn verify_hmac(
        &mut self,
        credential: String,
        algorithm: Algorithm,
        segments: Vec<host::Segment>,
        signature: String,
        encoding: Encoding,
    ) -> Result<bool> {
        self.calls.any(&self.limits)?;
        let segments = segments.into_iter().map(Segment::from).collect();
        let (algorithm, encoding) = (algorithm.into(), encoding.into());
        let outside = Arc::clone(&self.outside);
        Ok(outside.fits(&credential, Comparison::Hmac { algorithm, segments, signature, encoding }).await)
    }

    async fn verify_secret(&mut self, credential: String, value: String) -> Result<bool> {
        self.calls.any(&self.limits)?;
        let outside = Arc::clone(&self.outside);
        Ok(outside.fits(&credential, Comparison::Secret(value)).await)
    }
}

fn is_key(key: &str) -> bool {
    (1..=KEY_CHARS).contains(&key.chars().count())
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

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

impl From<host::Segment> for Segment {
    fn from(segment: host::Segment) -> Self {
        match segment {
            host::Segment::Text(text) => Self::Text(text),
            host::Segment::Bytes(bytes) => Self::Bytes(bytes),
            host::Segment::Body => Self::Body,
        }
    }
}
