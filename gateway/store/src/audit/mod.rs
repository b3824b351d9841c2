//! The audit trail: who did what to which thing, and when. Ids and digests only; append-only; chained by digest; its ends
//! are signed.
//!
//! What the chain and the signatures prove, and what they do not, is in `docs/operations/audit.md`.

mod action;
mod chain;
mod ends;
mod export;
mod keys;
mod row;
mod sign;
mod signed;
mod trail;
mod verify;

use std::collections::BTreeMap;

use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

pub(crate) use self::ends::check_ends;
pub use self::{
    action::Action,
    chain::{Broken, Fault},
    export::{AuditExport, AuditLine, ExportCheck, ExportError, ExportFault, ExportRange, check_export},
    row::{AuditRow, detail_of},
    sign::Signed,
    signed::{AuditKey, AuditPublicKey, AuditSignature, Endorsement, SignedHead},
    trail::{AuditFilter, LOOKED_AT},
    verify::TrailCheck,
};
use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::{Dialect, Query, over_rows, statements},
    transaction::Transaction,
};

/// A row that is to be added.
#[derive(Debug, Clone)]
pub struct AuditNote {
    tenant: TenantId,
    at: Timestamp,
    actor: String,
    action: Action,
    subject: String,
    times: u32,
    detail: Option<Digest>,
}

impl AuditNote {
    /// That `actor` did `action` to `subject`.
    pub fn new(tenant: TenantId, at: Timestamp, actor: &str, action: Action, subject: impl ToString) -> Self {
        Self { tenant, at, actor: actor.to_owned(), action, subject: subject.to_string(), times: 1, detail: None }
    }

    /// What was pushed, answered or changed.
    #[must_use]
    pub fn with(self, detail: impl Into<Option<Digest>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// That it happened so often.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: times.max(1), ..self }
    }

    fn row(self, number: u64, previous: Digest) -> AuditRow {
        // What is hashed is what is stored.
        let at = Timestamp::from_microsecond(micros(self.at)).unwrap_or(self.at);
        let mut row = AuditRow {
            number,
            at,
            actor: self.actor,
            action: self.action.as_str().to_owned(),
            subject: self.subject,
            times: self.times,
            detail: self.detail,
            form: row::FORM,
            previous,
            digest: previous,
        };
        row.digest = row.digest_in(self.tenant);
        row
    }
}

/// What adds rows at the end of a transaction, once it is run. The heads of the chains are held from here to the commit, in the
/// order of the tenants, so that no two transactions wait for each other.
pub(crate) async fn append(tx: &mut Transaction, notes: Vec<AuditNote>) -> Result<Vec<Query>, StoreError> {
    let mut of_tenant: BTreeMap<TenantId, Vec<AuditNote>> = BTreeMap::new();
    for note in notes {
        of_tenant.entry(note.tenant).or_default().push(note);
    }
    let (mut rows, mut heads) = (Vec::new(), Vec::new());
    let ends = hold_ends(tx, of_tenant.keys()).await?;
    for (tenant, notes) in of_tenant {
        let (mut number, mut previous) = ends.get(&tenant).copied().unwrap_or((0, row::beginning(tenant)));
        for note in notes {
            number += 1;
            let row = note.row(number, previous);
            previous = row.digest;
            rows.push(vec![
                tenant.to_string().into(),
                stored(number).into(),
                micros(row.at).into(),
                row.actor.into(),
                row.action.into(),
                row.subject.into(),
                i64::from(row.times).into(),
                row.detail.map(|detail| detail.bytes().to_vec()).into(),
                i64::from(row.form).into(),
                row.previous.bytes().as_slice().into(),
                row.digest.bytes().as_slice().into(),
            ]);
        }
        heads.push(vec![tenant.to_string().into(), stored(number).into(), previous.bytes().as_slice().into()]);
    }
    let insert = "INSERT INTO audit \
                  (tenant, number, at, actor, action, subject, times, detail, form, previous, digest)";
    let mut queries = statements(tx.dialect(), insert, rows, "");
    let upsert = "ON CONFLICT (tenant) DO UPDATE SET number = excluded.number, digest = excluded.digest";
    let insert = "INSERT INTO audit_heads (tenant, number, digest)";
    queries.extend(statements(tx.dialect(), insert, heads, upsert));
    Ok(queries)
}

/// The ends of tenants' chains, held until the transaction ends. In order, so that no two transactions wait for each other.
async fn hold_ends(
    tx: &mut Transaction,
    tenants: impl Iterator<Item = &TenantId>,
) -> Result<BTreeMap<TenantId, (u64, Digest)>, StoreError> {
    let tail = match tx.dialect() {
        Dialect::Sqlite => ") AS asked JOIN audit_heads h ON h.tenant = asked.column1",
        Dialect::Postgres => {
            ") AS asked JOIN audit_heads h ON h.tenant = asked.column1 ORDER BY h.tenant FOR UPDATE OF h"
        }
    };
    let asked = tenants.map(|tenant| vec![tenant.to_string().into()]).collect();
    let rows = over_rows(tx, "SELECT h.tenant, h.number, h.digest FROM (", asked, tail).await?;
    let read = |row| {
        let row = Read::new(row, "audit_heads");
        Ok((row.id("tenant")?, (row::number(&row, "number")?, row.digest("digest")?)))
    };
    rows.iter().map(read).collect()
}

/// A row's number as it is stored.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// Adds a row for something that changes nothing else, such as a view. Durable when this returns.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(&self, note: AuditNote) -> Result<(), StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    tx.note(note);
                    Ok(())
                })
            })
            .await
    }
}
