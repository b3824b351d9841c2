//! What ATSs tell: kept once, with what follows from it, and announced without anybody's name.

use serde_json::json;
use wellspring_model::{
    ats::{AtsEvent, Order, OrderState},
    delivery::{Content, DeliveryState},
    event::EventType,
    id::{AtsEventId, DeliveryId, ExternalId, OrderId, TaskId},
};
use wellspring_store::{AtsCandidateNow, Ended, Heard, Leased, NewAtsEvent, NewDelivery, Page, TaskKind};

use crate::{
    events::{bodies, types, wanting},
    world::{ACTOR, LONG, Place, World, at, now, on_both_stores},
};

pub fn told(world: &World, event: serde_json::Value) -> NewAtsEvent {
    let event: AtsEvent = serde_json::from_value(event).unwrap();
    NewAtsEvent { id: AtsEventId::from_uuid(world.uuid()), event, delivery: None }
}

async fn hear_at(world: &World, place: Place, event: serde_json::Value) -> Heard {
    let event = told(world, event);
    world.store.hear(place.tenant, place.connection, vec![event], now()).await.unwrap()
}

pub async fn hear(world: &World, event: serde_json::Value) -> Heard {
    hear_at(world, world.place, event).await
}

async fn state(world: &World, delivery: DeliveryId) -> DeliveryState {
    world.store.delivery(world.place.tenant, delivery).await.unwrap().unwrap().state
}

async fn what_is_told_twice_is_kept_and_announced_once_and_without_a_name(world: World) {
    let endpoint = wanting(&world, EventType::ALL).await;
    let event = json!({
        "type": "application-submitted", "id": "e1", "at": "2026-01-01T00:00:00Z",
        "application": {"id": "55012", "stage": "Screening", "status": "active"},
        "candidate": {"id": "44012", "name": "Ana Ruiz", "email": "ana@example.org"}, "job": {"id": "4711"},
    });
    assert_eq!(hear(&world, event.clone()).await, Heard::New(1));
    assert_eq!(hear(&world, event.clone()).await, Heard::New(0));
    let other = world.tenant("other").await;
    assert_eq!(hear_at(&world, other, event.clone()).await, Heard::New(1), "of another connection it is another event");
    let bodies = bodies(&world, endpoint).await;
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    let data = json!({
        "connection": world.place.connection, "job": world.place.posting, "at": "2026-01-01T00:00:00Z",
        "application": "55012", "stage": "Screening", "status": "active", "candidate": "44012",
        "job_external_id": "4711", "links": {"self": format!("/v1/connections/{}", world.place.connection)},
    });
    assert_eq!((&bodies[0]["type"], &bodies[0]["data"]), (&json!("ats.application_submitted"), &data));
    let named = "SELECT count(*) FROM ats_events WHERE data LIKE '%Ana%' OR data LIKE '%ana@%'";
    assert_eq!(world.number(named).await, 0);
    let rows = world.store.audit_rows(world.place.tenant, 0, 99).await.unwrap();
    let heard: Vec<_> = rows.iter().filter(|row| row.action == "ats_event.received").collect();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].actor, world.place.connection.to_string());
}

async fn without_an_id_the_content_says_whether_it_was_told_before(world: World) {
    let updated = |stage: &str| json!({"type": "application-updated", "application": {"id": "1", "stage": stage}});
    assert_eq!(hear(&world, updated("a")).await, Heard::New(1));
    assert_eq!(hear(&world, updated("b")).await, Heard::New(1));
    assert_eq!(hear(&world, updated("a")).await, Heard::New(0));
    let same_id = json!({"type": "candidate-deleted", "id": "e1", "candidate": {"id": "1"}});
    assert_eq!(hear(&world, same_id).await, Heard::New(1));
    let of_another_type = json!({"type": "connection-tested", "id": "e1"});
    assert_eq!(hear(&world, of_another_type).await, Heard::New(1), "one request may tell several things of one id");
}

async fn it_is_all_or_nothing(world: World) {
    let endpoint = wanting(&world, EventType::ALL).await;
    let nowhere = json!({
        "type": "assessment-ordered", "order": "ord_00000000000000000000000000000001",
        "offer": "00000000-0000-0000-0000-0000000000ff", "application": {"id": "1"}, "candidate": {"id": "1"},
    });
    let both = vec![told(&world, json!({"type": "connection-tested"})), told(&world, nowhere)];
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    assert!(world.store.hear(tenant, connection, both, now()).await.is_err(), "there is no such job");
    assert_eq!(world.number("SELECT count(*) FROM ats_events").await, 0);
    assert!(types(&world, endpoint).await.is_empty());
}

