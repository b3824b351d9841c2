//! Crosswalks, their associations and their editions.

mod association;
mod edition;
mod settle;

use wellspring_model::{
    crosswalk::Crosswalk,
    id::{CrosswalkId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, Row, json, micros},
    sql::query,
};

pub(crate) use association::{Added, insert};
pub use association::{AssociationFilter, Decide};
pub use edition::NewEdition;
pub use settle::{Settled, Settlement};

impl Store {
    /// Makes a crosswalk, without any association.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_crosswalk(&self, tenant: TenantId, new: &Crosswalk, actor: &str) -> Result<(), StoreError> {
        let (new, actor, detail) = (new.clone(), actor.to_owned(), detail_of(json(new)?));
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let id = new.id.to_string();
                    query(
                        "INSERT INTO crosswalks (id, tenant, title, from_framework, to_framework, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(&id)
                    .bind(tenant.to_string())
                    .bind(new.title.as_str())
                    .bind(&new.from)
                    .bind(&new.to)
                    .bind(micros(new.created_at))
                    .execute(&mut *tx)
                    .await?;
                    let note = AuditNote::new(tenant, new.created_at, &actor, Action::CrosswalkAdded, &id);
                    tx.note(note.with(detail));
                    Ok(())
                })
            })
            .await
    }

    /// One crosswalk.
    ///
    /// # Errors
    /// The store's.
    pub async fn crosswalk(&self, tenant: TenantId, id: CrosswalkId) -> Result<Option<Crosswalk>, StoreError> {
        let row = query("SELECT * FROM crosswalks WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(crosswalk).transpose()
    }

    /// All crosswalks, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn crosswalks(
        &self,
        tenant: TenantId,
        page: Page<CrosswalkId>,
    ) -> Result<(Vec<Crosswalk>, Option<CrosswalkId>), StoreError> {
        let rows = query("SELECT * FROM crosswalks WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let crosswalks = rows.iter().map(crosswalk).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(crosswalks, |crosswalk| crosswalk.id))
    }
}

fn crosswalk(row: &Row) -> Result<Crosswalk, StoreError> {
    let row = Read::new(row, "crosswalks");
    Ok(Crosswalk {
        id: row.id("id")?,
        title: row.stated("title")?,
        from: row.optional_text("from_framework")?,
        to: row.text("to_framework")?,
        created_at: row.time("created_at")?,
    })
}
