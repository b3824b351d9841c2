//! Tasks: work that is due, leased for a time, settled under the lease's token.
//!
//! Correctness does not rest on the lease: a task may run twice, and whatever it does carries an idempotency key. The
//! token only keeps a late result from overwriting a newer one. Whether a lease has ended is decided by the database's
//! clock, so that nodes with different clocks agree.

use std::{fmt, time::Duration};

use uuid::Uuid;
use wellspring_model::{
    id::{DeliveryId, SubmissionId, TaskId, TenantId},
    trace::TraceParent,
};

use crate::{
    Store, StoreError, clock,
    gate::GateId,
    sql::{Query, over_rows, query, statements},
    transaction::Transaction,
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
    /// Look whether what was said of a submission still holds.
    Recheck { submission: SubmissionId },
}

impl TaskKind {
    /// The word in SQL, logs and figures.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Assess { .. } => "assess",
            Self::Deliver { .. } => "deliver",
            Self::Recheck { .. } => "recheck",
        }
    }

    /// The id of what is worked on.
    pub fn subject(&self) -> String {
        match self {
            Self::Assess { submission } | Self::Recheck { submission } => submission.to_string(),
            Self::Deliver { delivery } => delivery.to_string(),
        }
    }
}

/// A task that is ours until its lease ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leased {
    pub task: TaskId,
    pub tenant: TenantId,
    /// What it waited before.
    pub gate: GateId,
    pub kind: TaskKind,
    /// How often it was leased, this time included.
    pub attempt: u32,
    pub token: LeaseToken,
    /// What it goes on with.
    pub trace: Option<TraceParent>,
}

/// A task to be put into the queue.
pub(crate) struct NewTask {
    pub id: TaskId,
    pub tenant: TenantId,
    pub gate: GateId,
    pub kind: TaskKind,
    /// Tasks with the same key are done one after the other, in the order of their ids.
    pub serialization_key: Option<String>,
    /// The trace of what brought it about, if that is known.
    pub trace: Option<TraceParent>,
}

/// Puts tasks into the queue, due at once.
pub(crate) async fn enqueue(tx: &mut Transaction, tasks: Vec<NewTask>) -> Result<(), StoreError> {
    Query::execute_all(insert(tx, tasks), tx).await
}

/// As [`enqueue`], once what it gives is run.
pub(crate) fn insert(tx: &mut Transaction, tasks: Vec<NewTask>) -> Vec<Query> {
    let now = tx.now();
    if !tasks.is_empty() {
        tx.brings_work();
    }
    let row = |task: NewTask| {
        vec![
            task.id.to_string().into(),
            task.tenant.to_string().into(),
            task.gate.to_string().into(),
            task.kind.as_str().into(),
            task.kind.subject().into(),
            task.serialization_key.into(),
            now.into(),
            task.trace.map(String::from).into(),
        ]
    };
    let insert = "INSERT INTO tasks (id, tenant, gate, kind, subject, serialization_key, run_at, trace)";
    statements(tx.dialect(), insert, tasks.into_iter().map(row).collect(), "")
}

/// Takes a task that is done out of the queue, if the lease still holds. Says whether another one is due before its gate.
pub(crate) async fn finish(tx: &mut Transaction, lease: &Leased) -> Result<bool, StoreError> {
    let now = tx.now();
    let done = query(
        "DELETE FROM tasks WHERE id = $1 AND lease_token = $2 RETURNING serialization_key, \
         (SELECT min(d.run_at) FROM tasks d WHERE d.gate = tasks.gate AND d.id <> $1) AS next_at",
    );
    let done = done.bind(lease.task.to_string()).bind(lease.token.to_string());
    let done = done.fetch_optional(&mut *tx).await?.ok_or(StoreError::Fenced)?;
    let done = crate::row::Read::new(&done, "tasks");
    if let Some(key) = done.optional_text("serialization_key")? {
        next_in_order(tx, &key).await?;
    }
    Ok(done.optional_number("next_at")?.is_some_and(|next| next <= now))
}

