//! Deliveries and their attempts.

use std::{collections::BTreeMap, time::Duration};

use wellspring_model::{
    Timestamp,
    delivery::{Attempt, Content, Delivery, DeliveryFailure, DeliveryState, Receipt, Verdict},
    digest::Digest,
    id::{AttemptId, DeliveryId, OrderId, SubmissionId, TaskId, TenantId},
    trace::TraceParent,
};

use crate::{
    Action, AuditNote, Leased, Page, Passage, Store, StoreError, TaskKind, ats, detail_of,
    gate::GateId,
    row::{Read, json, micros},
    sql::{Arg, Query, composed, query, statements},
    task::{self, NewTask},
    told::EndedDelivery,
    transaction::Transaction,
    withdrawal,
};

/// A delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub task: TaskId,
    pub content: Content,
    /// What must not be written at the same time, or out of order, at its destination.
    pub serialization_key: String,
}

/// What an attempt will bring to its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    pub digest: Digest,
    /// The submission whose assessment it tells, and when that was made.
    pub tells: Option<(SubmissionId, Timestamp)>,
}

/// What an attempt came to.
#[derive(Debug, Clone)]
pub struct Ended {
    pub attempt: AttemptId,
    pub result: Result<Receipt, DeliveryFailure>,
    /// How long to wait before the next one; `None` where none is made.
    pub wait: Option<Duration>,
    /// What was seen of the destination.
    pub passage: Passage,
    /// The order that the ATS was told the answer of, and what that was.
    pub answers: Option<(OrderId, Content)>,
}

/// How a delivery begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// With its task in the queue, which goes on with the trace of what brought it about.
    Pending(Option<TraceParent>),
    /// Taken back at once: its destination wants nothing for now, and may want to be told of it later.
    Cancelled,
}

pub(crate) async fn insert(
    tx: &mut Transaction,
    tenant: TenantId,
    new: &NewDelivery,
    trace: Option<TraceParent>,
) -> Result<(), StoreError> {
    insert_all(tx, vec![(tenant, new.clone(), Begin::Pending(trace))]).await
}

/// Stores deliveries with their tasks.
pub(crate) async fn insert_all(
    tx: &mut Transaction,
    all: Vec<(TenantId, NewDelivery, Begin)>,
) -> Result<(), StoreError> {
    let now = tx.now();
    let (mut rows, mut tasks) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
    for (tenant, new, begin) in all {
        let gate = gate_of(&new.content);
        let key = format!("{gate} {}", new.serialization_key);
        rows.push(row(tenant, &new, begin, &key, now));
        if let Begin::Pending(trace) = begin {
            let kind = TaskKind::Deliver { delivery: new.id };
            tasks.push(NewTask { id: new.task, tenant, gate, kind, serialization_key: Some(key), trace });
        }
    }
    let insert = "INSERT INTO deliveries (id, tenant, kind, submission, connection, event, event_type, endpoint, gate, \
                  serialization_key, attempts, tries, state, next_at, ended_at)";
    let mut queries = statements(tx.dialect(), insert, rows, "");
    queries.extend(task::insert(tx, tasks));
    Query::execute_all(queries, tx).await
}

const fn gate_of(content: &Content) -> GateId {
    match content {
        Content::Result { connection, .. }
        | Content::Correction { connection, .. }
        | Content::Withdrawal { connection, .. } => GateId::Connection(*connection),
        Content::Event { endpoint, .. } => GateId::Endpoint(*endpoint),
    }
}

fn row(tenant: TenantId, new: &NewDelivery, begin: Begin, key: &str, now: i64) -> Vec<Arg> {
    let about = new.content.to_ats();
    let event = match new.content {
        Content::Event { event, kind, endpoint } => Some((event, kind, endpoint)),
        Content::Result { .. } | Content::Correction { .. } | Content::Withdrawal { .. } => None,
    };
    let (state, next_at, ended_at) = match begin {
        Begin::Pending(_) => ("pending", Some(now), None),
        Begin::Cancelled => ("cancelled", None, Some(now)),
    };
    vec![
        new.id.to_string().into(),
        tenant.to_string().into(),
        new.content.as_str().into(),
        about.map(|(submission, _)| submission.to_string()).into(),
        about.map(|(_, connection)| connection.to_string()).into(),
        event.map(|(event, ..)| event.to_string()).into(),
        event.map(|(_, kind, _)| kind.as_str()).into(),
        event.map(|(.., endpoint)| endpoint.to_string()).into(),
        gate_of(&new.content).to_string().into(),
        key.into(),
        0.into(),
        0.into(),
        state.into(),
        next_at.into(),
        ended_at.into(),
    ]
}

