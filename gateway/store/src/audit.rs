//! The audit trail: who did what to which thing, and when. Ids and digests only; append-only; chained by digest.

use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;
use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use crate::{
    Store, StoreError,
    row::{Read, micros},
};

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1 within a tenant, without gaps.
    pub number: u32,
    pub at: Timestamp,
    /// A key's id, `worker` or `operator`.
    pub actor: String,
    /// Such as `submission.accepted`.
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    pub digest: Digest,
}

/// Where a trail stops fitting together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenChain {
    /// The first row that is missing, changed or out of place.
    pub number: u32,
}

/// Adds a row, within the transaction of what it tells of.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT number, digest FROM audit WHERE tenant = $1 ORDER BY number DESC LIMIT 1")
        .bind(tenant.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let (number, previous) = match last {
        Some(row) => (Read::new(&row, "audit").number("number")? + 1, Read::new(&row, "audit").digest("digest")?),
        None => (1, beginning(tenant)),
    };
    let digest = digest_of(&previous, number, at, actor, action, subject);
    sqlx::query(
        "INSERT INTO audit (tenant, number, at, actor, action, subject, previous, digest) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.to_string())
    .bind(i64::from(number))
    .bind(micros(at))
    .bind(actor)
    .bind(action)
    .bind(subject)
    .bind(previous.bytes().as_slice())
    .bind(digest.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// What the first row of a tenant follows.
fn beginning(tenant: TenantId) -> Digest {
    Digest::from_bytes(Sha256::digest(tenant.to_string()).into())
}

fn digest_of(previous: &Digest, number: u32, at: Timestamp, actor: &str, action: &str, subject: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(previous.bytes());
    hash.update(number.to_be_bytes());
    hash.update(at.as_microsecond().to_be_bytes());
    for text in [actor, action, subject] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    Digest::from_bytes(hash.finalize().into())
}

impl Store {
    /// Adds a row for something that changes nothing else, such as a view.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(
        &self,
        tenant: TenantId,
        at: Timestamp,
        actor: &str,
        action: &'static str,
        subject: &str,
    ) -> Result<(), StoreError> {
        let (actor, subject) = (actor.to_owned(), subject.to_owned());
        self.writer
            .write(move |connection| {
                Box::pin(async move { append(connection, tenant, at, &actor, action, &subject).await })
            })
            .await
    }

    /// A tenant's trail from row `after` on, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_rows(&self, tenant: TenantId, after: u32, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3")
            .bind(tenant.to_string())
            .bind(i64::from(after))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| audit_row(&Read::new(row, "audit"))).collect()
    }

    /// Reads a tenant's whole trail and says where it is broken, if it is.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_verify(&self, tenant: TenantId) -> Result<Result<u32, BrokenChain>, StoreError> {
        let (mut previous, mut number) = (beginning(tenant), 0);
        loop {
            let rows = self.audit_rows(tenant, number, 1_000).await?;
            if rows.is_empty() {
                return Ok(Ok(number));
            }
            for row in rows {
                number += 1;
                let expected = digest_of(&previous, number, row.at, &row.actor, &row.action, &row.subject);
                if row.number != number || row.digest != expected {
                    return Ok(Err(BrokenChain { number }));
                }
                previous = row.digest;
            }
        }
    }
}

fn audit_row(row: &Read) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        number: row.number("number")?,
        at: row.time("at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        digest: row.digest("digest")?,
    })
}
