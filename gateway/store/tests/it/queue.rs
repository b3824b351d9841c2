//! The queue: leases, fences, order, and what an attempt leaves behind.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sqlx::{Connection as _, PgConnection};
use wellspring_model::{
    delivery::{DeliveryState, FailureCode, Verdict},
    id::{AttemptId, TenantId},
};
use wellspring_store::{Claimed, GateId, NewDelivery, StoreError, TaskKind};

use crate::world::{LONG, OVER, World, failure, now, on_both_stores, receipt};

const SHORT: Duration = Duration::from_millis(300);
const HOUR: Duration = Duration::from_secs(3_600);

fn of(delivery: &NewDelivery) -> TaskKind {
    TaskKind::Deliver { delivery: delivery.id }
}

async fn a_task_is_in_one_live_lease_at_a_time(world: World) {
    for _ in 0..5 {
        world.accept(world.place).await;
    }
    let first = world.store.claim(3, LONG, world.token()).await.unwrap();
    let second = world.store.claim(10, LONG, world.token()).await.unwrap();
    assert_eq!((first.len(), second.len()), (3, 2));
    assert!(world.store.claim(10, LONG, world.token()).await.unwrap().is_empty());
    assert!(first.iter().all(|one| second.iter().all(|other| one.task != other.task)));
}

async fn a_lease_that_ended_is_given_again_and_the_late_result_is_fenced(world: World) {
    let submission = world.accept(world.place).await;
    let late = world.claim_one(OVER).await;
    let current = world.claim_one(LONG).await;
    assert_eq!((late.task, late.attempt, current.attempt), (current.task, 1, 2));
    let result = world.store.record_assessment(&late, world.assessed(submission, Vec::new()), now()).await;
    assert!(matches!(result, Err(StoreError::Fenced)));
    assert_eq!(world.store.drop_tasks(vec![late]).await.unwrap(), 0);
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    assert_eq!(stored.state.as_str(), "received", "the late result left nothing");
    world.store.record_assessment(&current, world.assessed(submission, Vec::new()), now()).await.unwrap();
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

async fn a_lease_ends_by_the_databases_clock(world: World) {
    world.accept(world.place).await;
    let held = world.claim_one(SHORT).await;
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty());
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(world.claim_one(LONG).await.task, held.task);
}

async fn a_restart_hands_back_what_a_killed_process_held(world: World) {
    world.accept(world.place).await;
    let held = world.claim_one(LONG).await;
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty());
    assert_eq!(world.store.release_leases().await.unwrap(), 1);
    let again = world.claim_one(LONG).await;
    assert_eq!(again.task, held.task);
    assert_eq!(world.store.drop_tasks(vec![held]).await.unwrap(), 0);
}

async fn a_process_that_stops_hands_back_what_it_will_not_finish(world: World) {
    world.accept(world.place).await;
    let held = world.claim_one(LONG).await;
    world.store.hand_back(vec![held]).await.unwrap();
    assert_eq!(world.claim_one(LONG).await.task, held.task);
    world.store.hand_back(vec![held]).await.unwrap();
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty(), "it is somebody else's by now");
}

async fn after_a_restart_with_the_clock_set_back_nothing_waits_for_it_to_catch_up(world: World) {
    world.accept(world.place).await;
    world.sql("UPDATE tasks SET run_at = run_at + 600000000").await;
    assert!(world.store.claim(1, LONG, world.token()).await.unwrap().is_empty());
    world.store.release_leases().await.unwrap();
    world.claim_one(LONG).await;
}

async fn what_may_not_be_written_at_the_same_time_waits_its_turn(world: World) {
    let first = world.delivery_waiting("900").await;
    let second = world.delivery_waiting("900").await;
    let third = world.delivery_waiting("901").await;
    let leased = world.store.claim(10, LONG, world.token()).await.unwrap();
    let kinds: Vec<TaskKind> = leased.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [of(&first), of(&third)]);
    assert!(world.store.claim(10, LONG, world.token()).await.unwrap().is_empty());
    world.attempt(&leased[0], first.id, world.delivered()).await.unwrap();
    assert_eq!(
        world.claim_one(LONG).await.kind,
        of(&second),
        "at once, not when the first one's lease would have ended"
    );
}

