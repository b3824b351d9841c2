//! Frameworks as imported, each edition a row of its own.

use wellspring_model::{
    Timestamp,
    competency::{Framework, FrameworkVersion},
    digest::Digest,
    id::{FrameworkId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError,
    row::{Read, json, micros},
    sql::query,
    transaction::Transaction,
};

/// A framework with what is known of its import.
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

/// Adds an edition of a framework, whatever it came from.
pub(crate) async fn insert(tx: &mut Transaction, tenant: TenantId, new: &StoredFramework) -> Result<(), StoreError> {
    let document = &new.framework.document;
    query(
        "INSERT INTO frameworks (id, tenant, identifier, uri, digest, package, imported_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.to_string())
    .bind(tenant.to_string())
    .bind(document.identifier.to_lowercase())
    .bind(&document.uri)
    .bind(new.digest.bytes().to_vec())
    .bind(json(&new.framework)?)
    .bind(micros(new.imported_at))
    .execute(tx)
    .await
    .map(drop)
}

impl Store {
    pub async fn add_framework(
        &self,
        tenant: TenantId,
        framework: &StoredFramework,
        actor: &str,
    ) -> Result<(), StoreError> {
        let (new, actor) = (framework.clone(), actor.to_owned());
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    insert(tx, tenant, &new).await?;
                    let note = AuditNote::new(tenant, new.imported_at, &actor, Action::FrameworkImported, new.id);
                    tx.note(note.with(new.digest));
                    Ok(())
                })
            })
            .await
    }

    pub async fn framework(&self, tenant: TenantId, id: FrameworkId) -> Result<Option<StoredFramework>, StoreError> {
        let row = query("SELECT * FROM frameworks WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| framework(&Read::new(&row, "frameworks"))).transpose()
    }

    /// The newest edition of the framework with this identifier or address.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_named(&self, tenant: TenantId, name: &str) -> Result<Option<StoredFramework>, StoreError> {
        let row = query(
            "SELECT * FROM frameworks WHERE tenant = $1 AND (identifier = $2 OR uri = $3) ORDER BY id DESC LIMIT 1",
        )
        .bind(tenant.to_string())
        .bind(name.to_lowercase())
        .bind(name)
        .fetch_optional(&self.read)
        .await?;
        row.map(|row| framework(&Read::new(&row, "frameworks"))).transpose()
    }

    pub async fn frameworks(
        &self,
        tenant: TenantId,
        page: Page<FrameworkId>,
    ) -> Result<(Vec<StoredFramework>, Option<FrameworkId>), StoreError> {
        let rows = query("SELECT * FROM frameworks WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let frameworks = rows.iter().map(|row| framework(&Read::new(row, "frameworks")));
        Ok(page.cut(frameworks.collect::<Result<Vec<_>, _>>()?, |framework| framework.id))
    }

    /// The editions that an assessment used.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks_used(
        &self,
        tenant: TenantId,
        used: &[FrameworkVersion],
    ) -> Result<Vec<(Framework, FrameworkVersion)>, StoreError> {
        let mut frameworks = Vec::with_capacity(used.len());
        for version in used {
            let row = query("SELECT * FROM frameworks WHERE tenant = $1 AND identifier = $2 AND digest = $3 LIMIT 1")
                .bind(tenant.to_string())
                .bind(version.id.to_lowercase())
                .bind(version.digest.bytes().as_slice())
                .fetch_optional(&self.read)
                .await?;
            if let Some(row) = row {
                let found = framework(&Read::new(&row, "frameworks"))?;
                frameworks.push((found.framework.clone(), found.version()));
            }
        }
        Ok(frameworks)
    }

    /// The newest edition of every framework: their associations may lead from any of them to a profile's items.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks_for_scoring(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<(Framework, FrameworkVersion)>, StoreError> {
        let rows = query(
            "SELECT * FROM frameworks f WHERE tenant = $1 AND NOT EXISTS \
             (SELECT 1 FROM frameworks n WHERE n.tenant = f.tenant AND n.identifier = f.identifier AND n.id > f.id) \
             ORDER BY id",
        )
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let frameworks = rows.iter().map(|row| framework(&Read::new(row, "frameworks")));
        frameworks.map(|found| found.map(|found| (found.framework.clone(), found.version()))).collect()
    }
}

fn framework(row: &Read) -> Result<StoredFramework, StoreError> {
    Ok(StoredFramework {
        id: row.id("id")?,
        framework: row.json("package")?,
        digest: row.digest("digest")?,
        imported_at: row.time("imported_at")?,
    })
}
