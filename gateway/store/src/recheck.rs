//! Re-checks: put into the queue, and noted where they came to the same or to nothing yet.

use wellspring_model::{
    Timestamp,
    digest::Digest,
    id::{SubmissionId, TaskId, TenantId},
};

use crate::{
    Action, Leased, Store, StoreError, TaskKind, Watch,
    gate::GateId,
    ground,
    row::{Read, Row, micros},
    sql::{Arg, Dialect, over_rows, query},
    task::{self, NewTask},
    transaction::Transaction,
};

/// What became of the wish for a re-check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is in the queue.
    Queued,
    /// There is no such submission.
    Unknown,
    /// It has no assessment that could be checked again.
    NotAssessed,
    /// It was withdrawn: nothing is said of it any more.
    Withdrawn,
}

/// Who is to be re-checked.
#[derive(Clone, Copy)]
pub(crate) struct ToRecheck {
    pub submission: SubmissionId,
    pub tenant: TenantId,
}

/// Puts re-checks into the queue, of those that have none waiting there.
pub(crate) async fn enqueue(
    tx: &mut Transaction,
    submissions: Vec<ToRecheck>,
    mut task: impl FnMut() -> TaskId + Send,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Arg>> = submissions.iter().map(|one| vec![one.submission.to_string().into()]).collect();
    let waiting = "SELECT subject FROM tasks WHERE kind = 'recheck' AND lease_token IS NULL AND (subject) IN (";
    let waiting = over_rows(tx, waiting, rows, ")").await?;
    let waits = |row: &Row| Read::new(row, "tasks").id("subject");
    let waiting: Vec<SubmissionId> = waiting.iter().map(waits).collect::<Result<_, _>>()?;
    let new = submissions.into_iter().filter(|one| !waiting.contains(&one.submission)).map(|one| NewTask {
        id: task(),
        tenant: one.tenant,
        gate: GateId::Tenant(one.tenant),
        kind: TaskKind::Recheck { submission: one.submission },
        serialization_key: Some(format!("recheck {}", one.submission)),
        trace: None,
    });
    task::enqueue(tx, new.collect()).await
}

/// Notes when a submission was checked and what its verdict rests on now.
pub(crate) async fn checked(
    tx: &mut Transaction,
    tenant: TenantId,
    submission: SubmissionId,
    watch: Watch,
    now: Timestamp,
) -> Result<(), StoreError> {
    let update = query(
        "UPDATE submissions SET checked_at = $3, recheck_at = $4 \
         WHERE id = $1 AND tenant = $2 AND state = 'assessed' AND withdrawn_at IS NULL RETURNING received_at",
    );
    let update = update.bind(submission.to_string()).bind(tenant.to_string()).bind(micros(now));
    let row = update.bind(watch.recheck_at.map(micros)).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(()) };
    let received_at = Read::new(&row, "submissions").count("received_at")?;
    ground::replace(tx, submission, received_at, watch.grounds).await
}

