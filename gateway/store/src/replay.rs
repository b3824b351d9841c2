//! Taking up again what was given up: dead letters, and what somebody wants to be delivered once more.

use wellspring_model::{
    Timestamp,
    delivery::FailureCode,
    id::{ConnectionId, DeliveryId, EndpointId, TaskId, TenantId},
};

use crate::{
    Action, Store, StoreError, TaskKind,
    row::{Read, Row, micros},
    sql::{composed, query},
    task::{self, NewTask},
    transaction::Transaction,
};

/// Which deliveries. What is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryFilter {
    pub ids: Option<Vec<DeliveryId>>,
    pub connection: Option<ConnectionId>,
    pub endpoint: Option<EndpointId>,
    pub state: Option<EndState>,
    pub code: Option<FailureCode>,
    /// Ended at this time or later.
    pub since: Option<Timestamp>,
    /// Ended before this time.
    pub until: Option<Timestamp>,
}

/// The states that a delivery can be taken up from again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndState {
    Exhausted,
    Cancelled,
    Delivered,
}

impl EndState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Cancelled => "cancelled",
            Self::Delivered => "delivered",
        }
    }
}

/// What a replay came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    pub deliveries: Vec<DeliveryId>,
    /// Whether more deliveries fit the filter than one call takes.
    pub more: bool,
}

/// Deliveries that one call takes up at most.
pub const MOST_REPLAYED: usize = 1_000;

impl Store {
    /// Which deliveries a replay would take up, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn replayable(&self, tenant: TenantId, filter: &DeliveryFilter) -> Result<Replay, StoreError> {
        let rows = matching(tenant, filter).fetch_all(&self.read).await?;
        let ids: Vec<DeliveryId> = rows.iter().map(id).collect::<Result<_, _>>()?;
        Ok(cut(ids))
    }

    /// Takes up deliveries again: a new series of attempts, under the idempotency key they had, so that what the ATS already
    /// has is not written twice. `task` makes the ids of their tasks.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay(
        &self,
        tenant: TenantId,
        filter: DeliveryFilter,
        mut task: impl FnMut() -> TaskId + Send + 'static,
        at: Timestamp,
        actor: &str,
    ) -> Result<Replay, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let rows = matching(tenant, &filter).fetch_all(&mut *tx).await?;
                    let found = cut(rows.iter().map(id).collect::<Result<Vec<_>, _>>()?);
                    let mut taken_up = Vec::with_capacity(found.deliveries.len());
                    for delivery in found.deliveries {
                        if take_up(tx, tenant, delivery, task()).await? {
                            tx.audit(tenant, at, &actor, Action::DeliveryReplayed, &delivery.to_string());
                            taken_up.push(delivery);
                        }
                    }
                    Ok(Replay { deliveries: taken_up, more: found.more })
                })
            })
            .await
    }

    /// Takes a delivery back that is still to be made. False where there is none, or it has ended, or is being made.
    ///
    /// # Errors
    /// The store's.
    pub async fn cancel(
        &self,
        tenant: TenantId,
        delivery: DeliveryId,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer.write(move |tx| Box::pin(async move { take_back(tx, tenant, delivery, at, &actor).await })).await
    }

    /// Takes back what waits before gates that are shut, a few at a time. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn cancel_shut(&self, most: u32, at: Timestamp) -> Result<usize, StoreError> {
        let waiting = "SELECT t.id, t.tenant, t.subject FROM gates g JOIN tasks t ON t.gate = g.id \
                       WHERE g.state = 'shut' AND t.kind = 'deliver' AND t.lease_token IS NULL LIMIT $1";
        // Looking costs no write.
        if query(waiting).bind(1).fetch_optional(&self.read).await?.is_none() {
            return Ok(0);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let rows = query(waiting).bind(i64::from(most)).fetch_all(&mut *tx).await?;
                    let mut count = 0;
                    for row in &rows {
                        let row = Read::new(row, "tasks");
                        let delete = "DELETE FROM tasks WHERE id = $1 AND lease_token IS NULL";
                        if query(delete).bind(row.text("id")?).execute(&mut *tx).await? == 1 {
                            let delivery = row.text("subject")?;
                            cancelled(tx, &delivery, at).await?;
                            tx.audit(row.id("tenant")?, at, "worker", Action::DeliveryCancelled, &delivery);
                            count += 1;
                        }
                    }
                    Ok(count)
                })
            })
            .await
    }
}

