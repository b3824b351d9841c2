//! The queue: leases, fences, order, and what an attempt leaves behind.

use wellspring_model::{delivery::DeliveryState, id::AttemptId};
use wellspring_store::{StoreError, TaskKind};

use crate::world::{LONG, OVER, World, at, failure, now, receipt};

#[tokio::test]
async fn a_task_is_in_one_live_lease_at_a_time() {
    let world = World::new().await;
    for _ in 0..5 {
        world.accept(world.place).await;
    }
    let first = world.store.claim(3, LONG, world.token()).await.unwrap();
    let second = world.store.claim(10, LONG, world.token()).await.unwrap();
    assert_eq!((first.len(), second.len()), (3, 2));
    assert!(world.store.claim(10, LONG, world.token()).await.unwrap().is_empty());
    assert!(first.iter().all(|one| second.iter().all(|other| one.task != other.task)));
}

#[tokio::test]
async fn a_lease_that_ended_is_given_again_and_the_late_result_is_fenced() {
    let world = World::new().await;
    let submission = world.accept(world.place).await;
    let late = world.claim_one(OVER).await;
    let current = world.claim_one(LONG).await;
    assert_eq!((late.task, late.attempt, current.attempt), (current.task, 1, 2));
    let result = world.store.record_assessment(&late, world.assessed(submission, Vec::new()), now()).await;
    assert!(matches!(result, Err(StoreError::Fenced)));
    assert!(matches!(world.store.drop_task(&late).await, Err(StoreError::Fenced)));
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    assert_eq!(stored.state.as_str(), "received", "the late result left nothing");
    world.store.record_assessment(&current, world.assessed(submission, Vec::new()), now()).await.unwrap();
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn a_restart_hands_back_what_a_killed_process_held() {
    let world = World::new().await;
    world.accept(world.place).await;
    let held = world.claim_one(LONG).await;
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty());
    assert_eq!(world.store.release_leases().await.unwrap(), 1);
    let again = world.claim_one(LONG).await;
    assert_eq!(again.task, held.task);
    assert!(matches!(world.store.drop_task(&held).await, Err(StoreError::Fenced)));
}

#[tokio::test]
async fn what_may_not_be_written_at_the_same_time_waits_its_turn() {
    let world = World::new().await;
    let first = world.delivery_waiting("900").await;
    let second = world.delivery_waiting("900").await;
    let third = world.delivery_waiting("901").await;
    let leased = world.store.claim(10, LONG, world.token()).await.unwrap();
    let of = |delivery: &wellspring_store::NewDelivery| TaskKind::Deliver { delivery: delivery.id };
    let kinds: Vec<TaskKind> = leased.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [of(&first), of(&third)]);
    let attempt = AttemptId::from_uuid(world.uuid());
    world.store.begin_attempt(&leased[0], first.id, attempt, now()).await.unwrap();
    world.store.settle(&leased[0], first.id, attempt, Ok(receipt()), None, now()).await.unwrap();
    assert_eq!(world.claim_one(LONG).await.kind, of(&second));
}

#[tokio::test]
async fn one_that_waits_for_its_next_try_does_not_hold_up_the_next_one_with_its_key() {
    let world = World::new().await;
    let first = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    let attempt = AttemptId::from_uuid(world.uuid());
    world.store.begin_attempt(&lease, first.id, attempt, now()).await.unwrap();
    let far = at("2100-01-01T00:00:00Z");
    world.store.settle(&lease, first.id, attempt, Err(failure()), Some(far), now()).await.unwrap();
    let second = world.delivery_waiting("900").await;
    assert_eq!(world.claim_one(LONG).await.kind, TaskKind::Deliver { delivery: second.id });
}

#[tokio::test]
async fn attempts_tell_the_whole_story() {
    let world = World::new().await;
    let delivery = world.delivery_waiting("900").await;
    let (tenant, store) = (world.place.tenant, &world.store);

    // The process dies in the midst of the first attempt.
    let lease = world.claim_one(OVER).await;
    let died = AttemptId::from_uuid(world.uuid());
    assert_eq!(store.begin_attempt(&lease, delivery.id, died, now()).await.unwrap(), 1);

    let lease = world.claim_one(LONG).await;
    let failed = AttemptId::from_uuid(world.uuid());
    assert_eq!(store.begin_attempt(&lease, delivery.id, failed, now()).await.unwrap(), 2);
    let next = at("2026-01-02T04:00:00Z");
    store.settle(&lease, delivery.id, failed, Err(failure()), Some(next), now()).await.unwrap();
    let pending = store.delivery(tenant, delivery.id).await.unwrap().unwrap();
    assert_eq!((pending.state, pending.attempts), (DeliveryState::Pending { next_at: next }, 2));

    let lease = world.claim_one(LONG).await;
    let done = AttemptId::from_uuid(world.uuid());
    assert_eq!(store.begin_attempt(&lease, delivery.id, done, next).await.unwrap(), 3);
    store.settle(&lease, delivery.id, done, Ok(receipt()), None, next).await.unwrap();
    let delivered = store.delivery(tenant, delivery.id).await.unwrap().unwrap();
    assert_eq!(delivered.state, DeliveryState::Delivered { at: next, receipt: receipt() });

    let attempts = store.attempts(tenant, delivery.id).await.unwrap();
    let results: Vec<_> = attempts.into_iter().map(|attempt| attempt.result).collect();
    assert_eq!(results, [None, Some(Err(failure())), Some(Ok(receipt()))]);
    assert_eq!(store.tasks_waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn the_last_failure_leaves_it_exhausted_with_its_reason() {
    let world = World::new().await;
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    let attempt = AttemptId::from_uuid(world.uuid());
    world.store.begin_attempt(&lease, delivery.id, attempt, now()).await.unwrap();
    world.store.settle(&lease, delivery.id, attempt, Err(failure()), None, now()).await.unwrap();
    let stored = world.store.delivery(world.place.tenant, delivery.id).await.unwrap().unwrap();
    assert_eq!(stored.state, DeliveryState::Exhausted { at: now(), failure: failure() });
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn one_that_came_due_waits_for_a_newer_one_that_is_being_written() {
    let world = World::new().await;
    let older = world.delivery_waiting("900").await;
    let mut raw = world.raw().await;
    let set_due =
        |due: i64| sqlx::query("UPDATE tasks SET run_at = $2 WHERE id = $1").bind(older.task.to_string()).bind(due);
    set_due(i64::MAX).execute(&mut raw).await.unwrap();
    let newer = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    assert_eq!(lease.kind, TaskKind::Deliver { delivery: newer.id });
    set_due(0).execute(&mut raw).await.unwrap();
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty());
    world.store.drop_task(&lease).await.unwrap();
    assert_eq!(world.claim_one(LONG).await.kind, TaskKind::Deliver { delivery: older.id });
}