impl Store {
    /// Notes that an attempt begins, before the destination is called, and says which number it has. `pushed` is what the
    /// destination will be given, if anything.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; [`StoreError::Superseded`] where the submission has another
    /// assessment by now than the one that would be told, or was withdrawn. Nothing was stored then.
    pub async fn begin_attempt(
        &self,
        lease: &Leased,
        delivery: DeliveryId,
        attempt: AttemptId,
        pushed: Option<Pushed>,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::check(tx, &lease).await?;
                    let number = query(
                        "UPDATE deliveries SET attempts = attempts + 1, tries = tries + 1 \
                         WHERE id = $1 AND tenant = $2 RETURNING attempts",
                    )
                    .bind(delivery.to_string())
                    .bind(lease.tenant.to_string())
                    .number(&mut *tx)
                    .await?;
                    // The delivery's row is held: a re-check that comes now sees that an attempt has begun.
                    if let Some((submission, assessed_at)) = pushed.and_then(|pushed| pushed.tells) {
                        let stands = query(
                            "SELECT count(*) FROM submissions WHERE id = $1 AND assessed_at = $2 \
                             AND withdrawn_at IS NULL",
                        );
                        let stands = stands.bind(submission.to_string()).bind(micros(assessed_at));
                        if stands.number(&mut *tx).await? == 0 {
                            return Err(StoreError::Superseded);
                        }
                    }
                    query("INSERT INTO attempts (id, delivery, number, at) VALUES ($1, $2, $3, $4)")
                        .bind(attempt.to_string())
                        .bind(delivery.to_string())
                        .bind(number)
                        .bind(micros(now))
                        .execute(&mut *tx)
                        .await?;
                    let note = AuditNote::new(lease.tenant, now, "worker", Action::DeliveryAttempted, delivery);
                    tx.note(note.with(pushed.map(|pushed| pushed.digest)));
                    Ok(u32::try_from(number).unwrap_or(u32::MAX))
                })
            })
            .await
    }

    /// Writes down what an attempt came to: delivered, to be tried again after a while, or exhausted.
    ///
    /// Where the destination does not let us in, the attempt does not count, and the next one is due when it does again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn settle(
        &self,
        lease: &Leased,
        delivery: DeliveryId,
        ended: Ended,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        let (receipt, failure) = match &ended.result {
            Ok(receipt) => (Some(json(receipt)?), None),
            Err(failure) => (None, Some(json(failure)?)),
        };
        let answered = receipt.as_ref().or(failure.as_ref()).map(detail_of);
        let is_turned_away = matches!(ended.passage.verdict, Verdict::Refuses(_));
        let wait = if is_turned_away { Some(Duration::ZERO) } else { ended.wait.filter(|_| ended.result.is_err()) };
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    // Nobody tries again to tell what was withdrawn meanwhile.
                    let is_taken_back = wait.is_some() && withdrawal::stops(tx, delivery).await?;
                    let next = match wait.filter(|_| !is_taken_back) {
                        Some(wait) => Some(task::postpone(tx, &lease, wait).await?),
                        None => None,
                    };
                    // There is room for another one before this gate.
                    if next.is_some() || task::finish(tx, &lease).await? {
                        tx.brings_work();
                    }
                    end_attempt(tx, ended.attempt, &receipt, &failure, now).await?;
                    let (state, action) = match (&ended.result, next) {
                        (Ok(_), _) => ("delivered", Action::DeliveryDelivered),
                        (Err(_), Some(_)) => ("pending", Action::DeliveryFailed),
                        (Err(_), None) if is_taken_back => ("cancelled", Action::DeliveryCancelled),
                        (Err(_), None) => ("exhausted", Action::DeliveryExhausted),
                    };
                    let settled = composed(format!(
                        "UPDATE deliveries SET state = $3, next_at = $4, ended_at = $5, receipt = $6, failure = $7, \
                         tries = tries - $8 WHERE id = $1 AND tenant = $2 AND state = 'pending' RETURNING {}",
                        EndedDelivery::COLUMNS
                    ))
                    .bind(delivery.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(state)
                    .bind(next)
                    .bind(next.is_none().then(|| micros(now)))
                    .bind(receipt)
                    .bind(failure.filter(|_| state == "exhausted"))
                    .bind(i64::from(is_turned_away))
                    .fetch_optional(&mut *tx)
                    .await?;
                    if let (Some(answers), true) = (ended.answers, ended.result.is_ok()) {
                        ats::ends(tx, lease.tenant, answers, now).await?;
                    }
                    if let Some(row) = settled.filter(|_| next.is_none() && !is_taken_back)
                        && let Some(delivery) = EndedDelivery::read(&Read::new(&row, "deliveries"))?
                    {
                        tx.announce(delivery.announcement(lease.tenant, now, &ended.result));
                    }
                    tx.passages().add(lease.gate, ended.passage);
                    tx.note(AuditNote::new(lease.tenant, now, "worker", action, delivery).with(answered));
                    Ok(())
                })
            })
            .await
    }

    pub async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = query("SELECT * FROM deliveries WHERE id = $1 AND tenant = $2")
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| delivery(&Read::new(&row, "deliveries"))).transpose()
    }

    /// The deliveries of a submission, with their attempts.
    ///
    /// # Errors
    /// The store's.
    pub async fn deliveries_of(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
    ) -> Result<Vec<(Delivery, Vec<Attempt>)>, StoreError> {
        let rows = query("SELECT * FROM deliveries WHERE submission = $1 AND tenant = $2 ORDER BY id")
            .bind(submission.to_string())
            .bind(tenant.to_string())
            .fetch_all(&self.read)
            .await?;
        let deliveries = rows.iter().map(|row| delivery(&Read::new(row, "deliveries"))).collect::<Result<_, _>>()?;
        self.with_attempts(deliveries).await
    }

    pub async fn deliveries(
        &self,
        tenant: TenantId,
        page: Page<DeliveryId>,
    ) -> Result<(Vec<(Delivery, Vec<Attempt>)>, Option<DeliveryId>), StoreError> {
        let rows = query("SELECT * FROM deliveries WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.to_string())
            .bind(page.after())
            .bind(page.rows())
            .fetch_all(&self.read)
            .await?;
        let deliveries = rows.iter().map(|row| delivery(&Read::new(row, "deliveries")));
        let (deliveries, next) = page.cut(deliveries.collect::<Result<Vec<_>, _>>()?, |delivery| delivery.id);
        Ok((self.with_attempts(deliveries).await?, next))
    }

    /// The attempts at a delivery, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn attempts(&self, tenant: TenantId, id: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
        let rows = query(
            "SELECT a.* FROM attempts a JOIN deliveries d ON d.id = a.delivery \
             WHERE d.id = $1 AND d.tenant = $2 ORDER BY a.number",
        )
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| attempt(&Read::new(row, "attempts"))).collect()
    }

    async fn with_attempts(&self, deliveries: Vec<Delivery>) -> Result<Vec<(Delivery, Vec<Attempt>)>, StoreError> {
        let mut of_delivery = BTreeMap::new();
        for delivery in &deliveries {
            of_delivery.insert(delivery.id, self.attempts(delivery.tenant, delivery.id).await?);
        }
        let with = |delivery: Delivery| {
            let attempts = of_delivery.remove(&delivery.id).unwrap_or_default();
            (delivery, attempts)
        };
        Ok(deliveries.into_iter().map(with).collect())
    }
}

