//! What waits, in figures.

use std::collections::BTreeMap;

use crate::{Store, StoreError, row::Read, sql::query};

/// The queue as it is at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// By kind.
    pub tasks: BTreeMap<String, TaskFigures>,
    /// Gates by their state.
    pub gates: BTreeMap<String, u64>,
    /// Microseconds for which the oldest task has been due that nothing holds up but want of workers: those before gates
    /// that are not open wait for their destination.
    pub oldest_due_micros: u64,
    /// Deliveries that were given up.
    pub exhausted: u64,
}

/// Tasks of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskFigures {
    /// Due now; their gate may hold them up.
    pub due: u64,
    /// Being done.
    pub leased: u64,
    /// To be done later, such as the next try of a delivery.
    pub later: u64,
}

impl Store {
    /// Counts what waits. It reads the whole queue once, so whoever asks often remembers the answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn queue_figures(&self) -> Result<QueueFigures, StoreError> {
        let now = self.now().await?;
        let mut figures = QueueFigures { oldest_due_micros: self.oldest_due(now).await?, ..QueueFigures::default() };
        let rows = query(
            "SELECT kind, count(*) AS tasks, sum(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END) AS due, \
             sum(CASE WHEN run_at > $1 AND lease_token IS NOT NULL THEN 1 ELSE 0 END) AS leased \
             FROM tasks GROUP BY kind",
        );
        for row in &rows.bind(now).fetch_all(&self.read).await? {
            let row = Read::new(row, "tasks");
            let number = |column| row.count(column).map(|count| u64::try_from(count).unwrap_or(0));
            let (all, due, leased) = (number("tasks")?, number("due")?, number("leased")?);
            let later = all.saturating_sub(due + leased);
            figures.tasks.insert(row.text("kind")?, TaskFigures { due, leased, later });
        }
        for row in &query("SELECT state, count(*) AS gates FROM gates GROUP BY state").fetch_all(&self.read).await? {
            let row = Read::new(row, "gates");
            figures.gates.insert(row.text("state")?, u64::try_from(row.count("gates")?).unwrap_or(0));
        }
        let exhausted = "SELECT count(*) FROM deliveries WHERE state = 'exhausted'";
        figures.exhausted = u64::try_from(query(exhausted).number(&self.read).await?).unwrap_or(0);
        Ok(figures)
    }

    /// One step in an index for each gate that has tasks.
    async fn oldest_due(&self, now: i64) -> Result<u64, StoreError> {
        let oldest = query(
            "WITH RECURSIVE walk (gate) AS ( \
                 SELECT min(gate) FROM tasks \
                 UNION ALL \
                 SELECT (SELECT min(t.gate) FROM tasks t WHERE t.gate > walk.gate) FROM walk \
                 WHERE walk.gate IS NOT NULL) \
             SELECT coalesce(min((SELECT min(d.run_at) FROM tasks d WHERE d.gate = g.id)), $1) \
             FROM walk JOIN gates g ON g.id = walk.gate WHERE g.state = 'open' AND g.wait_until <= $1",
        );
        let oldest = oldest.bind(now).number(&self.read).await?;
        Ok(u64::try_from(now.saturating_sub(oldest)).unwrap_or(0))
    }
}