async fn one_that_waits_for_its_next_try_goes_before_the_next_one_with_its_key(world: World) {
    let first = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, first.id, world.failed(Some(SHORT))).await.unwrap();
    let second = world.delivery_waiting("900").await;
    assert!(
        world.store.claim(9, LONG, world.token()).await.unwrap().is_empty(),
        "what is newer may not be overwritten"
    );
    tokio::time::sleep(SHORT * 2).await;
    let lease = world.claim_one(LONG).await;
    assert_eq!(lease.kind, of(&first));
    world.attempt(&lease, first.id, world.failed(None)).await.unwrap();
    assert_eq!(world.claim_one(LONG).await.kind, of(&second), "it has given up");
}

async fn many_that_wait_for_one_of_their_key_do_not_hide_what_is_behind_them(world: World) {
    let first = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    for _ in 0..30 {
        world.delivery_waiting("900").await;
    }
    let behind = world.delivery_waiting("901").await;
    let mut found = Vec::new();
    for _ in 0..12 {
        found.extend(world.store.claim(1, LONG, world.token()).await.unwrap());
    }
    assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), [of(&behind)]);
    world.attempt(&lease, first.id, world.delivered()).await.unwrap();
    assert_eq!(world.store.claim(1, LONG, world.token()).await.unwrap().len(), 1, "the next one of the key");
}

async fn attempts_tell_the_whole_story(world: World) {
    let delivery = world.delivery_waiting("900").await;
    let (tenant, store) = (world.place.tenant, &world.store);

    // The process dies in the midst of the first attempt.
    let lease = world.claim_one(OVER).await;
    let died = AttemptId::from_uuid(world.uuid());
    assert_eq!(store.begin_attempt(&lease, delivery.id, died, None, now()).await.unwrap(), 1);

    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.failed(Some(OVER))).await.unwrap();
    let pending = store.delivery(tenant, delivery.id).await.unwrap().unwrap();
    assert!(matches!(pending.state, DeliveryState::Pending { .. }));
    assert_eq!((pending.attempts, pending.tries), (2, 2));

    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.delivered()).await.unwrap();
    let delivered = store.delivery(tenant, delivery.id).await.unwrap().unwrap();
    assert_eq!(delivered.state, DeliveryState::Delivered { at: now(), receipt: receipt() });

    let attempts = store.attempts(tenant, delivery.id).await.unwrap();
    let results: Vec<_> = attempts.into_iter().map(|attempt| attempt.result).collect();
    assert_eq!(results, [None, Some(Err(failure())), Some(Ok(receipt()))]);
    assert_eq!(store.tasks_waiting().await.unwrap(), 0);
}

async fn the_last_failure_leaves_it_exhausted_with_its_reason(world: World) {
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.failed(None)).await.unwrap();
    let stored = world.store.delivery(world.place.tenant, delivery.id).await.unwrap().unwrap();
    assert_eq!(stored.state, DeliveryState::Exhausted { at: now(), failure: failure() });
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

