//! Many at once share a commit, and one that fails harms no other.

use std::time::Duration;

use uuid::Uuid;
use wellspring_model::id::{ConnectionId, KeyId, PostingId, TenantId};
use wellspring_store::{Accepted, StoreError};

use crate::world::{World, on_both_stores};

async fn one_that_fails_among_many_leaves_the_others_whole(world: World) {
    let all = (0..64).map(|i| {
        let mut new = world.submission(world.place);
        if i % 8 == 3 {
            // No such job: the foreign key fails when the row is written.
            new.submission.posting = PostingId::from_uuid(Uuid::from_u128(0xdead));
        }
        world.store.accept(new)
    });
    let results = futures_util::future::join_all(all).await;
    let (good, bad): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert!(good.iter().all(|result| matches!(result, Ok(Accepted::New))));
    assert!(bad.iter().all(|result| matches!(result, Err(StoreError::Dangling))), "{bad:?}");
    assert_eq!((good.len(), bad.len()), (56, 8));
    for table in ["submissions", "payloads", "shares", "tasks"] {
        let count = world.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(count, 56, "{table}");
    }
    let check = world.store.audit_verify(world.place.tenant, &[]).await.unwrap();
    assert_eq!((check.rows, check.result), (56 + 5, Ok(())));
}

async fn what_came_with_a_connection_or_a_key_that_is_none_is_left_out_and_the_others_are_stored(world: World) {
    let all = (0..24).map(|i| {
        let mut new = world.submission(world.place);
        match i % 8 {
            3 => new.submission.connection = ConnectionId::from_uuid(Uuid::from_u128(0xdead)),
            5 => new.key = KeyId::from_uuid(Uuid::from_u128(0xdead)),
            _ => {}
        }
        world.store.accept(new)
    });
    let results = futures_util::future::join_all(all).await;
    let not_standing = results.iter().filter(|result| matches!(result, Ok(Accepted::NotStanding))).count();
    assert_eq!((results.len(), not_standing), (24, 6), "{results:?}");
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 18);
}

async fn a_caller_that_goes_away_stops_nobody(world: World) {
    let store = world.store.clone();
    let gone = world.submission(world.place);
    let id = gone.submission.id;
    let call = tokio::spawn(async move { store.accept(gone).await });
    tokio::task::yield_now().await;
    call.abort();
    let _either_way = call.await;
    world.accept(world.place).await;
    // It may be stored at this very moment, between one look and the other.
    for _ in 0..50 {
        let stored = world.store.submission(world.place.tenant, id).await.unwrap();
        let waiting = world.store.tasks_waiting().await.unwrap();
        if waiting == 1 + u64::from(stored.is_some()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("stored without its task, or a task without it");
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_and_the_next_one_goes_through() {
    let world = World::sqlite().await;
    let trigger = "CREATE TRIGGER no_room BEFORE INSERT ON submissions BEGIN SELECT RAISE(FAIL, 'no room'); END";
    world.sql(trigger).await;
    assert!(world.store.accept(world.submission(world.place)).await.is_err());
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0, "no task without its submission");
    world.sql("DROP TRIGGER no_room").await;
    world.accept(world.place).await;
}

async fn an_unknown_tenant_is_refused(world: World) {
    let mut new = world.submission(world.place);
    new.submission.tenant = TenantId::from_uuid(Uuid::from_u128(0xdead));
    assert!(matches!(world.store.accept(new).await, Err(StoreError::Dangling)));
}

on_both_stores! {
    one_that_fails_among_many_leaves_the_others_whole,
    what_came_with_a_connection_or_a_key_that_is_none_is_left_out_and_the_others_are_stored,
    a_caller_that_goes_away_stops_nobody,
    an_unknown_tenant_is_refused,
}
