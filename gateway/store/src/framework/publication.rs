//! Which frameworks anybody may read, and what a reader of the CASE service finds.

use wellspring_model::{
    Timestamp,
    id::{FrameworkId, TenantId},
};

use super::{EDITIONS, FrameworkEdition, NEWEST, edition};
use crate::{
    Action, Store, StoreError,
    row::micros,
    sql::{composed, query},
};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The tenant, who sees all of its frameworks.
    Tenant,
    /// Anybody, who sees those that are published.
    Anybody,
}

impl Readers {
    /// What a framework `f` has to be.
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::Tenant => "",
            Self::Anybody => {
                " AND EXISTS (SELECT 1 FROM framework_publications q WHERE q.tenant = f.tenant AND q.identifier = f.identifier)"
            }
        }
    }
}

impl Store {
    /// Publishes a framework with all its editions, or takes that back. Says whether the tenant has such an edition.
    ///
    /// # Errors
    /// The store's.
    pub async fn publish_framework(
        &self,
        tenant: TenantId,
        id: FrameworkId,
        is_published: bool,
        now: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let known = query("SELECT count(*) FROM frameworks WHERE id = $1 AND tenant = $2");
                    if known.bind(id.to_string()).bind(tenant.to_string()).number(&mut *tx).await? == 0 {
                        return Ok(false);
                    }
                    let change = match is_published {
                        true => query(
                            "INSERT INTO framework_publications (tenant, identifier, published_at, published_by) \
                             SELECT tenant, identifier, $3, $4 FROM frameworks WHERE id = $1 AND tenant = $2 \
                             ON CONFLICT DO NOTHING",
                        )
                        .bind(id.to_string())
                        .bind(tenant.to_string())
                        .bind(micros(now))
                        .bind(&actor),
                        false => query(
                            "DELETE FROM framework_publications WHERE tenant = $2 \
                             AND identifier = (SELECT identifier FROM frameworks WHERE id = $1)",
                        )
                        .bind(id.to_string())
                        .bind(tenant.to_string()),
                    };
                    if change.execute(&mut *tx).await? > 0 {
                        let action = if is_published { Action::FrameworkPublished } else { Action::FrameworkWithdrawn };
                        tx.audit(tenant, now, &actor, action, &id.to_string());
                    }
                    Ok(true)
                })
            })
            .await
    }

    /// The newest edition of every framework that these readers may see, of those that are kept as received.
    ///
    /// # Errors
    /// The store's.
    pub async fn frameworks_for(
        &self,
        tenant: TenantId,
        readers: Readers,
    ) -> Result<Vec<FrameworkEdition>, StoreError> {
        let condition = readers.condition();
        let rows = composed(format!(
            "{EDITIONS} WHERE f.tenant = $1 AND f.case_version IS NOT NULL AND {NEWEST}{condition} ORDER BY f.id"
        ))
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(edition).collect()
    }

    /// Of one framework, the newest edition that these readers may see.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_for(
        &self,
        tenant: TenantId,
        readers: Readers,
        identifier: &str,
    ) -> Result<Option<FrameworkEdition>, StoreError> {
        let condition = readers.condition();
        let row = composed(format!(
            "{EDITIONS} WHERE f.tenant = $1 AND f.identifier = $2 AND f.case_version IS NOT NULL AND {NEWEST}{condition}"
        ))
        .bind(tenant.to_string())
        .bind(identifier)
        .fetch_optional(&self.read)
        .await?;
        row.as_ref().map(edition).transpose()
    }
}
