//! Writing: units of work are collected into a transaction, committed once, and answered after the commit.
//!
//! A disk can sync some hundreds to thousands of times a second; a commit each would bound the gateway by that. While one
//! commit runs, the units for the next one collect by themselves, so that under load many share a sync and without load
//! nobody waits. SQLite has one writer; on PostgreSQL some work side by side.

mod checkpoint;
mod unit;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use wellspring_model::time::Entropy;

use self::unit::{Answer, Asked, Unit};
use crate::{
    StoreError,
    accept::{self, Accepted, SealedSubmission},
    clock::Clock,
    database::Options,
    figures::CommitFigures,
    sql::{Dialect, SILENT},
    transaction::{Savepoint, Transaction},
};

/// Units in one transaction at most.
const MOST_UNITS: usize = 256;
/// Units that may wait. Beyond that callers wait too, which is the back-pressure.
const WAITING: usize = 4_096;
/// Transactions that PostgreSQL commits side by side for one node. Those of one tenant wait for one another at the end of its audit
/// trail: more lanes only make smaller transactions.
const LANES: usize = 3;
/// How long to try to reach the database again before what waits is refused.
const RECONNECT: Duration = Duration::from_secs(2);

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to be written.
enum Write {
    /// Many submissions are stored with few statements.
    Accept(Box<SealedSubmission>, Reply<Accepted>),
    Unit(Box<dyn Unit>),
    /// A unit that holds what others may want, and is therefore committed by itself where there are others.
    Alone(Box<dyn Unit>),
}

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Writer {
    writes: mpsc::Sender<Write>,
    news: News,
    figures: CommitFigures,
}

/// Tells of commits that brought work.
#[derive(Clone)]
pub(crate) struct News {
    /// Counts those of this process; other nodes are told of them.
    ours: watch::Sender<u64>,
    /// Counts those, and what other nodes tell of theirs; whoever waits for work watches it.
    all: watch::Sender<u64>,
}

impl News {
    fn new() -> Self {
        Self { ours: watch::channel(0).0, all: watch::channel(0).0 }
    }

    fn committed(&self) {
        self.ours.send_modify(|count| *count += 1);
        self.heard();
    }

    /// Another node has committed.
    pub fn heard(&self) {
        self.all.send_modify(|count| *count += 1);
    }

    pub fn ours(&self) -> watch::Receiver<u64> {
        self.ours.subscribe()
    }

    pub fn all(&self) -> watch::Receiver<u64> {
        self.all.subscribe()
    }
}

impl Writer {
    /// Starts writing. It ends when the last handle is dropped.
    pub async fn start(options: &Options, clock: Clock, entropy: &Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let (writes, waiting) = mpsc::channel(WAITING);
        let (news, figures, committed) = (News::new(), CommitFigures::new(), watch::channel(0).0);
        let lanes = match options.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => LANES,
        };
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..lanes {
            let tx = Some(Transaction::new(options.connect().await?, clock, Arc::clone(entropy)));
            let (options, news, entropy) = (options.clone(), news.clone(), Arc::clone(entropy));
            let (figures, committed) = (figures.clone(), committed.clone());
            let lane = Lane { tx, options, clock, entropy, news, figures, committed };
            tokio::spawn(lane.run(Arc::clone(&waiting)));
        }
        if options.dialect() == Dialect::Sqlite {
            tokio::spawn(checkpoint::run(options.clone(), committed.subscribe()));
        }
        Ok(Self { writes, news, figures })
    }

    /// Runs `work` in the next transaction and answers once that is durable. If `work` fails, only its own changes are
    /// undone.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Transaction) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Write::Unit(Box::new(Asked { work: Box::new(work), reply })), answer).await
    }

    /// As [`Self::write`], for work that holds rows others may want until it is committed.
    pub async fn write_alone<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Transaction) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Write::Alone(Box::new(Asked { work: Box::new(work), reply })), answer).await
    }

    /// Stores a submission together with those that wait beside it.
    pub async fn accept(&self, submission: SealedSubmission) -> Result<Accepted, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Write::Accept(Box::new(submission), reply), answer).await
    }

    async fn send<T>(&self, write: Write, answer: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
        self.writes.send(write).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub const fn news(&self) -> &News {
        &self.news
    }

    pub const fn figures(&self) -> &CommitFigures {
        &self.figures
    }
}

/// One connection that writes.
struct Lane {
    /// Absent when the database could not be reached.
    tx: Option<Transaction>,
    options: Options,
    clock: Clock,
    entropy: Arc<dyn Entropy>,
    news: News,
    figures: CommitFigures,
    /// Counts units.
    committed: watch::Sender<u64>,
}

impl Lane {
    async fn run(mut self, waiting: Arc<Mutex<mpsc::Receiver<Write>>>) {
        loop {
            let mut writes = Vec::new();
            if waiting.lock().await.recv_many(&mut writes, MOST_UNITS).await == 0 {
                break;
            }
            let mut together = Together::default();
            let mut alone = Vec::new();
            let is_only = self.options.dialect() == Dialect::Sqlite;
            for write in writes {
                match write {
                    Write::Accept(submission, reply) => together.submissions.push((*submission, reply)),
                    Write::Unit(unit) => together.units.push(unit),
                    Write::Alone(unit) if is_only => together.units.push(unit),
                    Write::Alone(unit) => alone.push(unit),
                }
            }
            for unit in alone {
                self.commit(Together { units: vec![unit], submissions: Vec::new() }).await;
            }
            if !together.is_empty() {
                self.commit(together).await;
            }
        }
        if let Some(tx) = self.tx {
            let _closed = tx.close().await;
        }
    }

