//! `/readyz` says no for as long as there is a reason, and which.

use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use wellspring_tests::world::{Application, World};

use super::{not_ready_for, readiness, ready_again, world};
use crate::own_database::OwnDatabase;

async fn raw(world: &World) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(world.gateway.database());
    SqliteConnection::connect_with(&options).await.expect("the database opens")
}

#[tokio::test]
async fn a_database_that_nobody_can_write_to_or_of_another_version_is_a_reason() {
    let world = world(1, "").await;
    assert_eq!(readiness(&world, &world.gateway.url()).await.expect("it answers"), (200, Vec::new()));
    assert_eq!(readiness(&world, &world.gateway.figures_url()).await.expect("there too"), (200, Vec::new()));

    let mut other = raw(&world).await;
    other.execute("BEGIN IMMEDIATE").await.expect("nobody else writes now");
    not_ready_for(&world, "WRITER").await;
    other.execute("ROLLBACK").await.expect("it is let go");
    ready_again(&world).await;

    let newer = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, \
                 execution_time FROM _sqlx_migrations WHERE version = 1";
    other.execute(newer).await.expect("a newer version has migrated it");
    not_ready_for(&world, "SCHEMA").await;
    other.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await.expect("it has not");
    ready_again(&world).await;
}

#[tokio::test]
async fn a_disk_with_less_than_the_reserve_is_a_reason() {
    let mut world = world(1, "").await;
    world.gateway.kill().expect("it was running");
    // More than any disk has.
    world.gateway =
        world.gateway.with_settings("[database]\ndisk_reserve_bytes = 4611686018427387904\n").expect("it is written");
    world.gateway.start_unready().await.expect("it starts");
    not_ready_for(&world, "DISK").await;
}

#[tokio::test]
async fn a_process_that_is_told_to_stop_says_so_before_it_takes_no_more_requests() {
    let mut world = world(2, "[server]\ndrain_notice_seconds = 10\n").await;
    world.gateway.signal("TERM").expect("it runs");
    not_ready_for(&world, "DRAINING").await;
    let application = Application::numbered(1);
    let submission = world.submit(&application, &super::credentials(&application)).await;
    let submission = submission.expect("what still comes is acknowledged");
    world.gateway.ended().await.expect("it ends by itself");
    world.gateway.start().await.expect("it starts again");
    world.delivered(&submission).await.expect("and is worked off later");
}

#[tokio::test]
async fn a_postgresql_that_is_gone_is_a_reason() {
    let Some(database) = OwnDatabase::create("operation").await else { return };
    let world = world(1, &database.settings()).await;
    ready_again(&world).await;
    database.remove().await;
    not_ready_for(&world, "DATABASE").await;
}