impl Store {
    /// Asks for a re-check at once, with another look at everything the verdict rests on. `task` is its id, if there is
    /// none waiting.
    ///
    /// # Errors
    /// The store's.
    pub async fn ask_recheck(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
        task: TaskId,
        now: Timestamp,
        actor: &str,
    ) -> Result<Asked, StoreError> {
        let row = query("SELECT state, withdrawn_at FROM submissions WHERE id = $1 AND tenant = $2")
            .bind(submission.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(Asked::Unknown) };
        let row = Read::new(&row, "submissions");
        if row.optional_time("withdrawn_at")?.is_some() {
            return Ok(Asked::Withdrawn);
        }
        if row.text("state")? != "assessed" {
            return Ok(Asked::NotAssessed);
        }
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    query(
                        "UPDATE sources SET due_at = $2 WHERE due_at > $2 \
                         AND id IN (SELECT source FROM grounds WHERE submission = $1)",
                    )
                    .bind(submission.to_string())
                    .bind(micros(now))
                    .execute(&mut *tx)
                    .await?;
                    enqueue(tx, vec![ToRecheck { submission, tenant }], || task).await?;
                    tx.audit(tenant, now, &actor, Action::SubmissionRecheckAsked, &submission.to_string());
                    Ok(Asked::Queued)
                })
            })
            .await
    }

    /// Puts re-checks into the queue whose own time has come. Those received before `since` are left alone from now on.
    /// `task` makes the ids. Says how many were looked at.
    ///
    /// # Errors
    /// The store's.
    pub async fn enqueue_due_rechecks(
        &self,
        most: u32,
        since: Timestamp,
        now: Timestamp,
        mut task: impl FnMut() -> TaskId + Send + 'static,
    ) -> Result<usize, StoreError> {
        // Looking costs no write.
        let any = "SELECT count(*) FROM (SELECT id FROM submissions WHERE recheck_at <= $1 LIMIT 1) AS due";
        if query(any).bind(micros(now)).number(&self.read).await? == 0 {
            return Ok(0);
        }
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let select = match tx.dialect() {
                        Dialect::Sqlite => {
                            "SELECT id, tenant, received_at FROM submissions WHERE recheck_at <= $1 \
                             ORDER BY recheck_at, id LIMIT $2"
                        }
                        Dialect::Postgres => {
                            "SELECT id, tenant, received_at FROM submissions WHERE recheck_at <= $1 \
                             ORDER BY recheck_at, id LIMIT $2 FOR UPDATE SKIP LOCKED"
                        }
                    };
                    let rows = query(select).bind(micros(now)).bind(i64::from(most)).fetch_all(&mut *tx).await?;
                    let (mut told, mut due) = (Vec::<Vec<Arg>>::new(), Vec::new());
                    for row in &rows {
                        let row = Read::new(row, "submissions");
                        told.push(vec![row.text("id")?.into()]);
                        if row.time("received_at")? >= since {
                            due.push(ToRecheck { submission: row.id("id")?, tenant: row.id("tenant")? });
                        }
                    }
                    over_rows(tx, "UPDATE submissions SET recheck_at = NULL WHERE (id) IN (", told, ")").await?;
                    enqueue(tx, due, &mut task).await?;
                    Ok(rows.len())
                })
            })
            .await
    }

    /// How many re-checks are in the queue.
    ///
    /// # Errors
    /// The store's.
    pub async fn rechecks_waiting(&self) -> Result<u32, StoreError> {
        let count = query("SELECT count(*) FROM tasks WHERE kind = 'recheck'").number(&self.read).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// What a submission's verdict rests on: the digest of what was last seen at each address.
    ///
    /// # Errors
    /// The store's.
    pub async fn grounds(
        &self,
        tenant: TenantId,
        submission: SubmissionId,
    ) -> Result<Vec<(String, Option<Digest>)>, StoreError> {
        let rows = query(
            "SELECT r.url, g.digest FROM grounds g JOIN sources r ON r.id = g.source \
             JOIN submissions s ON s.id = g.submission WHERE s.id = $1 AND s.tenant = $2 ORDER BY r.url",
        )
        .bind(submission.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.read)
        .await?;
        let one = |row: &Row| {
            let row = Read::new(row, "grounds");
            let is_seen = !row.bytes("digest")?.is_empty();
            Ok((row.text("url")?, is_seen.then(|| row.digest("digest")).transpose()?))
        };
        rows.iter().map(one).collect()
    }

    /// A re-check came to the same: notes when that was, and what it rests on now.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn confirm(
        &self,
        lease: &Leased,
        submission: SubmissionId,
        watch: Watch,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    checked(tx, lease.tenant, submission, watch, now).await
                })
            })
            .await
    }

    /// A re-check decides nothing now: what was said stands, and it is tried again at `again`.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the lease has ended; nothing was stored then.
    pub async fn put_off_recheck(
        &self,
        lease: &Leased,
        submission: SubmissionId,
        again: Timestamp,
    ) -> Result<(), StoreError> {
        let lease = *lease;
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    task::finish(tx, &lease).await?;
                    query(
                        "UPDATE submissions SET recheck_at = $3 WHERE id = $1 AND tenant = $2 AND state = 'assessed' \
                         AND withdrawn_at IS NULL AND (recheck_at IS NULL OR recheck_at > $3)",
                    )
                    .bind(submission.to_string())
                    .bind(lease.tenant.to_string())
                    .bind(micros(again))
                    .execute(tx)
                    .await
                    .map(drop)
                })
            })
            .await
    }
}
