//! What connectors keep between calls, on the store: the sandbox asks through a trait of its own.

use async_trait::async_trait;
use wellspring_host::{ConnectionState, NotKept};
use wellspring_model::id::{ConnectionId, TenantId};
use wellspring_store::{KeepState, Store, StoreError};

/// Keeps it in the store.
pub struct Kept(Store);

impl Kept {
    pub const fn new(store: Store) -> Self {
        Self(store)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

#[async_trait]
impl ConnectionState for Kept {
    async fn get(&self, tenant: TenantId, connection: ConnectionId, key: &str) -> Result<Option<Vec<u8>>, NotKept> {
        self.0.connection_state(tenant, connection, key).await.map_err(|error| not_kept(connection, &error))
    }

    async fn set(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
        value: Option<Vec<u8>>,
        quota: usize,
    ) -> Result<(), NotKept> {
        match self.0.keep_connection_state(tenant, connection, key, value, quota).await {
            Ok(KeepState::Kept) => Ok(()),
            Ok(KeepState::OverQuota) => Err(NotKept::Quota),
            Ok(KeepState::NoConnection) => Err(NotKept::Unavailable),
            Err(error) => Err(not_kept(connection, &error)),
        }
    }
}

fn not_kept(connection: ConnectionId, error: &StoreError) -> NotKept {
    tracing::error!(%connection, %error, "a connector's state cannot be reached");
    NotKept::Unavailable
}
