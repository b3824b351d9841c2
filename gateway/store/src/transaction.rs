//! A transaction of the writer, with what is put off to its end.
//!
//! Rows that many transactions want (the head of a tenant's audit chain, the gate of a busy ATS) are written last and in
//! order: they are held for the shortest time, and two nodes can never wait for each other.

use std::sync::Arc;

use uuid::Uuid;
use wellspring_model::{Timestamp, id::TenantId, time::Entropy};

use crate::{
    StoreError,
    announce::{self, Announcement},
    audit::{self, Action, AuditNote},
    clock::{self, Clock},
    gate::{self, Passages},
    ground::{self, NewGround},
    row::Row,
    sql::{Connection, Dialect, On, Query, query},
    unmapped::{self, Sighting},
};

/// What units of work write to.
pub(crate) struct Transaction {
    connection: Connection,
    notes: Vec<AuditNote>,
    announcements: Vec<Announcement>,
    passages: Passages,
    grounds: Vec<NewGround>,
    sightings: Vec<Sighting>,
    brought_work: bool,
    savepoint: Savepoint,
    clock: Clock,
    entropy: Arc<dyn Entropy>,
    now: i64,
}

/// Where a transaction can be undone to, besides its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Savepoint {
    /// Nowhere.
    None,
    /// To the savepoint, since which nothing was done.
    Fresh,
    /// To the savepoint of the last unit.
    Used,
}

/// How much was put off when a unit began, so that a unit that fails leaves nothing behind.
pub(crate) struct Mark {
    notes: usize,
    announcements: usize,
    passages: Passages,
    grounds: usize,
    sightings: usize,
}

impl Transaction {
    pub fn new(connection: Connection, clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            connection,
            notes: Vec::new(),
            announcements: Vec::new(),
            passages: Passages::default(),
            grounds: Vec::new(),
            sightings: Vec::new(),
            brought_work: false,
            savepoint: Savepoint::None,
            clock,
            entropy,
            now: clock.here(),
        }
    }

    pub const fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    /// Notes for the audit trail of `tenant` that `actor` did `action` to `subject`.
    pub fn audit(&mut self, tenant: TenantId, at: Timestamp, actor: &str, action: Action, subject: &str) {
        self.note(AuditNote::new(tenant, at, actor, action, subject));
    }

    /// As [`Self::audit`], with more to say.
    pub fn note(&mut self, note: AuditNote) {
        self.notes.push(note);
    }

    /// Says what happened, for the endpoints of a tenant that want to know.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// A fresh id, for what only a transaction knows that it is needed.
    pub fn uuid(&self, at: Timestamp) -> Uuid {
        self.entropy.uuid(at)
    }

    /// What passed a gate, to be counted there.
    pub fn passages(&mut self) -> &mut Passages {
        &mut self.passages
    }

    /// What a verdict rests on, to be noted.
    pub fn rests_on(&mut self, grounds: impl IntoIterator<Item = NewGround>) {
        self.grounds.extend(grounds);
    }

    /// What a submission names that leads to no item, to be counted.
    pub fn saw(&mut self, sightings: impl IntoIterator<Item = Sighting>) {
        self.sightings.extend(sightings);
    }

    /// Something may be due now that was not: whoever waits for work is told after the commit.
    pub const fn brings_work(&mut self) {
        self.brought_work = true;
    }

    pub const fn brought_work(&self) -> bool {
        self.brought_work
    }

    /// The database's clock at the beginning of the transaction, in microseconds since 1970.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// With a fresh savepoint for the first unit, or with none.
    pub async fn begin(&mut self, savepoint: Savepoint) -> Result<(), StoreError> {
        self.notes.clear();
        self.announcements.clear();
        self.passages = Passages::default();
        self.grounds.clear();
        self.sightings.clear();
        self.brought_work = false;
        self.savepoint = savepoint;
        let in_units = savepoint != Savepoint::None;
        match self.dialect() {
            Dialect::Sqlite => {
                // The write lock at once: a later upgrade could fail.
                let begin = if in_units { "BEGIN IMMEDIATE; SAVEPOINT unit" } else { "BEGIN IMMEDIATE" };
                self.connection.at_once(begin).await?;
                self.now = self.clock.here();
            }
            Dialect::Postgres => {
                let begin = if in_units { clock::BEGIN_UNIT } else { clock::BEGIN };
                let now = self.connection.at_once(begin).await?;
                self.now = now.ok_or(sqlx::Error::RowNotFound)?.first()?;
            }
        }
        Ok(())
    }

    /// Marks where a unit begins, so that what the ones before it did stays if it fails.
    pub async fn begin_unit(&mut self) -> Result<Mark, StoreError> {
        // One exchange with the database at most; the commit releases the last.
        let begin = match self.savepoint {
            Savepoint::None => Some("SAVEPOINT unit"),
            Savepoint::Fresh => None,
            Savepoint::Used => Some("RELEASE unit; SAVEPOINT unit"),
        };
        if let Some(begin) = begin {
            self.connection.at_once(begin).await?;
        }
        self.savepoint = Savepoint::Used;
        let (notes, announcements) = (self.notes.len(), self.announcements.len());
        let (grounds, sightings) = (self.grounds.len(), self.sightings.len());
        Ok(Mark { notes, announcements, passages: self.passages.clone(), grounds, sightings })
    }

    /// Undoes what was done since a unit began.
    pub async fn undo_unit(&mut self, begun: Mark) -> Result<(), StoreError> {
        self.notes.truncate(begun.notes);
        self.announcements.truncate(begun.announcements);
        self.passages = begun.passages;
        self.grounds.truncate(begun.grounds);
        self.sightings.truncate(begun.sightings);
        query("ROLLBACK TO unit").execute(self).await.map(drop)
    }

    /// Writes what was put off, and commits.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        self.tell().await?;
        let grounds = std::mem::take(&mut self.grounds);
        if !grounds.is_empty() {
            ground::insert(self, grounds).await?;
        }
        let sightings = std::mem::take(&mut self.sightings);
        if !sightings.is_empty() {
            unmapped::count(self, sightings).await?;
        }
        let passages = std::mem::take(&mut self.passages);
        if !passages.is_empty() {
            gate::count(self, passages).await?;
            // A gate may have changed its state with that.
            self.tell().await?;
        }
        let notes = std::mem::take(&mut self.notes);
        let mut last = if notes.is_empty() { Vec::new() } else { audit::append(self, notes).await? };
        last.push(query("COMMIT"));
        Query::execute_all(last, self).await
    }

    async fn tell(&mut self) -> Result<(), StoreError> {
        let announcements = std::mem::take(&mut self.announcements);
        if announcements.is_empty() { Ok(()) } else { announce::write(self, announcements).await }
    }

    pub async fn roll_back(&mut self) -> Result<(), StoreError> {
        query("ROLLBACK").execute(self).await.map(drop)
    }

    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

impl On for &mut Transaction {
    async fn execute(self, query: Query) -> Result<u64, sqlx::Error> {
        (&mut self.connection).execute(query).await
    }

    async fn rows(self, query: Query) -> Result<Vec<Row>, sqlx::Error> {
        (&mut self.connection).rows(query).await
    }
}