/// Takes a delivery back that waits. False where it does not, or is being made.
pub(crate) async fn take_back(
    tx: &mut Transaction,
    tenant: TenantId,
    delivery: DeliveryId,
    at: Timestamp,
    actor: &str,
) -> Result<bool, StoreError> {
    let id = delivery.to_string();
    let freed = query(
        "DELETE FROM tasks WHERE subject = $1 AND tenant = $2 AND kind = 'deliver' \
         AND lease_token IS NULL RETURNING id, serialization_key",
    )
    .bind(&id)
    .bind(tenant.to_string())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(freed) = freed else { return Ok(false) };
    if let Some(key) = Read::new(&freed, "tasks").optional_text("serialization_key")? {
        task::next_in_order(tx, &key).await?;
    }
    cancelled(tx, &id, at).await?;
    tx.audit(tenant, at, actor, Action::DeliveryCancelled, &id);
    Ok(true)
}

pub(crate) async fn cancelled(tx: &mut Transaction, delivery: &str, at: Timestamp) -> Result<(), StoreError> {
    query(
        "UPDATE deliveries SET state = 'cancelled', next_at = NULL, ended_at = $2 WHERE id = $1 AND state = 'pending'",
    )
    .bind(delivery)
    .bind(micros(at))
    .execute(tx)
    .await
    .map(drop)
}

/// Makes one delivery pending again, unless somebody else did so meanwhile or its destination is shut.
async fn take_up(
    tx: &mut Transaction,
    tenant: TenantId,
    delivery: DeliveryId,
    task: TaskId,
) -> Result<bool, StoreError> {
    let now = tx.now();
    let row = query(
        "UPDATE deliveries SET state = 'pending', next_at = $3, ended_at = NULL, receipt = NULL, failure = NULL, \
         tries = 0 WHERE id = $1 AND tenant = $2 AND state <> 'pending' \
         AND NOT EXISTS (SELECT 1 FROM gates g WHERE g.id = deliveries.gate AND g.state = 'shut') \
         AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.id = deliveries.submission \
         AND (s.state = 'retired' OR (s.withdrawn_at IS NOT NULL AND deliveries.kind <> 'withdrawal'))) \
         RETURNING id, gate, serialization_key",
    )
    .bind(delivery.to_string())
    .bind(tenant.to_string())
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let row = Read::new(&row, "deliveries");
    let (gate, key) = (row.id("gate")?, row.text("serialization_key")?);
    let kind = TaskKind::Deliver { delivery };
    let new = NewTask { id: task, tenant, gate, kind, serialization_key: Some(key), trace: None };
    task::enqueue(tx, vec![new]).await?;
    Ok(true)
}

fn matching(tenant: TenantId, filter: &DeliveryFilter) -> crate::sql::Query {
    let ids = filter.ids.as_ref().map(|ids| {
        let places: Vec<String> = (0..ids.len().max(1)).map(|index| format!("${}", index + 9)).collect();
        format!("AND id IN ({})", places.join(", "))
    });
    let sql = format!(
        "SELECT id FROM deliveries WHERE tenant = $1 AND state <> 'pending' AND ($2 IS NULL OR connection = $2) \
         AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR failure LIKE $4) \
         AND ($5 IS NULL OR ended_at >= $5) AND ($6 IS NULL OR ended_at < $6) \
         AND ($7 IS NULL OR endpoint = $7) \
         AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.id = deliveries.submission \
         AND (s.state = 'retired' OR (s.withdrawn_at IS NOT NULL AND deliveries.kind <> 'withdrawal'))) \
         {} ORDER BY id LIMIT $8",
        ids.unwrap_or_default()
    );
    let mut query = composed(sql)
        .bind(tenant.to_string())
        .bind(filter.connection.map(|id| id.to_string()))
        .bind(filter.state.map(EndState::as_str))
        .bind(filter.code.map(|code| format!("%\"code\":\"{code}\"%")))
        .bind(filter.since.map(micros))
        .bind(filter.until.map(micros))
        .bind(filter.endpoint.map(|id| id.to_string()))
        .bind(i64::try_from(MOST_REPLAYED + 1).unwrap_or(i64::MAX));
    if let Some(ids) = &filter.ids {
        // A list without entries fits nothing.
        query = ids.iter().fold(query, |query, id| query.bind(id.to_string()));
        if ids.is_empty() {
            query = query.bind("");
        }
    }
    query
}

fn id(row: &Row) -> Result<DeliveryId, StoreError> {
    Read::new(row, "deliveries").id("id")
}

fn cut(mut deliveries: Vec<DeliveryId>) -> Replay {
    let more = deliveries.len() > MOST_REPLAYED;
    deliveries.truncate(MOST_REPLAYED);
    Replay { deliveries, more }
}