async fn a_connection_out_of_use_hears_nothing(world: World) {
    let stranger = world.tenant("other").await;
    let strange = Place { connection: stranger.connection, ..world.place };
    assert_eq!(hear_at(&world, strange, json!({"type": "connection-tested"})).await, Heard::NoConnection);
    assert!(world.store.connection_called(world.place.connection).await.unwrap().is_some());
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    world.store.remove_connection(tenant, connection, now(), ACTOR).await.unwrap();
    assert_eq!(hear(&world, json!({"type": "connection-tested"})).await, Heard::NoConnection);
    assert_eq!(world.store.connection_called(connection).await.unwrap(), None);
}

async fn a_candidate_is_followed_through_merges_and_one_who_is_deleted_gets_nothing(world: World) {
    let merged =
        |from: &str, into: &str| json!({"type": "candidate-merged", "candidate": {"id": from}, "into": {"id": into}});
    hear(&world, merged("1", "2")).await;
    hear(&world, merged("2", "3")).await;
    let (store, connection) = (&world.store, world.place.connection);
    let id = |text: &str| ExternalId(text.to_owned());
    let whom = async |text: &str| store.candidate_now(connection, &id(text)).await.unwrap();
    assert_eq!(whom("1").await, AtsCandidateNow::Known(id("3")));
    assert_eq!(whom("3").await, AtsCandidateNow::Known(id("3")));
    let elsewhere = world.tenant("other").await.connection;
    assert_eq!(store.candidate_now(elsewhere, &id("1")).await.unwrap(), AtsCandidateNow::Known(id("1")));
    hear(&world, merged("8", "9")).await;
    hear(&world, merged("9", "8")).await;
    assert!(matches!(whom("8").await, AtsCandidateNow::Known(_)), "a circle has an end");

    let anothers = world.delivery_waiting_for(world.submission_by(world.place, "2", "4"), "2").await;
    let theirs = world.delivery_waiting_for(world.submission_by(world.place, "1", "3"), "1").await;
    hear(&world, json!({"type": "candidate-deleted", "candidate": {"id": "3"}})).await;
    assert!(matches!(state(&world, theirs.id).await, DeliveryState::Cancelled { .. }));
    assert!(matches!(state(&world, anothers.id).await, DeliveryState::Pending { .. }));
    assert_eq!(whom("1").await, AtsCandidateNow::Deleted);
    let leased = store.claim(9, LONG, world.token()).await.unwrap();
    assert_eq!(leased.len(), 1, "{leased:?}");

    assert_eq!(store.forget_gone_candidates(3, now()).await.unwrap(), 3);
    assert_eq!(store.forget_gone_candidates(9, now()).await.unwrap(), 2);
    assert_eq!(whom("1").await, AtsCandidateNow::Known(id("1")));
}

async fn what_was_told_is_forgotten_in_time(world: World) {
    hear(&world, json!({"type": "connection-tested"})).await;
    assert_eq!(world.store.forget_ats_events(9, now()).await.unwrap(), 0);
    assert_eq!(world.store.forget_ats_events(9, at("2026-01-03T00:00:00Z")).await.unwrap(), 1);
    assert_eq!(hear(&world, json!({"type": "connection-tested"})).await, Heard::New(1));
}

pub fn ordered(world: &World, order: OrderId, application: &str) -> serde_json::Value {
    json!({
        "type": "assessment-ordered", "order": order, "offer": world.place.posting.uuid(),
        "application": {"id": application}, "candidate": {"id": "44012", "name": "Ana Ruiz"},
    })
}

pub async fn orders(world: &World) -> Vec<Order> {
    world.store.orders(world.place.tenant, Page { after: None, limit: 9 }).await.unwrap().0
}

