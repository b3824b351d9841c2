//! Assessments that ATSs have ordered.

use wellspring_model::{
    Timestamp,
    ats::{Order, OrderState},
    delivery::Content,
    id::{ConnectionId, ExternalId, OrderId, PostingId, SubmissionId, TenantId},
    submission::Submission,
};

use crate::{
    Action, NewDelivery, Page, Store, StoreError, delivery,
    row::{Read, Row, micros},
    sql::{Dialect, Pool, composed, query},
    transaction::Transaction,
};

/// An order to be kept.
pub(super) struct NewOrder {
    pub id: OrderId,
    pub posting: PostingId,
    pub application: ExternalId,
}

/// The submission of an application, as a condition on `s` and `o`.
pub(crate) const fn handed_in(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "s.connection = o.connection AND (s.application ->> '$.id') = o.application",
        Dialect::Postgres => "s.connection = o.connection AND (CAST(s.application AS JSON) ->> 'id') = o.application",
    }
}

/// Keeps an order. One for the same application and job that is still open is not waited for any more: the ATS asks again
/// when it did not hear the answer, and knows the new one only.
pub(super) async fn add(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    new: NewOrder,
    again: Option<NewDelivery>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = query(
        "UPDATE orders SET state = 'cancelled', ended_at = $4 \
         WHERE connection = $1 AND application = $2 AND posting = $3 AND state = 'ordered' RETURNING id",
    );
    let before = before.bind(connection.to_string()).bind(&new.application.0).bind(new.posting.to_string());
    let actor = connection.to_string();
    for row in before.bind(micros(now)).fetch_all(&mut *tx).await? {
        tx.audit(tenant, now, &actor, Action::OrderCancelled, &Read::new(&row, "orders").text("id")?);
    }
    query(
        "INSERT INTO orders (id, tenant, connection, posting, application, ordered_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, 'ordered')",
    )
    .bind(new.id.to_string())
    .bind(tenant.to_string())
    .bind(&actor)
    .bind(new.posting.to_string())
    .bind(&new.application.0)
    .bind(micros(now))
    .execute(&mut *tx)
    .await?;
    tx.audit(tenant, now, &actor, Action::OrderPlaced, &new.id.to_string());
    let Some(again) = again else { return Ok(()) };
    if is_still_to_be_told(tx, &again).await? { delivery::insert(tx, tenant, &again, None).await } else { Ok(()) }
}

/// Whether an assessment for this application and job is ordered and has not ended.
pub(super) async fn is_open(
    tx: &mut Transaction,
    connection: ConnectionId,
    (application, posting): (&ExternalId, PostingId),
) -> Result<bool, StoreError> {
    let open = query(
        "SELECT count(*) FROM orders WHERE connection = $1 AND application = $2 AND posting = $3 AND state = 'ordered'",
    );
    let open = open.bind(connection.to_string()).bind(&application.0).bind(posting.to_string());
    Ok(open.number(tx).await? > 0)
}

/// Whether a submission stands, and nothing waits that will tell the order anyhow.
async fn is_still_to_be_told(tx: &mut Transaction, again: &NewDelivery) -> Result<bool, StoreError> {
    let Some((submission, _)) = again.content.to_ats() else { return Ok(false) };
    let stands = query(
        "SELECT count(*) FROM submissions s WHERE s.id = $1 AND s.state = 'assessed' AND s.withdrawn_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.submission = s.id AND d.state = 'pending' AND d.attempts = 0)",
    );
    Ok(stands.bind(submission.to_string()).number(tx).await? > 0)
}

/// Takes an order back. False where there is none that is waited for.
pub(super) async fn cancel(
    tx: &mut Transaction,
    (tenant, connection): (TenantId, ConnectionId),
    order: OrderId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let cancelled = query(
        "UPDATE orders SET state = 'cancelled', ended_at = $4 \
         WHERE id = $1 AND tenant = $2 AND connection = $3 AND state = 'ordered'",
    )
    .bind(order.to_string())
    .bind(tenant.to_string())
    .bind(connection.to_string())
    .bind(micros(now))
    .execute(&mut *tx)
    .await?;
    if cancelled == 0 {
        return Ok(false);
    }
    tx.audit(tenant, now, &connection.to_string(), Action::OrderCancelled, &order.to_string());
    Ok(true)
}

