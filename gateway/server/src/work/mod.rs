//! Background work: one dispatcher leases tasks from the store and runs each to its end, a bounded number at a time.
//!
//! A task may run twice: after a crash its lease ends and somebody takes it up again. Every result is therefore written
//! under the lease's token, and a result that comes too late is dropped.

pub mod assess;
mod attachment;
pub mod chores;
pub mod compare;
mod content;
pub mod deliver;
pub mod event;
pub mod gather;
pub mod judge;
mod marker;
pub mod recheck;
pub mod replay;
pub mod sources;
pub mod verify;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Notify, Semaphore, watch};
use tracing::{Instrument, Span, field::Empty};
use wellspring_model::id::TaskId;
use wellspring_store::{Claimed, GateId, LeaseToken, Leased, StoreError, TaskKind};

use crate::{prepared::PrepareError, state::App, telemetry};

/// How long to wait for the store's wake-up before looking again by ourselves.
const POLL: Duration = Duration::from_secs(1);
/// The same where somebody else held what there is for a moment.
const SOON: Duration = Duration::from_millis(10);

/// After this many attempts a submission that cannot be processed is given up, so that the queue moves on.
const MOST_ATTEMPTS: u32 = 10;
/// How long work waits that needs a payload, while the place where it lies cannot be reached.
const NOT_REACHED: Duration = Duration::from_secs(10);

/// Deliveries taken back in one transaction at most.
const TAKEN_BACK: u32 = 500;

/// Why a task ended without its result being stored. The lease ends by itself and the task is taken up again.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("what is stored cannot be judged: {0}")]
    Verify(#[from] verify::VerifyError),
    #[error("what to score by cannot be had: {0}")]
    Prepare(#[from] PrepareError),
    #[error("{what} {id} is gone")]
    Gone { what: &'static str, id: String },
    #[error("the worker's thread ended early")]
    Thread(#[from] tokio::task::JoinError),
    #[error("the result cannot be rendered: {0}")]
    Render(String),
}

/// What this process holds at the moment.
type Held = Arc<Mutex<BTreeMap<TaskId, Leased>>>;

/// Leases and runs tasks until `stop` says so; then waits for those that run, and hands back what does not end in time.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let workers = usize::from(app.config.work.workers);
    if workers == 0 {
        // With a SQLite file there are no others. It is allowed, for measuring, and said.
        tracing::warn!("this process does no work of the queue: `work.workers` is 0");
        let _told = stop.wait_for(|stop| *stop).await;
        return;
    }
    let places = Arc::new(Semaphore::new(workers));
    let held = Held::default();
    // What waits because its destination has enough on its way can go on when one of those has ended.
    let ended = Arc::new(Notify::new());
    let mut watch = app.store.watch_work();
    let mut looked = Instant::now();
    while !*stop.borrow() {
        if looked.elapsed() >= POLL {
            take_back(&app).await;
            looked = Instant::now();
        }
        // At least one place is free before anything is leased, so that no lease runs down in a queue of ours.
        let Ok(first) = Arc::clone(&places).acquire_owned().await else { return };
        let batch = 1 + places.available_permits();
        watch.looking();
        let claimed = claim(&app, &held, batch).await;
        let mut first = Some(first);
        for task in claimed.leased {
            let span = span(&app, &task);
            let waits = tracing::info_span!(parent: &span, "claim");
            let place = match first.take() {
                Some(place) => place,
                None => match Arc::clone(&places).acquire_owned().await {
                    Ok(place) => place,
                    Err(_) => return,
                },
            };
            let (app, held, ended) = (app.clone(), Arc::clone(&held), Arc::clone(&ended));
            lock(&held).insert(task.task, task);
            drop(waits);
            tokio::spawn(async move {
                run_one(&app, task, span).await;
                lock(&held).remove(&task.task);
                drop(place);
                ended.notify_one();
            });
        }
        drop(first);
        if !claimed.is_more {
            let longest = if claimed.is_busy { SOON } else { POLL };
            tokio::select! {
                () = watch.wait(longest) => {}
                () = ended.notified(), if claimed.is_held_up => {}
                _ = stop.changed() => {}
            }
        }
    }
    drain(&app, &places, &held).await;
}

/// Waits for what was begun. What has not ended in time is handed back: somebody else need not wait for its lease to end,
/// and what still comes of it here is fenced off.
async fn drain(app: &App, places: &Semaphore, held: &Held) {
    let all = places.acquire_many(u32::from(app.config.work.workers));
    if tokio::time::timeout(app.config.drain(), all).await.is_ok() {
        return;
    }
    let left: Vec<Leased> = lock(held).values().copied().collect();
    tracing::warn!(tasks = left.len(), "work that did not end in time is handed back");
    if let Err(error) = app.store.hand_back(left).await {
        tracing::error!(%error, "leases could not be handed back; they end by themselves");
    }
}

fn lock(held: &Held) -> MutexGuard<'_, BTreeMap<TaskId, Leased>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes back what waits for destinations that are gone.
async fn take_back(app: &App) {
    match app.store.cancel_shut(TAKEN_BACK, app.now()).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(deliveries = count, "taken back: nothing is brought to their destination any more"),
        Err(error) => tracing::error!(%error, "what waits for a destination that is shut cannot be taken back"),
    }
}

async fn claim(app: &App, held: &Held, batch: usize) -> Claimed {
    let token = LeaseToken::from_uuid(app.uuid());
    let mut of_gate: BTreeMap<GateId, usize> = BTreeMap::new();
    for one in lock(held).values() {
        *of_gate.entry(one.gate).or_default() += 1;
    }
    match app.store.claim_beside(of_gate, batch, app.config.lease(), token).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::error!(%error, "no work can be leased");
            Claimed::default()
        }
    }
}