/// The one behind it may have been put off until this one's lease would have ended.
pub(crate) async fn next_in_order(tx: &mut Transaction, key: &str) -> Result<(), StoreError> {
    let now = tx.now();
    let woken = query(
        "UPDATE tasks SET run_at = $2 WHERE lease_token IS NULL AND attempt = 0 AND run_at > $2 \
         AND id = (SELECT id FROM tasks WHERE serialization_key = $1 ORDER BY id LIMIT 1)",
    )
    .bind(key)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if woken > 0 {
        tx.brings_work();
    }
    Ok(())
}

/// Gives a task back to be run again after a while, if the lease still holds. Says when that is.
pub(crate) async fn postpone(tx: &mut Transaction, lease: &Leased, wait: Duration) -> Result<i64, StoreError> {
    let run_at = tx.now().saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
    let done = query("UPDATE tasks SET run_at = $3, lease_token = NULL WHERE id = $1 AND lease_token = $2")
        .bind(lease.task.to_string())
        .bind(lease.token.to_string())
        .bind(run_at)
        .execute(tx)
        .await?;
    if done == 0 { Err(StoreError::Fenced) } else { Ok(run_at) }
}

/// Makes sure that the lease still holds, at the beginning of a unit that changes other rows.
pub(crate) async fn check(tx: &mut Transaction, lease: &Leased) -> Result<(), StoreError> {
    let held = query("SELECT id FROM tasks WHERE id = $1 AND lease_token = $2")
        .bind(lease.task.to_string())
        .bind(lease.token.to_string())
        .fetch_optional(tx)
        .await?;
    held.map(drop).ok_or(StoreError::Fenced)
}

impl Store {
    /// Hands back every lease, and makes due what was never begun. Says how many leases there were. Only for a process
    /// that knows that it is the only one, at its start: whatever the clock said when they were given, nobody holds them.
    /// What waits for a time waits no longer because the clock was set back.
    ///
    /// # Errors
    /// The store's.
    pub async fn release_leases(&self) -> Result<u64, StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    clock::catch_up(tx).await?;
                    query("UPDATE tasks SET run_at = $1 WHERE attempt = 0 AND run_at > $1")
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                    query("UPDATE tasks SET run_at = $1, lease_token = NULL WHERE lease_token IS NOT NULL")
                        .bind(now)
                        .execute(tx)
                        .await
                })
            })
            .await
    }

    /// Hands back leases that this process will not make use of, so that others need not wait for their end.
    ///
    /// # Errors
    /// The store's.
    pub async fn hand_back(&self, leases: Vec<Leased>) -> Result<(), StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    for lease in &leases {
                        match postpone(tx, lease, Duration::ZERO).await {
                            Ok(_) | Err(StoreError::Fenced) => tx.brings_work(),
                            Err(other) => return Err(other),
                        }
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Gives a task back that cannot be begun for want of something of ours. That is no attempt, and none is counted.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended.
    pub async fn put_off(&self, lease: &Leased, wait: Duration) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    postpone(tx, &lease, wait).await?;
                    query("UPDATE tasks SET attempt = attempt - 1 WHERE id = $1 AND attempt > 0")
                        .bind(lease.task.to_string())
                        .execute(tx)
                        .await
                        .map(drop)
                })
            })
            .await
    }

    /// Takes tasks out of the queue that turned out to have nothing left to do. Says of how many the lease still held.
    ///
    /// # Errors
    /// The store's.
    pub async fn drop_tasks(&self, leases: Vec<Leased>) -> Result<u64, StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let row = |lease: &Leased| vec![lease.task.to_string().into(), lease.token.to_string().into()];
                    let rows = leases.iter().map(row).collect();
                    let delete = "DELETE FROM tasks WHERE (id, lease_token) IN (";
                    let done = over_rows(tx, delete, rows, ") RETURNING id, serialization_key").await?;
                    for row in &done {
                        if let Some(key) = crate::row::Read::new(row, "tasks").optional_text("serialization_key")? {
                            next_in_order(tx, &key).await?;
                        }
                    }
                    Ok(done.len() as u64)
                })
            })
            .await
    }

    /// How many tasks are in the queue, due or not.
    ///
    /// # Errors
    /// The store's.
    pub async fn tasks_waiting(&self) -> Result<u64, StoreError> {
        let count = query("SELECT count(*) FROM tasks").number(&self.read).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