/// An order ends with what the ATS was brought: completed by a result, cancelled by a withdrawal.
pub(crate) async fn ends(
    tx: &mut Transaction,
    tenant: TenantId,
    (order, content): (OrderId, Content),
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((submission, _)) = content.to_ats() else { return Ok(()) };
    let (state, submission, action) = match content {
        Content::Withdrawal { .. } => ("cancelled", None, Action::OrderCancelled),
        _ => ("completed", Some(submission.to_string()), Action::OrderCompleted),
    };
    let ended = query(
        "UPDATE orders SET state = $3, submission = $4, ended_at = $5 \
         WHERE id = $1 AND tenant = $2 AND state = 'ordered'",
    );
    let ended = ended.bind(order.to_string()).bind(tenant.to_string()).bind(state).bind(submission);
    if ended.bind(micros(now)).execute(&mut *tx).await? > 0 {
        tx.audit(tenant, now, "worker", action, &order.to_string());
    }
    Ok(())
}

/// The order that what is told of a submission answers: the newest for its application and job that is waited for, or that
/// was completed with it.
async fn of_application(on: &Pool, submission: &Submission) -> Result<Option<OrderId>, StoreError> {
    let row = query(
        "SELECT id FROM orders WHERE connection = $1 AND application = $2 AND posting = $3 AND tenant = $4 \
         AND (state = 'ordered' OR (state = 'completed' AND submission = $5)) ORDER BY id DESC LIMIT 1",
    )
    .bind(submission.connection.to_string())
    .bind(&submission.application.id.0)
    .bind(submission.posting.to_string())
    .bind(submission.tenant.to_string())
    .bind(submission.id.to_string())
    .fetch_optional(on)
    .await?;
    row.map(|row| Read::new(&row, "orders").id("id")).transpose()
}

impl Store {
    /// The order that what is told of a submission answers.
    ///
    /// # Errors
    /// The store's.
    pub async fn order_of(&self, submission: &Submission) -> Result<Option<OrderId>, StoreError> {
        of_application(&self.read, submission).await
    }

    /// The submission that an order is about, if it was handed in: the newest of that application for that job.
    ///
    /// # Errors
    /// The store's.
    pub async fn submission_for(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        (application, posting): (&ExternalId, PostingId),
    ) -> Result<Option<Submission>, StoreError> {
        let is_of = match self.read.dialect() {
            Dialect::Sqlite => "(application ->> '$.id') = $2",
            Dialect::Postgres => "(CAST(application AS JSON) ->> 'id') = $2",
        };
        let row = composed(format!(
            "SELECT id FROM submissions WHERE connection = $1 AND {is_of} AND posting = $3 AND tenant = $4 \
             ORDER BY id DESC LIMIT 1"
        ))
        .bind(connection.to_string())
        .bind(&application.0)
        .bind(posting.to_string())
        .bind(tenant.to_string())
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        self.submission(tenant, Read::new(&row, "submissions").id("id")?).await
    }

    /// Assessments that ATSs have ordered, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn orders(
        &self,
        tenant: TenantId,
        page: Page<OrderId>,
    ) -> Result<(Vec<Order>, Option<OrderId>), StoreError> {
        let rows = composed(format!(
            "SELECT o.*, (SELECT max(s.id) FROM submissions s WHERE {} AND s.posting = o.posting) AS handed_in \
             FROM orders o WHERE o.tenant = $1 AND o.id > $2 ORDER BY o.id LIMIT $3",
            handed_in(self.read.dialect())
        ))
        .bind(tenant.to_string())
        .bind(page.after())
        .bind(page.rows())
        .fetch_all(&self.read)
        .await?;
        let orders = rows.iter().map(order).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(orders, |order| order.id))
    }
}

fn order(row: &Row) -> Result<Order, StoreError> {
    let row = Read::new(row, "orders");
    let state = match row.text("state")?.as_str() {
        "ordered" => OrderState::Ordered { submission: row.optional_id::<SubmissionId>("handed_in")? },
        "completed" => OrderState::Completed { at: row.time("ended_at")?, submission: row.id("submission")? },
        "cancelled" => OrderState::Cancelled { at: row.time("ended_at")? },
        _ => return Err(row.corrupt("state")),
    };
    Ok(Order {
        id: row.id("id")?,
        connection: row.id("connection")?,
        posting: row.id("posting")?,
        application: ExternalId(row.text("application")?),
        ordered_at: row.time("ordered_at")?,
        state,
    })
}
