//! Leasing what is due: fairly among gates, in order within a serialisation key, never twice at the same time.
//!
//! Gates take turns. Only those are looked at that have tasks, each by one step in the index of what is due: a destination
//! that is down costs one such step, however much waits before it.

use std::{collections::BTreeMap, sync::PoisonError, time::Duration};

use crate::{
    LeaseToken, Leased, Store, StoreError, TaskKind,
    gate::{self, GateId},
    row::{Read, Row},
    sql::{Dialect, On, query},
    transaction::Transaction,
};

/// Gates that one claim serves at most.
const MOST_GATES: usize = 32;
/// No gate comes after this one: ids are of ASCII.
const LAST_GATE: &str = "\u{7f}";
/// Due tasks that are looked at in a gate for each one wanted, where some wait for others of their key.
const LOOKED_AT: i64 = 4;

/// What a look for work came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    pub leased: Vec<Leased>,
    /// Whether another look may find more at once.
    pub is_more: bool,
    /// Whether something that is due waits until something that is under way has ended: its destination has enough of it.
    pub is_held_up: bool,
    /// Whether a gate was passed over that somebody else held for a moment, so that another look soon may find more.
    pub is_busy: bool,
}

impl Store {
    /// Leases up to `most` tasks that are due, a share from every gate that is open and has some.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim(&self, most: usize, lease: Duration, token: LeaseToken) -> Result<Vec<Leased>, StoreError> {
        Ok(self.claim_some(None, most, lease, token).await?.leased)
    }

    /// As [`Self::claim`], for a process that holds so many tasks of each gate and has room for `most` more: no destination
    /// gets so much of that room that others find none when it is slow. Says what to wait for before looking again.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim_beside(
        &self,
        held: BTreeMap<GateId, usize>,
        most: usize,
        lease: Duration,
        token: LeaseToken,
    ) -> Result<Claimed, StoreError> {
        self.claim_some(Some(held), most, lease, token).await
    }

    async fn claim_some(
        &self,
        held: Option<BTreeMap<GateId, usize>>,
        most: usize,
        lease: Duration,
        token: LeaseToken,
    ) -> Result<Claimed, StoreError> {
        let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
        // Looking costs no write: an idle gateway does not commit once a second.
        let now = self.now().await?;
        let after = self.turn.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let gates = in_turn(&self.read, now, &after).await?;
        let Some(last) = gates.last().copied() else { return Ok(Claimed::default()) };
        // There may be gates that are not served this time.
        let are_more = gates.len() > most || gates.len() >= MOST_GATES;
        let last = gates.get(most.saturating_sub(1)).copied().unwrap_or(last);
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = last.to_string();
        let places = i64::try_from(most).unwrap_or(i64::MAX);
        let claimed = self.writer.write_alone(move |tx| Box::pin(claim(tx, gates, held, places, lease, token)));
        let mut claimed = claimed.await?;
        if are_more {
            // Where nothing came of it, the same is not asked again at once.
            let is_some = !claimed.leased.is_empty();
            claimed.is_more |= is_some;
            claimed.is_held_up |= !is_some;
        }
        Ok(claimed)
    }
}

/// Gates with due work that let something through, from the one after `after` on and round.
async fn in_turn(on: impl On + Copy, now: i64, after: &str) -> Result<Vec<GateId>, StoreError> {
    let mut gates = due_gates(on, now, after, LAST_GATE).await?;
    if gates.len() < MOST_GATES && !after.is_empty() {
        gates.extend(due_gates(on, now, "", after).await?);
        gates.truncate(MOST_GATES);
    }
    Ok(gates)
}

