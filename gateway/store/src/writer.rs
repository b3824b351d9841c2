//! The one writer: units of work are collected into a transaction, committed once, and answered after the commit.
//!
//! A disk can sync some hundreds to thousands of times a second; a commit each would bound the gateway by that. While one
//! commit runs, the units for the next one collect by themselves, so that under load many share a sync and without load
//! nobody waits.

use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use crate::StoreError;

/// Units in one transaction at most.
const MOST_UNITS: usize = 256;
/// Units that may wait. Beyond that callers wait too, which is the back-pressure.
const WAITING: usize = 4_096;

/// What a unit does with the connection.
type Work<T> = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// A unit whose type of answer is hidden from the loop.
trait Unit: Send {
    fn run<'c>(self: Box<Self>, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Box<dyn Answer>>;
}

/// What a unit came to, held back until the transaction is decided.
trait Answer: Send {
    fn is_ok(&self) -> bool;
    /// Whether it failed for want of room, which undoes the whole transaction by itself.
    fn is_full(&self) -> bool;
    fn give(self: Box<Self>);
    fn refuse(self: Box<Self>, error: StoreError);
}

struct Asked<T> {
    work: Work<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

struct Done<T> {
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send + 'static> Unit for Asked<T> {
    fn run<'c>(self: Box<Self>, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Box<dyn Answer>> {
        Box::pin(async move {
            let result = (self.work)(connection).await;
            Box::new(Done { result, reply: self.reply }) as Box<dyn Answer>
        })
    }
}

impl<T: Send> Answer for Done<T> {
    fn is_ok(&self) -> bool {
        self.result.is_ok()
    }

    fn is_full(&self) -> bool {
        matches!(self.result, Err(StoreError::Full))
    }

    fn give(self: Box<Self>) {
        // A caller that has gone away needs no answer.
        let _gone = self.reply.send(self.result);
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _gone = self.reply.send(Err(error));
    }
}

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Writer {
    units: mpsc::Sender<Box<dyn Unit>>,
    /// Counts commits; whoever waits for work watches it.
    commits: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the writer on a connection of its own. It ends when the last handle is dropped.
    pub fn start(connection: SqliteConnection) -> Self {
        let (units, waiting) = mpsc::channel(WAITING);
        let (committed, commits) = watch::channel(0);
        tokio::spawn(run(connection, waiting, committed));
        Self { units, commits }
    }

    /// Runs `work` in the next transaction and answers once that is durable. If `work` fails, only its own changes are
    /// undone.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let unit = Box::new(Asked { work: Box::new(work), reply });
        self.units.send(unit).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Ends at the next commit.
    pub async fn committed(&self) {
        let mut commits = self.commits.clone();
        commits.mark_unchanged();
        // The sender lives as long as the writer; when it is gone there is nothing left to wait for.
        let _writer_gone = commits.changed().await;
    }
}

async fn run(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<Box<dyn Unit>>,
    committed: watch::Sender<u64>,
) {
    let mut units = Vec::with_capacity(MOST_UNITS);
    while waiting.recv_many(&mut units, MOST_UNITS).await > 0 {
        let mut answers = Vec::with_capacity(units.len());
        match transact(&mut connection, &mut units, &mut answers).await {
            Ok(()) => {
                committed.send_modify(|count| *count += 1);
                answers.into_iter().for_each(|answer| answer.give());
            }
            Err(error) => {
                tracing::error!(%error, "a transaction could not be committed");
                // Nothing of it is stored, so nobody is told that it is.
                let _rolled_back = sqlx::query("ROLLBACK").execute(&mut connection).await;
                let is_full = matches!(error, StoreError::Full) || answers.iter().any(|answer| answer.is_full());
                let refusal = || if is_full { StoreError::Full } else { StoreError::NotCommitted };
                answers.into_iter().for_each(|answer| answer.refuse(refusal()));
                units.clear();
            }
        }
    }
    let _closed = connection.close().await;
}

async fn transact(
    connection: &mut SqliteConnection,
    units: &mut Vec<Box<dyn Unit>>,
    answers: &mut Vec<Box<dyn Answer>>,
) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    for unit in units.drain(..) {
        sqlx::query("SAVEPOINT unit").execute(&mut *connection).await?;
        let answer = unit.run(connection).await;
        let keeps = answer.is_ok();
        answers.push(answer);
        if !keeps {
            sqlx::query("ROLLBACK TO unit").execute(&mut *connection).await?;
        }
        sqlx::query("RELEASE unit").execute(&mut *connection).await?;
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}
