//! What policies of every kind have in common: documents of a tenant that never change, of which one is in force, for all
//! jobs or for one.

use serde::de::DeserializeOwned;
use wellspring_model::{
    Timestamp,
    id::{PostingId, TenantId},
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, Row},
    sql::composed,
    transaction::Transaction,
};

/// One kind of policy: where its documents are kept, and what is noted of them.
pub(crate) struct Policies {
    /// The table of the documents.
    pub table: &'static str,
    /// The column of tenants and of postings that says which one is in force.
    pub column: &'static str,
    pub in_force: Action,
    pub withdrawn: Action,
}

/// Whose policy, and since when and by whom.
pub(crate) struct Put<'a> {
    pub tenant: TenantId,
    /// For this job; `None`: for all that have none of their own.
    pub posting: Option<PostingId>,
    pub now: Timestamp,
    pub actor: &'a str,
}

impl Policies {
    fn read<P: DeserializeOwned>(&self, row: &Row) -> Result<P, StoreError> {
        Read::new(row, self.table).json("policy")
    }

    /// A tenant's document.
    pub async fn one<P: DeserializeOwned>(
        &self,
        store: &Store,
        tenant: TenantId,
        id: String,
    ) -> Result<Option<P>, StoreError> {
        let select = composed(format!("SELECT id, policy FROM {} WHERE id = $1 AND tenant = $2", self.table));
        let row = select.bind(id).bind(tenant.to_string()).fetch_optional(&store.read).await?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// A tenant's documents, oldest first.
    pub async fn all<P: DeserializeOwned, Id: Copy + ToString>(
        &self,
        store: &Store,
        tenant: TenantId,
        page: Page<Id>,
        id: impl Fn(&P) -> Id,
    ) -> Result<(Vec<P>, Option<Id>), StoreError> {
        let select = composed(format!(
            "SELECT id, policy FROM {} WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3",
            self.table
        ));
        let select = select.bind(tenant.to_string()).bind(page.after()).bind(page.rows());
        let rows = select.fetch_all(&store.read).await?;
        Ok(page.cut(rows.iter().map(|row| self.read(row)).collect::<Result<_, _>>()?, id))
    }

    /// The document in force for a job: its own, or the one for all.
    pub async fn in_force<P: DeserializeOwned>(
        &self,
        store: &Store,
        tenant: TenantId,
        posting: Option<PostingId>,
    ) -> Result<Option<P>, StoreError> {
        let Self { table, column, .. } = self;
        let select = composed(format!(
            "SELECT p.id, p.policy FROM {table} p JOIN tenants t ON t.id = p.tenant \
             WHERE t.id = $1 AND p.id = coalesce( \
                (SELECT {column} FROM postings WHERE id = $2 AND tenant = $1), t.{column})",
        ));
        let select = select.bind(tenant.to_string()).bind(posting.map(|id| id.to_string()));
        select.fetch_optional(&store.read).await?.map(|row| self.read(&row)).transpose()
    }

    /// Puts a document in force, which is known to be this tenant's; `None` takes it back. Says whether there is such a job.
    pub async fn put(&self, tx: &mut Transaction, put: &Put<'_>, policy: Option<String>) -> Result<bool, StoreError> {
        let Put { tenant, posting, now, actor } = *put;
        let Self { table, column, .. } = self;
        let (update, subject) = match posting {
            Some(posting) => {
                (format!("UPDATE postings SET {column} = $1 WHERE id = $2 AND tenant = $3"), posting.to_string())
            }
            None => (format!("UPDATE tenants SET {column} = $1 WHERE id = $2 AND id = $3"), tenant.to_string()),
        };
        let update = composed(update).bind(&policy).bind(&subject).bind(tenant.to_string());
        if update.execute(&mut *tx).await? == 0 {
            return Ok(false);
        }
        let note = match policy {
            Some(policy) => {
                let text = composed(format!("SELECT policy FROM {table} WHERE id = $1")).bind(policy);
                let row = text.fetch_optional(&mut *tx).await?.ok_or(StoreError::Dangling)?;
                let detail = detail_of(Read::new(&row, table).text("policy")?);
                AuditNote::new(tenant, now, actor, self.in_force, subject).with(detail)
            }
            None => AuditNote::new(tenant, now, actor, self.withdrawn, subject),
        };
        tx.note(note);
        Ok(true)
    }
}
