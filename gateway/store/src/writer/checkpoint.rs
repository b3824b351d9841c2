//! SQLite's log is copied into the file beside the writer. A commit that did that itself would hold up all that wait for it.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};

use crate::{
    database::Options,
    sql::{Connection, query},
};

/// Units that are worth a round: it syncs two files.
const UNITS: u64 = 64;
/// From the beginning of a round to the next one's: a page that is written again and again, such as the last of an index, is
/// copied once in each. Long rounds hold up the commits that come meanwhile, which want the same disk.
const EVERY: Duration = Duration::from_millis(30);

/// Copies what was committed, round after round, until there is no writer any more. Until it is copied it lies in the log and is
/// as durable there: a round that fails is made up for by the next one, or by a commit when the log has grown long.
pub(super) async fn run(options: Options, mut committed: watch::Receiver<u64>) {
    let mut connection: Option<Connection> = None;
    let mut copied = 0;
    while committed.changed().await.is_ok() {
        let units = *committed.borrow_and_update();
        if units.saturating_sub(copied) < UNITS {
            continue;
        }
        copied = units;
        let next = Instant::now() + EVERY;
        if connection.is_none() {
            connection = options.connect().await.ok();
        }
        if let Some(on) = &mut connection
            && let Err(error) = query("PRAGMA wal_checkpoint(PASSIVE)").execute(on).await
        {
            tracing::warn!(%error, "the log was not copied into the database");
            connection = None;
        }
        tokio::time::sleep_until(next).await;
        // A round begins right after a commit, when the log has just been synced, and not while one is being written.
        committed.mark_unchanged();
    }
}

#[cfg(test)]
mod tests {
    use crate::{open::in_folder, sql::query};

    const ROW: &str = "INSERT INTO filler VALUES (zeroblob(5000))";

    #[tokio::test]
    async fn what_is_committed_is_copied_while_commits_go_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = in_folder(&folder).await;
        let write = |sql| store.writer.write(move |tx| Box::pin(async move { query(sql).execute(tx).await }));
        write("CREATE TABLE filler (bytes BLOB)").await.expect("a table");
        let size = || folder.path().join("store.db").metadata().expect("the file").len();
        let before = size();
        // No commit would copy anything for so few.
        for _ in 0..1_000 {
            write(ROW).await.expect("it is written");
            if size() > before {
                return;
            }
        }
        panic!("nothing was copied into the file");
    }
}