async fn a_destination_that_lets_nobody_in_uses_up_no_tries_and_waits_until_it_is_resumed(world: World) {
    let first = world.delivery_waiting("900").await;
    let second = world.delivery_waiting("901").await;
    let (store, place) = (&world.store, world.place);
    let lease = world.claim_one(LONG).await;
    let mut refused = failure();
    refused.code = FailureCode::Auth;
    let ended = world.ended(Err(refused), Some(HOUR));
    assert!(matches!(ended.passage.verdict, Verdict::Refuses(_)));
    world.attempt(&lease, first.id, ended).await.unwrap();
    let waiting = store.delivery(place.tenant, first.id).await.unwrap().unwrap();
    assert_eq!((waiting.attempts, waiting.tries), (1, 0), "seen, and not held against it");
    assert!(store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "the other one waits too");
    let gate = store.connection_gate(place.tenant, place.connection).await.unwrap().unwrap();
    assert_eq!((gate.state, gate.reason.as_deref(), gate.waiting, gate.clear_at), ("paused", Some("AUTH"), 2, None));

    let other = world.tenant("other").await;
    assert!(!store.resume_connection(other.tenant, place.connection, now(), "key_x").await.unwrap(), "not theirs");
    assert!(store.resume_connection(place.tenant, place.connection, now(), "key_x").await.unwrap());
    let leased = store.claim(9, LONG, world.token()).await.unwrap();
    assert_eq!(leased.iter().map(|one| one.kind).collect::<Vec<_>>(), [of(&first), of(&second)]);
}

async fn a_destination_is_left_alone_when_most_fails_and_one_tries_it_again(world: World) {
    for n in 0..12 {
        world.delivery_waiting(&n.to_string()).await;
    }
    for _ in 0..10 {
        let lease = world.claim_one(LONG).await;
        let TaskKind::Deliver { delivery } = lease.kind else { panic!("{lease:?}") };
        world.attempt(&lease, delivery, world.failed(Some(HOUR))).await.unwrap();
    }
    assert!(world.store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "ten of ten failed");
    world.sql("UPDATE gates SET probe_at = 0 WHERE state = 'tripped'").await;
    let probe = world.claim_one(LONG).await;
    assert!(world.store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "one at a time");
    let TaskKind::Deliver { delivery } = probe.kind else { panic!("{probe:?}") };
    world.attempt(&probe, delivery, world.delivered()).await.unwrap();
    assert_eq!(world.store.claim(9, LONG, world.token()).await.unwrap().len(), 1, "it answers again");
}

async fn no_more_than_eight_are_brought_to_one_destination_at_a_time(world: World) {
    for n in 0..10 {
        world.delivery_waiting(&n.to_string()).await;
    }
    assert_eq!(world.store.claim(20, LONG, world.token()).await.unwrap().len(), 8);
    assert!(world.store.claim(20, LONG, world.token()).await.unwrap().is_empty());
}

async fn the_rate_of_a_manifest_is_kept_by_all_nodes_together(world: World) {
    for n in 0..6 {
        world.delivery_waiting(&n.to_string()).await;
    }
    let rate = wellspring_store::Rate { requests: 2, per_seconds: 3_600 };
    world.store.set_rate(&"greenhouse".parse().unwrap(), rate).await.unwrap();
    // A file has one node, and its time is that node's.
    let other = if world.url().is_some() { world.again([7; 32]).await } else { world.store.clone() };
    let first = world.store.claim(1, LONG, world.token()).await.unwrap();
    let second = other.claim(9, LONG, world.token()).await.unwrap();
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(world.store.claim(9, LONG, world.token()).await.unwrap().is_empty());
}

async fn gates_take_turns_and_one_with_much_work_keeps_no_other_waiting(world: World) {
    let other = world.tenant("other").await;
    for _ in 0..40 {
        world.accept(world.place).await;
    }
    for _ in 0..3 {
        world.accept(other).await;
    }
    let leased = world.store.claim(4, LONG, world.token()).await.unwrap();
    let of_other = leased.iter().filter(|one| one.tenant == other.tenant).count();
    assert_eq!((leased.len(), of_other), (4, 2), "half of them each");
    let one_by_one = [world.claim_one(LONG).await.tenant, world.claim_one(LONG).await.tenant];
    assert!(one_by_one.contains(&other.tenant), "one at a time they take turns as well");
}

