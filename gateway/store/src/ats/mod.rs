//! What ATSs tell: kept once, together with what follows from it and with what it announces.

mod candidate;
mod order;
mod ordering;
mod told;

use sha2::{Digest as _, Sha256};
use wellspring_model::{
    Timestamp,
    ats::{AtsEvent, AtsJobRef, Happened},
    connection::Connection,
    digest::Digest,
    id::{AtsEventId, ConnectionId, PostingId, TenantId},
};

pub(crate) use self::order::{ends, handed_in};
pub use self::{
    candidate::AtsCandidateNow,
    ordering::{OrderAsked, Ordered},
};
use crate::{
    Action, AuditNote, NewDelivery, Store, StoreError,
    destination::Destination,
    detail_of,
    row::{Read, json, micros},
    sql::query,
    transaction::Transaction,
};

/// Something an ATS told, to be kept.
#[derive(Debug, Clone)]
pub struct NewAtsEvent {
    pub id: AtsEventId,
    pub event: AtsEvent,
    /// Of an order: the result of what the applicant has handed in before, to be brought anew, with the order.
    pub delivery: Option<NewDelivery>,
}

/// What became of what an ATS told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// So many of it were new, and all of it is kept.
    New(usize),
    /// The connection is not in use any more; nothing was kept.
    NoConnection,
}

impl Store {
    /// The connection at an address that its ATS calls, whosever it is. What it may be told, its own secret says.
    ///
    /// # Errors
    /// The store's.
    pub async fn connection_called(&self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        let row = query("SELECT id, tenant FROM connections WHERE id = $1 AND removed_at IS NULL");
        let row = row.bind(id.to_string()).fetch_optional(&self.read).await?;
        let Some(row) = row else { return Ok(None) };
        self.connection(Read::new(&row, "connections").id("tenant")?, id).await
    }

    /// Keeps what an ATS told, does what follows from it and announces it: all of it or nothing, and durable when this
    /// returns. What was told before is passed over.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn hear(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        events: Vec<NewAtsEvent>,
        now: Timestamp,
    ) -> Result<Heard, StoreError> {
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if !Destination::Connection(connection).is_in_use(tx, tenant).await? {
                        return Ok(Heard::NoConnection);
                    }
                    keep_all(tx, (tenant, connection), events, now).await
                })
            })
            .await
    }

    /// Forgets what ATSs told before `before`, `most` at a time. Says how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_ats_events(&self, most: u32, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    query(
                        "DELETE FROM ats_events WHERE id IN \
                         (SELECT id FROM ats_events WHERE received_at < $1 ORDER BY received_at LIMIT $2)",
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

async fn keep_all(
    tx: &mut Transaction,
    at: (TenantId, ConnectionId),
    events: Vec<NewAtsEvent>,
    now: Timestamp,
) -> Result<Heard, StoreError> {
    let mut new = 0;
    for event in events {
        new += usize::from(keep(tx, at, event, now).await?);
    }
    Ok(Heard::New(new))
}

/// Keeps one event. False where it was told before.
async fn keep(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    new: NewAtsEvent,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let what = &new.event.what;
    let posting = match job(what) {
        Some(job) => posting(tx, connection, job).await?,
        None => None,
    };
    let data = told::data(connection, &new.event, posting);
    let kept = query(
        "INSERT INTO ats_events (id, tenant, connection, digest, kind, data, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (connection, digest) DO NOTHING",
    )
    .bind(new.id.to_string())
    .bind(tenant.to_string())
    .bind(connection.to_string())
    .bind(digest(&new.event)?.bytes().as_slice())
    .bind(what.as_str())
    .bind(json(&data)?)
    .bind(micros(now))
    .execute(&mut *tx)
    .await?;
    if kept == 0 {
        return Ok(false);
    }
    let note = AuditNote::new(tenant, now, &connection.to_string(), Action::AtsEventReceived, new.id);
    tx.note(note.with(detail_of(json(&new.event)?)));
    let announced = follow(tx, (tenant, connection), what, new.delivery, now).await?;
    if announced {
        tx.announce(told::announcement(tenant, now, what, data));
    }
    Ok(true)
}

/// What follows from what happened. False where that leaves nothing to tell: what was cancelled was not under way.
async fn follow(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    what: &Happened,
    delivery: Option<NewDelivery>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match what {
        Happened::CandidateMerged { candidate, into } => {
            candidate::is_gone(tx, connection, &candidate.id, Some(&into.id), now).await?;
        }
        Happened::CandidateDeleted { candidate } => {
            candidate::is_gone(tx, connection, &candidate.id, None, now).await?;
            candidate::take_back(tx, (tenant, connection), &candidate.id, now).await?;
        }
        Happened::AssessmentOrdered { order, offer, application, .. } => {
            let posting = PostingId::from_uuid(*offer);
            let ordered = order::NewOrder { id: *order, posting, application: application.id.clone() };
            order::add(tx, (tenant, connection), ordered, delivery, now).await?;
        }
        Happened::AssessmentCancelled { order } => {
            return order::cancel(tx, (tenant, connection), *order, now).await;
        }
        Happened::ConnectionTested
        | Happened::ApplicationSubmitted { .. }
        | Happened::ApplicationUpdated { .. }
        | Happened::JobChanged { .. } => {}
    }
    Ok(true)
}

/// What is told twice has the same digest: by the ATS's own id of it, else by all that it says.
fn digest(event: &AtsEvent) -> Result<Digest, StoreError> {
    let mut hash = Sha256::new();
    match &event.id {
        Some(id) => {
            hash.update(b"id\n");
            hash.update(event.what.as_str());
            hash.update(b"\n");
            hash.update(&id.0);
        }
        None => {
            hash.update(b"content\n");
            hash.update(json(event)?);
        }
    }
    Ok(Digest::from_bytes(hash.finalize().into()))
}

const fn job(what: &Happened) -> Option<&AtsJobRef> {
    match what {
        Happened::ApplicationSubmitted { job, .. } | Happened::AssessmentOrdered { job, .. } => job.as_ref(),
        Happened::JobChanged { job } => Some(job),
        _ => None,
    }
}

/// The job that we know the ATS's job as.
async fn posting(
    tx: &mut Transaction,
    connection: ConnectionId,
    job: &AtsJobRef,
) -> Result<Option<PostingId>, StoreError> {
    let row = query("SELECT id FROM postings WHERE connection = $1 AND external_id = $2")
        .bind(connection.to_string())
        .bind(&job.id.0)
        .fetch_optional(tx)
        .await?;
    row.map(|row| Read::new(&row, "postings").id("id")).transpose()
}
