//! The rows of payloads, and whose right to them is.

use std::collections::{BTreeMap, BTreeSet};

use wellspring_model::{
    digest::Digest,
    id::{SubmissionId, TenantId},
};

use super::{Encoding, ObjectName, Place, Placed};
use crate::{
    StoreError,
    row::{Read, Row},
    sql::{Arg, Dialect, Query, over_rows, query, statements},
    transaction::Transaction,
};

/// What a payload is found by: the same bytes of two tenants are two payloads.
pub(crate) type Key = (TenantId, Digest);

/// An object may be relied on for so long after it was put. The sweep takes what is much older and has no row: a process
/// that was held up in between must not store a row for it any more.
const FRESH_MICROS: i64 = 60 * 60 * 1_000_000;

/// Each payload that is asked for by one step in the index: `(tenant, digest) IN (…)` would make SQLite look through all
/// of a tenant's.
pub(crate) const EACH: &str = ") AS asked JOIN payloads p ON p.tenant = asked.column1 AND p.digest = asked.column2";

/// Stores payloads. The same bytes handed in twice are stored once. In order, so that no two transactions wait for each other.
///
/// # Errors
/// [`StoreError::NotCommitted`] where something that was relied on is not there any more: the caller asks again.
pub(crate) async fn insert(tx: &mut Transaction, payloads: &BTreeMap<Key, &Placed>) -> Result<(), StoreError> {
    let now = tx.now();
    let (mut missing, mut known) = (BTreeMap::new(), BTreeSet::new());
    for (key, placed) in payloads {
        match &placed.place {
            Place::Known => {
                known.insert(*key);
            }
            Place::Object { since, .. } if now.saturating_sub(*since) > FRESH_MICROS => {
                return Err(StoreError::NotCommitted);
            }
            Place::Row(_) | Place::Object { .. } => {
                missing.insert(*key, *placed);
            }
        }
    }
    insert_new(tx, &mut missing).await?;
    let there = hold(tx, missing.keys().chain(&known).copied().collect()).await?;
    if !known.is_subset(&there) {
        return Err(StoreError::NotCommitted);
    }
    // Those that were there a moment ago and have been retired meanwhile.
    missing.retain(|key, _| !there.contains(key));
    insert_new(tx, &mut missing).await?;
    if missing.is_empty() { Ok(()) } else { Err(StoreError::NotCommitted) }
}

/// Gives submissions a right to payloads that are there.
pub(crate) fn insert_rights(dialect: Dialect, rights: &BTreeSet<(SubmissionId, Key)>) -> Vec<Query> {
    let row = |(submission, (tenant, digest)): &(SubmissionId, Key)| -> Vec<Arg> {
        vec![submission.to_string().into(), tenant.to_string().into(), digest.bytes().as_slice().into()]
    };
    let insert = "INSERT INTO submission_payloads (submission, tenant, digest)";
    statements(dialect, insert, rights.iter().map(row).collect(), "")
}

/// Leaves in `missing` what was there already.
async fn insert_new(tx: &mut Transaction, missing: &mut BTreeMap<Key, &Placed>) -> Result<(), StoreError> {
    let row = |((tenant, digest), placed): (&Key, &&Placed)| -> Vec<Arg> {
        let (bytes, object) = match &placed.place {
            Place::Row(bytes) => (Some(bytes.clone()), None),
            Place::Object { name, .. } => (None, Some(name.as_str().to_owned())),
            Place::Known => (None, None),
        };
        let (digest, encoding) = (digest.bytes().as_slice().into(), placed.encoding.as_str().into());
        vec![tenant.to_string().into(), digest, placed.size.into(), encoding, bytes.into(), object.into()]
    };
    let insert = "INSERT INTO payloads (tenant, digest, size, encoding, bytes, object)";
    let rows = missing.iter().map(row).collect();
    let inserted = over_rows(tx, insert, rows, "ON CONFLICT DO NOTHING RETURNING tenant, digest").await?;
    for row in &inserted {
        missing.remove(&key(&Read::new(row, "payloads"))?);
    }
    Ok(())
}

/// Those of the payloads that are there. Nobody retires them before the transaction has ended.
async fn hold(tx: &mut Transaction, asked: BTreeSet<Key>) -> Result<BTreeSet<Key>, StoreError> {
    // SQLite has one transaction that writes.
    let lock = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR KEY SHARE OF p",
    };
    found(tx, &asked, lock).await
}

/// Takes payloads for retiring. Those that somebody relies on at this moment are not among them, and are not waited for.
pub(crate) async fn take(tx: &mut Transaction, asked: &BTreeSet<Key>) -> Result<BTreeSet<Key>, StoreError> {
    let lock = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE OF p SKIP LOCKED",
    };
    found(tx, asked, lock).await
}

