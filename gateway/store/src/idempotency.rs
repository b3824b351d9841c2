//! Answers kept by idempotency key, written in the transaction of what they answer for.

use std::collections::{BTreeMap, BTreeSet};

use wellspring_model::{Timestamp, digest::Digest, id::TenantId};

use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::{Arg, over_rows, query},
    transaction::Transaction,
};

/// How long an answer is kept.
const KEPT_MICROS: i64 = 72 * 60 * 60 * 1_000_000;

/// A key with the request it stands for and the answer it will get again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// Method and path: the same key may be used on another route.
    pub route: String,
    /// Over the request's parts.
    pub request: Digest,
    pub status: u16,
    pub body: String,
}

/// What an earlier request with the same key got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub request: Digest,
    pub status: u16,
    pub body: String,
}

impl Earlier {
    pub(crate) fn of(kept: &Idempotency) -> Self {
        Self { request: kept.request, status: kept.status, body: kept.body.clone() }
    }
}

/// Where a key is unique: its tenant, itself and its route.
pub(crate) type Place<'a> = (TenantId, &'a str, &'a str);
type OwnedPlace = (TenantId, String, String);

/// Keeps the answers, and gives back those that are already there. Where another node is about to keep one for the same
/// key, this waits for it and sees it: no two requests with one key are ever both new.
pub(crate) async fn claim(
    tx: &mut Transaction,
    new: Vec<(Place<'_>, &Idempotency)>,
    now: Timestamp,
) -> Result<BTreeMap<OwnedPlace, Earlier>, StoreError> {
    let now = micros(now);
    let row = |((tenant, key, route), new): &(Place<'_>, &Idempotency)| -> Vec<Arg> {
        vec![
            tenant.to_string().into(),
            (*key).into(),
            (*route).into(),
            new.request.bytes().as_slice().into(),
            i64::from(new.status).into(),
            (&new.body).into(),
            now.into(),
        ]
    };
    // One that has been kept long enough gives way.
    let tail = format!(
        "ON CONFLICT (tenant, key, route) DO UPDATE SET request = excluded.request, status = excluded.status, \
         body = excluded.body, created_at = excluded.created_at \
         WHERE idempotency.created_at <= excluded.created_at - {KEPT_MICROS} RETURNING tenant, key, route"
    );
    let insert = "INSERT INTO idempotency (tenant, key, route, request, status, body, created_at)";
    let kept = over_rows(tx, insert, new.iter().map(row).collect(), &tail).await?;
    let kept: BTreeSet<OwnedPlace> =
        kept.iter().map(|row| place(&Read::new(row, "idempotency"))).collect::<Result<_, _>>()?;
    let taken = new
        .iter()
        .filter(|((tenant, key, route), _)| !kept.contains(&(*tenant, (*key).to_owned(), (*route).to_owned())));
    let rows = taken.map(|((tenant, key, route), _)| vec![tenant.to_string().into(), (*key).into(), (*route).into()]);
    let rows = rows.collect();
    // Each by one step in the index: `(tenant, key, route) IN (…)` would make SQLite look through all of a tenant's.
    let select = "SELECT i.tenant, i.key, i.route, i.request, i.status, i.body FROM (";
    let each = ") AS asked JOIN idempotency i \
                ON i.tenant = asked.column1 AND i.key = asked.column2 AND i.route = asked.column3";
    let taken = over_rows(tx, select, rows, each).await?;
    let read = |row| {
        let row = Read::new(row, "idempotency");
        let status = u16::try_from(row.number("status")?).map_err(|_| row.corrupt("status"))?;
        Ok((place(&row)?, Earlier { request: row.digest("request")?, status, body: row.text("body")? }))
    };
    taken.iter().map(read).collect()
}

/// Forgets one answer.
pub(crate) async fn forget(tx: &mut Transaction, (tenant, key, route): Place<'_>) -> Result<(), StoreError> {
    query("DELETE FROM idempotency WHERE tenant = $1 AND key = $2 AND route = $3")
        .bind(tenant.to_string())
        .bind(key)
        .bind(route)
        .execute(tx)
        .await
        .map(drop)
}

impl Store {
    /// Forgets answers that have been kept long enough, up to `most`. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_answers(&self, most: u32, now: Timestamp) -> Result<u64, StoreError> {
        let before = micros(now).saturating_sub(KEPT_MICROS);
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query(
                        "DELETE FROM idempotency WHERE (tenant, key, route) IN (SELECT tenant, key, route \
                         FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
                    )
                    .bind(before)
                    .bind(i64::from(most))
                    .execute(tx)
                    .await
                })
            })
            .await
    }
}

fn place(row: &Read<'_>) -> Result<OwnedPlace, StoreError> {
    Ok((row.id("tenant")?, row.text("key")?, row.text("route")?))
}