    /// Commits and answers, or refuses all of them.
    async fn commit(&mut self, mut together: Together) {
        let (units, began) = (together.len(), Instant::now());
        let mut answers = Vec::with_capacity(units);
        let can_be_silent = self.options.dialect() == Dialect::Postgres;
        let mut is_silent = false;
        let result = match self.connected().await {
            Ok(tx) if can_be_silent => {
                let done = tokio::time::timeout(SILENT, transact(tx, &mut together, &mut answers)).await;
                is_silent = done.is_err();
                done.unwrap_or(Err(StoreError::Unavailable))
            }
            Ok(tx) => transact(tx, &mut together, &mut answers).await,
            Err(error) => Err(error),
        };
        let Err(error) = result else {
            self.figures.committed(units, began.elapsed());
            self.committed.send_modify(|all| *all += units as u64);
            if self.tx.as_ref().is_some_and(Transaction::brought_work) {
                self.news.committed();
            }
            answers.into_iter().for_each(|answer| answer.give());
            return;
        };
        tracing::error!(%error, "a transaction could not be committed");
        // Nothing of it is known to be stored, so nobody is told that it is.
        let is_over = match &mut self.tx {
            Some(_) if is_silent => true,
            Some(tx) if can_be_silent => !matches!(tokio::time::timeout(SILENT, tx.roll_back()).await, Ok(Ok(()))),
            Some(tx) => {
                // SQLite may have done so by itself.
                let _rolled_back = tx.roll_back().await;
                false
            }
            None => false,
        };
        if is_over {
            self.tx = None;
        }
        let is_full = matches!(error, StoreError::Full) || answers.iter().any(|answer| answer.is_full());
        let is_gone = matches!(error, StoreError::Unavailable);
        self.figures.failed(match () {
            () if is_full => &StoreError::Full,
            () => &error,
        });
        let refusal = || match () {
            () if is_full => StoreError::Full,
            () if is_gone => StoreError::Unavailable,
            () => StoreError::NotCommitted,
        };
        answers.into_iter().for_each(|answer| answer.refuse(refusal()));
        together.refuse(refusal);
    }

    /// The connection, made anew where the old one is lost.
    async fn connected(&mut self) -> Result<&mut Transaction, StoreError> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => {
                let connection = tokio::time::timeout(RECONNECT, self.options.connect()).await;
                let connection = connection.map_err(|_| StoreError::Unavailable)??;
                Transaction::new(connection, self.clock, Arc::clone(&self.entropy))
            }
        };
        Ok(self.tx.insert(tx))
    }
}

/// What is committed together.
#[derive(Default)]
struct Together {
    submissions: Vec<(SealedSubmission, Reply<Accepted>)>,
    units: Vec<Box<dyn Unit>>,
}

impl Together {
    fn len(&self) -> usize {
        self.submissions.len() + self.units.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses what was not yet begun.
    fn refuse(self, refusal: impl Fn() -> StoreError) {
        for (_, reply) in self.submissions {
            // A caller that has gone away needs no answer.
            let _gone = reply.send(Err(refusal()));
        }
        self.units.into_iter().for_each(|unit| unit.refuse(refusal()));
    }
}

async fn transact(
    tx: &mut Transaction,
    together: &mut Together,
    answers: &mut Vec<Box<dyn Answer>>,
) -> Result<(), StoreError> {
    let only = together.units.len() == 1 && together.submissions.is_empty();
    if together.submissions.is_empty() {
        // One unit alone needs no savepoint to keep what the others did.
        tx.begin(if only { Savepoint::None } else { Savepoint::Fresh }).await?;
    } else {
        let submissions: Vec<_> = together.submissions.iter().map(|(submission, _)| submission).collect();
        let results = accept::begin_with(tx, &submissions).await?;
        for (result, (_, reply)) in results.into_iter().zip(together.submissions.drain(..)) {
            answers.push(Box::new(unit::Done { result, reply }));
        }
    }
    for unit in together.units.drain(..) {
        let begun = if only { None } else { Some(tx.begin_unit().await?) };
        let answer = unit.run(tx).await;
        let keeps = answer.is_ok();
        answers.push(answer);
        match begun {
            None if !keeps => return give_up(tx, answers).await,
            Some(begun) if !keeps => tx.undo_unit(begun).await?,
            _ => {}
        }
    }
    tx.commit().await
}

/// The only unit failed: there is nothing to commit, and it is answered with its own error.
async fn give_up(tx: &mut Transaction, answers: &mut Vec<Box<dyn Answer>>) -> Result<(), StoreError> {
    if answers.iter().any(|answer| answer.is_full()) {
        return Err(StoreError::Full);
    }
    tx.roll_back().await?;
    Ok(())
}
