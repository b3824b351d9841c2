//! The chore of re-checking: looks at every source once for all who depend on it, and puts those into the queue for whom
//! something may have changed, or for whom another scoring policy is in force by now.

use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use url::Url;
use wellspring_model::{Timestamp, id::TaskId};
use wellspring_store::{DueSource, Looked, StoreError};
use wellspring_verify::Document;

use super::{
    TaskError,
    gather::document,
    judge::{AGAIN, after},
};
use crate::state::App;

/// Sources looked at in one turn at most.
const MOST_SOURCES: u32 = 64;
/// Sources looked at at the same time.
const AT_ONCE: usize = 8;
/// Re-checks that wait in the queue at most. Whoever applies meanwhile waits behind so many at the worst.
const MOST_WAITING: u32 = 500;
/// Rows forgotten in one transaction at most.
const MOST_FORGOTTEN: u32 = 1_000;
/// A document that was had so lately is not asked for again.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(10);

/// One turn. That sources are never looked at keeps nobody from being assessed by another scoring policy.
///
/// # Errors
/// The store's. What was not done is left to the next turn.
pub async fn look(app: App) -> Result<(), TaskError> {
    let recheck = &app.config.recheck;
    let now = app.now();
    let since = now.checked_sub(recheck.for_so_long()).unwrap_or(Timestamp::MIN);
    if recheck.hours == 0 {
        return rescore(&app, since).await;
    }
    while app.store.forget_grounds(MOST_FORGOTTEN, since).await? == u64::from(MOST_FORGOTTEN) {}
    // Whatever becomes of a look, even if this process ends in its midst, there is another one.
    let due = app.store.take_due_sources(MOST_SOURCES, now, after(now, AGAIN)).await?;
    let mut looks = stream::iter(due).map(|source| look_at(&app, source, now)).buffer_unordered(AT_ONCE);
    while let Some(noted) = looks.next().await {
        noted?;
    }
    drop(looks);
    enqueue(&app, since, now).await?;
    rescore(&app, since).await
}

/// Fills what room is left in the queue with those for whom another scoring policy is in force.
async fn rescore(app: &App, since: Timestamp) -> Result<(), TaskError> {
    loop {
        let room = MOST_WAITING.saturating_sub(app.store.rechecks_waiting().await?);
        if room == 0 || app.store.spread_scoring(room, since, ids(app)).await?.is_none() {
            return Ok(());
        }
    }
}

/// Fills the queue as far as there is room.
async fn enqueue(app: &App, since: Timestamp, now: Timestamp) -> Result<(), TaskError> {
    loop {
        let room = MOST_WAITING.saturating_sub(app.store.rechecks_waiting().await?);
        if room == 0 {
            return Ok(());
        }
        let due = app.store.enqueue_due_rechecks(room, since, now, ids(app)).await?;
        let left = room.saturating_sub(u32::try_from(due).unwrap_or(u32::MAX));
        let told = if left > 0 { app.store.spread(left, ids(app)).await? } else { 0 };
        if due + told == 0 {
            return Ok(());
        }
    }
}

fn ids(app: &App) -> impl FnMut() -> TaskId + Send + 'static {
    let app = app.clone();
    move || TaskId::from_uuid(app.uuid())
}

async fn look_at(app: &App, source: DueSource, now: Timestamp) -> Result<(), StoreError> {
    let is_too_long = |since: Timestamp| {
        now.duration_since(since) > SignedDuration::from_secs(app.config.policy.longest_age_seconds().into())
    };
    let looked = match read(app, &source.url, now).await.and_then(|document| document.seen()) {
        Some(digest) => Looked::Read(digest),
        None if source.silent_since.is_some_and(is_too_long) => Looked::Lost,
        None => Looked::Silent,
    };
    let wait = if looked == Looked::Silent { AGAIN } else { app.config.recheck.every() };
    app.store.note_source(source.id, looked, after(now, wait), now).await
}

/// What is at an address now. What was kept from before does not count.
async fn read(app: &App, url: &str, now: Timestamp) -> Option<Document> {
    let url = Url::parse(url).ok()?;
    match app.fetcher.get_within(&url, JUST_NOW, now).await {
        Ok(fetched) => Some(document(fetched)).filter(|one| now.duration_since(one.fetched_at) <= JUST_NOW),
        Err(failure) => {
            // The host only: a path may name a person.
            tracing::info!(host = url.host_str(), %failure, "a source could not be looked at");
            None
        }
    }
}
