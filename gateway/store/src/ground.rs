//! What verdicts rest on: documents (sources), each looked at once for all who depend on it, and who depends on which.
//!
//! A source is a row of its own, of nobody's in particular: addresses and digests of public documents. Who depends on it
//! stands in `grounds`, with the digest that was seen. Those to be re-checked are those who saw another one than is there
//! now; nobody has to remember who was told.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{SubmissionId, TaskId},
};

use crate::{
    Store, StoreError,
    recheck::{self, ToRecheck},
    row::{Read, Row, micros},
    sql::{Arg, Dialect, over_rows, query},
    transaction::Transaction,
};

/// A document that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    pub url: String,
    /// What was there; `None` where nothing could be had.
    pub seen: Option<Digest>,
    /// When to look at it again, if nobody does for somebody else.
    pub look_at: Timestamp,
}

/// When and where to look whether a verdict still holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    pub grounds: Vec<Ground>,
    /// When to re-check whatever the documents say.
    pub recheck_at: Option<Timestamp>,
}

/// Names a source: the SHA-256 of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(Digest);

impl SourceId {
    fn of(url: &str) -> Self {
        Self(Digest::from_bytes(Sha256::digest(url).into()))
    }
}

/// A source that is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSource {
    pub id: SourceId,
    pub url: String,
    /// Since when it could not be read.
    pub silent_since: Option<Timestamp>,
}

/// What a look at a source came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    Read(Digest),
    /// It could not be read, and what was seen there still stands.
    Silent,
    /// It could not be read for so long that nothing rests on it any more.
    Lost,
}

/// A ground to be written at the end of a transaction.
#[derive(Clone)]
pub(crate) struct NewGround {
    submission: SubmissionId,
    received_at: i64,
    ground: Ground,
}

/// The digest as it is stored: no bytes for none.
fn stored(seen: Option<Digest>) -> Vec<u8> {
    seen.map(|digest| digest.bytes().to_vec()).unwrap_or_default()
}

/// Notes what a submission's verdict rests on, that rested on nothing before.
pub(crate) fn add(tx: &mut Transaction, submission: SubmissionId, received_at: i64, grounds: Vec<Ground>) {
    tx.rests_on(grounds.into_iter().map(|ground| NewGround { submission, received_at, ground }));
}

/// Puts these in the place of whatever a submission's verdict rested on before.
pub(crate) async fn replace(
    tx: &mut Transaction,
    submission: SubmissionId,
    received_at: i64,
    grounds: Vec<Ground>,
) -> Result<(), StoreError> {
    query("DELETE FROM grounds WHERE submission = $1").bind(submission.to_string()).execute(&mut *tx).await?;
    add(tx, submission, received_at, grounds);
    Ok(())
}

/// Writes what was put off. Many transactions want the same sources: they are written in order, so that no two wait for
/// each other.
pub(crate) async fn insert(tx: &mut Transaction, grounds: Vec<NewGround>) -> Result<(), StoreError> {
    let mut sources: BTreeMap<SourceId, &Ground> = BTreeMap::new();
    let mut rows: BTreeMap<(SubmissionId, SourceId), Vec<Arg>> = BTreeMap::new();
    for NewGround { submission, received_at, ground } in &grounds {
        let id = SourceId::of(&ground.url);
        sources.entry(id).or_insert(ground);
        rows.insert(
            (*submission, id),
            vec![
                submission.to_string().into(),
                id.0.bytes().as_slice().into(),
                stored(ground.seen).into(),
                (*received_at).into(),
            ],
        );
    }
    let row = |(id, ground): (SourceId, &Ground)| -> Vec<Arg> {
        vec![
            id.0.bytes().as_slice().into(),
            (&ground.url).into(),
            stored(ground.seen).into(),
            micros(ground.look_at).into(),
        ]
    };
    let insert = "INSERT INTO sources (id, url, digest, due_at)";
    over_rows(tx, insert, sources.into_iter().map(row).collect(), "ON CONFLICT DO NOTHING").await?;
    let insert = "INSERT INTO grounds (submission, source, digest, received_at)";
    over_rows(tx, insert, rows.into_values().collect(), "").await.map(drop)
}

