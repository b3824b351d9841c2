//! Chores: what has to be done now and then, by whichever of all processes comes first. The store says whose turn it is.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use wellspring_store::StoreError;

use super::TaskError;
use crate::state::App;

/// How often to look whether something is due.
const LOOK: Duration = Duration::from_secs(5);
/// Rows that a chore writes in one transaction at most.
const AT_ONCE: u32 = 1_000;

/// Submissions or deliveries that are retired in one transaction at most.
const RETIRED_AT_ONCE: u32 = 100;
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that is done once in `every`.
struct Chore {
    name: &'static str,
    every: Duration,
    run: fn(App) -> BoxFuture<'static, Result<(), TaskError>>,
}

const CHORES: [Chore; 3] = [
    Chore { name: "forget answers", every: HOUR, run: |app| Box::pin(forget_answers(app)) },
    Chore { name: "retire", every: HOUR, run: |app| Box::pin(retire(app)) },
    Chore { name: "sweep objects", every: DAY, run: |app| Box::pin(sweep_objects(app)) },
];

/// Does what is due until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
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
}

async fn take_turn(app: &App, chore: &Chore) -> Result<(), TaskError> {
    if app.store.takes_turn(chore.name, chore.every).await? {
        (chore.run)(app.clone()).await?;
    }
    Ok(())
}

/// Answers that nobody repeats a request for any more.
async fn forget_answers(app: App) -> Result<(), TaskError> {
    while app.store.forget_answers(AT_ONCE, app.now()).await? == u64::from(AT_ONCE) {}
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
