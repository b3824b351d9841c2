//! Accepting submissions: each whole or not at all, many with few statements.

use std::collections::BTreeMap;

use wellspring_model::{
    id::{KeyId, TaskId},
    submission::Submission,
    trace::TraceParent,
};

use crate::{
    Action, AuditNote, Idempotency, NewShare, Store, StoreError, TaskKind, detail_of,
    gate::GateId,
    idempotency::{self, Earlier},
    payload::{
        Payload, Placed,
        rows::{self, Key},
    },
    row::{json, micros},
    share::{self, SealedShare},
    sql::{Arg, Dialect, Query, statements},
    standing::{self, Standing},
    task::{self, NewTask},
    transaction::{Savepoint, Transaction},
};

/// A submission with everything that is stored when it is accepted.
#[derive(Debug)]
pub struct NewSubmission {
    /// In state `received`.
    pub submission: Submission,
    pub payloads: Vec<Payload>,
    /// The task that will assess it.
    pub task: TaskId,
    pub share: NewShare,
    pub idempotency: Option<Idempotency>,
    /// What it was handed in with.
    pub key: KeyId,
    /// What its work goes on with.
    pub trace: Option<TraceParent>,
}

/// What accepting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and its work is in the queue.
    New,
    /// The idempotency key was used before; nothing was stored.
    Repeated(Earlier),
    /// The API key was revoked or the connection removed; nothing was stored.
    NotStanding,
}

/// A submission made ready to be stored.
pub(crate) struct SealedSubmission {
    new: NewSubmission,
    share: SealedShare,
    application: String,
    payloads: String,
    placed: Vec<Placed>,
}

impl SealedSubmission {
    const fn standing(&self) -> Standing {
        (self.new.key, self.new.submission.connection)
    }
}

impl Store {
    /// Stores a submission, its credentials, its report link, its idempotency record and its task: all or nothing, and
    /// durable when this returns. Credentials too long for the database are put where they belong before.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn accept(&self, mut new: NewSubmission) -> Result<Accepted, StoreError> {
        let tenant = new.submission.tenant;
        let share = self.seal_share(tenant, &new.share).await?;
        let placed = self.place_payloads(tenant, std::mem::take(&mut new.payloads)).await?;
        let (application, payloads) = (json(&new.submission.application)?, json(&new.submission.payloads)?);
        self.writer.accept(SealedSubmission { new, share, application, payloads, placed }).await
    }
}

/// Begins a transaction and stores many in it. If that fails, it is begun anew and each is stored by itself, so that one that
/// cannot be stored harms no other.
///
/// # Errors
/// The transaction cannot be begun, or there is no room in it.
pub(crate) async fn begin_with(
    tx: &mut Transaction,
    submissions: &[&SealedSubmission],
) -> Result<Vec<Result<Accepted, StoreError>>, StoreError> {
    // Nothing comes before that would have to stay. A savepoint keeps a copy of every page that is changed after it.
    tx.begin(Savepoint::None).await?;
    match insert(tx, submissions).await {
        Ok(accepted) => return Ok(accepted.into_iter().map(Ok).collect()),
        // SQLite has undone all of it by itself, and for one alone there is no room either.
        Err(StoreError::Full) => return Err(StoreError::Full),
        Err(_) => tx.roll_back().await?,
    }
    tx.begin(Savepoint::Fresh).await?;
    let mut results = Vec::with_capacity(submissions.len());
    for one in submissions {
        results.push(by_itself(tx, one).await);
    }
    Ok(results)
}

async fn by_itself(tx: &mut Transaction, one: &SealedSubmission) -> Result<Accepted, StoreError> {
    let begun = tx.begin_unit().await?;
    let result = insert(tx, &[one]).await;
    if result.is_err() {
        tx.undo_unit(begun).await?;
    }
    result?.pop().ok_or(StoreError::NotCommitted)
}

