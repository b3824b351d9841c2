//! A store is closed, opened again, opened by the wrong version or with the wrong key.

use wellspring_store::StoreError;

use crate::world::{World, now, open};

#[tokio::test]
async fn what_was_acknowledged_is_there_when_the_file_is_opened_again() {
    let world = World::sqlite().await;
    let id = world.accept(world.place).await;
    world.store.close().await;
    let again = open(world.path(), [7; 32]).await.unwrap();
    again.check_schema().await.unwrap();
    let submission = again.submission(world.place.tenant, id).await.unwrap().expect("it is stored");
    assert_eq!(submission.state.as_str(), "received");
    let bytes = again.payload(world.place.tenant, submission.payloads[0].digest).await.unwrap();
    assert_eq!(bytes, Some(format!("{{\"id\": \"{id}\"}}").into_bytes()));
    assert_eq!(again.tasks_waiting().await.unwrap(), 1, "and so is its work");
}

#[tokio::test]
async fn other_processes_may_read_while_it_is_open() {
    let world = World::sqlite().await;
    let mut raw = world.raw().await;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut raw).await.unwrap();
    let tenants: i64 = sqlx::query_scalar("SELECT count(*) FROM tenants").fetch_one(&mut raw).await.unwrap();
    assert_eq!((journal.as_str(), tenants), ("wal", 1));
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_a_database_from_the_future_is_refused() {
    let world = World::sqlite().await;
    world.store.migrate().await.unwrap();
    let mut raw = world.raw().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'from the future', TRUE, X'00', 0)",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    assert!(matches!(world.store.check_schema().await, Err(StoreError::Newer)));
    assert!(matches!(world.store.migrate().await, Err(StoreError::Migrate(_))));
}

#[tokio::test]
async fn a_database_that_was_never_migrated_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path().join("empty.db"), [7; 32]).await.unwrap();
    let error = store.check_schema().await.unwrap_err();
    assert!(error.to_string().contains("wellspring migrate"), "{error}");
}

#[tokio::test]
async fn with_another_master_key_nothing_sealed_is_read_or_written() {
    let world = World::sqlite().await;
    world.store.close().await;
    let other = open(world.path(), [8; 32]).await.unwrap();
    let secrets = other.connection_secrets(world.place.tenant, world.place.connection).await;
    assert!(matches!(secrets, Err(StoreError::Seal)));
    let refused = other.accept(world.submission(world.place)).await;
    assert!(matches!(refused, Err(StoreError::Seal)));
    assert_eq!(other.tasks_waiting().await.unwrap(), 0);
    let trail = other.audit_rows(world.place.tenant, 0, 100).await.unwrap();
    assert!(trail.iter().all(|row| row.at == now()), "what is not sealed can be read");
}
