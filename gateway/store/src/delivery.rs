//! Deliveries and their attempts.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;
use wellspring_model::{
    Timestamp,
    delivery::{Attempt, Delivery, DeliveryFailure, DeliveryState, Receipt},
    id::{AttemptId, ConnectionId, DeliveryId, SubmissionId, TaskId, TenantId},
};

use crate::{
    Leased, Page, Store, StoreError, TaskKind, audit,
    row::{Read, json, micros},
    task::{self, NewTask},
};

/// A delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub task: TaskId,
    pub connection: ConnectionId,
    /// What must not be written at the same time at this connection.
    pub serialization_key: String,
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    submission: SubmissionId,
    new: &NewDelivery,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO deliveries (id, tenant, submission, connection, attempts, state, next_at) \
         VALUES ($1, $2, $3, $4, 0, 'pending', $5)",
    )
    .bind(new.id.to_string())
    .bind(tenant.to_string())
    .bind(submission.to_string())
    .bind(new.connection.to_string())
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    let key = format!("{} {}", new.connection, new.serialization_key);
    let kind = TaskKind::Deliver { delivery: new.id };
    let task = NewTask { id: new.task, tenant, kind, serialization_key: Some(&key), run_at: now };
    task::enqueue(connection, task).await
}

impl Store {
    /// Notes that an attempt begins, before the connector is called, and says which number it has.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended.
    pub async fn begin_attempt(
        &self,
        lease: &Leased,
        delivery: DeliveryId,
        attempt: AttemptId,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let lease = *lease;
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    task::check(connection, &lease).await?;
                    let number: i64 = sqlx::query_scalar(
                        "UPDATE deliveries SET attempts = attempts + 1 WHERE id = $1 AND tenant = $2 RETURNING attempts",
                    )
                    .bind(delivery.to_string())
                    .bind(lease.tenant.to_string())
                    .fetch_one(&mut *connection)
                    .await?;
                    sqlx::query("INSERT INTO attempts (id, delivery, number, at) VALUES ($1, $2, $3, $4)")
                        .bind(attempt.to_string())
                        .bind(delivery.to_string())
                        .bind(number)
                        .bind(micros(now))
                        .execute(connection)
                        .await?;
                    Ok(u32::try_from(number).unwrap_or(u32::MAX))
                })
            })
            .await
    }

    /// Writes down what an attempt came to: delivered, to be tried again at `next`, or exhausted.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn settle(
        &self,
        lease: &Leased,
        delivery: DeliveryId,
        attempt: AttemptId,
        result: Result<Receipt, DeliveryFailure>,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        let (receipt, failure) = match &result {
            Ok(receipt) => (Some(json(receipt)?), None),
            Err(failure) => (None, Some(json(failure)?)),
        };
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let next = next.filter(|_| result.is_err());
                    match next {
                        Some(next) => task::postpone(connection, &lease, next).await?,
                        None => task::finish(connection, &lease).await?,
                    }
                    end_attempt(connection, attempt, &receipt, &failure, now).await?;
                    let (state, action) = match (&result, next) {
                        (Ok(_), _) => ("delivered", "delivery.delivered"),
                        (Err(_), Some(_)) => ("pending", "delivery.failed"),
                        (Err(_), None) => ("exhausted", "delivery.exhausted"),
                    };
                    let is_exhausted = state == "exhausted";
                    sqlx::query(
                        "UPDATE deliveries SET state = $3, next_at = $4, ended_at = $5, receipt = $6, failure = $7 \
                         WHERE id = $1 AND tenant = $2 AND state = 'pending'",
                    )
                    .bind(delivery.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(state)
                    .bind(next.map(micros))
                    .bind(next.is_none().then(|| micros(now)))
                    .bind(receipt)
                    .bind(failure.filter(|_| is_exhausted))
                    .execute(&mut *connection)
                    .await?;
                    audit::append(connection, lease.tenant, now, "worker", action, &delivery.to_string()).await
                })
            })
            .await
    }

    pub async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = sqlx::query("SELECT * FROM deliveries WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| delivery(&Read::new(&row, "deliveries"))).transpose()
    }

    /// The deliveries of a submission, with their attempts.
    ///
    /// # Errors
    /// The store's.
    pub async fn deliveries_of(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
    ) -> Result<Vec<(Delivery, Vec<Attempt>)>, StoreError> {
        let rows = sqlx::query("SELECT * FROM deliveries WHERE submission = $1 AND tenant = $2 ORDER BY id")
            .bind(submission.to_string())
            .bind(tenant.to_string())
            .fetch_all(&self.read)
            .await?;
        let deliveries = rows.iter().map(|row| delivery(&Read::new(row, "deliveries"))).collect::<Result<_, _>>()?;
        self.with_attempts(deliveries).await
    }

    pub async fn deliveries(
        &self,
        tenant: TenantId,
        page: Page<DeliveryId>,
    ) -> Result<(Vec<(Delivery, Vec<Attempt>)>, Option<DeliveryId>), StoreError> {
        let rows = sqlx::query("SELECT * FROM deliveries WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let deliveries = rows.iter().map(|row| delivery(&Read::new(row, "deliveries")));
        let (deliveries, next) = page.cut(deliveries.collect::<Result<Vec<_>, _>>()?, |delivery| delivery.id);
        Ok((self.with_attempts(deliveries).await?, next))
    }

    /// The attempts at a delivery, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn attempts(&self, tenant: TenantId, id: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query(
            "SELECT a.* FROM attempts a JOIN deliveries d ON d.id = a.delivery \
             WHERE d.id = $1 AND d.tenant = $2 ORDER BY a.number",
        )
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| attempt(&Read::new(row, "attempts"))).collect()
    }

    async fn with_attempts(&self, deliveries: Vec<Delivery>) -> Result<Vec<(Delivery, Vec<Attempt>)>, StoreError> {
        let mut of_delivery = BTreeMap::new();
        for delivery in &deliveries {
            of_delivery.insert(delivery.id, self.attempts(delivery.tenant, delivery.id).await?);
        }
        let with = |delivery: Delivery| {
            let attempts = of_delivery.remove(&delivery.id).unwrap_or_default();
            (delivery, attempts)
        };
        Ok(deliveries.into_iter().map(with).collect())
    }
}

