//! Objects that no row names: of puts whose transaction never came, of rows that were deleted by a process that then ended.
//!
//! An object that is younger than a day may belong to a transaction under way, and is left alone. Only names of our own
//! making, of tenants of this database, are ever looked at: whatever else lies in the folder or bucket is not ours.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use wellspring_model::{Timestamp, id::TenantId};

use super::{
    ObjectName, Objects,
    rows::{self, Key},
};
use crate::{
    Store, StoreError,
    row::{Read, micros},
    sql::{query, read_over_rows},
};

/// What is younger is left alone. Much longer than a transaction may rely on what it has put.
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// Names that are compared with rows at once.
const AT_ONCE: usize = 512;
/// Objects by which is seen whether this is the right place.
const LOOKED_AT: i64 = 3;

impl Store {
    /// Deletes objects that no row names. Says how many.
    ///
    /// # Errors
    /// The store's; what was not looked at is left to the next time.
    pub async fn sweep_objects(&self, now: Timestamp) -> Result<u64, StoreError> {
        let Some(objects) = &self.payloads.objects else { return Ok(0) };
        let before = micros(now).saturating_sub(DAY_MICROS);
        let (mut swept, mut after) = (0, String::new());
        let next = "SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT 1";
        while let Some(row) = query(next).bind(&after).fetch_optional(&self.read).await? {
            let tenant: TenantId = Read::new(&row, "tenants").id("id")?;
            swept += self.sweep_tenant(objects, tenant, before).await?;
            after = tenant.to_string();
        }
        Ok(swept)
    }

    async fn sweep_tenant(&self, objects: &Objects, tenant: TenantId, before: i64) -> Result<u64, StoreError> {
        let mut swept = objects.delete_unfinished(tenant, before).await?;
        let mut found = Box::pin(objects.of_tenant(tenant).chunks(AT_ONCE));
        while let Some(part) = found.next().await {
            let mut old = BTreeSet::new();
            for one in part {
                let one = one?;
                if one.put_at < before && one.name.parts().is_some_and(|(of, _)| of == tenant) {
                    old.insert(one.name);
                }
            }
            let named = self.named(&old).await?;
            swept += objects.delete(old.difference(&named).cloned().collect()).await;
        }
        Ok(swept)
    }

    /// Those of the objects that a row names.
    async fn named(&self, names: &BTreeSet<ObjectName>) -> Result<BTreeSet<ObjectName>, StoreError> {
        let keys: BTreeSet<Key> = names.iter().filter_map(ObjectName::parts).collect();
        let tail = format!("{} WHERE p.object IS NOT NULL", rows::EACH);
        let rows = read_over_rows(&self.read, "SELECT p.object FROM (", rows::args(&keys), &tail).await?;
        rows.iter().map(|row| Ok(ObjectName::of_row(Read::new(row, "payloads").text("object")?))).collect()
    }

    /// Whether payloads can be kept and read where they should be: the place is the one that earlier ones were put in, and it
    /// lets us write and delete.
    ///
    /// # Errors
    /// What is wrong with the place.
    pub async fn check_payloads(&self) -> Result<(), StoreError> {
        let select =
            "SELECT tenant, digest, object FROM payloads WHERE object IS NOT NULL ORDER BY tenant, digest LIMIT $1";
        let rows = query(select).bind(LOOKED_AT).fetch_all(&self.read).await?;
        let Some(objects) = &self.payloads.objects else {
            return if rows.is_empty() { Ok(()) } else { Err(StoreError::ObjectsUnnamed) };
        };
        let mut absent = Vec::new();
        for row in &rows {
            let row = Read::new(row, "payloads");
            let (_, digest) = rows::key(&row)?;
            if objects.is_there(&ObjectName::of_row(row.text("object")?)).await? {
                absent.clear();
                break;
            }
            absent.push(digest);
        }
        if let Some(digest) = absent.first() {
            return Err(StoreError::ObjectsElsewhere(*digest));
        }
        let name = ObjectName::of_row("check".to_owned());
        objects.put(&name, b"written to see whether it can be, and deleted".to_vec()).await?;
        objects.delete(vec![name]).await;
        Ok(())
    }
}
