//! Chores: what has to be done now and then, by whichever of all processes comes first. The store says whose turn it is.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::TaskError;
use crate::state::App;

/// How often to look whether something is due.
const LOOK: Duration = Duration::from_secs(5);
/// Rows that a chore writes in one transaction at most.
const AT_ONCE: u32 = 1_000;

/// Something that is done once in `every`.
struct Chore {
    name: &'static str,
    every: Duration,
    run: fn(App) -> BoxFuture<'static, Result<(), TaskError>>,
}

const CHORES: [Chore; 2] = [
    Chore { name: "forget answers", every: Duration::from_secs(60 * 60), run: |app| Box::pin(forget_answers(app)) },
    Chore { name: "note the time", every: Duration::from_secs(30), run: |app| Box::pin(note_time(app)) },
];

/// Does what is due until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for chore in &CHORES {
            if let Err(error) = take_turn(&app, chore).await {
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

/// The next start will know if the clock was set back meanwhile. A database that is shared has a clock of its own.
async fn note_time(app: App) -> Result<(), TaskError> {
    if app.store.is_single() {
        app.store.note_time().await?;
    }
    Ok(())
}
