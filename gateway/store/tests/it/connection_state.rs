//! What connectors keep between calls: each connection its own, sealed, within its quota, gone with the connection.

use wellspring_store::KeepState;

use crate::world::{ACTOR, Place, World, now, on_both_stores};

const QUOTA: usize = 32;

async fn keep(world: &World, place: Place, key: &str, value: Option<&[u8]>) -> KeepState {
    let value = value.map(<[u8]>::to_vec);
    world.store.keep_connection_state(place.tenant, place.connection, key, value, QUOTA).await.unwrap()
}

async fn kept(world: &World, place: Place, key: &str) -> Option<Vec<u8>> {
    world.store.connection_state(place.tenant, place.connection, key).await.unwrap()
}

async fn each_connection_has_its_own_and_the_last_value_counts(world: World) {
    let (ours, theirs) = (world.place, world.tenant("other").await);
    assert_eq!(keep(&world, ours, "cursor", Some(b"1")).await, KeepState::Kept);
    assert_eq!(keep(&world, ours, "cursor", Some(b"2 \xff\x00")).await, KeepState::Kept);
    assert_eq!(keep(&world, theirs, "cursor", Some(b"9")).await, KeepState::Kept);
    assert_eq!(kept(&world, ours, "cursor").await.unwrap(), b"2 \xff\x00");
    assert_eq!(kept(&world, ours, "other").await, None);
    let strange = Place { connection: theirs.connection, ..ours };
    assert_eq!(kept(&world, strange, "cursor").await, None, "another tenant's");
    assert_eq!(keep(&world, strange, "cursor", Some(b"x")).await, KeepState::NoConnection);
    assert_eq!(keep(&world, ours, "cursor", None).await, KeepState::Kept);
    assert_eq!(kept(&world, ours, "cursor").await, None);
    assert_eq!(kept(&world, theirs, "cursor").await.unwrap(), b"9");
}

async fn the_quota_counts_keys_and_values_and_what_is_replaced_no_more(world: World) {
    let place = world.place;
    assert_eq!(keep(&world, place, "a", Some(&[0; 20])).await, KeepState::Kept);
    assert_eq!(keep(&world, place, "b", Some(&[0; 11])).await, KeepState::OverQuota, "21 and 12 are 33");
    assert_eq!(kept(&world, place, "b").await, None);
    assert_eq!(keep(&world, place, "b", Some(&[0; 10])).await, KeepState::Kept);
    assert_eq!(keep(&world, place, "a", Some(&[0; 21])).await, KeepState::OverQuota);
    assert_eq!(kept(&world, place, "a").await.unwrap().len(), 20, "what was there still is");
    assert_eq!(keep(&world, place, "a", None).await, KeepState::Kept);
    assert_eq!(keep(&world, place, "b", Some(&[0; 31])).await, KeepState::Kept);
}

async fn two_at_the_same_time_do_not_both_find_room_for_one(world: World) {
    let other = world.again([7; 32]).await;
    let Place { tenant, connection, .. } = world.place;
    for round in 0..10 {
        let (one, two) = (format!("1 {round}"), format!("2 {round}"));
        let value = || Some(vec![0; 20]);
        let (first, second) = tokio::join!(
            world.store.keep_connection_state(tenant, connection, &one, value(), QUOTA),
            other.keep_connection_state(tenant, connection, &two, value(), QUOTA),
        );
        let both = [first.unwrap(), second.unwrap()];
        assert!(both.contains(&KeepState::Kept) && both.contains(&KeepState::OverQuota), "{both:?}");
        for key in [&one, &two] {
            keep(&world, world.place, key, None).await;
        }
    }
}

async fn it_goes_with_its_connection(world: World) {
    let place = world.place;
    keep(&world, place, "cursor", Some(b"1")).await;
    assert!(world.store.remove_connection(place.tenant, place.connection, now(), ACTOR).await.unwrap());
    assert_eq!(world.number("SELECT count(*) FROM connection_state").await, 0);
    assert_eq!(keep(&world, place, "cursor", Some(b"1")).await, KeepState::NoConnection);
}

async fn a_value_that_was_moved_does_not_open_and_none_stands_in_the_clear(world: World) {
    let other = world.tenant("other").await;
    keep(&world, world.place, "cursor", Some(b"first")).await;
    keep(&world, other, "cursor", Some(b"second")).await;
    let clear = "SELECT count(*) FROM connection_state WHERE length(sealed) < 28";
    assert_eq!(world.number(clear).await, 0, "a nonce and a tag are part of each");
    let (ours, theirs) = (world.place.connection, other.connection);
    world
        .sql(&format!(
            "UPDATE connection_state SET sealed = (SELECT sealed FROM connection_state WHERE connection = '{theirs}') \
             WHERE connection = '{ours}'"
        ))
        .await;
    assert!(world.store.connection_state(world.place.tenant, ours, "cursor").await.is_err());
}

on_both_stores! {
    each_connection_has_its_own_and_the_last_value_counts,
    the_quota_counts_keys_and_values_and_what_is_replaced_no_more,
    two_at_the_same_time_do_not_both_find_room_for_one,
    it_goes_with_its_connection,
    a_value_that_was_moved_does_not_open_and_none_stands_in_the_clear,
}
