//! Whether this process should be sent requests, and if not, why.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::{sync::Mutex, task::JoinHandle};
use wellspring_store::{Database, StoreError};

use crate::state::App;

/// For how long an answer is good: however often somebody asks, the work is bounded.
const FRESH: Duration = Duration::from_secs(1);
/// How often it is tried whether something can be committed; each try is a write to the disk.
const TRY_EVERY: Duration = Duration::from_secs(5);
/// How long the database may take to answer, and to commit.
const LONGEST: Duration = Duration::from_secs(2);

/// Why this process is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub code: &'static str,
    /// What it means and what to do.
    pub message: &'static str,
}

const DRAINING: Reason =
    Reason { code: "DRAINING", message: "This process was told to stop and finishes what it has begun." };
const DATABASE: Reason =
    Reason { code: "DATABASE", message: "The database does not answer. Look whether it runs and can be reached." };
const SCHEMA: Reason = Reason {
    code: "SCHEMA",
    message: "The database is of another version than this program. Run `wellspring migrate`, or the newer program.",
};
const DISK: Reason = Reason {
    code: "DISK",
    message: "Less than `database.disk_reserve_bytes` is free where the database or the payloads' folder is. Make room.",
};
const WRITER: Reason = Reason {
    code: "WRITER",
    message: "Nothing can be committed at the moment. Look at the disk, and at who else writes to the database.",
};

/// What is known of the readiness of a process.
#[derive(Default)]
pub struct Readiness {
    is_draining: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    reasons: Option<(Instant, Vec<Reason>)>,
    /// When something was last committed on trial.
    committed_at: Option<Instant>,
    /// A try that has not ended. No other one is begun beside it.
    trying: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Readiness {
    /// From now on it is not ready any more, while it still answers.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }
}

/// Why this process is not ready; empty where it is.
pub async fn reasons(app: &App) -> Vec<Reason> {
    if app.readiness.is_draining.load(Ordering::Relaxed) {
        return vec![DRAINING];
    }
    let mut known = app.readiness.known.lock().await;
    if let Some((_, reasons)) = known.reasons.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
        return reasons.clone();
    }
    let before = known.reasons.as_ref().map(|(_, reasons)| reasons.clone()).unwrap_or_default();
    let reasons = look(app, &mut known).await;
    for reason in reasons.iter().filter(|reason| !before.contains(reason)) {
        tracing::warn!(code = reason.code, "not ready: {}", reason.message);
    }
    known.reasons = Some((Instant::now(), reasons.clone()));
    reasons
}

async fn look(app: &App, known: &mut Known) -> Vec<Reason> {
    let answers = tokio::time::timeout(LONGEST, app.store.ping()).await;
    if !matches!(answers, Ok(Ok(()))) {
        return vec![DATABASE];
    }
    match tokio::time::timeout(LONGEST, app.store.check_schema()).await {
        Ok(Ok(())) => {}
        Ok(Err(StoreError::Outdated | StoreError::Newer)) => return vec![SCHEMA],
        Ok(Err(_)) | Err(_) => return vec![DATABASE],
    }
    let mut reasons = Vec::new();
    let database = match app.config.database() {
        Database::Sqlite(path) => Some(path.parent().unwrap_or(Path::new(".")).to_owned()),
        Database::Postgres(_) => None,
    };
    let reserve = app.config.database.disk_reserve_bytes;
    if database.into_iter().chain(app.config.payloads.folder()).any(|folder| is_short(&folder, reserve)) {
        reasons.push(DISK);
    }
    if !commits(app, known).await {
        reasons.push(WRITER);
    }
    reasons
}

/// Whether something can be committed, as of a few seconds ago at most.
async fn commits(app: &App, known: &mut Known) -> bool {
    if known.committed_at.is_some_and(|at| at.elapsed() < TRY_EVERY) {
        return true;
    }
    let store = app.store.clone();
    let mut trying = known.trying.take().unwrap_or_else(|| tokio::spawn(async move { store.try_commit().await }));
    match tokio::time::timeout(LONGEST, &mut trying).await {
        Ok(Ok(Ok(()))) => {
            known.committed_at = Some(Instant::now());
            true
        }
        Ok(_) => false,
        Err(_) => {
            known.trying = Some(trying);
            false
        }
    }
}

/// Whether less than the reserve is free in a folder.
#[cfg(unix)]
fn is_short(folder: &Path, reserve: u64) -> bool {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    // Where it cannot be found out, trying to commit says more.
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < reserve)
}

#[cfg(not(unix))]
fn is_short(_folder: &Path, _reserve: u64) -> bool {
    false
}
