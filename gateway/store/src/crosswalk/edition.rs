//! Editions: what was approved at a time, kept for good, and given to scoring as a framework.

use wellspring_model::{
    crosswalk::Edition,
    id::{CrosswalkId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, StoredFramework, framework,
    row::{Read, Row, micros},
    sql::query,
};

/// An edition to be kept.
#[derive(Debug, Clone)]
pub struct NewEdition {
    pub crosswalk: CrosswalkId,
    /// The one after the newest.
    pub number: u32,
    /// As scoring reads it.
    pub framework: StoredFramework,
    /// The package, which the framework's digest is over.
    pub package: String,
}

impl Store {
    /// Keeps an edition. From then on scoring walks its associations.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where somebody else has made this edition meanwhile. The crosswalk is known to be this
    /// tenant's.
    pub async fn add_edition(&self, tenant: TenantId, new: NewEdition, actor: &str) -> Result<(), StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let (id, at, digest) = (new.framework.id, new.framework.imported_at, new.framework.digest);
                    framework::insert(tx, tenant, &new.framework).await?;
                    query(
                        "INSERT INTO crosswalk_editions (crosswalk, number, framework, package, digest, made_at) \
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(new.crosswalk.to_string())
                    .bind(i64::from(new.number))
                    .bind(id.to_string())
                    .bind(new.package)
                    .bind(digest.bytes().as_slice())
                    .bind(micros(at))
                    .execute(&mut *tx)
                    .await?;
                    let note = AuditNote::new(tenant, at, &actor, Action::CrosswalkEditionMade, new.crosswalk);
                    tx.note(note.with(digest));
                    Ok(())
                })
            })
            .await
    }

    /// The editions of a crosswalk, oldest first, after the one with this number.
    ///
    /// # Errors
    /// The store's.
    pub async fn editions(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        page: Page<u32>,
    ) -> Result<(Vec<Edition>, Option<u32>), StoreError> {
        let rows = query(
            "SELECT e.* FROM crosswalk_editions e JOIN crosswalks c ON c.id = e.crosswalk \
             WHERE e.crosswalk = $1 AND c.tenant = $2 AND e.number > $3 ORDER BY e.number LIMIT $4",
        )
        .bind(crosswalk.to_string())
        .bind(tenant.to_string())
        .bind(i64::from(page.after.unwrap_or(0)))
        .bind(page.rows())
        .fetch_all(&self.read)
        .await?;
        let editions = rows.iter().map(edition).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(editions, |edition| edition.number))
    }

    /// One edition with its package, the newest where no number is given.
    ///
    /// # Errors
    /// The store's.
    pub async fn edition(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        number: Option<u32>,
    ) -> Result<Option<(Edition, String)>, StoreError> {
        let row = query(
            "SELECT e.* FROM crosswalk_editions e JOIN crosswalks c ON c.id = e.crosswalk \
             WHERE e.crosswalk = $1 AND c.tenant = $2 AND ($3 IS NULL OR e.number = $3) \
             ORDER BY e.number DESC LIMIT 1",
        )
        .bind(crosswalk.to_string())
        .bind(tenant.to_string())
        .bind(number.map(i64::from))
        .fetch_optional(&self.read)
        .await?;
        let read = |row: &Row| Ok((edition(row)?, Read::new(row, "crosswalk_editions").text("package")?));
        row.as_ref().map(read).transpose()
    }
}

fn edition(row: &Row) -> Result<Edition, StoreError> {
    let row = Read::new(row, "crosswalk_editions");
    Ok(Edition {
        crosswalk: row.id("crosswalk")?,
        number: row.number("number")?,
        framework: row.id("framework")?,
        digest: row.digest("digest")?,
        made_at: row.time("made_at")?,
    })
}
