//! The audit trail: who did what to which thing, and when. Ids and digests only; append-only; chained by digest.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::{Connection, Dialect, over_rows, query},
    transaction::Transaction,
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

/// A row that is to be added.
pub(crate) struct Note {
    pub tenant: TenantId,
    pub at: Timestamp,
    pub actor: String,
    pub action: &'static str,
    pub subject: String,
}

/// Adds rows at the end of a transaction, within it. The heads of the chains are held from here to the commit, in the
/// order of the tenants, so that no two transactions wait for each other.
pub(crate) async fn append(tx: &mut Transaction, notes: Vec<Note>) -> Result<(), StoreError> {
    let mut of_tenant: BTreeMap<TenantId, Vec<Note>> = BTreeMap::new();
    for note in notes {
        of_tenant.entry(note.tenant).or_default().push(note);
    }
    let (mut rows, mut heads) = (Vec::new(), Vec::new());
    for (tenant, notes) in of_tenant {
        let (mut number, mut previous) = head(tx, tenant).await?;
        for note in notes {
            number += 1;
            let digest = digest_of(&previous, number, note.at, &note.actor, note.action, &note.subject);
            rows.push(vec![
                tenant.to_string().into(),
                i64::from(number).into(),
                micros(note.at).into(),
                note.actor.into(),
                note.action.into(),
                note.subject.into(),
                previous.bytes().as_slice().into(),
                digest.bytes().as_slice().into(),
            ]);
            previous = digest;
        }
        heads.push(vec![tenant.to_string().into(), i64::from(number).into(), previous.bytes().as_slice().into()]);
    }
    let insert = "INSERT INTO audit (tenant, number, at, actor, action, subject, previous, digest) VALUES";
    over_rows(tx, insert, rows, "").await?;
    let upsert = "ON CONFLICT (tenant) DO UPDATE SET number = excluded.number, digest = excluded.digest";
    over_rows(tx, "INSERT INTO audit_heads (tenant, number, digest) VALUES", heads, upsert).await?;
    Ok(())
}

/// The end of a tenant's chain, held until the transaction ends.
async fn head(tx: &mut Transaction, tenant: TenantId) -> Result<(u32, Digest), StoreError> {
    let select = match tx.dialect() {
        Dialect::Sqlite => "SELECT number, digest FROM audit_heads WHERE tenant = $1",
        Dialect::Postgres => "SELECT number, digest FROM audit_heads WHERE tenant = $1 FOR UPDATE",
    };
    let row = query(select).bind(tenant.to_string()).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok((0, beginning(tenant))) };
    let row = Read::new(&row, "audit_heads");
    Ok((row.number("number")?, row.digest("digest")?))
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

/// The first tenant whose trail does not end where its head says, or whose last row is not what was written.
pub(crate) async fn check_heads(on: &mut Connection) -> Result<Option<TenantId>, StoreError> {
    let rows = query(
        "SELECT h.tenant AS head_tenant, h.number AS head_number, h.digest AS head_digest, a.* \
         FROM audit_heads h LEFT JOIN audit a ON a.tenant = h.tenant \
         AND a.number = (SELECT max(b.number) FROM audit b WHERE b.tenant = h.tenant) ORDER BY h.tenant",
    );
    for row in &rows.fetch_all(on).await? {
        let row = Read::new(row, "audit");
        let tenant = row.id("head_tenant")?;
        if row.optional_number("number")? != Some(row.count("head_number")?) {
            return Ok(Some(tenant));
        }
        let last = audit_row(&row)?;
        let expected =
            digest_of(&row.digest("previous")?, last.number, last.at, &last.actor, &last.action, &last.subject);
        if last.digest != expected || last.digest != row.digest("head_digest")? {
            return Ok(Some(tenant));
        }
    }
    Ok(None)
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
            .write(move |tx| {
                Box::pin(async move {
                    tx.audit(tenant, at, &actor, action, &subject);
                    Ok(())
                })
            })
            .await
    }

    /// A tenant's trail from row `after` on, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_rows(&self, tenant: TenantId, after: u32, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = query("SELECT * FROM audit WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3")
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