/// Gates after $1, up to and with $4, that let something through at $2, and have something that is due; $3 of them at most.
///
/// Each step of the recursion goes on to the next gate that has tasks at all, and says whether the one before lets something
/// through; when enough do, it ends. It says so itself, since a limit alone would end nothing where PostgreSQL joins by hash:
/// all would be walked, and come in no order. What is due is asked for by the first, which the index has: asked whether there
/// is any, PostgreSQL goes through the whole table where nearly all of it is of one gate.
const DUE_GATES: &str = "WITH RECURSIVE turn (gate, before, lets_through, found) AS ( \
         SELECT min(gate), min(gate), 0, 0 FROM tasks WHERE gate > $1 AND gate <= $4 \
         UNION ALL \
         SELECT (SELECT min(t.gate) FROM tasks t WHERE t.gate > turn.gate AND t.gate <= $4), turn.gate, \
         CASE WHEN EXISTS (SELECT 1 FROM gates g WHERE g.id = turn.gate \
             AND (g.state = 'open' OR (g.state = 'tripped' AND g.probe_at <= $2)) AND g.wait_until <= $2 \
             AND (g.call_micros = 0 OR g.paced_until + g.call_micros <= $2 + g.burst_micros)) \
         AND (SELECT min(d.run_at) FROM tasks d WHERE d.gate = turn.gate) <= $2 THEN 1 ELSE 0 END, \
         turn.found + turn.lets_through FROM turn WHERE turn.gate IS NOT NULL AND turn.found + turn.lets_through < $3) \
     SELECT before FROM turn WHERE lets_through = 1 ORDER BY before";

/// Those after `after`, up to and with `to`.
async fn due_gates(on: impl On, now: i64, after: &str, to: &str) -> Result<Vec<GateId>, StoreError> {
    let most = i64::try_from(MOST_GATES).unwrap_or(i64::MAX);
    let rows = query(DUE_GATES).bind(after).bind(now).bind(most).bind(to).fetch_all(on).await?;
    rows.iter().map(|row| Read::new(row, "gates").id("before")).collect()
}

async fn claim(
    tx: &mut Transaction,
    gates: Vec<GateId>,
    held: Option<BTreeMap<GateId, usize>>,
    most: i64,
    lease: i64,
    token: LeaseToken,
) -> Result<Claimed, StoreError> {
    let now = tx.now();
    let mut claimed = Claimed::default();
    let mut left = most;
    let count = i64::try_from(gates.len()).unwrap_or(i64::MAX);
    for (index, id) in (0..).zip(gates) {
        let fair = left.div_euclid((count - index).max(1)).max(1).min(left);
        if fair == 0 {
            claimed.is_more = true;
            break;
        }
        let share = match (id, &held) {
            (GateId::Tenant(_), _) | (_, None) => fair,
            (_, Some(held)) => fair.min(room(held.get(&id).copied().unwrap_or(0), left)),
        };
        if share == 0 {
            claimed.is_held_up = true;
            continue;
        }
        let Some(mut of_gate) = from_gate(tx, id, share, now, lease, token).await? else {
            claimed.is_busy = true;
            continue;
        };
        let found = i64::try_from(of_gate.leased.len()).unwrap_or(i64::MAX);
        left -= found;
        claimed.leased.append(&mut of_gate.leased);
        // What a destination may have of this process it has until something ends.
        let is_all = found == share;
        claimed.is_more |= of_gate.is_more || (is_all && share == fair);
        claimed.is_held_up |= of_gate.is_held_up || (is_all && share < fair);
    }
    Ok(claimed)
}

/// How many more tasks of a destination a process may hold that holds some and has `free` places: as many as leave at least
/// that many free, or one if it holds none. One that is slow keeps half of all places, a second one half of the rest, and so
/// on; a place is left for whoever comes next.
fn room(held: usize, free: i64) -> i64 {
    let held = i64::try_from(held).unwrap_or(i64::MAX);
    let least = i64::from(held == 0);
    (free.saturating_sub(held) / 2).max(least).min(free)
}

/// Leases up to `share` tasks of one gate, as far as its pace and its limits allow. `None` where somebody else holds it.
async fn from_gate(
    tx: &mut Transaction,
    id: GateId,
    share: i64,
    now: i64,
    lease: i64,
    token: LeaseToken,
) -> Result<Option<Claimed>, StoreError> {
    // Only a destination has limits. Whoever holds it now is not waited for: two claims could wait for each other.
    let mut held = None;
    let mut allowed = share;
    if !matches!(id, GateId::Tenant(_)) {
        let Some(gate) = gate::hold(tx, id, false).await? else { return Ok(None) };
        let live = "SELECT count(*) FROM tasks WHERE gate = $1 AND lease_token IS NOT NULL AND run_at > $2";
        let live = query(live).bind(id.to_string()).bind(now).number(&mut *tx).await?;
        allowed = allowed.min(gate.allows(live, now));
        held = Some(gate);
    }
    if allowed == 0 {
        return Ok(Some(Claimed { is_held_up: true, ..Claimed::default() }));
    }
    let looked_at = allowed.saturating_mul(LOOKED_AT);
    let leased = take(tx, id, allowed, looked_at, now, lease, token).await?;
    let count = i64::try_from(leased.len()).unwrap_or(i64::MAX);
    let is_held_up = count == allowed && allowed < share;
    // Others may be behind those that were looked at.
    let is_more = count < allowed && put_off(tx, id, looked_at, now).await? > 0;
    if let Some(mut gate) = held
        && gate.pace.call > 0
        && count > 0
    {
        gate.lease(count, now);
        gate::write(tx, id, &gate).await?;
    }
    Ok(Some(Claimed { leased, is_more, is_held_up, is_busy: false }))
}

