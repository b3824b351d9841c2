//! The database's clock.
//!
//! A lease that one node gave must mean the same to another, whatever their own clocks say: on PostgreSQL the server's
//! clock decides. SQLite has one process, and its clock is that process's: the time at the start, and from then on what has
//! passed. A machine's clock that is set back or forth meanwhile neither ends a lease nor holds work up.

use std::time::Instant;

use crate::{
    StoreError,
    sql::{Dialect, On, query},
};

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
            Dialect::Sqlite => {
                let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
                Ok(self.base.saturating_add(passed))
            }
            Dialect::Postgres => query(of(dialect)).number(on).await,
        }
    }
}

const fn of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
        Dialect::Postgres => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
    }
}
