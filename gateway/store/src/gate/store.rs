//! Gates as rows.

use std::time::Duration;

use wellspring_model::{
    Timestamp,
    connection::ConnectorId,
    id::{ConnectionId, EndpointId, TenantId},
};

use super::{Failing, Gate, GateId, Pace, Passages, Rate, State, Window};
use crate::{
    Action, Store, StoreError,
    destination::Destination,
    row::{Read, Row},
    sql::{Dialect, query},
    told,
    transaction::Transaction,
};

/// How a destination is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateView {
    /// `open`, `tripped`, `paused` or `shut`.
    pub state: &'static str,
    /// Why it is not open.
    pub reason: Option<String>,
    pub since: Timestamp,
    /// Tasks that wait or are being done.
    pub waiting: u64,
    /// When all of them will have been done, as far as can be told.
    pub clear_at: Option<Timestamp>,
}

const OF_ID: &str = "SELECT * FROM gates WHERE id = $1";

/// Adds the gate of something new.
pub(crate) async fn insert(
    tx: &mut Transaction,
    id: GateId,
    tenant: TenantId,
    most_leased: Option<i64>,
) -> Result<(), StoreError> {
    let now = tx.now();
    query("INSERT INTO gates (id, tenant, state, changed_at, most_leased) VALUES ($1, $2, 'open', $3, $4)")
        .bind(id.to_string())
        .bind(tenant.to_string())
        .bind(now)
        .bind(most_leased)
        .execute(tx)
        .await
        .map(drop)
}

/// Gives a gate a pace of its own.
pub(crate) async fn pace(tx: &mut Transaction, id: GateId, rate: Rate) -> Result<(), StoreError> {
    let (call, burst) = rate.micros();
    query("UPDATE gates SET call_micros = $2, burst_micros = $3, is_own_pace = 1 WHERE id = $1")
        .bind(id.to_string())
        .bind(call)
        .bind(burst)
        .execute(tx)
        .await
        .map(drop)
}