/// Stores all of them, or fails with some of them stored.
async fn insert(tx: &mut Transaction, all: &[&SealedSubmission]) -> Result<Vec<Accepted>, StoreError> {
    let good = standing::good(tx, all.iter().map(|one| one.standing()).collect()).await?;
    let stands = |one: &&SealedSubmission| good.contains(&one.standing());
    let mut accepted = claim_keys(tx, &all.iter().copied().filter(stands).collect::<Vec<_>>()).await?.into_iter();
    let of = |one| if stands(one) { accepted.next().unwrap_or(Accepted::NotStanding) } else { Accepted::NotStanding };
    let accepted: Vec<Accepted> = all.iter().map(of).collect();
    let with = all.iter().zip(&accepted).filter(|(_, accepted)| matches!(accepted, Accepted::New));
    let new: Vec<&SealedSubmission> = with.map(|(one, _)| *one).collect();
    store_payloads(tx, &new).await?;
    let dialect = tx.dialect();
    let mut queries = insert_submissions(dialect, &new);
    queries.extend(insert_rights(dialect, &new));
    let shares = new.iter().map(|one| share::row(one.new.submission.tenant, one.new.submission.id, &one.share));
    queries.extend(share::insert(dialect, shares.collect()));
    let tasks = new.iter().map(|one| {
        let submission = &one.new.submission;
        let kind = TaskKind::Assess { submission: submission.id };
        let (tenant, gate) = (submission.tenant, GateId::Tenant(submission.tenant));
        NewTask { id: one.new.task, tenant, gate, kind, serialization_key: None, trace: one.new.trace }
    });
    queries.extend(task::insert(tx, tasks.collect()));
    Query::execute_all(queries, tx).await?;
    for one in new {
        let submission = &one.new.submission;
        let (at, actor) = (submission.received_at, one.new.key.to_string());
        let note = AuditNote::new(submission.tenant, at, &actor, Action::SubmissionAccepted, submission.id);
        tx.note(note.with(detail_of(&one.payloads)));
    }
    Ok(accepted)
}

/// Takes the idempotency keys: what has none, or one that is free, is new. Of several here with one key the first is.
async fn claim_keys(tx: &mut Transaction, all: &[&SealedSubmission]) -> Result<Vec<Accepted>, StoreError> {
    let mut first: BTreeMap<idempotency::Place<'_>, (usize, &Idempotency)> = BTreeMap::new();
    for (index, one) in all.iter().enumerate() {
        if let Some(key) = &one.new.idempotency {
            first.entry((one.new.submission.tenant, &key.key, &key.route)).or_insert((index, key));
        }
    }
    let Some(now) = all.first().map(|one| one.new.submission.received_at) else { return Ok(Vec::new()) };
    let taken = idempotency::claim(tx, first.iter().map(|(place, (_, key))| (*place, *key)).collect(), now).await?;
    let accepted = all.iter().enumerate().map(|(index, one)| {
        let Some(key) = &one.new.idempotency else { return Accepted::New };
        let place = (one.new.submission.tenant, key.key.as_str(), key.route.as_str());
        if let Some(earlier) = taken.get(&(place.0, place.1.to_owned(), place.2.to_owned())) {
            return Accepted::Repeated(earlier.clone());
        }
        match first.get(&place) {
            Some((of_first, key)) if *of_first != index => Accepted::Repeated(Earlier::of(key)),
            _ => Accepted::New,
        }
    });
    Ok(accepted.collect())
}

fn insert_submissions(dialect: Dialect, new: &[&SealedSubmission]) -> Vec<Query> {
    let row = |one: &&SealedSubmission| -> Vec<Arg> {
        let submission = &one.new.submission;
        vec![
            submission.id.to_string().into(),
            submission.tenant.to_string().into(),
            submission.connection.to_string().into(),
            submission.posting.to_string().into(),
            (&one.application).into(),
            submission.language.as_str().into(),
            (&one.payloads).into(),
            micros(submission.received_at).into(),
            "received".into(),
        ]
    };
    let insert = "INSERT INTO submissions \
                  (id, tenant, connection, posting, application, language, payloads, received_at, state)";
    statements(dialect, insert, new.iter().map(row).collect(), "")
}

async fn store_payloads(tx: &mut Transaction, new: &[&SealedSubmission]) -> Result<(), StoreError> {
    let mut payloads: BTreeMap<Key, &Placed> = BTreeMap::new();
    for one in new {
        for placed in &one.placed {
            payloads.entry((one.new.submission.tenant, placed.digest)).or_insert(placed);
        }
    }
    rows::insert(tx, &payloads).await
}

fn insert_rights(dialect: Dialect, new: &[&SealedSubmission]) -> Vec<Query> {
    let of = |one: &&SealedSubmission| {
        let (submission, tenant) = (one.new.submission.id, one.new.submission.tenant);
        let right = |placed: &Placed| (submission, (tenant, placed.digest));
        one.placed.iter().map(right).collect::<Vec<_>>()
    };
    rows::insert_rights(dialect, &new.iter().flat_map(of).collect())
}
