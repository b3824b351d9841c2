//! What has to be done now and then falls to one process of all.

use std::time::Duration;

use wellspring_model::digest::Digest;
use wellspring_store::Idempotency;

use crate::world::{LONG, OVER, World, at, now, on_both_stores};

async fn a_turn_is_taken_by_one_of_all_processes_and_comes_round_again(world: World) {
    let other = world.again([7; 32]).await;
    let (ours, theirs) = tokio::join!(world.store.takes_turn("sweep", LONG), other.takes_turn("sweep", LONG));
    assert!(ours.unwrap() ^ theirs.unwrap(), "one of the two");
    assert!(!world.store.takes_turn("sweep", LONG).await.unwrap());
    assert!(world.store.takes_turn("another", OVER).await.unwrap());
    // Its time is over at once, but for the resolution of the clock.
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(other.takes_turn("another", OVER).await.unwrap());
}

async fn answers_kept_long_enough_are_forgotten_a_few_at_a_time(world: World) {
    for number in 0..3_u8 {
        let request = Digest::from_bytes([number; 32]);
        let (key, route) = (format!("key-{number}"), "POST /v1/submissions".to_owned());
        let key = Idempotency { key, route, request, status: 202, body: "{}".into() };
        world.accept_with_key(key, now()).await.unwrap();
    }
    let kept = "SELECT count(*) FROM idempotency";
    assert_eq!(world.store.forget_answers(9, at("2026-01-05T03:04:04Z")).await.unwrap(), 0, "not 72 hours yet");
    assert_eq!(world.store.forget_answers(2, at("2026-01-05T03:04:05Z")).await.unwrap(), 2);
    assert_eq!(world.number(kept).await, 1);
}

on_both_stores! {
    a_turn_is_taken_by_one_of_all_processes_and_comes_round_again,
    answers_kept_long_enough_are_forgotten_a_few_at_a_time,
}