/// Runs every task that is ready now, one after the other, and says how many. For tests, in place of waiting.
///
/// # Errors
/// The first task that could not be run.
pub async fn run_ready(app: &App) -> Result<usize, TaskError> {
    let mut count = 0;
    loop {
        let leased = app.store.claim(1, app.config.lease(), LeaseToken::from_uuid(app.uuid())).await?;
        let Some(task) = leased.into_iter().next() else { return Ok(count) };
        run_task(app, &task).instrument(span(app, &task)).await?;
        count += 1;
    }
}

/// A task's part of the trace of what brought it about.
fn span(app: &App, task: &Leased) -> Span {
    let kind = task.kind.as_str();
    let span = tracing::info_span!(
        "task",
        otel.name = kind,
        otel.kind = "consumer",
        otel.status_code = Empty,
        task = %task.task,
        subject = task.kind.subject(),
        attempt = task.attempt,
        trace = Empty,
    );
    telemetry::go_on(&span, task.trace, &*app.entropy);
    span
}

async fn run_one(app: &App, task: Leased, span: Span) {
    let began = Instant::now();
    let result = run_task(app, &task).instrument(span.clone()).await;
    let _in_span = span.enter();
    let end = match result {
        Ok(()) => "done",
        Err(TaskError::Store(StoreError::Fenced)) => {
            tracing::warn!("the lease ended before the result was there");
            "fenced"
        }
        Err(TaskError::Store(error @ (StoreError::ObjectsUnavailable(_) | StoreError::ObjectsRefused(_)))) => {
            tracing::error!(%error, "the task waits for what it needs");
            if let Err(error) = app.store.put_off(&task, NOT_REACHED).await {
                tracing::warn!(%error, "the task could not be put off and is taken up again when its lease ends");
            }
            "put off"
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            tracing::error!(%error, "the task could not be run and will be taken up again");
            "failed"
        }
    };
    app.metrics.task(task.kind.as_str(), end, began.elapsed());
}

async fn run_task(app: &App, task: &Leased) -> Result<(), TaskError> {
    match task.kind {
        TaskKind::Assess { submission } => assess::run(app, task, submission).await,
        TaskKind::Deliver { delivery } => deliver::run(app, task, delivery).await,
        TaskKind::Recheck { submission } => recheck::run(app, task, submission).await,
    }
}

fn gone(what: &'static str, id: impl ToString) -> TaskError {
    TaskError::Gone { what, id: id.to_string() }
}