async fn a_claim_serves_some_gates_and_the_next_one_those_behind_them(world: World) {
    let mut tenants = BTreeSet::new();
    for n in 0..40 {
        let place = world.tenant(&format!("tenant-{n}")).await;
        world.accept(place).await;
        world.accept(place).await;
        tenants.insert(place.tenant);
    }
    let claim = async || {
        let leased = world.store.claim(32, LONG, world.token()).await.unwrap();
        leased.iter().map(|one| one.tenant).collect::<Vec<_>>()
    };
    let (first, second) = (claim().await, claim().await);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 32, "one of each");
    assert_eq!(
        first.iter().chain(&second).copied().collect::<BTreeSet<_>>(),
        tenants,
        "the other eight had their turn"
    );
}

/// With some hundred gates PostgreSQL joins by hash, and what it finds comes in the order of the table.
#[tokio::test]
async fn gates_take_turns_however_postgresql_joins_them() {
    let Some(world) = World::postgres().await else { return };
    let name = world.url().unwrap().rsplit_once('/').unwrap().1;
    for join in ["nestloop", "mergejoin"] {
        world.sql(&format!("ALTER DATABASE {name} SET enable_{join} = off")).await;
    }
    for _ in 0..300 {
        let tenant = TenantId::from_uuid(world.uuid());
        world.store.create_tenant(tenant, "One of many", now()).await.unwrap();
    }
    world.sql("ANALYZE gates").await;
    world.delivery_waiting("a").await;
    for _ in 0..9 {
        world.accept(world.place).await;
    }
    let store = world.again([7; 32]).await;
    let mut kinds = Vec::new();
    for _ in 0..2 {
        kinds.extend(store.claim(1, LONG, world.token()).await.unwrap().iter().map(|leased| leased.kind.as_str()));
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["assess", "deliver"]);
}

