//! Announcing: what happened in a transaction becomes events within it, so that there is neither without the other.
//!
//! Units of work say what happened; before the commit it is written, once for all of them, for the tenants that have
//! endpoints which want it. For everybody else that costs a part of one look into an index.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use wellspring_model::{
    Timestamp,
    delivery::Content,
    event::EventType,
    id::{DeliveryId, EndpointId, EventId, TaskId, TenantId},
};

use crate::{
    NewDelivery, StoreError,
    delivery::{self, Begin},
    row::{Read, json, micros},
    sql::over_rows,
    transaction::Transaction,
};

/// Something that happened.
pub(crate) struct Announcement {
    pub tenant: TenantId,
    pub at: Timestamp,
    pub kind: EventType,
    /// Ids, states and a short summary; no applicant, no credential.
    pub data: Value,
    /// Whom it is about, if that is an endpoint: it is not told.
    pub about: Option<EndpointId>,
}

/// An event as it is stored.
pub(crate) struct NewEvent {
    pub id: EventId,
    pub tenant: TenantId,
    pub at: Timestamp,
    pub body: String,
}

/// An endpoint in use.
struct Listener {
    id: EndpointId,
    /// As texts: a newer version of this program may have written a type that this one does not know.
    types: Option<Vec<String>>,
    begin: Begin,
}

impl Listener {
    fn wants(&self, announcement: &Announcement) -> bool {
        let kind = announcement.kind.as_str();
        announcement.about != Some(self.id)
            && self.types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == kind))
    }
}

/// Writes events and their deliveries for those that want them.
pub(crate) async fn write(tx: &mut Transaction, announcements: Vec<Announcement>) -> Result<(), StoreError> {
    let listeners = listeners(tx, announcements.iter().map(|one| one.tenant).collect()).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    let (mut events, mut deliveries) = (Vec::new(), Vec::new());
    for announcement in announcements {
        let (tenant, at, kind) = (announcement.tenant, announcement.at, announcement.kind);
        let of_tenant = listeners.get(&tenant).into_iter().flatten();
        let wanting: Vec<&Listener> = of_tenant.filter(|listener| listener.wants(&announcement)).collect();
        if wanting.is_empty() {
            continue;
        }
        let event = EventId::from_uuid(tx.uuid(at));
        events.push(NewEvent { id: event, tenant, at, body: body(kind, at, &announcement.data)? });
        for listener in wanting {
            let (id, task) = (DeliveryId::from_uuid(tx.uuid(at)), TaskId::from_uuid(tx.uuid(at)));
            deliveries.push((tenant, to_endpoint(id, task, event, kind, listener.id), listener.begin));
        }
    }
    insert(tx, events, deliveries).await
}

/// Writes these events and deliveries.
pub(crate) async fn insert(
    tx: &mut Transaction,
    events: Vec<NewEvent>,
    deliveries: Vec<(TenantId, NewDelivery, Begin)>,
) -> Result<(), StoreError> {
    let row = |event: NewEvent| {
        vec![event.id.to_string().into(), event.tenant.to_string().into(), micros(event.at).into(), event.body.into()]
    };
    let insert = "INSERT INTO events (id, tenant, at, body)";
    over_rows(tx, insert, events.into_iter().map(row).collect(), "").await?;
    delivery::insert_all(tx, deliveries).await
}

/// No order is promised among events: each has a serialisation key of its own.
pub(crate) fn to_endpoint(
    id: DeliveryId,
    task: TaskId,
    event: EventId,
    kind: EventType,
    endpoint: EndpointId,
) -> NewDelivery {
    NewDelivery { id, task, content: Content::Event { event, kind, endpoint }, serialization_key: event.to_string() }
}

/// The bytes that are sent.
pub(crate) fn body(kind: EventType, at: Timestamp, data: &Value) -> Result<String, StoreError> {
    #[derive(Serialize)]
    struct Body<'a> {
        r#type: EventType,
        timestamp: Timestamp,
        data: &'a Value,
    }
    json(&Body { r#type: kind, timestamp: at, data })
}

/// The endpoints of these tenants that are in use.
async fn listeners(
    tx: &mut Transaction,
    tenants: BTreeSet<TenantId>,
) -> Result<BTreeMap<TenantId, Vec<Listener>>, StoreError> {
    let head = "SELECT e.id, e.tenant, e.types, g.state AS gate_state FROM (";
    let tail = ") AS asked JOIN endpoints e ON e.tenant = asked.column1 AND e.removed_at IS NULL \
                JOIN gates g ON g.id = e.id ORDER BY e.id";
    let rows =
        over_rows(tx, head, tenants.iter().map(|tenant| vec![tenant.to_string().into()]).collect(), tail).await?;
    let mut listeners: BTreeMap<TenantId, Vec<Listener>> = BTreeMap::new();
    for row in &rows {
        let row = Read::new(row, "endpoints");
        // What an endpoint that is shut misses can be asked for again, but nothing waits for it.
        let begin = if row.text("gate_state")? == "shut" { Begin::Cancelled } else { Begin::Pending(None) };
        let listener = Listener { id: row.id("id")?, types: row.optional_json("types")?, begin };
        listeners.entry(row.id("tenant")?).or_default().push(listener);
    }
    Ok(listeners)
}
