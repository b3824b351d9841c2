//! Editions: what was approved at a time, kept for good, and given to scoring as a framework.

use tokio::sync::watch;
use wellspring_model::{
    crosswalk::Edition,
    id::{CrosswalkId, TenantId},
};

use crate::{
    Action, AuditNote, NewFramework, Page, Store, StoreError,
    framework::{Adding, Written},
    row::{Read, Row},
    sql::{composed, query},
};

/// An edition to be kept.
#[derive(Debug, Clone)]
pub struct NewEdition {
    pub crosswalk: CrosswalkId,
    /// The one after the newest.
    pub number: u32,
    /// Its package, as it is kept among the frameworks.
    pub framework: NewFramework,
}

const EDITIONS: &str = "SELECT e.crosswalk, e.number, e.framework, f.digest, f.imported_at FROM crosswalk_editions e \
     JOIN frameworks f ON f.id = e.framework WHERE e.crosswalk = $1 AND f.tenant = $2";

impl Store {
    /// Keeps an edition. From then on scoring walks its associations.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where somebody else has made this edition meanwhile. The crosswalk is known to be this
    /// tenant's.
    pub async fn add_edition(&self, tenant: TenantId, new: NewEdition, actor: &str) -> Result<(), StoreError> {
        let (actor, at) = (actor.to_owned(), new.framework.imported_at);
        let adding = Adding::prepared(tenant, new.framework, watch::Sender::new(0)).await?;
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let note = AuditNote::new(tenant, at, &actor, Action::CrosswalkEditionMade, new.crosswalk);
                    let note = note.with(adding.digest());
                    let (Written::New(framework) | Written::Completed(framework) | Written::Known(framework)) =
                        adding.write(tx).await?;
                    query("INSERT INTO crosswalk_editions (crosswalk, number, framework) VALUES ($1, $2, $3)")
                        .bind(new.crosswalk.to_string())
                        .bind(i64::from(new.number))
                        .bind(framework.to_string())
                        .execute(&mut *tx)
                        .await?;
                    tx.note(note);
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
        let rows = composed(format!("{EDITIONS} AND e.number > $3 ORDER BY e.number LIMIT $4"))
            .bind(crosswalk.to_string())
            .bind(tenant.to_string())
            .bind(i64::from(page.after.unwrap_or(0)))
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let editions = rows.iter().map(edition).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(editions, |edition| edition.number))
    }

    /// One edition, the newest where no number is given. Its package is that of its framework.
    ///
    /// # Errors
    /// The store's.
    pub async fn edition(
        &self,
        (tenant, crosswalk): (TenantId, CrosswalkId),
        number: Option<u32>,
    ) -> Result<Option<Edition>, StoreError> {
        let row = composed(format!("{EDITIONS} AND ($3 IS NULL OR e.number = $3) ORDER BY e.number DESC LIMIT 1"))
            .bind(crosswalk.to_string())
            .bind(tenant.to_string())
            .bind(number.map(i64::from))
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(edition).transpose()
    }
}

fn edition(row: &Row) -> Result<Edition, StoreError> {
    let row = Read::new(row, "crosswalk_editions");
    Ok(Edition {
        crosswalk: row.id("crosswalk")?,
        number: row.number("number")?,
        framework: row.id("framework")?,
        digest: row.digest("digest")?,
        made_at: row.time("imported_at")?,
    })
}