/// Of the first due tasks those that no older task with the same key is before, and none of whose key is being done.
async fn take(
    tx: &mut Transaction,
    id: GateId,
    share: i64,
    looked_at: i64,
    now: i64,
    lease: i64,
    token: LeaseToken,
) -> Result<Vec<Leased>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => concat!(
            "UPDATE tasks SET lease_token = $1, run_at = $2, attempt = attempt + 1 WHERE id IN ( ",
            "SELECT due.id FROM (SELECT id, serialization_key, run_at FROM tasks WHERE gate = $3 AND run_at <= $4 ",
            "ORDER BY run_at, id LIMIT $5) AS due ",
            "WHERE due.serialization_key IS NULL OR NOT EXISTS (SELECT 1 FROM tasks o ",
            "WHERE o.serialization_key = due.serialization_key AND o.id <> due.id ",
            "AND (o.id < due.id OR (o.lease_token IS NOT NULL AND o.run_at > $4))) ",
            "ORDER BY due.run_at, due.id LIMIT $6) RETURNING id, tenant, kind, subject, attempt, trace"
        ),
        Dialect::Postgres => concat!(
            "UPDATE tasks SET lease_token = $1, run_at = $2, attempt = attempt + 1 WHERE id = ANY (ARRAY ( ",
            "SELECT due.id FROM (SELECT id, serialization_key, run_at FROM tasks WHERE gate = $3 AND run_at <= $4 ",
            "ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED) AS due ",
            "WHERE due.serialization_key IS NULL OR NOT EXISTS (SELECT 1 FROM tasks o ",
            "WHERE o.serialization_key = due.serialization_key AND o.id <> due.id ",
            "AND (o.id < due.id OR (o.lease_token IS NOT NULL AND o.run_at > $4))) ",
            "ORDER BY due.run_at, due.id LIMIT $6)) RETURNING id, tenant, kind, subject, attempt, trace"
        ),
    };
    let rows = query(sql)
        .bind(token.to_string())
        .bind(now.saturating_add(lease))
        .bind(id.to_string())
        .bind(now)
        .bind(looked_at)
        .bind(share)
        .fetch_all(tx)
        .await?;
    let mut leased: Vec<Leased> = rows.iter().map(|row| read(row, id, token)).collect::<Result<_, _>>()?;
    // RETURNING promises no order.
    leased.sort_by_key(|leased| leased.task);
    Ok(leased)
}

/// Those among the first due tasks that wait for an older one of their key will not be looked at again before that one
/// is due or done: so many of them cannot hide what is behind, nor that one if it became due after them. Says how many there
/// were.
async fn put_off(tx: &mut Transaction, id: GateId, looked_at: i64, now: i64) -> Result<u64, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => concat!(
            "UPDATE tasks SET run_at = (SELECT max(o.run_at) FROM tasks o ",
            "WHERE o.serialization_key = tasks.serialization_key AND o.id < tasks.id) WHERE id IN ( ",
            "SELECT id FROM (SELECT id, serialization_key, run_at FROM tasks WHERE gate = $1 AND run_at <= $2 ",
            "ORDER BY run_at, id LIMIT $3) AS due ",
            "WHERE EXISTS (SELECT 1 FROM tasks o WHERE o.serialization_key = due.serialization_key ",
            "AND o.id < due.id AND o.run_at > due.run_at))"
        ),
        Dialect::Postgres => concat!(
            "UPDATE tasks SET run_at = (SELECT max(o.run_at) FROM tasks o ",
            "WHERE o.serialization_key = tasks.serialization_key AND o.id < tasks.id) WHERE id = ANY (ARRAY ( ",
            "SELECT id FROM (SELECT id, serialization_key, run_at FROM tasks WHERE gate = $1 AND run_at <= $2 ",
            "ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) AS due ",
            "WHERE EXISTS (SELECT 1 FROM tasks o WHERE o.serialization_key = due.serialization_key ",
            "AND o.id < due.id AND o.run_at > due.run_at)))"
        ),
    };
    query(sql).bind(id.to_string()).bind(now).bind(looked_at).execute(tx).await
}

