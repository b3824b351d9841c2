//! Whether the store can do its work: asked by whoever decides where requests go.

use crate::{Store, StoreError, sql::query};

impl Store {
    /// Commits something of no meaning: a disk without room, a file that became read-only or a lock that somebody else
    /// holds show in nothing less.
    ///
    /// # Errors
    /// Why it cannot be committed.
    pub async fn try_commit(&self) -> Result<(), StoreError> {
        let now = self.now().await?;
        // By itself: on PostgreSQL every node writes this row, and nobody holds it together with another.
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    query(
                        "INSERT INTO schedule (name, due_at) VALUES ('probe', $1) \
                         ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at",
                    )
                    .bind(now)
                    .execute(tx)
                    .await
                    .map(drop)
                })
            })
            .await
    }
}