/// Says for how long everything may fail at a destination before nothing is brought there any more.
pub(crate) async fn shut_after(tx: &mut Transaction, id: GateId, after: Duration) -> Result<(), StoreError> {
    query("UPDATE gates SET shut_after = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(i64::try_from(after.as_micros()).unwrap_or(i64::MAX))
        .execute(tx)
        .await
        .map(drop)
}

/// Shuts a gate, once.
pub(crate) async fn shut(tx: &mut Transaction, id: GateId, reason: &str) -> Result<(), StoreError> {
    let now = tx.now();
    if let Some(mut gate) = hold(tx, id, true).await? {
        gate.shut(reason, now);
        write(tx, id, &gate).await?;
    }
    Ok(())
}

/// Lets work through again. Says whether nothing or little passed before.
pub(crate) async fn open(tx: &mut Transaction, id: GateId) -> Result<bool, StoreError> {
    let now = tx.now();
    let Some(mut gate) = hold(tx, id, true).await? else { return Ok(false) };
    let was_open = gate.state == State::Open;
    gate.become_open(now);
    write(tx, id, &gate).await?;
    tx.brings_work();
    Ok(!was_open)
}

/// Reads a gate as it is now.
pub(crate) async fn look(tx: &mut Transaction, id: GateId) -> Result<Option<Gate>, StoreError> {
    let row = query(OF_ID).bind(id.to_string()).fetch_optional(tx).await?;
    row.as_ref().map(gate).transpose()
}

/// Reads a gate and holds it to the end of the transaction. `wait`: whether to wait for another node that holds it; if
/// not, one that is held is as if it were not there.
pub(crate) async fn hold(tx: &mut Transaction, id: GateId, wait: bool) -> Result<Option<Gate>, StoreError> {
    let select = match (tx.dialect(), wait) {
        (Dialect::Sqlite, _) => OF_ID,
        (Dialect::Postgres, true) => "SELECT * FROM gates WHERE id = $1 FOR NO KEY UPDATE",
        (Dialect::Postgres, false) => "SELECT * FROM gates WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED",
    };
    let row = query(select).bind(id.to_string()).fetch_optional(tx).await?;
    row.as_ref().map(gate).transpose()
}

pub(crate) async fn write(tx: &mut Transaction, id: GateId, gate: &Gate) -> Result<(), StoreError> {
    let (state, reason, probe_at) = match &gate.state {
        State::Open => ("open", None, None),
        State::Tripped { probe_at } => ("tripped", Some("FAILURES".to_owned()), Some(*probe_at)),
        State::Paused { reason } => ("paused", Some(reason.clone()), None),
        State::Shut { reason } => ("shut", Some(reason.clone()), None),
    };
    query(
        "UPDATE gates SET state = $2, reason = $3, probe_at = $4, changed_at = $5, trips = $6, wait_until = $7, \
         paced_until = $8, window_at = $9, window_tasks = $10, window_failures = $11, task_micros = $12, \
         task_calls = $13, failing_since = $14, failed_at = $15 WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(state)
    .bind(reason)
    .bind(probe_at)
    .bind(gate.changed_at)
    .bind(gate.trips)
    .bind(gate.wait_until)
    .bind(gate.pace.until)
    .bind(gate.window.at)
    .bind(gate.window.tasks)
    .bind(gate.window.failures)
    .bind(gate.task_micros)
    .bind(gate.task_calls)
    .bind(gate.failing.map(|failing| failing.since))
    .bind(gate.failing.map(|failing| failing.last))
    .execute(tx)
    .await
    .map(drop)
}

/// Counts what passed, gate by gate in their order, so that no two transactions wait for each other.
pub(crate) async fn count(tx: &mut Transaction, passages: Passages) -> Result<(), StoreError> {
    let now = tx.now();
    for (id, passages) in passages.0 {
        let Some(mut gate) = hold(tx, id, true).await? else { continue };
        let before = gate.clone();
        passages.iter().for_each(|passage| gate.passed(passage, now));
        if std::mem::discriminant(&before.state) != std::mem::discriminant(&gate.state) {
            tell(id, &gate.state);
            announce(tx, id, &gate.state, now).await?;
            if gate.state == State::Open {
                tx.brings_work();
            }
        }
        if gate != before {
            write(tx, id, &gate).await?;
        }
    }
    Ok(())
}

fn tell(gate: GateId, state: &State) {
    match state {
        State::Open => tracing::info!(%gate, "the destination answers again"),
        State::Tripped { .. } => tracing::warn!(%gate, "the destination fails too often; its work waits"),
        State::Paused { reason } => {
            tracing::error!(%gate, reason, "the destination does not let us in; its work waits until somebody resumes it");
        }
        State::Shut { reason } => tracing::warn!(%gate, reason, "nothing is brought to the destination any more"),
    }
}

/// Says of a gate that changed what the tenant wants to know.
async fn announce(tx: &mut Transaction, id: GateId, state: &State, now: i64) -> Result<(), StoreError> {
    let is_told = matches!(
        (id, state),
        (GateId::Connection(_), State::Paused { .. }) | (GateId::Endpoint(_), State::Shut { .. })
    );
    if !is_told {
        return Ok(());
    }
    let row = query("SELECT id, tenant FROM gates WHERE id = $1").bind(id.to_string()).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(()) };
    let row = Read::new(&row, "gates");
    let (tenant, at) = (row.id("tenant")?, Timestamp::from_microsecond(now).map_err(|_| row.corrupt("changed_at"))?);
    match (id, state) {
        (GateId::Connection(connection), State::Paused { reason }) => {
            tx.announce(told::connection(tenant, at, connection, Some(reason)));
        }
        (GateId::Endpoint(endpoint), State::Shut { reason }) => {
            tx.announce(told::endpoint_shut(tenant, at, endpoint, reason));
            tx.audit(tenant, at, "worker", Action::EndpointShut, &endpoint.to_string());
        }
        _ => {}
    }
    Ok(())
}

fn gate(row: &Row) -> Result<Gate, StoreError> {
    let row = Read::new(row, "gates");
    let reason = || row.text("reason");
    let state = match row.text("state")?.as_str() {
        "open" => State::Open,
        "tripped" => State::Tripped { probe_at: row.count("probe_at")? },
        "paused" => State::Paused { reason: reason()? },
        "shut" => State::Shut { reason: reason()? },
        _ => return Err(row.corrupt("state")),
    };
    Ok(Gate {
        state,
        changed_at: row.count("changed_at")?,
        trips: row.count("trips")?,
        wait_until: row.count("wait_until")?,
        pace: Pace {
            call: row.count("call_micros")?,
            burst: row.count("burst_micros")?,
            until: row.count("paced_until")?,
        },
        most_leased: row.optional_number("most_leased")?,
        window: Window {
            at: row.count("window_at")?,
            tasks: row.count("window_tasks")?,
            failures: row.count("window_failures")?,
        },
        task_micros: row.count("task_micros")?,
        task_calls: row.count("task_calls")?,
        failing: match (row.optional_number("failing_since")?, row.optional_number("failed_at")?) {
            (Some(since), Some(last)) => Some(Failing { since, last }),
            _ => None,
        },
        shut_after: row.optional_number("shut_after")?,
    })
}

impl Store {
    /// Sets the pace of all connections through a connector to what its manifest says, but of those with one of their own.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_rate(&self, connector: &ConnectorId, rate: Rate) -> Result<(), StoreError> {
        let connector = connector.to_string();
        let (call, burst) = rate.micros();
        self.writer
            .write(move |tx| {
                Box::pin(async move {
                    query(
                        "UPDATE gates SET call_micros = $2, burst_micros = $3 \
                         WHERE id IN (SELECT id FROM connections WHERE connector = $1) \
                         AND is_own_pace = 0 AND (call_micros <> $2 OR burst_micros <> $3)",
                    )
                    .bind(connector)
                    .bind(call)
                    .bind(burst)
                    .execute(tx)
                    .await
                    .map(drop)
                })
            })
            .await
    }

    /// How the destination behind a connection is doing.
    ///
    /// # Errors
    /// The store's.
    pub async fn connection_gate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Option<GateView>, StoreError> {
        self.gate_view(tenant, GateId::Connection(connection)).await
    }

    /// How the place is doing that events are sent to.
    ///
    /// # Errors
    /// The store's.
    pub async fn endpoint_gate(&self, tenant: TenantId, endpoint: EndpointId) -> Result<Option<GateView>, StoreError> {
        self.gate_view(tenant, GateId::Endpoint(endpoint)).await
    }

    async fn gate_view(&self, tenant: TenantId, id: GateId) -> Result<Option<GateView>, StoreError> {
        let id = id.to_string();
        let row = query("SELECT * FROM gates WHERE id = $1 AND tenant = $2")
            .bind(&id)
            .bind(tenant.to_string())
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let gate = gate(&row)?;
        let waiting = query("SELECT count(*) FROM tasks WHERE gate = $1").bind(&id).number(&self.read).await?;
        let now = self.now().await?;
        let row = Read::new(&row, "gates");
        let clear_at = gate.clear_at(waiting, now).and_then(|at| Timestamp::from_microsecond(at).ok());
        Ok(Some(GateView {
            state: match gate.state {
                State::Open => "open",
                State::Tripped { .. } => "tripped",
                State::Paused { .. } => "paused",
                State::Shut { .. } => "shut",
            },
            reason: row.optional_text("reason")?,
            since: row.time("changed_at")?,
            waiting: u64::try_from(waiting).unwrap_or(0),
            clear_at,
        }))
    }

    /// Lets work through to a connection again that was paused or tripped. Says whether there is such a connection, in use.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_connection(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    // Held before it is looked at: somebody may be removing it.
                    hold(tx, GateId::Connection(connection), true).await?;
                    if !Destination::Connection(connection).is_in_use(tx, tenant).await? {
                        return Ok(false);
                    }
                    if open(tx, GateId::Connection(connection)).await? {
                        tx.announce(told::connection(tenant, at, connection, None));
                    }
                    tx.audit(tenant, at, &actor, Action::ConnectionResumed, &connection.to_string());
                    Ok(true)
                })
            })
            .await
    }
}