fn read(row: &Row, gate: GateId, token: LeaseToken) -> Result<Leased, StoreError> {
    let row = Read::new(row, "tasks");
    let kind = match row.text("kind")?.as_str() {
        "assess" => TaskKind::Assess { submission: row.id("subject")? },
        "deliver" => TaskKind::Deliver { delivery: row.id("subject")? },
        "recheck" => TaskKind::Recheck { submission: row.id("subject")? },
        _ => return Err(row.corrupt("kind")),
    };
    Ok(Leased {
        task: row.id("id")?,
        tenant: row.id("tenant")?,
        gate,
        kind,
        attempt: row.number("attempt")?,
        token,
        trace: row.optional_id("trace")?,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

    use super::{DUE_GATES, room};

    /// What of the tables matters for looking, as large as a destination that is down makes them. Nothing of it stays.
    const TABLES: &str = "BEGIN; \
        CREATE TEMP TABLE tasks (id TEXT COLLATE \"C\" PRIMARY KEY, gate TEXT COLLATE \"C\" NOT NULL, run_at BIGINT NOT NULL); \
        CREATE INDEX tasks_due ON tasks (gate, run_at, id); \
        CREATE TEMP TABLE gates (id TEXT COLLATE \"C\" PRIMARY KEY, state TEXT, probe_at BIGINT, wait_until BIGINT, \
            call_micros BIGINT, paced_until BIGINT, burst_micros BIGINT); \
        INSERT INTO gates SELECT 'gate ' || n, 'open', NULL, 0, 0, 0, 0 FROM generate_series(1, 20) AS n (n); \
        INSERT INTO tasks SELECT 'stuck ' || n, 'stuck', 1 FROM generate_series(1, 100000) AS n (n); \
        INSERT INTO tasks SELECT 'task ' || n, 'gate ' || n, 1 FROM generate_series(1, 8) AS n (n); \
        ANALYZE tasks; ANALYZE gates";

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "where the tests' PostgreSQL is")]
    async fn a_look_goes_by_the_index_however_much_waits_before_one_gate() {
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            return eprintln!("skipped: TEST_POSTGRES_URL names no PostgreSQL");
        };
        let mut connection = PgConnection::connect(&url).await.expect("PostgreSQL answers");
        sqlx::raw_sql(TABLES).execute(&mut connection).await.expect("the tables");
        let look = AssertSqlSafe(format!("PREPARE look AS {DUE_GATES}"));
        sqlx::raw_sql(look).execute(&mut connection).await.expect("it is prepared");
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let set = AssertSqlSafe(format!("SET LOCAL plan_cache_mode = {mode}"));
            sqlx::raw_sql(set).execute(&mut connection).await.expect("it is set");
            let explain = sqlx::raw_sql("EXPLAIN (ANALYZE) EXECUTE look('', 5, 32, '~')").fetch_all(&mut connection);
            let steps = explain.await.expect("there is a plan");
            let steps = steps.iter().map(|row| sqlx::Row::get::<String, _>(row, 0));
            let plan: Vec<String> = steps.filter(|step| step.contains("on tasks")).collect();
            assert!(plan.len() >= 3 && plan.iter().all(|step| step.contains("tasks_due")), "{mode}: {plan:#?}");
        }
    }

    #[test]
    fn a_slow_destination_keeps_half_of_the_places_and_the_next_one_half_of_the_rest() {
        let (mut free, mut held) = (16, Vec::new());
        for _ in 0..8 {
            let mut of_this = 0;
            while room(of_this, free) > 0 {
                let more = room(of_this, free);
                of_this += usize::try_from(more).unwrap();
                free -= more;
            }
            held.push(of_this);
        }
        assert_eq!(held, [8, 4, 2, 1, 1, 0, 0, 0]);
        assert_eq!(room(0, 1), 1, "a process with one place works, too");
    }
}