impl Store {
    /// Takes sources that are to be looked at, the longest due first. Each is due again at `again`, whatever becomes of
    /// this look. A source that nobody depends on any more is forgotten.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_due_sources(
        &self,
        most: u32,
        now: Timestamp,
        again: Timestamp,
    ) -> Result<Vec<DueSource>, StoreError> {
        // Looking costs no write.
        let any = "SELECT count(*) FROM (SELECT id FROM sources WHERE due_at <= $1 LIMIT 1) AS due";
        if query(any).bind(micros(now)).number(&self.read).await? == 0 {
            return Ok(Vec::new());
        }
        self.writer.write_alone(move |tx| Box::pin(take_due(tx, most, now, again))).await
    }

    /// Notes what a look at a source came to, and when the next one is. Those who have seen something else will be
    /// re-checked.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_source(
        &self,
        id: SourceId,
        looked: Looked,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (seen, silent_since) = match looked {
            Looked::Read(digest) => (Some(stored(Some(digest))), None),
            Looked::Lost => (Some(stored(None)), Some(micros(now))),
            Looked::Silent => (None, Some(micros(now))),
        };
        let id = id.0.bytes().to_vec();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let Some(seen) = seen else {
                        let silent = "UPDATE sources SET due_at = $2, silent_since = coalesce(silent_since, $3) \
                                      WHERE id = $1";
                        let silent = query(silent).bind(id).bind(micros(due_at)).bind(silent_since);
                        return silent.execute(tx).await.map(drop);
                    };
                    // Less and greater: two steps in an index, where "other than" would look at everybody.
                    let update = query(
                        "UPDATE sources SET digest = $2, due_at = $3, \
                         silent_since = CASE WHEN $4 IS NULL THEN NULL ELSE coalesce(silent_since, $4) END, \
                         is_spreading = CASE \
                            WHEN EXISTS (SELECT 1 FROM grounds g WHERE g.source = $1 AND g.digest < $2) THEN 1 \
                            WHEN EXISTS (SELECT 1 FROM grounds g WHERE g.source = $1 AND g.digest > $2) THEN 1 \
                            ELSE 0 END \
                         WHERE id = $1",
                    );
                    let update = update.bind(id).bind(seen).bind(micros(due_at)).bind(silent_since);
                    update.execute(tx).await.map(drop)
                })
            })
            .await
    }

    /// Puts re-checks into the queue of those who have seen something else of one source than is there now, `most` at a
    /// time. `task` makes the ids. Says how many there were; none: there is no such source at the moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn spread(
        &self,
        most: u32,
        mut task: impl FnMut() -> TaskId + Send + 'static,
    ) -> Result<usize, StoreError> {
        let spreading = "SELECT id FROM sources WHERE is_spreading = 1 ORDER BY id LIMIT 1";
        // Looking costs no write.
        if query(spreading).fetch_optional(&self.read).await?.is_none() {
            return Ok(0);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let Some(source) = query(spreading).fetch_optional(&mut *tx).await? else { return Ok(0) };
                    let source = Read::new(&source, "sources").bytes("id")?;
                    let dependent = others(tx, &source, most).await?;
                    let told = |one: &ToRecheck| vec![source.clone().into(), one.submission.to_string().into()];
                    let told: Vec<Vec<Arg>> = dependent.iter().map(told).collect();
                    // From now on it is their re-check in the queue that answers for them.
                    let update = "UPDATE grounds SET digest = (SELECT s.digest FROM sources s WHERE s.id = grounds.source) \
                                  WHERE (source, submission) IN (";
                    over_rows(tx, update, told, ")").await?;
                    let done = query(
                        "UPDATE sources SET is_spreading = 0 WHERE id = $1 \
                         AND NOT EXISTS (SELECT 1 FROM grounds g WHERE g.source = $1 AND g.digest < sources.digest) \
                         AND NOT EXISTS (SELECT 1 FROM grounds g WHERE g.source = $1 AND g.digest > sources.digest)",
                    );
                    done.bind(source).execute(&mut *tx).await?;
                    let count = dependent.len();
                    recheck::enqueue(tx, dependent, &mut task).await?;
                    Ok(count)
                })
            })
            .await
    }

    /// Forgets what submissions received before `before` rest on: they are not re-checked any more. Says how many rows
    /// that were.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_grounds(&self, most: u32, before: Timestamp) -> Result<u64, StoreError> {
        let any = "SELECT count(*) FROM (SELECT source FROM grounds WHERE received_at < $1 LIMIT 1) AS old";
        if query(any).bind(micros(before)).number(&self.read).await? == 0 {
            return Ok(0);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    query(
                        "DELETE FROM grounds WHERE (submission, source) IN \
                         (SELECT submission, source FROM grounds WHERE received_at < $1 LIMIT $2)",
                    )
                    .bind(micros(before))
                    .bind(i64::from(most))
                    .execute(tx)
                    .await
                })
            })
            .await
    }
}