async fn end_attempt(
    tx: &mut Transaction,
    attempt: AttemptId,
    receipt: &Option<String>,
    failure: &Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    query("UPDATE attempts SET ended_at = $2, receipt = $3, failure = $4 WHERE id = $1 AND ended_at IS NULL")
        .bind(attempt.to_string())
        .bind(micros(now))
        .bind(receipt)
        .bind(failure)
        .execute(tx)
        .await
        .map(drop)
}

fn delivery(row: &Read) -> Result<Delivery, StoreError> {
    let state = match row.text("state")?.as_str() {
        "pending" => DeliveryState::Pending { next_at: row.time("next_at")? },
        "delivered" => DeliveryState::Delivered { at: row.time("ended_at")?, receipt: row.json("receipt")? },
        "exhausted" => DeliveryState::Exhausted { at: row.time("ended_at")?, failure: row.json("failure")? },
        "cancelled" => DeliveryState::Cancelled { at: row.time("ended_at")? },
        _ => return Err(row.corrupt("state")),
    };
    let content = match row.text("kind")?.as_str() {
        "result" => Content::Result { submission: row.id("submission")?, connection: row.id("connection")? },
        "correction" => Content::Correction { submission: row.id("submission")?, connection: row.id("connection")? },
        "withdrawal" => Content::Withdrawal { submission: row.id("submission")?, connection: row.id("connection")? },
        "event" => {
            let (event, kind) = (row.id("event")?, row.id("event_type")?);
            Content::Event { event, kind, endpoint: row.id("endpoint")? }
        }
        _ => return Err(row.corrupt("kind")),
    };
    Ok(Delivery {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        content,
        state,
        attempts: row.number("attempts")?,
        tries: row.number("tries")?,
    })
}

fn attempt(row: &Read) -> Result<Attempt, StoreError> {
    let receipt: Option<Receipt> = row.optional_json("receipt")?;
    let failure: Option<DeliveryFailure> = row.optional_json("failure")?;
    let result = match (receipt, failure) {
        (Some(receipt), None) => Some(Ok(receipt)),
        (None, Some(failure)) => Some(Err(failure)),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(row.corrupt("failure")),
    };
    Ok(Attempt { id: row.id("id")?, number: row.number("number")?, at: row.time("at")?, result })
}
