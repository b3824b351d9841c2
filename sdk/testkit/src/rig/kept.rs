//! What a connector keeps between calls, in memory, open to those who look for what should not be there.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use wellspring_host::{ConnectionState, InMemory, NotKept};
use wellspring_model::id::{ConnectionId, TenantId};

#[derive(Debug, Default)]
pub(super) struct Kept {
    values: InMemory,
    seen: Mutex<Vec<String>>,
}

impl Kept {
    /// Every key and value that was kept, as text.
    pub fn texts(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn forget(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[async_trait]
impl ConnectionState for Kept {
    async fn get(&self, tenant: TenantId, connection: ConnectionId, key: &str) -> Result<Option<Vec<u8>>, NotKept> {
        self.values.get(tenant, connection, key).await
    }

    async fn set(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
        value: Option<Vec<u8>>,
        quota: usize,
    ) -> Result<(), NotKept> {
        let text = format!("{key} {}", String::from_utf8_lossy(value.as_deref().unwrap_or_default()));
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        self.values.set(tenant, connection, key, value, quota).await
    }
}