async fn take_due(
    tx: &mut Transaction,
    most: u32,
    now: Timestamp,
    again: Timestamp,
) -> Result<Vec<DueSource>, StoreError> {
    let select = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, url, silent_since, \
             (SELECT count(*) FROM (SELECT 1 FROM grounds g WHERE g.source = sources.id LIMIT 1) AS one) AS depended \
             FROM sources WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2"
        }
        // Somebody else's is left to them.
        Dialect::Postgres => {
            "SELECT id, url, silent_since, \
             (SELECT count(*) FROM (SELECT 1 FROM grounds g WHERE g.source = sources.id LIMIT 1) AS one) AS depended \
             FROM sources WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED"
        }
    };
    let rows = query(select).bind(micros(now)).bind(i64::from(most)).fetch_all(&mut *tx).await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = Read::new(row, "sources");
        let id = row.digest("id")?;
        if row.count("depended")? == 0 {
            let forget = query("DELETE FROM sources WHERE id = $1").bind(id.bytes().as_slice());
            forget.execute(&mut *tx).await?;
            continue;
        }
        let update = query("UPDATE sources SET due_at = $2 WHERE id = $1").bind(id.bytes().as_slice());
        update.bind(micros(again)).execute(&mut *tx).await?;
        let silent_since = row.optional_time("silent_since")?;
        due.push(DueSource { id: SourceId(id), url: row.text("url")?, silent_since });
    }
    Ok(due)
}

/// Those who have seen something else of a source than is there now. Who is being re-checked at this moment is left out:
/// that re-check says itself what it has seen.
async fn others(tx: &mut Transaction, source: &[u8], most: u32) -> Result<Vec<ToRecheck>, StoreError> {
    let [less, greater] = match tx.dialect() {
        Dialect::Sqlite => [
            "SELECT g.submission, s.tenant FROM grounds g JOIN submissions s ON s.id = g.submission \
             WHERE g.source = $1 AND g.digest < (SELECT digest FROM sources WHERE id = $1) LIMIT $2",
            "SELECT g.submission, s.tenant FROM grounds g JOIN submissions s ON s.id = g.submission \
             WHERE g.source = $1 AND g.digest > (SELECT digest FROM sources WHERE id = $1) LIMIT $2",
        ],
        Dialect::Postgres => [
            "SELECT g.submission, s.tenant FROM grounds g JOIN submissions s ON s.id = g.submission \
             WHERE g.source = $1 AND g.digest < (SELECT digest FROM sources WHERE id = $1) LIMIT $2 \
             FOR UPDATE OF g SKIP LOCKED",
            "SELECT g.submission, s.tenant FROM grounds g JOIN submissions s ON s.id = g.submission \
             WHERE g.source = $1 AND g.digest > (SELECT digest FROM sources WHERE id = $1) LIMIT $2 \
             FOR UPDATE OF g SKIP LOCKED",
        ],
    };
    let mut others = rows(query(less).bind(source).bind(i64::from(most)).fetch_all(&mut *tx).await?)?;
    let left = i64::from(most) - i64::try_from(others.len()).unwrap_or(i64::MAX);
    if left > 0 {
        others.extend(rows(query(greater).bind(source).bind(left).fetch_all(tx).await?)?);
    }
    Ok(others)
}

fn rows(rows: Vec<Row>) -> Result<Vec<ToRecheck>, StoreError> {
    let one = |row: &Row| {
        let row = Read::new(row, "grounds");
        Ok(ToRecheck { submission: row.id("submission")?, tenant: row.id("tenant")? })
    };
    rows.iter().map(one).collect()
}
