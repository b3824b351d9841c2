//! Tenants and their API keys. A key is kept as a digest; it cannot be read back.

use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{KeyId, TenantId},
};

use crate::{
    Action, Store, StoreError,
    gate::{self, GateId},
    row::{Read, micros},
    seal::DataKey,
    sql::query,
};

/// An API key, of which the digest alone is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub tenant: TenantId,
    pub is_revoked: bool,
}

/// What is known of a key without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    pub id: KeyId,
    pub label: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Adds a tenant with a data key of its own.
    ///
    /// # Errors
    /// The store's.
    pub async fn create_tenant(&self, id: TenantId, name: &str, now: Timestamp) -> Result<(), StoreError> {
        let data_key = DataKey::make(&self.master, id, &*self.entropy)?;
        let name = name.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query("INSERT INTO tenants (id, name, data_key, created_at) VALUES ($1, $2, $3, $4)")
                        .bind(id.to_string())
                        .bind(name)
                        .bind(data_key)
                        .bind(micros(now))
                        .execute(&mut *tx)
                        .await?;
                    gate::insert(tx, GateId::Tenant(id), id, None).await?;
                    tx.audit(id, now, "operator", Action::TenantCreated, &id.to_string());
                    Ok(())
                })
            })
            .await
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] where there is no such tenant.
    pub async fn add_key(
        &self,
        tenant: TenantId,
        id: KeyId,
        label: &str,
        digest: Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let label = label.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query("INSERT INTO api_keys (id, tenant, label, digest, created_at) VALUES ($1, $2, $3, $4, $5)")
                        .bind(id.to_string())
                        .bind(tenant.to_string())
                        .bind(label)
                        .bind(digest.bytes().to_vec())
                        .bind(micros(now))
                        .execute(&mut *tx)
                        .await?;
                    tx.audit(tenant, now, "operator", Action::KeyCreated, &id.to_string());
                    Ok(())
                })
            })
            .await
    }

    /// Revokes a key and says whether it was valid until now.
    ///
    /// # Errors
    /// The store's.
    pub async fn revoke_key(&self, tenant: TenantId, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let done = query(
                        "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND tenant = $2 AND revoked_at IS NULL",
                    )
                    .bind(id.to_string())
                    .bind(tenant.to_string())
                    .bind(micros(now))
                    .execute(&mut *tx)
                    .await?;
                    if done == 0 {
                        return Ok(false);
                    }
                    tx.audit(tenant, now, "operator", Action::KeyRevoked, &id.to_string());
                    Ok(true)
                })
            })
            .await
    }

    /// Whose key this is, if it is valid.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenant_of_key(&self, digest: &Digest) -> Result<Option<(TenantId, KeyId)>, StoreError> {
        let key = self.api_key(digest).await?.filter(|key| !key.is_revoked);
        Ok(key.map(|key| (key.tenant, key.id)))
    }

    /// The key with this digest, revoked or not.
    ///
    /// # Errors
    /// The store's.
    pub async fn api_key(&self, digest: &Digest) -> Result<Option<ApiKey>, StoreError> {
        let row = query("SELECT id, tenant, revoked_at FROM api_keys WHERE digest = $1")
            .bind(digest.bytes().as_slice())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "api_keys");
        let is_revoked = row.optional_number("revoked_at")?.is_some();
        Ok(Some(ApiKey { id: row.id("id")?, tenant: row.id("tenant")?, is_revoked }))
    }

    /// What a tenant is called.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenant_name(&self, id: TenantId) -> Result<Option<String>, StoreError> {
        let row = query("SELECT id, name FROM tenants WHERE id = $1").bind(id.to_string()).fetch_optional(&self.read);
        row.await?.map(|row| Read::new(&row, "tenants").text("name")).transpose()
    }

    /// The keys of a tenant, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn keys(&self, tenant: TenantId) -> Result<Vec<NamedKey>, StoreError> {
        let rows = query("SELECT id, label, created_at, revoked_at FROM api_keys WHERE tenant = $1 ORDER BY id")
            .bind(tenant.to_string())
            .fetch_all(&self.read)
            .await?;
        let key = |row| {
            let row = Read::new(row, "api_keys");
            let (created_at, revoked_at) = (row.time("created_at")?, row.optional_time("revoked_at")?);
            Ok(NamedKey { id: row.id("id")?, label: row.text("label")?, created_at, revoked_at })
        };
        rows.iter().map(key).collect()
    }

    /// All tenants.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = query("SELECT id FROM tenants ORDER BY id").fetch_all(&self.read).await?;
        rows.iter().map(|row| Read::new(row, "tenants").id("id")).collect()
    }
}
