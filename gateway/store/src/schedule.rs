//! What has to be done now and then, by one process of all.

use std::time::Duration;

use crate::{Store, StoreError, sql::query};

impl Store {
    /// Whether it falls to this process to do `name` now: to one process once in `every`, whoever asks first. The time is
    /// taken before the work is done, so that it is not done twice at once; work that ends early is left to the next turn.
    ///
    /// # Errors
    /// The store's.
    pub async fn takes_turn(&self, name: &'static str, every: Duration) -> Result<bool, StoreError> {
        let now = self.now().await?;
        // Looking costs no write.
        let waits = "SELECT count(*) FROM schedule WHERE name = $1 AND due_at > $2";
        if query(waits).bind(name).bind(now).number(&self.read).await? > 0 {
            return Ok(false);
        }
        let every = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        let taken = self.writer.write_alone(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO schedule (name, due_at) VALUES ($1, $2) \
                     ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE schedule.due_at <= $3",
                )
                .bind(name)
                .bind(now.saturating_add(every))
                .bind(now)
                .execute(tx)
                .await
            })
        });
        Ok(taken.await? == 1)
    }
}
