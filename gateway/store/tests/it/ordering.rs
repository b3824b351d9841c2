//! An ATS that asks for the same order again, since it did not hear the answer.

use serde_json::json;
use wellspring_model::{Timestamp, digest::Digest, event::EventType, id::OrderId};
use wellspring_store::{Heard, OrderAsked, Ordered, Store};

use crate::{
    ats::{hear, ordered, orders, told},
    events::{types, wanting},
    world::{World, at, now, on_both_stores},
};

/// Asks for an order at `1`, by a request with this digest, which would be answered with the order's id.
async fn ask(
    store: &Store,
    world: &World,
    (request, takes_its_place): (u8, bool),
    when: Timestamp,
) -> (OrderId, Ordered) {
    let order = OrderId::from_uuid(world.uuid());
    let asked = OrderAsked {
        request: Digest::from_bytes([request; 32]),
        status: 200,
        body: order.to_string(),
        takes_its_place,
    };
    let events = vec![told(world, ordered(world, order, "1"))];
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    (order, store.hear_order(tenant, connection, (events, asked), when).await.unwrap())
}

/// The order that a request was told of, where it asked for what was ordered before.
fn before(ordered: &Ordered) -> Option<String> {
    match ordered {
        Ordered::Before(earlier) => Some(earlier.body.clone()),
        _ => None,
    }
}

async fn the_same_request_again_gets_the_same_answer_and_another_one_is_told_that_it_is_ordered(world: World) {
    let endpoint = wanting(&world, &[EventType::AssessmentOrdered]).await;
    let ask = async |request, takes_its_place| ask(&world.store, &world, (request, takes_its_place), now()).await;
    let (first, new) = ask(1, false).await;
    assert_eq!(new, Ordered::Heard(Heard::New(1)));
    for _ in 0..2 {
        assert_eq!(before(&ask(1, false).await.1), Some(first.to_string()));
    }
    assert_eq!(ask(2, false).await.1, Ordered::Already);
    assert_eq!(before(&ask(1, false).await.1), Some(first.to_string()), "nor has the other one changed anything");
    let states = async || orders(&world).await.iter().map(|one| one.state.as_str()).collect::<Vec<_>>();
    assert_eq!((states().await, types(&world, endpoint).await.len()), (vec!["ordered"], 1));
    assert_eq!(world.number("SELECT count(*) FROM ats_events").await, 1);

    let (second, new) = ask(2, true).await;
    assert_eq!((new, states().await), (Ordered::Heard(Heard::New(1)), vec!["cancelled", "ordered"]));
    assert_eq!(before(&ask(2, true).await.1), Some(second.to_string()));
    hear(&world, json!({"type": "assessment-cancelled", "order": second})).await;
    let (third, new) = ask(2, false).await;
    assert_eq!(new, Ordered::Heard(Heard::New(1)), "what has ended is ordered anew");
    assert_eq!(before(&ask(2, false).await.1), Some(third.to_string()));
}

async fn an_order_whose_answer_is_not_kept_any_more_stands_all_the_same(world: World) {
    let ask = async |request, when| ask(&world.store, &world, (request, false), at(when)).await.1;
    assert_eq!(ask(1, "2026-01-01T00:00:00Z").await, Ordered::Heard(Heard::New(1)));
    assert!(before(&ask(1, "2026-01-03T23:59:59Z").await).is_some());
    // Neither of them leaves an answer behind that nobody was given.
    for _ in 0..2 {
        assert_eq!(ask(1, "2026-01-04T00:00:00Z").await, Ordered::Already);
    }
    assert_eq!(orders(&world).await.len(), 1);
}

async fn of_two_who_ask_at_the_same_time_both_get_the_answer_of_one(world: World) {
    let other = world.again([7; 32]).await;
    let (one, two) =
        tokio::join!(ask(&world.store, &world, (1, false), now()), ask(&other, &world, (1, false), now()),);
    let answers = [&one, &two].map(|(order, ordered)| before(ordered).unwrap_or_else(|| order.to_string()));
    assert_eq!(answers[0], answers[1], "{one:?} {two:?}");
    let orders = orders(&world).await;
    assert_eq!(orders.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(), answers[..1]);
}

on_both_stores! {
    the_same_request_again_gets_the_same_answer_and_another_one_is_told_that_it_is_ordered,
    an_order_whose_answer_is_not_kept_any_more_stands_all_the_same,
    of_two_who_ask_at_the_same_time_both_get_the_answer_of_one,
}
