//! One object of a framework, found by its identifier without reading the rest.

use uuid::Uuid;
use wellspring_model::{case::ObjectKind, id::TenantId};

use super::{EDITIONS, FrameworkEdition, NEWEST, Readers, blocks, edition};
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
        let found = composed(format!(
            "SELECT o.framework, o.starts, o.length FROM framework_objects o JOIN frameworks f ON f.id = o.framework \
             WHERE o.tenant = $1 AND o.identifier = $2 AND o.kind = $3 AND {NEWEST}{condition} ORDER BY f.id DESC LIMIT 1"
        ))
        .bind(tenant.to_string())
        .bind(identifier.to_string())
        .bind(kind.as_str())
        .fetch_optional(&self.read)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let framework = Read::new(&found, "framework_objects").text("framework")?;
        let row = composed(format!("{EDITIONS} WHERE f.id = $1")).bind(&framework).fetch_optional(&self.read).await?;
        let Some(edition) = row.as_ref().map(edition).transpose()? else { return Ok(None) };
        Ok(Some(StoredObject { edition, text: self.object_text(&found).await? }))
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
        self.object_texts(&rows).await
    }

    /// The associations that lead from or to an item, of the newest editions that these readers may see. At most `most`.
    ///
    /// # Errors
    /// The store's.
    pub async fn framework_associations_of(
        &self,
        tenant: TenantId,
        edition: &FrameworkEdition,
        item: Uuid,
        most: u32,
    ) -> Result<Vec<String>, StoreError> {
        let ends =
            "SELECT framework, position, starts, length FROM framework_objects WHERE framework = $1 AND tenant = $2";
        let rows =
            composed(format!("{ends} AND origin = $3 UNION {ends} AND destination = $3 ORDER BY position LIMIT $4"))
                .bind(edition.id.to_string())
                .bind(tenant.to_string())
                .bind(item.to_string())
                .bind(i64::from(most))
                .fetch_all(&self.read)
                .await?;
        self.object_texts(&rows).await
    }

    async fn object_texts(&self, rows: &[Row]) -> Result<Vec<String>, StoreError> {
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            texts.push(self.object_text(row).await?);
        }
        Ok(texts)
    }

    async fn object_text(&self, row: &Row) -> Result<String, StoreError> {
        let row = Read::new(row, "framework_objects");
        let place = |column| usize::try_from(row.count(column)?).map_err(|_| row.corrupt(column));
        let (starts, length) = (place("starts")?, place("length")?);
        let bytes = blocks::part(&self.read, &row.text("framework")?, starts..starts.saturating_add(length)).await?;
        String::from_utf8(bytes).map_err(|_| row.corrupt("starts"))
    }
}