/// A gate that somebody else holds for a moment keeps no other waiting, and is looked at again soon.
#[tokio::test]
async fn a_gate_that_is_held_is_passed_over_and_said_to_be() {
    let Some(world) = World::postgres().await else { return };
    let delivery = world.delivery_waiting("a").await;
    let gate = GateId::Connection(world.place.connection).to_string();
    let mut other = PgConnection::connect(world.url().unwrap()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    sqlx::query("SELECT id FROM gates WHERE id = $1 FOR UPDATE").bind(&gate).execute(&mut *held).await.unwrap();
    let look = || world.store.claim_beside(BTreeMap::new(), 4, LONG, world.token());
    assert_eq!(look().await.unwrap(), Claimed { is_busy: true, ..Claimed::default() });
    world.accept(world.place).await;
    let beside = look().await.unwrap();
    assert!(beside.is_busy && matches!(beside.leased.as_slice(), [one] if matches!(one.kind, TaskKind::Assess { .. })));
    held.rollback().await.unwrap();
    let free = look().await.unwrap();
    assert_eq!((free.leased.first().map(|leased| leased.kind), free.is_busy), (Some(of(&delivery)), false));
}

async fn a_destination_gets_no_more_of_a_process_than_stays_free_beside_it(world: World) {
    for key in ["a", "b", "c", "d"] {
        world.delivery_waiting(key).await;
    }
    let gate = GateId::Connection(world.place.connection);
    let claim = |held, most| world.store.claim_beside(BTreeMap::from([(gate, held)]), most, LONG, world.token());
    let nothing = claim(2, 2).await.unwrap();
    assert_eq!(nothing, Claimed { is_held_up: true, ..Claimed::default() }, "the two places are left to others");
    let two = claim(0, 4).await.unwrap();
    assert_eq!(
        (two.leased.len(), two.is_more, two.is_held_up),
        (2, false, true),
        "it has its half until one has ended"
    );
    assert_eq!(claim(0, 1).await.unwrap().leased.len(), 1, "a process with one place works, too");
    // Assessing waits for nobody, and has no such bound.
    world.accept(world.place).await;
    let beside = BTreeMap::from([(GateId::Tenant(world.place.tenant), 9), (gate, 9)]);
    let leased = world.store.claim_beside(beside, 1, LONG, world.token()).await.unwrap().leased;
    assert!(matches!(leased.as_slice(), [one] if matches!(one.kind, TaskKind::Assess { .. })), "{leased:?}");
}

/// Whoever waits for nothing looks no more often than there is work; whoever waits for the wrong thing leaves work lying.
async fn a_look_says_whether_another_one_finds_more_and_what_else_to_wait_for(world: World) {
    let claim = |most| world.store.claim_beside(BTreeMap::new(), most, LONG, world.token());
    let came = |claimed: Claimed| (claimed.leased.len(), claimed.is_more, claimed.is_held_up);
    assert_eq!(came(claim(4).await.unwrap()), (0, false, false), "there is nothing");
    for _ in 0..5 {
        world.accept(world.place).await;
    }
    assert_eq!(came(claim(2).await.unwrap()), (2, true, false), "there was no room for more");
    assert_eq!(came(claim(4).await.unwrap()), (3, false, false), "all of it");
    let other = world.tenant("other").await;
    for place in [world.place, other] {
        world.accept(place).await;
    }
    assert_eq!(came(claim(1).await.unwrap()), (1, true, false), "another gate has some");
    assert_eq!(came(claim(4).await.unwrap()), (1, false, false));
    // A connection lets eight through at a time.
    for n in 0..9 {
        world.delivery_waiting(&n.to_string()).await;
    }
    let eight = claim(64).await.unwrap();
    assert_eq!(
        (eight.leased.len(), eight.is_more, eight.is_held_up),
        (8, false, true),
        "the ninth waits for one to end"
    );
    assert_eq!(came(claim(64).await.unwrap()), (0, false, true));
}

/// However many wait for the first of their key, and even if that one is due later than they are: its lease ended, or its next
/// try has come.
async fn what_waits_for_others_of_its_key_hides_neither_them_nor_what_is_behind(world: World) {
    let mut first = None;
    for _ in 0..30 {
        let delivery = world.delivery_waiting("same").await;
        first.get_or_insert(delivery.id);
    }
    let another = world.delivery_waiting("another").await.id;
    let mut found = BTreeSet::new();
    for look in 0.. {
        let claimed = world.store.claim_beside(BTreeMap::new(), 4, LONG, world.token()).await.unwrap();
        found.extend(claimed.leased.iter().map(|leased| leased.kind.subject()));
        if !claimed.is_more {
            break;
        }
        assert!(look < 30, "it comes to an end");
    }
    assert_eq!(found, [first.unwrap(), another].iter().map(ToString::to_string).collect());
}

on_both_stores! {
    a_destination_gets_no_more_of_a_process_than_stays_free_beside_it,
    a_look_says_whether_another_one_finds_more_and_what_else_to_wait_for,
    what_waits_for_others_of_its_key_hides_neither_them_nor_what_is_behind,
    a_task_is_in_one_live_lease_at_a_time,
    a_lease_that_ended_is_given_again_and_the_late_result_is_fenced,
    a_lease_ends_by_the_databases_clock,
    a_restart_hands_back_what_a_killed_process_held,
    a_process_that_stops_hands_back_what_it_will_not_finish,
    after_a_restart_with_the_clock_set_back_nothing_waits_for_it_to_catch_up,
    what_may_not_be_written_at_the_same_time_waits_its_turn,
    one_that_waits_for_its_next_try_goes_before_the_next_one_with_its_key,
    many_that_wait_for_one_of_their_key_do_not_hide_what_is_behind_them,
    attempts_tell_the_whole_story,
    the_last_failure_leaves_it_exhausted_with_its_reason,
    a_destination_that_lets_nobody_in_uses_up_no_tries_and_waits_until_it_is_resumed,
    a_destination_is_left_alone_when_most_fails_and_one_tries_it_again,
    no_more_than_eight_are_brought_to_one_destination_at_a_time,
    the_rate_of_a_manifest_is_kept_by_all_nodes_together,
    gates_take_turns_and_one_with_much_work_keeps_no_other_waiting,
    a_claim_serves_some_gates_and_the_next_one_those_behind_them,
}
