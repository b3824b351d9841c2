//! Job postings.

use wellspring_model::{
    id::{ConnectionId, ExternalId, PostingId, TenantId},
    posting::Posting,
};

use crate::{
    Action, AuditNote, Page, Store, StoreError, detail_of,
    row::{Read, json, micros},
    sql::query,
};

impl Store {
    /// Adds a job posting.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where the connection already has a job with this external id.
    pub async fn add_posting(&self, tenant: TenantId, posting: &Posting, actor: &str) -> Result<(), StoreError> {
        let (new, actor, detail) = (posting.clone(), actor.to_owned(), detail_of(json(posting)?));
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let id = new.id.to_string();
                    query(
                        "INSERT INTO postings (id, tenant, title, profile, connection, external_id, created_at, \
                            trust_policy, scoring_policy) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    )
                    .bind(&id)
                    .bind(tenant.to_string())
                    .bind(&new.title)
                    .bind(new.profile.to_string())
                    .bind(new.connection.to_string())
                    .bind(new.external_id.as_ref().map(|id| id.0.clone()))
                    .bind(micros(new.created_at))
                    .bind(new.trust_policy.map(|id| id.to_string()))
                    .bind(new.scoring_policy.map(|id| id.to_string()))
                    .execute(&mut *tx)
                    .await?;
                    tx.note(AuditNote::new(tenant, new.created_at, &actor, Action::JobAdded, &id).with(detail));
                    Ok(())
                })
            })
            .await
    }

    pub async fn posting(&self, tenant: TenantId, id: PostingId) -> Result<Option<Posting>, StoreError> {
        let row = query("SELECT * FROM postings WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| posting(&Read::new(&row, "postings"))).transpose()
    }

    /// The job that the ATS behind `connection` knows by this id.
    ///
    /// # Errors
    /// The store's.
    pub async fn posting_by_external(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        external: &str,
    ) -> Result<Option<Posting>, StoreError> {
        let row = query("SELECT * FROM postings WHERE connection = $1 AND external_id = $2 AND tenant = $3")
            .bind(connection.to_string())
            .bind(external)
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| posting(&Read::new(&row, "postings"))).transpose()
    }

    /// The newest jobs of a connection, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest_postings(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        most: u32,
    ) -> Result<Vec<Posting>, StoreError> {
        let rows = query("SELECT * FROM postings WHERE connection = $1 AND tenant = $2 ORDER BY id DESC LIMIT $3")
            .bind(connection.to_string())
            .bind(tenant.to_string())
            .bind(i64::from(most))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| posting(&Read::new(row, "postings"))).collect()
    }

    pub async fn postings(
        &self,
        tenant: TenantId,
        page: Page<PostingId>,
    ) -> Result<(Vec<Posting>, Option<PostingId>), StoreError> {
        let rows = query("SELECT * FROM postings WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let postings = rows.iter().map(|row| posting(&Read::new(row, "postings")));
        Ok(page.cut(postings.collect::<Result<Vec<_>, _>>()?, |posting| posting.id))
    }
}

fn posting(row: &Read) -> Result<Posting, StoreError> {
    Ok(Posting {
        id: row.id("id")?,
        title: row.text("title")?,
        profile: row.id("profile")?,
        connection: row.id("connection")?,
        external_id: row.optional_text("external_id")?.map(ExternalId),
        trust_policy: row.optional_id("trust_policy")?,
        scoring_policy: row.optional_id("scoring_policy")?,
        created_at: row.time("created_at")?,
    })
}
