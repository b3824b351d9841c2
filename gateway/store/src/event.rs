//! Events under way: what is sent where, a test on request, and forgetting what was sent long ago.

use wellspring_model::{
    Timestamp,
    event::{EndpointKeys, EndpointUrl, EventType},
    id::{DeliveryId, EndpointId, EventId, TaskId, TenantId},
};

use crate::{
    Action, Store, StoreError,
    announce::{self, NewEvent},
    delivery::Begin,
    destination::Destination,
    gate::{self, GateId, State},
    row::{Read, Row, micros},
    sql::{Arg, Dialect, over_rows, query},
    told,
};

/// An event on its way to one endpoint.
#[derive(Debug)]
pub struct Outgoing {
    pub url: EndpointUrl,
    /// Origins on private networks that were granted to the endpoint.
    pub private_origins: Vec<String>,
    /// The bytes that are sent and signed.
    pub body: String,
    /// All keys in use, the present ones first.
    pub keys: Vec<EndpointKeys>,
}

/// The ids of an event that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct TestEvent {
    pub event: EventId,
    pub delivery: DeliveryId,
    pub task: TaskId,
}

/// What asking for a test event came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tested {
    /// It is in the queue.
    Enqueued,
    /// Nothing is sent to this endpoint until somebody resumes it.
    Shut,
    /// The tenant has no such endpoint.
    Absent,
}

impl Store {
    /// What is to be sent. `None` where the endpoint was removed.
    ///
    /// # Errors
    /// [`StoreError::Seal`] where a key does not open.
    pub async fn outgoing(
        &self,
        tenant: TenantId,
        event: EventId,
        endpoint: EndpointId,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, StoreError> {
        let row = query(
            "SELECT e.id, e.url, e.private_origins, v.body FROM endpoints e JOIN events v ON v.tenant = e.tenant \
             WHERE e.id = $1 AND e.tenant = $2 AND e.removed_at IS NULL AND v.id = $3",
        )
        .bind(endpoint.to_string())
        .bind(tenant.to_string())
        .bind(event.to_string())
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Read::new(&row, "endpoints");
        let (url, private_origins, body) = (row.id("url")?, row.json("private_origins")?, row.text("body")?);
        Ok(Some(Outgoing { url, private_origins, body, keys: self.keys_in_use(tenant, endpoint, now).await? }))
    }

    /// Sends a test event to one endpoint, whatever types it wants.
    ///
    /// # Errors
    /// The store's.
    pub async fn test_endpoint(
        &self,
        (tenant, id): (TenantId, EndpointId),
        test: TestEvent,
        at: Timestamp,
        actor: &str,
    ) -> Result<Tested, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    if !Destination::Endpoint(id).is_in_use(tx, tenant).await? {
                        return Ok(Tested::Absent);
                    }
                    let gate = gate::look(tx, GateId::Endpoint(id)).await?;
                    if gate.is_none_or(|gate| matches!(gate.state, State::Shut { .. })) {
                        return Ok(Tested::Shut);
                    }
                    let kind = EventType::EndpointTest;
                    let body = announce::body(kind, at, &told::endpoint_data(id))?;
                    let event = NewEvent { id: test.event, tenant, at, body };
                    let delivery = announce::to_endpoint(test.delivery, test.task, test.event, kind, id);
                    announce::insert(tx, vec![event], vec![(tenant, delivery, Begin::Pending(None))]).await?;
                    tx.audit(tenant, at, &actor, Action::EndpointTested, &id.to_string());
                    Ok(Tested::Enqueued)
                })
            })
            .await
    }

    /// Forgets deliveries of events that ended before `before`, with what was delivered where nothing else tells of it. Says
    /// how many; `most` at a time.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_events(&self, most: u32, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    let select = match tx.dialect() {
                        Dialect::Sqlite => {
                            "SELECT id, event FROM deliveries WHERE kind = 'event' AND ended_at IS NOT NULL \
                             AND ended_at < $1 ORDER BY ended_at LIMIT $2"
                        }
                        // One that somebody takes up again at this moment stays.
                        Dialect::Postgres => {
                            "SELECT id, event FROM deliveries WHERE kind = 'event' AND ended_at IS NOT NULL \
                             AND ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED"
                        }
                    };
                    let rows = query(select).bind(micros(before)).bind(i64::from(most)).fetch_all(&mut *tx).await?;
                    let delete = "DELETE FROM attempts WHERE delivery IN (";
                    over_rows(tx, delete, column(&rows, "id")?, ")").await?;
                    over_rows(tx, "DELETE FROM deliveries WHERE id IN (", column(&rows, "id")?, ")").await?;
                    let tail = ") AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event = events.id)";
                    let delete = "DELETE FROM events WHERE id IN (";
                    over_rows(tx, delete, column(&rows, "event")?, tail).await?;
                    Ok(rows.len() as u64)
                })
            })
            .await
    }
}

fn column(rows: &[Row], name: &'static str) -> Result<Vec<Vec<Arg>>, StoreError> {
    rows.iter().map(|row| Ok(vec![Read::new(row, "deliveries").text(name)?.into()])).collect()
}
