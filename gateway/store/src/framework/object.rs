//! One object of a framework, found by its identifier without reading the rest.

use std::collections::HashMap;

use uuid::Uuid;
use wellspring_model::{case::ObjectKind, id::TenantId};

use super::{EDITIONS, FrameworkEdition, NEWEST, Readers, blocks::Blocks, edition};
use crate::{
    Store, StoreError,
    row::{Read, Row},
    sql::{composed, query},
};

/// An object as received, with the edition that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    pub edition: FrameworkEdition,
    pub text: String,
}

impl Store {
    /// The object of this identifier in the newest editions that these readers may see; in the latest imported one where
    /// several frameworks have it.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_object(
        &self,
        tenant: TenantId,
        readers: Readers,
        kind: ObjectKind,
        identifier: Uuid,
    ) -> Result<Option<StoredObject>, StoreError> {
        let condition = readers.condition();
        let rows = composed(format!(
            "SELECT o.framework, o.starts, o.length FROM framework_objects o JOIN frameworks f ON f.id = o.framework \
             WHERE o.tenant = $1 AND o.identifier = $2 AND o.kind = $3 AND {NEWEST}{condition} ORDER BY f.id DESC LIMIT 1"
        ))
        .bind(tenant.to_string())
        .bind(identifier.to_string())
        .bind(kind.as_str())
        .fetch_all(&self.read)
        .await?;
        Ok(self.stored_objects(tenant, &rows).await?.pop())
    }

    /// All objects of a kind in an edition, in the package's order.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_objects(
        &self,
        tenant: TenantId,
        edition: &FrameworkEdition,
        kind: ObjectKind,
    ) -> Result<Vec<String>, StoreError> {
        let rows = query(
            "SELECT framework, starts, length FROM framework_objects WHERE framework = $1 AND tenant = $2 AND kind = $3 \
             ORDER BY position",
        )
        .bind(edition.id.to_string())
        .bind(tenant.to_string())
        .bind(kind.as_str())
        .fetch_all(&self.read)
        .await?;
        let mut blocks = Blocks::new(&self.read);
        let mut texts = Vec::with_capacity(rows.len());
        for row in &rows {
            texts.push(text(&mut blocks, row).await?);
        }
        Ok(texts)
    }

    /// The associations that lead from or to an item, in the newest editions that these readers may see. At most `most`.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_associations_of(
        &self,
        tenant: TenantId,
        readers: Readers,
        item: Uuid,
        most: u32,
    ) -> Result<Vec<StoredObject>, StoreError> {
        let condition = readers.condition();
        let ends = |end: &str| {
            format!(
                "SELECT o.framework, o.position, o.starts, o.length FROM framework_objects o \
                 JOIN frameworks f ON f.id = o.framework \
                 WHERE o.tenant = $1 AND o.{end} = $2 AND {NEWEST}{condition}"
            )
        };
        let (origin, destination) = (ends("origin"), ends("destination"));
        let rows = composed(format!("{origin} UNION {destination} ORDER BY framework, position LIMIT $3"))
            .bind(tenant.to_string())
            .bind(item.to_string())
            .bind(i64::from(most))
            .fetch_all(&self.read)
            .await?;
        self.stored_objects(tenant, &rows).await
    }

    async fn stored_objects(&self, tenant: TenantId, rows: &[Row]) -> Result<Vec<StoredObject>, StoreError> {
        let (mut blocks, mut editions) = (Blocks::new(&self.read), HashMap::new());
        let mut objects = Vec::with_capacity(rows.len());
        for row in rows {
            let framework = Read::new(row, "framework_objects").text("framework")?;
            if !editions.contains_key(&framework) {
                let of = composed(format!("{EDITIONS} WHERE f.id = $1 AND f.tenant = $2"));
                let of = of.bind(&framework).bind(tenant.to_string()).fetch_optional(&self.read).await?;
                let of = of.as_ref().map(edition).transpose()?;
                editions.extend(of.map(|of| (framework.clone(), of)));
            }
            if let Some(edition) = editions.get(&framework) {
                objects.push(StoredObject { edition: edition.clone(), text: text(&mut blocks, row).await? });
            }
        }
        Ok(objects)
    }
}

async fn text(blocks: &mut Blocks<'_>, row: &Row) -> Result<String, StoreError> {
    let row = Read::new(row, "framework_objects");
    let place = |column| usize::try_from(row.count(column)?).map_err(|_| row.corrupt(column));
    let (starts, length) = (place("starts")?, place("length")?);
    let bytes = blocks.part(&row.text("framework")?, starts..starts.saturating_add(length)).await?;
    String::from_utf8(bytes).map_err(|_| row.corrupt("starts"))
}
