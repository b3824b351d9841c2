//! Reading a trail and its heads in pages.

use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use super::{AuditRow, SignedHead, row, sign::signed_head, stored};
use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::query,
};

/// Rows that one page looks at, at most, for those that fit.
pub const LOOKED_AT: u64 = 20_000;

/// Which rows. What is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub action: Option<String>,
    pub subject: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

impl Store {
    /// A tenant's trail after row `after`, oldest first: `limit` rows that fit, of the next [`LOOKED_AT`]. With the row after
    /// which to go on, if there are more; a page may hold fewer than asked for, or none, and still not be the last.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_page(
        &self,
        tenant: TenantId,
        after: u64,
        limit: u32,
        filter: &AuditFilter,
    ) -> Result<(Vec<AuditRow>, Option<u64>), StoreError> {
        let end = self.noted_end(tenant).await?.map_or(0, |(number, _)| number);
        let looked_at = after.saturating_add(LOOKED_AT);
        let rows = query(
            "SELECT * FROM audit WHERE tenant = $1 AND number > $2 AND number <= $3 AND ($4 IS NULL OR actor = $4) \
             AND ($5 IS NULL OR action = $5) AND ($6 IS NULL OR subject = $6) AND ($7 IS NULL OR at >= $7) \
             AND ($8 IS NULL OR at < $8) ORDER BY number LIMIT $9",
        )
        .bind(tenant.to_string())
        .bind(stored(after))
        .bind(stored(looked_at))
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.subject)
        .bind(filter.since.map(micros))
        .bind(filter.until.map(micros))
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await?;
        let rows: Vec<AuditRow> =
            rows.iter().map(|row| AuditRow::read(&Read::new(row, "audit"))).collect::<Result<_, _>>()?;
        let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let seen = if is_full { rows.last().map_or(looked_at, |row| row.number) } else { looked_at };
        Ok((rows, Some(seen).filter(|seen| *seen < end)))
    }

    /// A tenant's trail from row `after` on, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_rows(&self, tenant: TenantId, after: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = query("SELECT * FROM audit WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3")
            .bind(tenant.to_string())
            .bind(stored(after))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| AuditRow::read(&Read::new(row, "audit"))).collect()
    }

    /// The first row at `since` or later, if there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn first_audit_row_since(&self, tenant: TenantId, since: Timestamp) -> Result<Option<u64>, StoreError> {
        let first = "SELECT coalesce(min(number), 0) FROM audit WHERE tenant = $1 AND at >= $2";
        let first = query(first).bind(tenant.to_string()).bind(micros(since)).number(&self.read).await?;
        Ok(u64::try_from(first).ok().filter(|first| *first > 0))
    }

    /// What the row after this one follows. None where there is no such row.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_digest(&self, tenant: TenantId, number: u64) -> Result<Option<Digest>, StoreError> {
        if number == 0 {
            return Ok(Some(row::beginning(tenant)));
        }
        let row = query("SELECT digest FROM audit WHERE tenant = $1 AND number = $2")
            .bind(tenant.to_string())
            .bind(stored(number))
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| Read::new(&row, "audit").digest("digest")).transpose()
    }

    /// Signed heads of a tenant's trail after row `after`, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_heads(&self, tenant: TenantId, after: u64, limit: u32) -> Result<Vec<SignedHead>, StoreError> {
        let rows = query("SELECT * FROM audit_signed_heads WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3")
            .bind(tenant.to_string())
            .bind(stored(after))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(signed_head).collect()
    }
}
