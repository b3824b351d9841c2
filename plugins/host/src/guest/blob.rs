//! Bytes that stay with the host: an answer that a guest asked to be held, or a file of what it delivers. A guest passes them on
//! by their handle, or reads a piece.

use bytes::Bytes;
use wasmtime::{Result, component::Resource};

use super::{bindings::wellspring::connector::http, state::CallState};

/// The most that a guest reads at a time.
const READ_MAX: u32 = 1 << 20;

/// Bytes, with their media type where it is known.
pub struct Blob {
    pub bytes: Bytes,
    pub content_type: Option<String>,
}

impl http::HostBlob for CallState {
    async fn size(&mut self, blob: Resource<Blob>) -> Result<u64> {
        self.calls.any(&self.limits)?;
        Ok(u64::try_from(self.blobs.get(&blob)?.bytes.len())?)
    }

    async fn content_type(&mut self, blob: Resource<Blob>) -> Result<Option<String>> {
        self.calls.any(&self.limits)?;
        Ok(self.blobs.get(&blob)?.content_type.clone())
    }

    async fn read(&mut self, blob: Resource<Blob>, offset: u64, length: u32) -> Result<Vec<u8>> {
        self.calls.any(&self.limits)?;
        let bytes = &self.blobs.get(&blob)?.bytes;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(usize::try_from(length.min(READ_MAX))?).min(bytes.len());
        Ok(bytes[from..to].to_vec())
    }

    async fn drop(&mut self, blob: Resource<Blob>) -> Result<()> {
        let blob = self.blobs.delete(blob)?;
        self.held = self.held.saturating_sub(blob.bytes.len());
        Ok(())
    }
}

impl CallState {
    /// Keeps bytes for the guest, and gives it their handle. `None`: with them it would hold more than it may.
    pub fn hold(&mut self, blob: Blob) -> Result<Option<Resource<Blob>>> {
        let held = self.held.saturating_add(blob.bytes.len());
        if held > self.limits.held_bytes {
            return Ok(None);
        }
        self.held = held;
        Ok(Some(self.blobs.push(blob)?))
    }
}
