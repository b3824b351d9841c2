//! The queue: tasks that are due, leased for a time, settled under the lease's token.
//!
//! Correctness does not rest on the lease: a task may run twice, and whatever it does carries an idempotency key. The
//! token only keeps a late result from overwriting a newer one. Whether a lease has ended is decided by the database's
//! clock, so that nodes with different clocks agree.

use std::{fmt, time::Duration};

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;
use wellspring_model::{
    Timestamp,
    id::{DeliveryId, SubmissionId, TaskId, TenantId},
};

use crate::{
    Store, StoreError,
    row::{Read, micros},
};

/// Names one holding of a lease. Whoever settles shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseToken(Uuid);

impl LeaseToken {
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for LeaseToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// Verify and score a submission.
    Assess { submission: SubmissionId },
    /// Try a delivery.
    Deliver { delivery: DeliveryId },
}

/// A task that is ours until its lease ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leased {
    pub task: TaskId,
    pub tenant: TenantId,
    pub kind: TaskKind,
    /// How often it was leased, this time included.
    pub attempt: u32,
    pub token: LeaseToken,
}

/// The database's clock in microseconds.
const NOW: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

pub(crate) struct NewTask<'a> {
    pub id: TaskId,
    pub tenant: TenantId,
    pub kind: TaskKind,
    /// Tasks with the same key are never leased at the same time and run in order.
    pub serialization_key: Option<&'a str>,
    pub run_at: Timestamp,
}

pub(crate) async fn enqueue(connection: &mut SqliteConnection, task: NewTask<'_>) -> Result<(), StoreError> {
    let (kind, subject) = match task.kind {
        TaskKind::Assess { submission } => ("assess", submission.to_string()),
        TaskKind::Deliver { delivery } => ("deliver", delivery.to_string()),
    };
    sqlx::query(
        "INSERT INTO tasks (id, tenant, kind, subject, serialization_key, run_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(task.id.to_string())
    .bind(task.tenant.to_string())
    .bind(kind)
    .bind(subject)
    .bind(task.serialization_key)
    .bind(micros(task.run_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a task that is done out of the queue, if the lease still holds.
pub(crate) async fn finish(connection: &mut SqliteConnection, lease: &Leased) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM tasks WHERE id = $1 AND lease_token = $2")
        .bind(lease.task.to_string())
        .bind(lease.token.to_string())
        .execute(connection)
        .await?;
    fenced(done.rows_affected())
}

/// Gives a task back to be run again at `run_at`, if the lease still holds.
pub(crate) async fn postpone(
    connection: &mut SqliteConnection,
    lease: &Leased,
    run_at: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE tasks SET run_at = $3, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2",
    )
    .bind(lease.task.to_string())
    .bind(lease.token.to_string())
    .bind(micros(run_at))
    .execute(connection)
    .await?;
    fenced(done.rows_affected())
}

/// Makes sure that the lease still holds, at the beginning of a unit that changes other rows.
pub(crate) async fn check(connection: &mut SqliteConnection, lease: &Leased) -> Result<(), StoreError> {
    let held = sqlx::query("SELECT 1 FROM tasks WHERE id = $1 AND lease_token = $2")
        .bind(lease.task.to_string())
        .bind(lease.token.to_string())
        .fetch_optional(connection)
        .await?;
    fenced(u64::from(held.is_some()))
}

fn fenced(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Fenced) } else { Ok(()) }
}

impl Store {
    /// Leases up to `most` tasks that are due, oldest first.
    ///
    /// A task whose serialisation key is held by a live lease, or that has an older due task with the same key before
    /// it, is left for later.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim(&self, most: usize, lease: Duration, token: LeaseToken) -> Result<Vec<Leased>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
        // Looking costs no write: an idle gateway does not commit once a second.
        let now: i64 = sqlx::query_scalar(NOW).fetch_one(&self.read).await?;
        let due: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM tasks \
             WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1)",
        )
        .bind(now)
        .fetch_one(&self.read)
        .await?;
        if due == 0 {
            return Ok(Vec::new());
        }
        self.writer.write(move |connection| Box::pin(claim(connection, most, lease, token))).await
    }

    /// Hands back every lease and says how many. Only for a process that knows that it is the only one, at its start.
    ///
    /// # Errors
    /// The store's.
    pub async fn release_leases(&self) -> Result<u64, StoreError> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let sql = "UPDATE tasks SET lease_token = NULL, lease_until = NULL WHERE lease_token IS NOT NULL";
                    Ok(sqlx::query(sql).execute(connection).await?.rows_affected())
                })
            })
            .await
    }

    /// Takes a task out of the queue that turned out to have nothing left to do.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended.
    pub async fn drop_task(&self, lease: &Leased) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer.write(move |connection| Box::pin(async move { finish(connection, &lease).await })).await
    }

    /// How many tasks are in the queue, due or not.
    ///
    /// # Errors
    /// The store's.
    pub async fn tasks_waiting(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&self.read).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

async fn claim(
    connection: &mut SqliteConnection,
    most: i64,
    lease: i64,
    token: LeaseToken,
) -> Result<Vec<Leased>, StoreError> {
    let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut *connection).await?;
    let rows = sqlx::query(
        "UPDATE tasks SET lease_token = $1, lease_until = $2, attempt = attempt + 1 WHERE id IN ( \
             SELECT t.id FROM tasks t \
             WHERE t.run_at <= $3 AND (t.lease_until IS NULL OR t.lease_until <= $3) \
             AND (t.serialization_key IS NULL OR NOT EXISTS ( \
                 SELECT 1 FROM tasks o WHERE o.serialization_key = t.serialization_key AND o.id <> t.id \
                 AND (o.lease_until > $3 OR (o.run_at <= $3 AND (o.run_at, o.id) < (t.run_at, t.id))))) \
             ORDER BY t.run_at, t.id LIMIT $4) \
         RETURNING id, tenant, kind, subject, run_at, attempt",
    )
    .bind(token.to_string())
    .bind(now.saturating_add(lease))
    .bind(now)
    .bind(most)
    .fetch_all(connection)
    .await?;
    let mut leased: Vec<(i64, Leased)> = rows.iter().map(|row| leased(row, token)).collect::<Result<_, _>>()?;
    // RETURNING promises no order.
    leased.sort_by_key(|(run_at, leased)| (*run_at, leased.task));
    Ok(leased.into_iter().map(|(_, leased)| leased).collect())
}

fn leased(row: &SqliteRow, token: LeaseToken) -> Result<(i64, Leased), StoreError> {
    let run_at: i64 = row.try_get("run_at")?;
    let row = Read::new(row, "tasks");
    let kind = match row.text("kind")?.as_str() {
        "assess" => TaskKind::Assess { submission: row.id("subject")? },
        "deliver" => TaskKind::Deliver { delivery: row.id("subject")? },
        _ => return Err(row.corrupt("kind")),
    };
    Ok((
        run_at,
        Leased { task: row.id("id")?, tenant: row.id("tenant")?, kind, attempt: row.number("attempt")?, token },
    ))
}
