//! What a connector keeps for a connection between calls: where it left off, which webhook it set up. The gateway implements it on
//! its store; [`InMemory`] is for programs without one.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wellspring_model::id::{ConnectionId, TenantId};

/// The longest key, in characters.
pub const KEY_CHARS: usize = 128;

/// Keeps what connectors ask to be kept, apart for each connection.
#[async_trait]
pub trait ConnectionState: fmt::Debug + Send + Sync {
    /// What was kept under a key.
    ///
    /// # Errors
    /// It cannot be read at present.
    async fn get(&self, tenant: TenantId, connection: ConnectionId, key: &str) -> Result<Option<Vec<u8>>, NotKept>;

    /// Keeps a value in the place of the one before, or forgets it. `quota` is how many bytes all keys and values of the
    /// connection may come to.
    ///
    /// # Errors
    /// Why it is not kept; what was there before still is.
    async fn set(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
        value: Option<Vec<u8>>,
        quota: usize,
    ) -> Result<(), NotKept>;
}

/// Why something is not kept, or cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum NotKept {
    #[error("the connection's state would be larger than it may be")]
    Quota,
    #[error("the connection's state cannot be reached")]
    Unavailable,
}

/// Keeps it as long as the process runs.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<HashMap<(TenantId, ConnectionId), Values>>);

type Values = HashMap<String, Vec<u8>>;

#[async_trait]
impl ConnectionState for InMemory {
    async fn get(&self, tenant: TenantId, connection: ConnectionId, key: &str) -> Result<Option<Vec<u8>>, NotKept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.get(&(tenant, connection)).and_then(|kept| kept.get(key)).cloned())
    }

    async fn set(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
        value: Option<Vec<u8>>,
        quota: usize,
    ) -> Result<(), NotKept> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.entry((tenant, connection)).or_default();
        let Some(value) = value else {
            kept.remove(key);
            return Ok(());
        };
        let others: usize =
            kept.iter().filter(|(name, _)| *name != key).map(|(name, value)| name.len() + value.len()).sum();
        if others + key.len() + value.len() > quota {
            return Err(NotKept::Quota);
        }
        kept.insert(key.to_owned(), value);
        Ok(())
    }
}