async fn end_attempt(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    receipt: &Option<String>,
    failure: &Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE attempts SET ended_at = $2, receipt = $3, failure = $4 WHERE id = $1 AND ended_at IS NULL")
        .bind(attempt.to_string())
        .bind(micros(now))
        .bind(receipt)
        .bind(failure)
        .execute(connection)
        .await?;
    Ok(())
}

fn delivery(row: &Read) -> Result<Delivery, StoreError> {
    let state = match row.text("state")?.as_str() {
        "pending" => DeliveryState::Pending { next_at: row.time("next_at")? },
        "delivered" => DeliveryState::Delivered { at: row.time("ended_at")?, receipt: row.json("receipt")? },
        "exhausted" => DeliveryState::Exhausted { at: row.time("ended_at")?, failure: row.json("failure")? },
        "cancelled" => DeliveryState::Cancelled { at: row.time("ended_at")? },
        _ => return Err(row.corrupt("state")),
    };
    Ok(Delivery {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        submission: row.id("submission")?,
        connection: row.id("connection")?,
        state,
        attempts: row.number("attempts")?,
    })
}

fn attempt(row: &Read) -> Result<Attempt, StoreError> {
    let receipt: Option<Receipt> = row.optional_json("receipt")?;
    let failure: Option<DeliveryFailure> = row.optional_json("failure")?;
    let result = match (receipt, failure) {
        (Some(receipt), None) => Some(Ok(receipt)),
        (None, Some(failure)) => Some(Err(failure)),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(row.corrupt("failure")),
    };
    Ok(Attempt { id: row.id("id")?, number: row.number("number")?, at: row.time("at")?, result })
}