async fn an_order_waits_for_its_application_and_is_completed_with_its_result(world: World) {
    let endpoint = wanting(&world, &[EventType::AssessmentOrdered]).await;
    let order = OrderId::from_uuid(world.uuid());
    assert_eq!(hear(&world, ordered(&world, order, "55012")).await, Heard::New(1));
    let told = bodies(&world, endpoint).await;
    assert_eq!((&told[0]["data"]["order"], &told[0]["data"]["job"]), (&json!(order), &json!(world.place.posting)));
    assert_eq!(orders(&world).await[0].state, OrderState::Ordered { submission: None });
    let stranger = world.tenant("other").await.tenant;
    assert!(world.store.orders(stranger, Page { after: None, limit: 9 }).await.unwrap().0.is_empty());

    let delivery = world.delivery_waiting_for(world.submission_by(world.place, "55012", "44012"), "1").await;
    let Content::Result { submission, .. } = delivery.content else { panic!("{delivery:?}") };
    let elsewhere = world.delivery_waiting_for(world.submission_by(world.place, "55013", "44012"), "2").await;
    assert_eq!(orders(&world).await[0].state, OrderState::Ordered { submission: Some(submission) });
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    assert_eq!(world.store.order_of(&stored).await.unwrap(), Some(order));
    let Content::Result { submission: other, .. } = elsewhere.content else { panic!("{elsewhere:?}") };
    let other = world.store.submission(world.place.tenant, other).await.unwrap().unwrap();
    assert_eq!(world.store.order_of(&other).await.unwrap(), None, "another application's");

    let leased = world.store.claim(9, LONG, world.token()).await.unwrap();
    let is_it = |one: &&Leased| one.kind == TaskKind::Deliver { delivery: delivery.id };
    let lease = *leased.iter().find(is_it).expect("it is due");
    let ended = Ended { answers: Some((order, delivery.content)), ..world.delivered() };
    world.attempt(&lease, delivery.id, ended).await.unwrap();
    assert_eq!(orders(&world).await[0].state, OrderState::Completed { at: now(), submission });
    assert_eq!(world.store.order_of(&stored).await.unwrap(), Some(order), "corrections still name it");
    let cancelled = json!({"type": "assessment-cancelled", "order": order});
    hear(&world, cancelled).await;
    assert!(matches!(orders(&world).await[0].state, OrderState::Completed { .. }), "what is done is done");
}

async fn an_order_that_is_asked_again_or_cancelled_is_not_waited_for(world: World) {
    let endpoint = wanting(&world, &[EventType::AssessmentCancelled]).await;
    let (first, second) = (OrderId::from_uuid(world.uuid()), OrderId::from_uuid(world.uuid()));
    hear(&world, ordered(&world, first, "1")).await;
    hear(&world, ordered(&world, second, "1")).await;
    let states = async || orders(&world).await.iter().map(|one| one.state.as_str()).collect::<Vec<_>>();
    assert_eq!(states().await, ["cancelled", "ordered"], "the ATS knows the second only");
    let other = world.tenant("other").await;
    let cancel = json!({"type": "assessment-cancelled", "order": second});
    hear_at(&world, other, cancel.clone()).await;
    assert_eq!(states().await, ["cancelled", "ordered"], "it is not theirs");
    hear(&world, cancel).await;
    assert_eq!(states().await, ["cancelled", "cancelled"]);
    assert_eq!(types(&world, endpoint).await, [EventType::AssessmentCancelled]);
}

async fn an_order_for_what_was_told_before_is_told_again_and_for_what_waits_it_is_not(world: World) {
    let first = world.delivery_waiting_for(world.submission_by(world.place, "1", "1"), "1").await;
    let again = |content| NewDelivery {
        id: DeliveryId::from_uuid(world.uuid()),
        task: TaskId::from_uuid(world.uuid()),
        content,
        serialization_key: "1".to_owned(),
    };
    let order = async |content| {
        let mut event = told(&world, ordered(&world, OrderId::from_uuid(world.uuid()), "1"));
        let delivery = again(content);
        let id = delivery.id;
        event.delivery = Some(delivery);
        let (tenant, connection) = (world.place.tenant, world.place.connection);
        world.store.hear(tenant, connection, vec![event], now()).await.unwrap();
        world.store.delivery(tenant, id).await.unwrap()
    };
    assert_eq!(order(first.content).await, None, "what waits will tell of it");
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, first.id, world.delivered()).await.unwrap();
    assert!(order(first.content).await.is_some());
    let application = ExternalId("1".into());
    let about = (&application, world.place.posting);
    let found = world.store.submission_for(world.place.tenant, world.place.connection, about);
    assert_eq!(found.await.unwrap().map(|one| one.id), first.content.to_ats().map(|(submission, _)| submission));
}

on_both_stores! {
    what_is_told_twice_is_kept_and_announced_once_and_without_a_name,
    without_an_id_the_content_says_whether_it_was_told_before,
    it_is_all_or_nothing,
    a_connection_out_of_use_hears_nothing,
    a_candidate_is_followed_through_merges_and_one_who_is_deleted_gets_nothing,
    what_was_told_is_forgotten_in_time,
    an_order_waits_for_its_application_and_is_completed_with_its_result,
    an_order_that_is_asked_again_or_cancelled_is_not_waited_for,
    an_order_for_what_was_told_before_is_told_again_and_for_what_waits_it_is_not,
}
