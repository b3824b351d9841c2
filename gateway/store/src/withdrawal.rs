//! Withdrawals: from then on nothing is told of an application, and what was told is taken back.

use wellspring_model::{
    Timestamp,
    ats::WithdrawalReason,
    id::{DeliveryId, SubmissionId, TenantId},
};

use crate::{
    Action, AuditNote, Leased, NewDelivery, Store, StoreError, delivery, detail_of, replay,
    row::{Read, micros},
    sql::{composed, query},
    task,
    told::Subject,
    transaction::Transaction,
};

/// Why what was not yet judged never will be.
const GIVEN_UP: &str = "WITHDRAWN";

/// An application is withdrawn.
#[derive(Debug, Clone)]
pub struct NewWithdrawal {
    pub submission: SubmissionId,
    pub by: WithdrawalReason,
    /// Made if the ATS was, or may have been, told something.
    pub delivery: NewDelivery,
    /// Made after that one: it takes away what stands of the application in the ATS, also where that was handed in later.
    pub again: Option<NewDelivery>,
}

/// What became of a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdraw {
    /// It is withdrawn.
    Done,
    /// It was before; nothing changed.
    Already,
    /// The tenant has no such submission.
    Unknown,
    /// It is past the time that it is kept for.
    Retired,
}

impl Store {
    /// Withdraws an application: takes back what waits to be delivered, sees to it that the ATS hears of it where it may know
    /// something, and looks at it no more.
    ///
    /// # Errors
    /// The store's; nothing was stored then.
    pub async fn withdraw(
        &self,
        tenant: TenantId,
        new: NewWithdrawal,
        now: Timestamp,
        actor: &str,
    ) -> Result<Withdraw, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let id = new.submission.to_string();
                    let Some((state, about)) = note(tx, tenant, &new, now).await? else {
                        return found(tx, tenant, &id).await;
                    };
                    stop(tx, &id).await?;
                    let state = if state == "received" { give_up(tx, &id, now).await? } else { &state };
                    if take_back(tx, tenant, &new, now, &actor).await? {
                        delivery::insert(tx, tenant, &new.delivery, None).await?;
                        if let Some(again) = &new.again {
                            delivery::insert(tx, tenant, again, None).await?;
                        }
                    }
                    tx.announce(about.withdrawn(tenant, now, (state, new.by)));
                    let note = AuditNote::new(tenant, now, &actor, Action::SubmissionWithdrawn, &id);
                    tx.note(note.with(detail_of(new.by.as_str())));
                    Ok(Withdraw::Done)
                })
            })
            .await
    }

    /// Takes back a delivery that is about to be made of what was withdrawn meanwhile, or has been replaced.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended.
    pub async fn leave_untold(&self, lease: &Leased, delivery: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    replay::cancelled(tx, &delivery.to_string(), now).await?;
                    tx.brings_work();
                    tx.audit(lease.tenant, now, "worker", Action::DeliveryCancelled, &delivery.to_string());
                    Ok(())
                })
            })
            .await
    }
}

/// Notes that it is withdrawn. Gives the state it was in; `None` where it is not there, or was withdrawn before, or retired.
async fn note(
    tx: &mut Transaction,
    tenant: TenantId,
    new: &NewWithdrawal,
    now: Timestamp,
) -> Result<Option<(String, Subject)>, StoreError> {
    let row = composed(format!(
        "UPDATE submissions SET withdrawn_at = $3, withdrawn_by = $4, recheck_at = NULL \
         WHERE id = $1 AND tenant = $2 AND withdrawn_at IS NULL AND state <> 'retired' RETURNING state, {}",
        Subject::COLUMNS
    ))
    .bind(new.submission.to_string())
    .bind(tenant.to_string())
    .bind(micros(now))
    .bind(new.by.as_str())
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Read::new(&row, "submissions");
    Ok(Some((row.text("state")?, Subject::read(&row)?)))
}

async fn found(tx: &mut Transaction, tenant: TenantId, id: &str) -> Result<Withdraw, StoreError> {
    let row = query("SELECT withdrawn_at FROM submissions WHERE id = $1 AND tenant = $2");
    let row = row.bind(id).bind(tenant.to_string()).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok(Withdraw::Unknown) };
    let is_withdrawn = Read::new(&row, "submissions").optional_time("withdrawn_at")?.is_some();
    Ok(if is_withdrawn { Withdraw::Already } else { Withdraw::Retired })
}

/// It is not looked at any more.
async fn stop(tx: &mut Transaction, id: &str) -> Result<(), StoreError> {
    query("DELETE FROM tasks WHERE subject = $1 AND kind IN ('assess', 'recheck') AND lease_token IS NULL")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    query("DELETE FROM grounds WHERE submission = $1").bind(id).execute(tx).await.map(drop)
}

/// What was not yet judged has come to its end. Whoever judges it at this moment finds that out.
async fn give_up(tx: &mut Transaction, id: &str, now: Timestamp) -> Result<&'static str, StoreError> {
    query("UPDATE submissions SET state = 'rejected', rejected_at = $2, rejected_code = $3 WHERE id = $1")
        .bind(id)
        .bind(micros(now))
        .bind(GIVEN_UP)
        .execute(tx)
        .await?;
    Ok("rejected")
}

/// Takes back what waits. Says whether the ATS has to hear of it: it was told something, or may have been, or waits for it.
async fn take_back(
    tx: &mut Transaction,
    tenant: TenantId,
    new: &NewWithdrawal,
    now: Timestamp,
    actor: &str,
) -> Result<bool, StoreError> {
    let id = new.submission.to_string();
    // Changes nothing and holds the rows: an attempt that begins meanwhile begins afterwards, and finds it withdrawn.
    let rows = query("UPDATE deliveries SET tries = tries WHERE submission = $1 RETURNING id, state, attempts");
    let rows = rows.bind(&id).fetch_all(&mut *tx).await?;
    let mut may_know = rows.is_empty() && is_assessed(tx, &id).await?;
    for row in &rows {
        let row = Read::new(row, "deliveries");
        may_know |= row.number("attempts")? > 0;
        if row.text("state")? == "pending" {
            replay::take_back(tx, tenant, row.id("id")?, now, actor).await?;
        }
    }
    Ok(may_know || is_waited_for(tx, &id).await?)
}

/// Deliveries may be retired before what they told of.
async fn is_assessed(tx: &mut Transaction, id: &str) -> Result<bool, StoreError> {
    let assessed = query("SELECT count(*) FROM submissions WHERE id = $1 AND state = 'assessed'");
    Ok(assessed.bind(id).number(tx).await? > 0)
}

async fn is_waited_for(tx: &mut Transaction, id: &str) -> Result<bool, StoreError> {
    let is_of = crate::ats::handed_in(tx.dialect());
    let ordered = composed(format!(
        "SELECT count(*) FROM submissions s JOIN orders o ON {is_of} AND o.posting = s.posting AND o.state = 'ordered' \
         WHERE s.id = $1"
    ));
    Ok(ordered.bind(id).number(tx).await? > 0)
}

/// Whether a delivery tells of what was withdrawn, and so is not tried again.
pub(crate) async fn stops(tx: &mut Transaction, delivery: DeliveryId) -> Result<bool, StoreError> {
    let withdrawn = query(
        "SELECT count(*) FROM deliveries d JOIN submissions s ON s.id = d.submission AND s.withdrawn_at IS NOT NULL \
         WHERE d.id = $1 AND d.kind IN ('result', 'correction')",
    );
    Ok(withdrawn.bind(delivery.to_string()).number(tx).await? > 0)
}
