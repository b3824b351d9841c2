//! Connections to a SQLite file for reading.
//!
//! sqlx's own pool asks each connection that is put back whether it still answers: a second trip to the connection's thread,
//! which takes longer than most of what is read here. A file does not hang up.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Reads never wait for the writer.
const SQLITE_READERS: u32 = 4;
/// How long a read waits for others before the caller is told that the database cannot be reached.
const TURN: Duration = Duration::from_secs(30);

/// A few connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    options: SqliteConnectOptions,
    turns: Semaphore,
    /// Those that nobody reads from, the one that was used last at the end.
    idle: Mutex<Vec<SqliteConnection>>,
}

/// A turn at reading, with a connection.
pub(super) struct Reader<'r> {
    connections: &'r Connections,
    connection: SqliteConnection,
    _turn: SemaphorePermit<'r>,
}

impl Connections {
    /// Opens the file.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let first = options.connect().await?;
        let turns = Semaphore::new(SQLITE_READERS as usize);
        Ok(Self(Arc::new(Inner { options, turns, idle: Mutex::new(vec![first]) })))
    }

    /// Waits for a turn. The connection is made where none is idle.
    pub(super) async fn reader(&self) -> Result<Reader<'_>, sqlx::Error> {
        let turn = tokio::time::timeout(TURN, self.0.turns.acquire()).await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let turn = turn.map_err(|_| sqlx::Error::PoolClosed)?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.0.options.connect().await?,
        };
        Ok(Reader { connections: self, connection, _turn: turn })
    }

    /// Lets nobody begin to read any more, and closes the file once those who have begun are done.
    pub async fn close(&self) {
        let all = self.0.turns.acquire_many(SQLITE_READERS).await;
        self.0.turns.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            // It was only read from: there is nothing to lose.
            let _closed = connection.close().await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    pub const fn on(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Puts the connection back, unless its thread has ended. One that was given up in the midst of a statement is not put back
    /// either, but dropped with the reader.
    pub fn done<T>(self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if !matches!(result, Err(sqlx::Error::WorkerCrashed)) {
            self.connections.idle().push(self.connection);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(connections: &Connections) -> Result<i64, sqlx::Error> {
        let mut reader = connections.reader().await?;
        let one = sqlx::query_scalar("SELECT 1").fetch_one(reader.on()).await;
        reader.done(one)
    }

    #[tokio::test]
    async fn a_read_that_is_given_up_keeps_no_turn_and_after_the_end_there_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new().filename(folder.path().join("file")).create_if_missing(true);
        let connections = Connections::open(options).await.expect("it opens");
        for _ in 0..2 * SQLITE_READERS {
            drop(connections.reader().await.expect("a turn"));
        }
        let all: Vec<_> = (0..SQLITE_READERS).map(|_| read(&connections)).collect();
        for read in futures_util::future::join_all(all).await {
            assert_eq!(read.expect("it is read"), 1);
        }
        assert!(!connections.idle().is_empty(), "what was read from is put back");
        connections.close().await;
        assert!(matches!(read(&connections).await, Err(sqlx::Error::PoolClosed)));
        assert!(connections.idle().is_empty(), "all are closed");
    }
}
