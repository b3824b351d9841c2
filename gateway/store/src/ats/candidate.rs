//! Candidates that are no more at their ATS.

use std::collections::BTreeSet;

use wellspring_model::{
    Timestamp,
    id::{ConnectionId, ExternalId, TenantId},
};

use crate::{
    Store, StoreError,
    replay::take_back as take_back_delivery,
    row::{Read, micros},
    sql::{Dialect, composed, query},
    transaction::Transaction,
};

/// Merges that are followed one after the other. More of them are no history of a person.
const MOST_MERGES: usize = 32;

/// Whom an ATS knows by an id that it gave a candidate once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtsCandidateNow {
    /// This one: the same, or the one that is left of a merge.
    Known(ExternalId),
    /// Nobody any more.
    Deleted,
}

impl Store {
    /// Whom the ATS knows by a candidate's id now.
    ///
    /// # Errors
    /// The store's.
    pub async fn candidate_now(
        &self,
        connection: ConnectionId,
        candidate: &ExternalId,
    ) -> Result<AtsCandidateNow, StoreError> {
        let (mut now, mut seen) = (candidate.clone(), BTreeSet::new());
        // Two that were merged into each other end where they began.
        while seen.len() < MOST_MERGES && seen.insert(now.0.clone()) {
            let row = query("SELECT merged_into FROM gone_candidates WHERE connection = $1 AND candidate = $2")
                .bind(connection.to_string())
                .bind(&now.0)
                .fetch_optional(&self.read)
                .await?;
            let Some(row) = row else { break };
            match Read::new(&row, "gone_candidates").optional_text("merged_into")? {
                Some(into) => now = ExternalId(into),
                None => return Ok(AtsCandidateNow::Deleted),
            }
        }
        Ok(AtsCandidateNow::Known(now))
    }

    /// Forgets who was gone before `before`, `most` at a time: whom it concerned is retired by then. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_gone_candidates(&self, most: u32, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    query(
                        "DELETE FROM gone_candidates WHERE (connection, candidate) IN \
                         (SELECT connection, candidate FROM gone_candidates WHERE at <= $1 ORDER BY at LIMIT $2)",
                    )
                    .bind(micros(before))
                    .bind(i64::from(most))
                    .execute(tx)
                    .await
                })
            })
            .await
    }
}

/// Notes that a candidate is no more: merged into another, or deleted.
pub(super) async fn is_gone(
    tx: &mut Transaction,
    connection: ConnectionId,
    candidate: &ExternalId,
    into: Option<&ExternalId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO gone_candidates (connection, candidate, merged_into, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (connection, candidate) DO UPDATE SET merged_into = excluded.merged_into, at = excluded.at",
    )
    .bind(connection.to_string())
    .bind(&candidate.0)
    .bind(into.map(|into| into.0.clone()))
    .bind(micros(now))
    .execute(tx)
    .await
    .map(drop)
}

/// Takes back what waits to be brought to a candidate who was deleted.
pub(super) async fn take_back(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    candidate: &ExternalId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_theirs = match tx.dialect() {
        Dialect::Sqlite => "(s.application ->> '$.candidate.id') = $2",
        Dialect::Postgres => "(CAST(s.application AS JSON) -> 'candidate' ->> 'id') = $2",
    };
    let waiting = composed(format!(
        "SELECT d.id FROM submissions s JOIN deliveries d ON d.submission = s.id AND d.state = 'pending' \
         WHERE s.connection = $1 AND {is_theirs} ORDER BY d.id"
    ));
    let rows = waiting.bind(connection.to_string()).bind(&candidate.0).fetch_all(&mut *tx).await?;
    for row in &rows {
        let delivery = Read::new(row, "deliveries").id("id")?;
        // One that is being made ends by itself, and is not tried again.
        take_back_delivery(tx, tenant, delivery, now, &connection.to_string()).await?;
    }
    Ok(())
}
