//! A clock that is set back between two runs of the only process.

use std::time::Duration;

use crate::world::World;

/// By how much, in microseconds.
const BACK: i64 = 20 * 60 * 1_000_000;
const A_MINUTE: i64 = 60 * 1_000_000;

#[tokio::test]
async fn what_waits_for_a_time_waits_no_longer_because_the_clock_was_set_back() {
    let world = World::sqlite().await;
    let delivery = world.delivery_waiting("key").await;
    let lease = world.claim_one(Duration::from_secs(30)).await;
    world.attempt(&lease, delivery.id, world.failed(Some(Duration::from_secs(5)))).await.unwrap();
    assert!(world.store.takes_turn("sweep", Duration::from_secs(5)).await.unwrap());
    world.store.note_time().await.unwrap();
    world.sql("UPDATE gates SET wait_until = (SELECT due_at FROM schedule WHERE name = 'clock') + 5000000").await;
    world.sql("UPDATE gates SET paced_until = wait_until").await;
    world.sql("UPDATE gates SET state = 'tripped', reason = 'FAILURES', probe_at = wait_until").await;
    const TIMES: [&str; 6] = [
        "SELECT max(run_at) FROM tasks",
        "SELECT max(next_at) FROM deliveries",
        "SELECT max(wait_until) FROM gates",
        "SELECT max(paced_until) FROM gates",
        "SELECT max(probe_at) FROM gates",
        "SELECT max(due_at) FROM schedule",
    ];
    let mut before = Vec::new();
    for time in TIMES {
        before.push(world.number(time).await);
    }
    // As if the clock had been ahead all the time.
    for column in ["tasks SET run_at = run_at", "deliveries SET next_at = next_at", "schedule SET due_at = due_at"] {
        world.sql(&format!("UPDATE {column} + {BACK}")).await;
    }
    let gates = "wait_until = wait_until + {}, paced_until = paced_until + {}, probe_at = probe_at + {}";
    world.sql(&format!("UPDATE gates SET {}", gates.replace("{}", &BACK.to_string()))).await;

    let next = world.again([7; 32]).await;
    next.release_leases().await.unwrap();
    for (time, before) in TIMES.into_iter().zip(before) {
        let later = world.number(time).await - before;
        assert!((0..A_MINUTE).contains(&later), "{time}: later by {later} µs");
    }
}

#[tokio::test]
async fn what_waits_is_left_alone_where_the_clock_went_on() {
    let world = World::sqlite().await;
    let delivery = world.delivery_waiting("key").await;
    let lease = world.claim_one(Duration::from_secs(30)).await;
    world.attempt(&lease, delivery.id, world.failed(Some(Duration::from_secs(500)))).await.unwrap();
    world.store.note_time().await.unwrap();
    let before = world.number("SELECT max(run_at) FROM tasks").await;
    world.again([7; 32]).await.release_leases().await.unwrap();
    assert_eq!(world.number("SELECT max(run_at) FROM tasks").await, before);
}
