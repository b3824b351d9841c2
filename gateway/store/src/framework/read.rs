//! Whole editions: for scoring, for lists, and as they were received.

use futures_util::stream::{Stream, try_unfold};
use wellspring_model::{
    Timestamp,
    competency::{Framework, FrameworkVersion},
    digest::Digest,
    id::{FrameworkId, TenantId},
};

use super::{EDITIONS, FrameworkEdition, NEWEST, blocks, edition};
use crate::{
    Page, Store, StoreError,
    row::{Read, Row},
    sql::{composed, query},
};

/// A framework as scoring reads it, with what is known of its import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFramework {
    pub id: FrameworkId,
    pub framework: Framework,
    /// Over the package as received.
    pub digest: Digest,
    pub imported_at: Timestamp,
}

impl StoredFramework {
    /// How an assessment names this edition.
    pub fn version(&self) -> FrameworkVersion {
        let document = &self.framework.document;
        FrameworkVersion {
            id: document.identifier.clone(),
            title: document.title.clone(),
            version: document.version.clone(),
            digest: self.digest,
        }
    }
}

const STORED: &str = "SELECT id, package, digest, imported_at FROM frameworks f";

impl Store {
    pub async fn framework(&self, tenant: TenantId, id: FrameworkId) -> Result<Option<StoredFramework>, StoreError> {
        let row = composed(format!("{STORED} WHERE id = $1 AND tenant = $2"))
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        self.stored_if_any(row).await
    }

    /// The newest edition of the framework with this identifier or address.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_named(&self, tenant: TenantId, name: &str) -> Result<Option<StoredFramework>, StoreError> {
        let row = composed(format!(
            "{STORED} WHERE tenant = $1 AND (identifier = $2 OR uri = $3) ORDER BY edition DESC, id DESC LIMIT 1"
        ))
        .bind(tenant.to_string())
        .bind(name.to_lowercase())
        .bind(name)
        .fetch_optional(&self.read)
        .await?;
        self.stored_if_any(row).await
    }

    /// The newest edition of the framework with this identifier or address, without what is in it.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_edition_named(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<Option<FrameworkEdition>, StoreError> {
        let condition =
            "WHERE f.tenant = $1 AND (f.identifier = $2 OR f.uri = $3) ORDER BY f.edition DESC, f.id DESC LIMIT 1";
        let select = composed(format!("{EDITIONS} {condition}"));
        let row = select.bind(tenant.to_string()).bind(name.to_lowercase()).bind(name).fetch_optional(&self.read);
        row.await?.as_ref().map(edition).transpose()
    }

    /// The editions that an assessment used, as far as they are still there.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks_used(
        &self,
        tenant: TenantId,
        used: &[FrameworkVersion],
    ) -> Result<Vec<FrameworkId>, StoreError> {
        let mut ids = Vec::with_capacity(used.len());
        for version in used {
            let row = query("SELECT id FROM frameworks WHERE tenant = $1 AND identifier = $2 AND digest = $3 LIMIT 1")
                .bind(tenant.to_string())
                .bind(version.id.to_lowercase())
                .bind(version.digest.bytes().as_slice())
                .fetch_optional(&self.read)
                .await?;
            let id: Option<FrameworkId> = row.map(|row| Read::new(&row, "frameworks").id("id")).transpose()?;
            ids.extend(id);
        }
        Ok(ids)
    }

    /// The newest edition of every framework: their associations may lead from any of them to a profile's items.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks_for_scoring(&self, tenant: TenantId) -> Result<Vec<FrameworkId>, StoreError> {
        let rows = composed(format!("SELECT f.id FROM frameworks f WHERE f.tenant = $1 AND {NEWEST} ORDER BY f.id"))
            .bind(tenant.to_string())
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| Read::new(row, "frameworks").id("id")).collect()
    }

    /// One edition, without what is in it.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_edition(
        &self,
        tenant: TenantId,
        id: FrameworkId,
    ) -> Result<Option<FrameworkEdition>, StoreError> {
        let row = composed(format!("{EDITIONS} WHERE f.id = $1 AND f.tenant = $2"))
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(edition).transpose()
    }

    /// All editions, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks(
        &self,
        tenant: TenantId,
        page: Page<FrameworkId>,
    ) -> Result<(Vec<FrameworkEdition>, Option<FrameworkId>), StoreError> {
        let rows = composed(format!("{EDITIONS} WHERE f.tenant = $1 AND f.id > $2 ORDER BY f.id LIMIT $3"))
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        Ok(page.cut(rows.iter().map(edition).collect::<Result<Vec<_>, _>>()?, |edition| edition.id))
    }

    /// The edition before this one.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_edition_before(
        &self,
        tenant: TenantId,
        later: &FrameworkEdition,
    ) -> Result<Option<FrameworkEdition>, StoreError> {
        let condition = "WHERE f.tenant = $1 AND f.identifier = $2 AND f.edition = $3";
        let row = composed(format!("{EDITIONS} {condition}"))
            .bind(tenant.to_string())
            .bind(&later.identifier)
            .bind(i64::from(later.edition) - 1)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(edition).transpose()
    }

    /// The package of an edition as it was received. `None` where the tenant has none of this id, or it was imported before
    /// packages were kept.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_package(&self, tenant: TenantId, id: FrameworkId) -> Result<Option<Vec<u8>>, StoreError> {
        let known = query("SELECT count(*) FROM frameworks WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .number(&self.read)
            .await?;
        if known == 0 { Ok(None) } else { blocks::whole(&self.read, id).await }
    }

    /// As [`Self::framework_package`], a part at a time, for whoever passes it on: a stream that ends with an error where the
    /// store cannot go on.
    pub fn framework_parts(
        &self,
        tenant: TenantId,
        edition: &FrameworkEdition,
    ) -> impl Stream<Item = Result<Vec<u8>, StoreError>> + Send + use<> {
        let (read, id) = (self.read.clone(), edition.id);
        try_unfold(0, move |first| {
            let read = read.clone();
            async move { blocks::following(&read, tenant, id, first).await }
        })
    }

    async fn stored_if_any(&self, row: Option<Row>) -> Result<Option<StoredFramework>, StoreError> {
        match row {
            Some(row) => self.stored(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn stored(&self, row: Row) -> Result<StoredFramework, StoreError> {
        let id = Read::new(&row, "frameworks").id("id")?;
        let package = blocks::whole(&self.read, id).await?;
        // A large one takes as long as some requests.
        let read = tokio::task::spawn_blocking(move || {
            let row = Read::new(&row, "frameworks");
            let framework = match package {
                Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| row.corrupt("package"))?,
                None => row.json("package")?,
            };
            Ok(StoredFramework { id, framework, digest: row.digest("digest")?, imported_at: row.time("imported_at")? })
        });
        read.await.map_err(|_| StoreError::Closed)?
    }
}
