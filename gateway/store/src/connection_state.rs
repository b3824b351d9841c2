//! What connectors keep for their connections between calls, sealed, within a quota.

use wellspring_model::id::{ConnectionId, TenantId};

use crate::{
    Store, StoreError,
    row::Read,
    sql::{Dialect, query},
    transaction::Transaction,
};

/// What became of something to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepState {
    /// It is kept, or forgotten as asked.
    Kept,
    /// All keys and values of the connection would come to more than the quota. What was there before still is.
    OverQuota,
    /// The tenant has no such connection in use.
    NoConnection,
}

impl Store {
    /// What was kept for a connection under a key.
    ///
    /// # Errors
    /// [`StoreError::Seal`] where a seal does not open.
    pub async fn connection_state(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = query(
            "SELECT s.sealed FROM connection_state s JOIN connections c ON c.id = s.connection \
             WHERE c.id = $1 AND c.tenant = $2 AND c.removed_at IS NULL AND s.key = $3",
        )
        .bind(connection.to_string())
        .bind(tenant.to_string())
        .bind(key)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed = Read::new(&row, "connection_state").bytes("sealed")?;
        let opened = self.data_key(tenant).await?.unseal_bytes(&sealed, &place(&connection.to_string(), key))?;
        Ok(Some(opened.to_vec()))
    }

    /// Keeps a value under a key in the place of the one before, or forgets it. `quota` is how many bytes all keys and values
    /// of the connection may come to.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn keep_connection_state(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        key: &str,
        value: Option<Vec<u8>>,
        quota: usize,
    ) -> Result<KeepState, StoreError> {
        let (id, key) = (connection.to_string(), key.to_owned());
        let data_key = self.data_key(tenant).await?;
        let size = stored(key.len() + value.as_ref().map_or(0, Vec::len));
        let sealed = value.map(|value| data_key.seal_bytes(&value, &place(&id, &key), &*self.entropy)).transpose()?;
        let quota = stored(quota);
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !hold(tx, tenant, &id).await? {
                        return Ok(KeepState::NoConnection);
                    }
                    let Some(sealed) = sealed else {
                        let forget = query("DELETE FROM connection_state WHERE connection = $1 AND key = $2");
                        forget.bind(&id).bind(&key).execute(tx).await?;
                        return Ok(KeepState::Kept);
                    };
                    let others = query(
                        "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM connection_state \
                         WHERE connection = $1 AND key <> $2",
                    );
                    if others.bind(&id).bind(&key).number(&mut *tx).await?.saturating_add(size) > quota {
                        return Ok(KeepState::OverQuota);
                    }
                    query(
                        "INSERT INTO connection_state (connection, key, sealed, size) VALUES ($1, $2, $3, $4) \
                         ON CONFLICT (connection, key) DO UPDATE SET sealed = excluded.sealed, size = excluded.size",
                    )
                    .bind(&id)
                    .bind(&key)
                    .bind(sealed)
                    .bind(size)
                    .execute(tx)
                    .await?;
                    Ok(KeepState::Kept)
                })
            })
            .await
    }
}

/// Forgets all that was kept for a connection.
pub(crate) async fn forget(tx: &mut Transaction, connection: &str) -> Result<(), StoreError> {
    query("DELETE FROM connection_state WHERE connection = $1").bind(connection).execute(tx).await.map(drop)
}

/// Holds a connection that is in use until the transaction ends, so that two who keep something for it at the same time do not
/// both find room where there is room for one. False where the tenant has no such connection.
async fn hold(tx: &mut Transaction, tenant: TenantId, connection: &str) -> Result<bool, StoreError> {
    let select = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM connections WHERE id = $1 AND tenant = $2 AND removed_at IS NULL",
        // What refers to the connection does not wait for it.
        Dialect::Postgres => {
            "SELECT id FROM connections WHERE id = $1 AND tenant = $2 AND removed_at IS NULL FOR NO KEY UPDATE"
        }
    };
    Ok(query(select).bind(connection).bind(tenant.to_string()).fetch_optional(tx).await?.is_some())
}

/// What a value is sealed together with.
const fn place<'a>(connection: &'a str, key: &'a str) -> [&'a str; 3] {
    ["state", connection, key]
}

fn stored(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
