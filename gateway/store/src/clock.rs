//! The database's clock.
//!
//! A lease that one node gave must mean the same to another, whatever their own clocks say: on PostgreSQL the server's
//! clock decides. SQLite has one process, and its clock is that process's: the time at the start, and from then on what has
//! passed. A machine's clock that is set back or forth meanwhile neither ends a lease nor holds work up.

use std::time::Instant;

use crate::{
    Store, StoreError,
    sql::{Dialect, On, query},
    transaction::Transaction,
};

macro_rules! postgres_time {
    () => {
        "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}

/// Begins a transaction on PostgreSQL, and answers its time.
pub(crate) const BEGIN: &str = concat!("BEGIN; ", postgres_time!());
/// The same, with a unit begun in it.
pub(crate) const BEGIN_UNIT: &str = concat!("BEGIN; SAVEPOINT unit; ", postgres_time!());
/// Under which name the time is noted in `schedule`.
const NOTED: &str = "clock";
/// Whatever waits for a time: put forward by $1 where it lies beyond $2.
const WAITING: [&str; 6] = [
    "UPDATE tasks SET run_at = run_at - $1 WHERE run_at > $2",
    "UPDATE deliveries SET next_at = next_at - $1 WHERE state = 'pending' AND next_at > $2",
    "UPDATE gates SET wait_until = wait_until - $1 WHERE wait_until > $2",
    "UPDATE gates SET paced_until = paced_until - $1 WHERE paced_until > $2",
    "UPDATE gates SET probe_at = probe_at - $1 WHERE probe_at > $2",
    "UPDATE schedule SET due_at = due_at - $1 WHERE due_at > $2",
];

/// The time at the start, and when that was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    base: i64,
    since: Instant,
}

impl Clock {
    /// Begins at the database's own time.
    pub async fn start(dialect: Dialect, on: impl On) -> Result<Self, StoreError> {
        Ok(Self { base: query(of(dialect)).number(on).await?, since: Instant::now() })
    }

    /// Microseconds since 1970.
    pub async fn now(self, dialect: Dialect, on: impl On) -> Result<i64, StoreError> {
        match dialect {
            Dialect::Sqlite => Ok(self.here()),
            Dialect::Postgres => query(of(dialect)).number(on).await,
        }
    }

    /// The same without asking the database: where its clock is this process's.
    pub fn here(self) -> i64 {
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.base.saturating_add(passed)
    }
}

const fn of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
        Dialect::Postgres => postgres_time!(),
    }
}

impl Store {
    /// Notes the database's time, so that the next start can tell whether the clock was set back meanwhile. Only for a
    /// database whose clock is its process's: see [`Store::is_single`].
    ///
    /// # Errors
    /// The store's.
    pub async fn note_time(&self) -> Result<(), StoreError> {
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    query(
                        "INSERT INTO schedule (name, due_at) VALUES ($1, $2) \
                         ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at",
                    )
                    .bind(NOTED)
                    .bind(now)
                    .execute(tx)
                    .await
                    .map(drop)
                })
            })
            .await
    }
}

/// If the clock says an earlier time than was noted last, it was set back by so much at least while no process ran, and
/// whatever waits for a time would wait so much longer: it is put forward.
pub(crate) async fn catch_up(tx: &mut Transaction) -> Result<(), StoreError> {
    let now = tx.now();
    let noted = query("SELECT coalesce(max(due_at), 0) FROM schedule WHERE name = $1").bind(NOTED);
    let back = noted.number(&mut *tx).await? - now;
    if back <= 0 {
        return Ok(());
    }
    tracing::warn!(seconds = back / 1_000_000, "the clock was set back; what waits for a time is put forward");
    for sql in WAITING {
        query(sql).bind(back).bind(now).execute(&mut *tx).await?;
    }
    Ok(())
}
