//! What waits, in figures; what goes on with which trace; whether anything can be committed.

use std::time::Duration;

use prometheus_client::{encoding::prometheus_text, registry::Registry};
use wellspring_model::trace::TraceParent;
use wellspring_store::{Accepted, Leased, TaskFigures, TaskKind};

use crate::world::{LONG, World, now, on_both_stores};

async fn what_is_due_leased_and_to_be_done_later_is_counted_by_kind(world: World) {
    world.accept(world.place).await;
    world.accept(world.place).await;
    let delivery = world.delivery_waiting("application 1").await;
    let figures = world.store.queue_figures().await.unwrap();
    assert_eq!(figures.tasks["deliver"], TaskFigures { due: 1, leased: 0, later: 0 });
    // Leases that were over as soon as they were given: due again.
    assert_eq!(figures.tasks["assess"], TaskFigures { due: 2, leased: 0, later: 0 });
    assert_eq!(figures.gates["open"], 2, "the tenant's and the connection's");
    assert!(figures.oldest_due_micros > 0);

    let leased = world.store.claim(9, LONG, world.token()).await.unwrap();
    let lease = leased.iter().find(|one| one.kind == TaskKind::Deliver { delivery: delivery.id }).unwrap();
    world.attempt(lease, delivery.id, world.failed(Some(LONG))).await.unwrap();
    let figures = world.store.queue_figures().await.unwrap();
    assert_eq!(figures.tasks["deliver"], TaskFigures { due: 0, leased: 0, later: 1 });
    assert_eq!(figures.tasks["assess"], TaskFigures { due: 0, leased: 2, later: 0 });
    assert_eq!((figures.oldest_due_micros, figures.exhausted), (0, 0));

    world.sql("UPDATE tasks SET run_at = 0 WHERE kind = 'deliver'").await;
    let again = world.claim_one(LONG).await;
    world.attempt(&again, delivery.id, world.failed(None)).await.unwrap();
    let figures = world.store.queue_figures().await.unwrap();
    assert_eq!((figures.tasks.get("deliver"), figures.exhausted), (None, 1));
}

async fn what_waits_for_a_destination_is_not_what_waits_for_a_worker(world: World) {
    world.delivery_waiting("application 1").await;
    world.sql("UPDATE gates SET state = 'paused', reason = 'AUTH' WHERE id LIKE 'con_%'").await;
    let figures = world.store.queue_figures().await.unwrap();
    assert_eq!(figures.tasks["deliver"], TaskFigures { due: 1, leased: 0, later: 0 });
    assert_eq!((figures.oldest_due_micros, figures.gates["paused"]), (0, 1));
}

async fn a_delivery_goes_on_with_the_trace_of_its_submission(world: World) {
    let trace: TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let mut new = world.submission(world.place);
    let submission = new.submission.id;
    new.trace = Some(trace);
    assert_eq!(world.store.accept(new).await.unwrap(), Accepted::New);
    let assess = world.claim_one(LONG).await;
    assert_eq!(assess.trace, Some(trace));
    let delivery = world.delivery(submission, "application 1");
    let new = world.assessed(submission, vec![delivery.clone()]);
    world.store.record_assessment(&assess, new, now()).await.unwrap();
    let deliver = world.claim_one(LONG).await;
    assert_eq!((deliver.kind, deliver.trace), (TaskKind::Deliver { delivery: delivery.id }, Some(trace)));
    // What nobody traced goes on without.
    world.accept(world.place).await;
    let untraced: Leased = world.claim_one(LONG).await;
    assert_eq!(untraced.trace, None);
}

async fn commits_are_counted_with_what_they_held(world: World) {
    let mut registry = Registry::default();
    world.store.register_figures(&mut registry);
    let text = || {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry).unwrap();
        text
    };
    let count = |text: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix("commit_units_count ")).unwrap();
        line.parse().unwrap()
    };
    let before = count(&text());
    world.store.try_commit().await.unwrap();
    assert_eq!(count(&text()), before + 1);
    assert!(text().contains("commit_failures_total{reason=\"full\"} 0"), "{}", text());
}

async fn a_lock_that_somebody_else_holds_shows_in_a_try_to_commit(world: World) {
    world.store.try_commit().await.unwrap();
    let held = world.locked("schedule").await;
    let tried = tokio::time::timeout(Duration::from_millis(300), world.store.try_commit()).await;
    assert!(tried.is_err(), "it cannot be committed while somebody else holds the lock");
    drop(held);
    world.store.try_commit().await.unwrap();
}

on_both_stores! {
    what_is_due_leased_and_to_be_done_later_is_counted_by_kind,
    what_waits_for_a_destination_is_not_what_waits_for_a_worker,
    a_delivery_goes_on_with_the_trace_of_its_submission,
    commits_are_counted_with_what_they_held,
    a_lock_that_somebody_else_holds_shows_in_a_try_to_commit,
}
