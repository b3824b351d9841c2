//! Dead letters are taken up again, and what waits for a destination that is gone is taken back.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use wellspring_model::{delivery::DeliveryState, delivery::FailureCode};
use wellspring_store::{DeliveryFilter, EndState, NewDelivery, Replay};

use crate::world::{ACTOR, LONG, World, now, on_both_stores};

async fn dead(world: &World, key: &str, code: FailureCode) -> NewDelivery {
    let delivery = world.delivery_waiting(key).await;
    let lease = world.claim_one(LONG).await;
    let mut failure = crate::world::failure();
    failure.code = code;
    world.attempt(&lease, delivery.id, world.ended(Err(failure), None)).await.unwrap();
    delivery
}

async fn replay(world: &World, filter: DeliveryFilter) -> Replay {
    let ids: Vec<_> = (0..8).map(|_| wellspring_model::id::TaskId::from_uuid(world.uuid())).collect();
    let mut ids = ids.into_iter();
    world.store.replay(world.place.tenant, filter, move || ids.next().unwrap(), now(), ACTOR).await.unwrap()
}

async fn dead_letters_are_found_by_their_reason_and_begin_a_new_series(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let refused = dead(&world, "1", FailureCode::InvalidInput).await;
    let down = dead(&world, "2", FailureCode::Upstream).await;
    let filter = DeliveryFilter { code: Some(FailureCode::Upstream), ..DeliveryFilter::default() };
    let dry = store.replayable(tenant, &filter).await.unwrap();
    assert_eq!(dry, Replay { deliveries: vec![down.id], more: false });
    assert_eq!(store.tasks_waiting().await.unwrap(), 0, "asking changes nothing");
    let other = world.tenant("other").await;
    assert!(store.replayable(other.tenant, &filter).await.unwrap().deliveries.is_empty(), "not theirs");

    assert_eq!(replay(&world, filter.clone()).await, dry);
    assert!(replay(&world, filter).await.deliveries.is_empty(), "it is waiting by now");
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, down.id, world.delivered()).await.unwrap();
    let delivery = store.delivery(tenant, down.id).await.unwrap().unwrap();
    assert!(matches!(delivery.state, DeliveryState::Delivered { .. }));
    assert_eq!((delivery.attempts, delivery.tries), (2, 1), "the old attempts are still told");

    let by_id = DeliveryFilter { ids: Some(vec![refused.id]), ..DeliveryFilter::default() };
    assert_eq!(replay(&world, by_id).await.deliveries, [refused.id]);
    let none = DeliveryFilter { ids: Some(Vec::new()), ..DeliveryFilter::default() };
    assert!(store.replayable(tenant, &none).await.unwrap().deliveries.is_empty());
    let state = DeliveryFilter { state: Some(EndState::Delivered), since: Some(now()), ..DeliveryFilter::default() };
    assert_eq!(store.replayable(tenant, &state).await.unwrap().deliveries, [down.id]);
}

async fn one_that_waits_can_be_taken_back_and_one_that_is_being_made_cannot(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let first = world.delivery_waiting("1").await;
    let second = world.delivery_waiting("1").await;
    let lease = world.claim_one(LONG).await;
    assert!(!store.cancel(tenant, first.id, now(), ACTOR).await.unwrap());
    assert!(store.cancel(tenant, second.id, now(), ACTOR).await.unwrap());
    world.attempt(&lease, first.id, world.delivered()).await.unwrap();
    assert!(store.claim(9, LONG, world.token()).await.unwrap().is_empty());
    let second = store.delivery(tenant, second.id).await.unwrap().unwrap();
    assert_eq!(second.state, DeliveryState::Cancelled { at: now() });
}

async fn what_waits_for_a_connection_that_is_removed_is_taken_back(world: World) {
    let (store, place) = (&world.store, world.place);
    let waiting = world.delivery_waiting("1").await;
    let other = world.tenant("other").await;
    assert!(!store.remove_connection(other.tenant, place.connection, now(), ACTOR).await.unwrap(), "not theirs");
    assert!(store.remove_connection(place.tenant, place.connection, now(), ACTOR).await.unwrap());
    assert!(!store.remove_connection(place.tenant, place.connection, now(), ACTOR).await.unwrap(), "once");
    assert!(store.connection(place.tenant, place.connection).await.unwrap().is_none());
    assert!(store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "nothing is brought there any more");
    assert_eq!(store.cancel_shut(100, now()).await.unwrap(), 1);
    assert_eq!(store.cancel_shut(100, now()).await.unwrap(), 0);
    let delivery = store.delivery(place.tenant, waiting.id).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Cancelled { at: now() });
    assert!(replay(&world, DeliveryFilter::default()).await.deliveries.is_empty(), "there is nowhere to bring it");
    assert!(!store.resume_connection(place.tenant, place.connection, now(), ACTOR).await.unwrap());
    assert!(store.connection_secrets(place.tenant, place.connection).await.unwrap().is_empty());
}

/// SQLite has one writer: there is no "at the same time".
#[tokio::test]
async fn a_connection_that_somebody_is_removing_is_not_resumed() {
    let Some(world) = World::postgres().await else { return };
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    let mut removing = PgConnection::connect(world.url().unwrap()).await.unwrap();
    let mut looking = PgConnection::connect(world.url().unwrap()).await.unwrap();
    let removal = format!(
        "BEGIN; UPDATE connections SET removed_at = 1 WHERE id = '{connection}'; \
         UPDATE gates SET state = 'shut', reason = 'REMOVED' WHERE id = '{connection}'",
    );
    removing.execute(AssertSqlSafe(removal)).await.unwrap();
    let until_it_waits = async {
        let waits = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut looking).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        removing.execute("COMMIT").await.unwrap();
    };
    let (resumed, ()) = tokio::join!(world.store.resume_connection(tenant, connection, now(), ACTOR), until_it_waits);
    assert!(!resumed.unwrap());
    let gate = world.store.connection_gate(tenant, connection).await.unwrap().unwrap();
    assert_eq!(gate.state, "shut");
}

on_both_stores! {
    dead_letters_are_found_by_their_reason_and_begin_a_new_series,
    one_that_waits_can_be_taken_back_and_one_that_is_being_made_cannot,
    what_waits_for_a_connection_that_is_removed_is_taken_back,
}