async fn found(tx: &mut Transaction, asked: &BTreeSet<Key>, lock: &str) -> Result<BTreeSet<Key>, StoreError> {
    let rows = over_rows(tx, "SELECT p.tenant, p.digest FROM (", args(asked), &format!("{EACH} {lock}")).await?;
    rows.iter().map(|row| key(&Read::new(row, "payloads"))).collect()
}

/// What these submissions have a right to.
pub(crate) async fn rights_of(
    tx: &mut Transaction,
    submissions: impl Iterator<Item = SubmissionId>,
) -> Result<Vec<(SubmissionId, Key)>, StoreError> {
    let select = "SELECT submission, tenant, digest FROM submission_payloads WHERE submission IN (";
    let rows = over_rows(tx, select, submissions.map(|id| vec![id.to_string().into()]).collect(), ")").await?;
    let read = |row: &Row| {
        let row = Read::new(row, "submission_payloads");
        Ok((row.id("submission")?, key(&row)?))
    };
    rows.iter().map(read).collect()
}

/// Ends the rights of these submissions, and deletes of what was taken the payloads that nobody else has a right to. Gives the
/// names of their objects, which are to be deleted once this is committed.
pub(crate) async fn end_rights(
    tx: &mut Transaction,
    submissions: impl Iterator<Item = SubmissionId>,
    taken: &BTreeSet<Key>,
) -> Result<Vec<ObjectName>, StoreError> {
    let ids = submissions.map(|id| vec![id.to_string().into()]).collect();
    over_rows(tx, "DELETE FROM submission_payloads WHERE submission IN (", ids, ")").await?;
    let mut names = Vec::new();
    for (tenant, digest) in taken {
        let deleted = query(
            "DELETE FROM payloads WHERE tenant = $1 AND digest = $2 AND NOT EXISTS (SELECT 1 FROM submission_payloads r \
             WHERE r.tenant = payloads.tenant AND r.digest = payloads.digest) RETURNING object",
        )
        .bind(tenant.to_string())
        .bind(digest.bytes().as_slice())
        .fetch_optional(&mut *tx)
        .await?;
        let object = deleted.map(|row| Read::new(&row, "payloads").optional_text("object")).transpose()?;
        names.extend(object.flatten().map(ObjectName::of_row));
    }
    Ok(names)
}

/// How a payload is kept.
pub(crate) struct Kept {
    pub size: usize,
    pub encoding: Encoding,
    pub place: KeptIn,
}

/// Where its bytes are.
pub(crate) enum KeptIn {
    Row(Vec<u8>),
    Object(ObjectName),
}

pub(crate) fn kept(row: &Row) -> Result<Kept, StoreError> {
    let row = Read::new(row, "payloads");
    let place = match (row.optional_bytes("bytes")?, row.optional_text("object")?) {
        (Some(bytes), None) => KeptIn::Row(bytes),
        (None, Some(name)) => KeptIn::Object(ObjectName::of_row(name)),
        _ => return Err(row.corrupt("object")),
    };
    let size = usize::try_from(row.count("size")?).map_err(|_| row.corrupt("size"))?;
    let encoding = row.text("encoding")?.parse().map_err(|()| row.corrupt("encoding"))?;
    Ok(Kept { size, encoding, place })
}

pub(crate) fn key(row: &Read<'_>) -> Result<Key, StoreError> {
    Ok((row.id("tenant")?, row.digest("digest")?))
}

/// Arguments in order, so that locks are taken in order.
pub(crate) fn args<'k>(keys: impl IntoIterator<Item = &'k Key>) -> Vec<Vec<Arg>> {
    let row = |(tenant, digest): &Key| vec![tenant.to_string().into(), digest.bytes().as_slice().into()];
    keys.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wellspring_model::Timestamp;

    use super::*;
    use crate::{Store, open::in_folder};

    async fn stored(store: &Store, tenant: TenantId, place: Place) -> Result<(), StoreError> {
        let digest = Digest::from_bytes([7; 32]);
        let placed = Placed { digest, size: 3, encoding: Encoding::Plain, place };
        let insert = store
            .writer
            .write(move |tx| Box::pin(async move { insert(tx, &BTreeMap::from([((tenant, digest), &placed)])).await }));
        insert.await
    }

    #[tokio::test]
    async fn what_was_put_too_long_ago_or_is_not_there_any_more_is_not_relied_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = in_folder(&folder).await;
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        store.create_tenant(tenant, "Example Ltd", Timestamp::UNIX_EPOCH).await.expect("a tenant");
        let now = store.now().await.expect("a time");
        let name = ObjectName::new(tenant, &Digest::from_bytes([7; 32]), [0; 16]);
        let put = |since| Place::Object { name: name.clone(), since };
        let refused =
            [stored(&store, tenant, put(now - FRESH_MICROS - 1)).await, stored(&store, tenant, Place::Known).await];
        assert!(refused.iter().all(|one| matches!(one, Err(StoreError::NotCommitted))), "{refused:?}");
        stored(&store, tenant, put(now)).await.expect("it was put just now");
        stored(&store, tenant, Place::Known).await.expect("it is there");
    }
}
