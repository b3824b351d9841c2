//! Chores: what has to be done now and then, by whichever of all processes comes first. The store says whose turn it is.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tokio::sync::watch;
use wellspring_model::Timestamp;
use wellspring_store::{Action, AuditNote, StoreError};

use super::{TaskError, sources};
use crate::{installed, state::App};

/// How often to look whether something is due.
const LOOK: Duration = Duration::from_secs(5);
/// Rows that a chore writes in one transaction at most.
const AT_ONCE: u32 = 1_000;

/// How often each process writes down how many keys it refused.
const REFUSALS: Duration = Duration::from_secs(60);
/// Submissions or deliveries that are retired in one transaction at most.
const RETIRED_AT_ONCE: u32 = 100;
/// How often each process looks whether the connectors run that should.
const CONNECTORS: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that is done once in `every`.
struct Chore {
    name: &'static str,
    every: fn(&App) -> Duration,
    run: fn(App) -> BoxFuture<'static, Result<(), TaskError>>,
}

/// How often sources are asked for that are due.
const SOURCES: Duration = Duration::from_secs(10);
const NOTE_TIME: Duration = Duration::from_secs(30);

const CHORES: [Chore; 7] = [
    Chore { name: "forget answers", every: |_| HOUR, run: |app| Box::pin(forget_answers(app)) },
    Chore { name: "forget events", every: |_| HOUR, run: |app| Box::pin(forget_events(app)) },
    Chore { name: "retire", every: |_| HOUR, run: |app| Box::pin(retire(app)) },
    Chore { name: "sweep objects", every: |_| DAY, run: |app| Box::pin(sweep_objects(app)) },
    Chore { name: "look at sources", every: |_| SOURCES, run: |app| Box::pin(sources::look(app)) },
    Chore { name: "note the time", every: |_| NOTE_TIME, run: |app| Box::pin(note_time(app)) },
    Chore {
        name: "sign audit heads",
        every: |app| app.config.audit.sign_every(),
        run: |app| Box::pin(sign_audit_heads(app)),
    },
];

/// Does what is due until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let (mut counted, mut looked) = (Instant::now(), Instant::now());
    while !*stop.borrow() {
        if counted.elapsed() >= REFUSALS {
            note_refusals(&app).await;
            counted = Instant::now();
        }
        if looked.elapsed() >= CONNECTORS {
            // A compiler at work is ended with it.
            tokio::select! {
                () = installed::keep_up(&app) => {}
                _ = stop.changed() => break,
            }
            looked = Instant::now();
        }
        for chore in &CHORES {
            // What is left of a long one is done at its next turn.
            let done = tokio::select! {
                done = take_turn(&app, chore) => done,
                _ = stop.changed() => return,
            };
            if let Err(error) = done {
                tracing::error!(chore = chore.name, %error, "a chore could not be done and is left to its next turn");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
    note_refusals(&app).await;
}

async fn take_turn(app: &App, chore: &Chore) -> Result<(), TaskError> {
    if app.store.takes_turn(chore.name, (chore.every)(app)).await? {
        (chore.run)(app.clone()).await?;
    }
    Ok(())
}

/// Answers that nobody repeats a request for any more.
async fn forget_answers(app: App) -> Result<(), TaskError> {
    while app.store.forget_answers(AT_ONCE, app.now()).await? == u64::from(AT_ONCE) {}
    Ok(())
}

/// Events that were sent, or given up, long ago, and what ATSs told then.
async fn forget_events(app: App) -> Result<(), TaskError> {
    let kept = SignedDuration::from_hours(i64::from(app.config.events.keep_days) * 24);
    // Before the beginning of time there was nothing.
    let before = app.now().checked_sub(kept).unwrap_or(Timestamp::MIN);
    while app.store.forget_events(AT_ONCE, before).await? == u64::from(AT_ONCE) {}
    while app.store.forget_ats_events(AT_ONCE, before).await? == u64::from(AT_ONCE) {}
    Ok(())
}

/// Signs the ends of all audit trails that have grown.
async fn sign_audit_heads(app: App) -> Result<(), TaskError> {
    let signed = app.store.sign_audit_heads(app.now()).await?;
    for (tenant, broken) in &signed.broken {
        tracing::error!(%tenant, row = broken.number, fault = broken.fault.code(), "the audit trail does not fit together");
    }
    tracing::debug!(heads = signed.heads, "audit trails are signed");
    Ok(())
}

/// Writes down how often keys were refused: in the trail of whoever had a key that is revoked, else in the log.
pub async fn note_refusals(app: &App) {
    for (key, times) in app.known.refused.take() {
        let Some((tenant, id)) = key else {
            tracing::warn!(times, "requests came with a key that nobody has");
            continue;
        };
        // Nobody is known to be behind it: who shows a key that was revoked may have found it.
        let note = AuditNote::new(tenant, app.now(), "unknown", Action::KeyRefused, id).times(times);
        if let Err(error) = app.store.audit(note).await {
            tracing::error!(%error, "refused keys cannot be written down now");
            app.known.refused.put_back(key, times);
        }
    }
}

/// The next start will know if the clock was set back meanwhile. A database that is shared has a clock of its own.
async fn note_time(app: App) -> Result<(), TaskError> {
    if app.store.is_single() {
        app.store.note_time().await?;
    }
    Ok(())
}

/// What is past the time that it is kept for, a little at a time.
///
/// # Errors
/// The store's.
pub async fn retire(app: App) -> Result<(), TaskError> {
    let (kept, now) = (&app.config.retention, app.now());
    let (mut credentials, mut submissions, mut deliveries) = (0, 0, 0);
    if let Some(before) = kept.before(kept.credentials_days, now) {
        while some(&mut credentials, app.store.retire_credentials(before, RETIRED_AT_ONCE, now).await)? {}
    }
    if let Some(before) = kept.before(kept.reports_days, now) {
        while some(&mut submissions, app.store.retire_submissions(before, RETIRED_AT_ONCE, now).await)? {}
        while app.store.forget_gone_candidates(AT_ONCE, before).await? == u64::from(AT_ONCE) {}
    }
    if let Some(before) = kept.before(kept.deliveries_days, now) {
        while some(&mut deliveries, app.store.retire_deliveries(before, RETIRED_AT_ONCE, now).await)? {}
    }
    if credentials + submissions + deliveries > 0 {
        tracing::info!(credentials, submissions, deliveries, "past their time: retired");
    }
    Ok(())
}

fn some(sum: &mut usize, retired: Result<usize, StoreError>) -> Result<bool, StoreError> {
    let retired = retired?;
    *sum += retired;
    Ok(retired > 0)
}

/// Objects that no payload names any more.
async fn sweep_objects(app: App) -> Result<(), TaskError> {
    let swept = app.store.sweep_objects(app.now()).await?;
    if swept > 0 {
        tracing::info!(objects = swept, "swept: no payload names them");
    }
    Ok(())
}
