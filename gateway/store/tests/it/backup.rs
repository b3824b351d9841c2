//! Copies of a SQLite database: made while it is written to, looked through, put back.

use std::path::{Path, PathBuf};

use wellspring_store::{CopyError, MasterKey, back_up, restore};

use crate::world::{World, open};

fn beside(world: &World, name: &str) -> PathBuf {
    world.path().with_file_name(name)
}

async fn copied(world: &World, name: &str) -> PathBuf {
    let copy = beside(world, name);
    back_up(&world.path(), &copy).await.unwrap();
    copy
}

async fn put_back(copy: &Path, to: &Path) -> Result<(), CopyError> {
    restore(copy, to, &MasterKey::new([7; 32])).await.map(drop)
}

/// Changes a copy in a way that only somebody who looks through it sees.
async fn spoil(copy: &Path, sql: &'static str) {
    use sqlx::{Connection as _, Executor as _, SqliteConnection};
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", copy.display())).await.unwrap();
    connection.execute(sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_before_a_copy_began_is_in_it_while_more_is_written() {
    let world = World::sqlite().await;
    let mut before = Vec::new();
    for _ in 0..20 {
        before.push(world.accept(world.place).await);
    }
    let (path, copy) = (world.path(), beside(&world, "copy.db"));
    let copying = tokio::spawn(async move { back_up(&path, &copy).await });
    while !copying.is_finished() {
        world.accept(world.place).await;
    }
    let copied = copying.await.unwrap().unwrap();
    assert!(copied.submissions >= 20 && !copied.is_outdated, "{copied:?}");
    let (copy, database) = (beside(&world, "copy.db"), beside(&world, "restored.db"));
    put_back(&copy, &database).await.unwrap();
    let restored = open(database, [7; 32]).await.unwrap();
    restored.check_schema().await.unwrap();
    for id in before {
        assert!(restored.submission(world.place.tenant, id).await.unwrap().is_some());
    }
    assert_eq!(restored.tasks_waiting().await.unwrap(), copied.submissions, "each with its work");
    assert!(restored.audit_verify(world.place.tenant, &[]).await.unwrap().result.is_ok());
}

#[tokio::test]
async fn nothing_is_overwritten_by_a_copy_or_by_putting_one_back() {
    let world = World::sqlite().await;
    let copy = copied(&world, "copy.db").await;
    assert!(matches!(back_up(&world.path(), &copy).await, Err(CopyError::Exists(path)) if path == copy));
    assert!(matches!(put_back(&copy, &world.path()).await, Err(CopyError::Exists(_))));
    let log_of_another = beside(&world, "restored.db-wal");
    std::fs::write(&log_of_another, "").unwrap();
    let refused = put_back(&copy, &beside(&world, "restored.db")).await;
    assert!(matches!(refused, Err(CopyError::Exists(path)) if path == log_of_another));
}

#[tokio::test]
async fn a_copy_that_is_not_whole_is_not_put_back_and_leaves_nothing() {
    let world = World::sqlite().await;
    world.accept(world.place).await;
    let database = beside(&world, "restored.db");
    let headless = copied(&world, "headless.db").await;
    spoil(&headless, "UPDATE audit_heads SET number = number + 1").await;
    assert!(
        matches!(put_back(&headless, &database).await, Err(CopyError::Audit(tenant)) if tenant == world.place.tenant)
    );
    let changed = copied(&world, "changed.db").await;
    spoil(
        &changed,
        "DROP TRIGGER audit_no_update; \
                    UPDATE audit SET actor = 'nobody' WHERE number = (SELECT max(number) FROM audit)",
    )
    .await;
    assert!(matches!(put_back(&changed, &database).await, Err(CopyError::Audit(_))));
    let dangling = copied(&world, "dangling.db").await;
    spoil(&dangling, "PRAGMA foreign_keys = OFF; DELETE FROM connections").await;
    assert!(matches!(put_back(&dangling, &database).await, Err(CopyError::Damaged { .. })));
    let newer = copied(&world, "newer.db").await;
    let row = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time \
               FROM _sqlx_migrations WHERE version = 1";
    spoil(&newer, row).await;
    assert!(matches!(put_back(&newer, &database).await, Err(CopyError::Newer)));
    let torn = copied(&world, "torn.db").await;
    let bytes = std::fs::read(&torn).unwrap();
    std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(put_back(&torn, &database).await, Err(CopyError::Damaged { .. })));
    std::fs::write(beside(&world, "no.db"), "no database").unwrap();
    assert!(matches!(put_back(&beside(&world, "no.db"), &database).await, Err(CopyError::Damaged { .. })));

    let whole = copied(&world, "whole.db").await;
    let other_key = restore(&whole, &database, &MasterKey::new([8; 32])).await;
    assert!(matches!(other_key, Err(CopyError::MasterKey(tenant)) if tenant == world.place.tenant));
    let left = std::fs::read_dir(whole.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("part")).collect();
    assert_eq!((database.exists(), left), (false, Vec::new()));
    put_back(&whole, &database).await.unwrap();
    open(database, [7; 32]).await.unwrap().check_schema().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_copy_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::sqlite().await;
    let mode = std::fs::metadata(copied(&world, "copy.db").await).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
