//! Events: stored with what caused them or not at all, for whoever wants them, and delivered like everything else.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use wellspring_model::{
    Timestamp,
    delivery::{Content, Delivery, DeliveryFailure, DeliveryState, FailureCode, Retry, Verdict},
    event::{Endpoint, EndpointKeys, EventType},
    id::{DeliveryId, EndpointId, EventId, SubmissionId, TaskId},
};
use wellspring_store::{
    DeliveryFilter, EndState, Ended, Leased, Page, Passage, StoreError, TaskKind, TestEvent, Tested, detail_of,
};

use crate::world::{ACTOR, LONG, Place, World, at, now, on_both_stores};

const PAGE: u32 = 100;

fn keys(name: &str) -> EndpointKeys {
    EndpointKeys {
        secret: format!("whsec_{name}").into(),
        signing_key: format!("whsk_{name}").into(),
        public_key: format!("whpk_{name}"),
    }
}

async fn endpoint(world: &World, place: Place, types: Option<Vec<EventType>>) -> EndpointId {
    let endpoint = Endpoint {
        id: EndpointId::from_uuid(world.uuid()),
        tenant: place.tenant,
        url: "https://hooks.example/wellspring".parse().unwrap(),
        description: "a test".into(),
        types,
        private_origins: Vec::new(),
        public_keys: Vec::new(),
        created_at: now(),
    };
    assert!(world.store.add_endpoint(&endpoint, &keys("first"), None, ACTOR).await.unwrap());
    endpoint.id
}

pub async fn wanting(world: &World, types: &[EventType]) -> EndpointId {
    endpoint(world, world.place, Some(types.to_vec())).await
}

/// All deliveries of events to an endpoint, oldest first.
async fn told(world: &World, endpoint: EndpointId) -> Vec<Delivery> {
    let (all, _) = world.store.deliveries(world.place.tenant, Page { after: None, limit: PAGE }).await.unwrap();
    let to = |delivery: &Delivery| matches!(delivery.content, Content::Event { endpoint: to, .. } if to == endpoint);
    all.into_iter().map(|(delivery, _)| delivery).filter(to).collect()
}

pub async fn types(world: &World, endpoint: EndpointId) -> Vec<EventType> {
    let kind = |delivery: &Delivery| match delivery.content {
        Content::Event { kind, .. } => kind,
        _ => panic!("{delivery:?}"),
    };
    told(world, endpoint).await.iter().map(kind).collect()
}

/// What an endpoint was, or will be, sent.
pub async fn bodies(world: &World, endpoint: EndpointId) -> Vec<serde_json::Value> {
    let mut bodies = Vec::new();
    for delivery in told(world, endpoint).await {
        bodies.push(body(world, &delivery).await);
    }
    bodies
}

/// What was sent, or will be.
async fn body(world: &World, delivery: &Delivery) -> serde_json::Value {
    let Content::Event { event, endpoint, .. } = delivery.content else { panic!("{delivery:?}") };
    let outgoing = world.store.outgoing(world.place.tenant, event, endpoint, now()).await.unwrap().unwrap();
    serde_json::from_str(&outgoing.body).unwrap()
}

async fn lease_of(world: &World, delivery: DeliveryId) -> Leased {
    let leased = world.store.claim(100, LONG, world.token()).await.unwrap();
    *leased.iter().find(|one| one.kind == TaskKind::Deliver { delivery }).expect("its task is due")
}

fn failure(code: FailureCode, retry: Retry) -> DeliveryFailure {
    DeliveryFailure { code, message: "It failed.".into(), retry, remote_status: None }
}

/// What an endpoint answered.
fn answered(world: &World, code: FailureCode) -> Ended {
    let failure = failure(code, Retry::Never);
    let ended = world.ended(Err(failure.clone()), None);
    Ended { passage: Passage { verdict: Verdict::of_endpoint(&Err(failure)), ..ended.passage.clone() }, ..ended }
}

async fn assess(world: &World, submission: SubmissionId) -> Result<(), StoreError> {
    let leased = world.store.claim(100, LONG, world.token()).await.unwrap();
    let is_ours = |one: &&Leased| one.kind == TaskKind::Assess { submission };
    let lease = *leased.iter().find(is_ours).expect("its task is due");
    world.store.record_assessment(&lease, world.assessed(submission, Vec::new()), now()).await
}

async fn what_happened_and_the_event_of_it_are_there_together_or_not_at_all(world: World) {
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let submission = world.accept(world.place).await;
    world.sql("ALTER TABLE events RENAME TO away").await;
    assert!(assess(&world, submission).await.is_err(), "the event cannot be written");
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    assert_eq!(stored.state.as_str(), "received", "so what it tells of did not happen either");
    assert!(told(&world, endpoint).await.is_empty());
    world.sql("ALTER TABLE away RENAME TO events").await;
    world.store.release_leases().await.unwrap();
    assess(&world, submission).await.unwrap();
    let told = told(&world, endpoint).await;
    assert_eq!((told.len(), world.number("SELECT count(*) FROM events").await), (1, 1));
    let body = body(&world, &told[0]).await;
    assert_eq!((&body["type"], &body["timestamp"]), (&"submission.assessed".into(), &now().to_string().into()));
    let data = &body["data"];
    assert_eq!((&data["submission"], &data["state"]), (&submission.to_string().into(), &"assessed".into()));
    assert_eq!((&data["application"], &data["assessment"]["score"]["value"]), (&"900".into(), &50.into()), "{data:#}");
    assert_eq!(data["links"]["self"], format!("/v1/submissions/{submission}"));
}

async fn a_result_that_comes_too_late_announces_nothing_and_harms_no_other(world: World) {
    let endpoint = endpoint(&world, world.place, None).await;
    let (first, second) = (world.accept(world.place).await, world.accept(world.place).await);
    let late = world.store.claim(2, Duration::ZERO, world.token()).await.unwrap();
    let current = world.store.claim(2, LONG, world.token()).await.unwrap();
    let of = |leased: &[Leased], submission| {
        *leased.iter().find(|one| one.kind == TaskKind::Assess { submission }).expect("it is leased")
    };
    let (late, current) = (of(&late, first), of(&current, second));
    let (late, current) = tokio::join!(
        world.store.record_assessment(&late, world.assessed(first, Vec::new()), now()),
        world.store.record_assessment(&current, world.assessed(second, Vec::new()), now()),
    );
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    current.unwrap();
    let told = told(&world, endpoint).await;
    assert_eq!(told.len(), 1);
    assert_eq!(body(&world, &told[0]).await["data"]["submission"], second.to_string());
}

async fn only_who_wants_it_is_told_and_nothing_is_written_for_others(world: World) {
    let other = world.tenant("other").await;
    let theirs = endpoint(&world, other, None).await;
    let rejections = wanting(&world, &[EventType::SubmissionRejected]).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM events").await, 0, "nobody wants it");
    let all = endpoint(&world, world.place, None).await;
    let given_up = world.accept(world.place).await;
    let lease = world.claim_one(LONG).await;
    world.store.reject(&lease, given_up, "PROCESSING_FAILED", now()).await.unwrap();
    assert_eq!(types(&world, rejections).await, [EventType::SubmissionRejected]);
    assert_eq!(types(&world, all).await, [EventType::SubmissionRejected]);
    let (one, two) = (told(&world, rejections).await, told(&world, all).await);
    let event = |delivery: &Delivery| match delivery.content {
        Content::Event { event, .. } => event,
        _ => panic!("{delivery:?}"),
    };
    assert_eq!(event(&one[0]), event(&two[0]), "one event for both");
    assert_eq!(body(&world, &one[0]).await["data"]["code"], "PROCESSING_FAILED");
    let (store, at) = (&world.store, Page { after: None, limit: PAGE });
    assert!(store.deliveries(other.tenant, at).await.unwrap().0.is_empty(), "not of another tenant");
    assert!(store.endpoint(world.place.tenant, theirs).await.unwrap().is_none());
}

async fn how_a_delivery_ended_is_told_and_of_events_nothing(world: World) {
    let endpoint = endpoint(&world, world.place, None).await;
    let good = world.delivery_waiting("1").await;
    world.attempt(&lease_of(&world, good.id).await, good.id, world.delivered()).await.unwrap();
    world.store.release_leases().await.unwrap();
    let bad = world.delivery_waiting("2").await;
    world.attempt(&lease_of(&world, bad.id).await, bad.id, world.failed(None)).await.unwrap();
    let expected = [
        EventType::SubmissionAssessed,
        EventType::DeliveryDelivered,
        EventType::SubmissionAssessed,
        EventType::DeliveryExhausted,
    ];
    assert_eq!(types(&world, endpoint).await, expected);
    let told = told(&world, endpoint).await;
    let delivered = body(&world, &told[1]).await;
    assert_eq!(delivered["data"]["delivery"], good.id.to_string());
    assert_eq!((&delivered["data"]["changed"], &delivered["data"]["remote_id"]), (&true.into(), &"31".into()));
    assert_eq!(body(&world, &told[3]).await["data"]["code"], "UNAVAILABLE");

    world.store.release_leases().await.unwrap();
    world.attempt(&lease_of(&world, told[1].id).await, told[1].id, world.delivered()).await.unwrap();
    world.store.release_leases().await.unwrap();
    world.attempt(&lease_of(&world, told[3].id).await, told[3].id, world.failed(None)).await.unwrap();
    assert_eq!(types(&world, endpoint).await.len(), expected.len(), "events about events would have no end");
}

async fn a_connection_that_is_paused_and_resumed_is_told_of_once_each(world: World) {
    let endpoint = wanting(&world, &[EventType::ConnectionPaused, EventType::ConnectionResumed]).await;
    let (first, second) = (world.delivery_waiting("1").await, world.delivery_waiting("2").await);
    let leased = world.store.claim(100, LONG, world.token()).await.unwrap();
    for delivery in [&first, &second] {
        let is_ours = |one: &&Leased| one.kind == TaskKind::Deliver { delivery: delivery.id };
        let lease = leased.iter().find(is_ours).expect("its task is due");
        let refused = failure(FailureCode::Auth, Retry::Never);
        world.attempt(lease, delivery.id, world.ended(Err(refused), None)).await.unwrap();
    }
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    for _ in 0..2 {
        assert!(world.store.resume_connection(tenant, connection, now(), ACTOR).await.unwrap());
    }
    let mut types = types(&world, endpoint).await;
    types.sort();
    assert_eq!(types, [EventType::ConnectionPaused, EventType::ConnectionResumed]);
    let is_pause =
        |delivery: &&Delivery| matches!(delivery.content, Content::Event { kind: EventType::ConnectionPaused, .. });
    let told = told(&world, endpoint).await;
    let paused = body(&world, told.iter().find(is_pause).expect("it is there")).await;
    assert_eq!((&paused["data"]["state"], &paused["data"]["reason"]), (&"paused".into(), &"AUTH".into()));
}

async fn an_endpoint_that_is_gone_is_shut_and_what_it_missed_can_be_sent_later(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let gone = wanting(&world, &[EventType::SubmissionAssessed, EventType::EndpointShut]).await;
    let watching = wanting(&world, &[EventType::EndpointShut]).await;
    for _ in 0..2 {
        let submission = world.accept(world.place).await;
        assess(&world, submission).await.unwrap();
        store.release_leases().await.unwrap();
    }
    let [first, second] = told(&world, gone).await.try_into().expect("two");
    world.attempt(&lease_of(&world, first.id).await, first.id, answered(&world, FailureCode::Gone)).await.unwrap();
    let view = store.endpoint_gate(tenant, gone).await.unwrap().unwrap();
    assert_eq!((view.state, view.reason.as_deref()), ("shut", Some("GONE")));
    assert_eq!(types(&world, watching).await, [EventType::EndpointShut], "the others are told");
    let told_of = body(&world, &told(&world, watching).await[0]).await;
    assert_eq!((&told_of["data"]["endpoint"], &told_of["data"]["reason"]), (&gone.to_string().into(), &"GONE".into()));
    let trail = store.audit_rows(tenant, 0, 1_000).await.unwrap();
    let shut = |row: &&wellspring_store::AuditRow| row.action == "endpoint.shut" && row.subject == gone.to_string();
    assert_eq!(trail.iter().filter(shut).count(), 1);

    store.release_leases().await.unwrap();
    assert_eq!(store.cancel_shut(100, now()).await.unwrap(), 1, "what waited is taken back");
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let [_, waited, missed] = told(&world, gone).await.try_into().expect("three, and none about itself");
    assert_eq!(waited.id, second.id);
    for delivery in [&waited, &missed] {
        assert!(matches!(delivery.state, DeliveryState::Cancelled { .. }), "{delivery:?}");
    }
    let test = || TestEvent {
        event: EventId::from_uuid(world.uuid()),
        delivery: DeliveryId::from_uuid(world.uuid()),
        task: TaskId::from_uuid(world.uuid()),
    };
    assert_eq!(store.test_endpoint((tenant, gone), test(), now(), ACTOR).await.unwrap(), Tested::Shut);

    let filter = DeliveryFilter { endpoint: Some(gone), state: Some(EndState::Cancelled), ..DeliveryFilter::default() };
    let replay = async || {
        let ids: Vec<_> = (0..8).map(|_| TaskId::from_uuid(world.uuid())).collect();
        let mut ids = ids.into_iter();
        let replay = store.replay(tenant, filter.clone(), move || ids.next().unwrap(), now(), ACTOR);
        replay.await.unwrap().deliveries
    };
    assert!(replay().await.is_empty(), "there is nowhere to bring it");
    assert!(store.resume_endpoint(tenant, gone, now(), ACTOR).await.unwrap());
    assert_eq!(replay().await, [waited.id, missed.id]);
    let taken_up = told(&world, gone).await;
    assert_eq!(taken_up[2].content, missed.content, "under the id it had");
    world.attempt(&lease_of(&world, missed.id).await, missed.id, world.delivered()).await.unwrap();
    assert_eq!(store.test_endpoint((tenant, gone), test(), now(), ACTOR).await.unwrap(), Tested::Enqueued);
    assert!(types(&world, gone).await.contains(&EventType::EndpointTest), "though it did not ask for such");
}

async fn an_address_nobody_granted_holds_its_events_until_it_is_granted(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let event = told(&world, endpoint).await.remove(0);
    let denied = answered(&world, FailureCode::OriginDenied);
    world.attempt(&lease_of(&world, event.id).await, event.id, denied).await.unwrap();
    let view = store.endpoint_gate(tenant, endpoint).await.unwrap().unwrap();
    assert_eq!((view.state, view.reason.as_deref()), ("paused", Some("ORIGIN_DENIED")));
    assert_eq!(told(&world, endpoint).await[0].tries, 0, "no try is used up");
    let other = world.tenant("other").await;
    let grant = async |tenant| store.grant_endpoint_origin(tenant, endpoint, "https://hooks.example", now()).await;
    assert!(!grant(other.tenant).await.unwrap(), "not theirs");
    assert!(grant(tenant).await.unwrap());
    let row = world.rows().await.pop().unwrap();
    assert_eq!(
        (row.action.as_str(), row.detail),
        ("endpoint.origin_granted", Some(detail_of("https://hooks.example")))
    );
    let origins = store.endpoint(tenant, endpoint).await.unwrap().unwrap().private_origins;
    assert_eq!(origins, ["https://hooks.example"]);
    lease_of(&world, event.id).await;
}

async fn events_to_one_endpoint_do_not_wait_for_one_another(world: World) {
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    for _ in 0..3 {
        let submission = world.accept(world.place).await;
        assess(&world, submission).await.unwrap();
    }
    world.store.release_leases().await.unwrap();
    let leased = world.store.claim(100, LONG, world.token()).await.unwrap();
    let ids: Vec<_> = told(&world, endpoint).await.iter().map(|one| TaskKind::Deliver { delivery: one.id }).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| leased.iter().any(|one| one.kind == *id)), "{leased:?}");
}

async fn after_a_rotation_both_keys_sign_for_a_while(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let Content::Event { event, .. } = told(&world, endpoint).await[0].content else { panic!("an event") };
    let (rotated, until) = (at("2026-02-01T00:00:00Z"), at("2026-02-02T00:00:00Z"));
    let rotate = async |name: &str, at: Timestamp, until| {
        store.rotate_endpoint((tenant, endpoint), &keys(name), at, until, ACTOR).await.unwrap()
    };
    assert!(rotate("second", rotated, until).await);
    let signing = async |now| {
        let outgoing = store.outgoing(tenant, event, endpoint, now).await.unwrap().unwrap();
        let secrets: Vec<_> = outgoing.keys.iter().map(|one| one.secret.expose_secret().to_owned()).collect();
        let public: Vec<_> = outgoing.keys.iter().map(|one| one.public_key.replace("whpk", "whsec")).collect();
        assert_eq!(secrets, public, "each with its own");
        secrets
    };
    assert_eq!(signing(at("2026-02-01T23:59:59Z")).await, ["whsec_second", "whsec_first"]);
    assert_eq!(signing(until).await, ["whsec_second"]);
    let shown = store.endpoint(tenant, endpoint).await.unwrap().unwrap().public_keys;
    let shown: Vec<_> = shown.iter().map(|key| (key.text.as_str(), key.until)).collect();
    assert_eq!(shown, [("whpk_second", None), ("whpk_first", Some(until))]);
    for name in ["third", "fourth"] {
        assert!(rotate(name, rotated, until).await);
    }
    assert_eq!(signing(rotated).await, ["whsec_fourth", "whsec_third", "whsec_second"], "three at most");
    let (one, two) = tokio::join!(rotate("one", rotated, until), rotate("two", rotated, until));
    assert!(one && two, "at the same time, one after the other");
    assert_eq!(signing(until).await.len(), 1);
    let other = world.tenant("other").await;
    let theirs = store.rotate_endpoint((other.tenant, endpoint), &keys("x"), rotated, until, ACTOR).await.unwrap();
    assert!(!theirs, "not theirs");
}

async fn a_key_that_was_moved_to_another_endpoint_does_not_open(world: World) {
    let one = endpoint(&world, world.place, None).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let two = endpoint(&world, world.place, None).await;
    let Content::Event { event, .. } = told(&world, one).await[0].content else { panic!("an event") };
    let (store, tenant) = (&world.store, world.place.tenant);
    assert!(store.outgoing(tenant, event, one, now()).await.is_ok());
    world.sql(&format!("DELETE FROM endpoint_keys WHERE endpoint = '{one}'")).await;
    world.sql(&format!("UPDATE endpoint_keys SET endpoint = '{one}' WHERE endpoint = '{two}'")).await;
    assert!(matches!(store.outgoing(tenant, event, one, now()).await, Err(StoreError::Seal)));
}

async fn one_that_is_removed_gets_nothing_and_what_waits_for_it_is_taken_back(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let event = told(&world, endpoint).await.remove(0);
    let other = world.tenant("other").await;
    assert!(!store.remove_endpoint(other.tenant, endpoint, now(), ACTOR).await.unwrap(), "not theirs");
    assert!(!store.resume_endpoint(other.tenant, endpoint, now(), ACTOR).await.unwrap(), "not theirs");
    assert!(store.remove_endpoint(tenant, endpoint, now(), ACTOR).await.unwrap());
    assert!(!store.remove_endpoint(tenant, endpoint, now(), ACTOR).await.unwrap(), "once");
    assert!(!store.resume_endpoint(tenant, endpoint, now(), ACTOR).await.unwrap());
    assert!(store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "nothing is sent there any more");
    assert_eq!(store.cancel_shut(100, now()).await.unwrap(), 1);
    let delivery = store.delivery(tenant, event.id).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Cancelled { at: now() });
    let Content::Event { event, .. } = delivery.content else { panic!("an event") };
    assert!(store.outgoing(tenant, event, endpoint, now()).await.unwrap().is_none());
    assert_eq!(world.number("SELECT count(*) FROM endpoint_keys").await, 0);
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    assert_eq!(told(&world, endpoint).await.len(), 1, "no event is written for it");
}

async fn what_was_sent_long_ago_is_forgotten_and_what_waits_is_not(world: World) {
    let one = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let two = wanting(&world, &[EventType::SubmissionAssessed]).await;
    let submission = world.accept(world.place).await;
    assess(&world, submission).await.unwrap();
    let (first, second) = (told(&world, one).await.remove(0), told(&world, two).await.remove(0));
    world.attempt(&lease_of(&world, first.id).await, first.id, world.delivered()).await.unwrap();
    let later = at("2026-01-02T03:04:06Z");
    assert_eq!(world.store.forget_events(9, now()).await.unwrap(), 0, "not before");
    assert_eq!(world.store.forget_events(9, later).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) FROM events").await, 1, "the other endpoint waits for it");
    world.store.release_leases().await.unwrap();
    world.attempt(&lease_of(&world, second.id).await, second.id, world.delivered()).await.unwrap();
    assert_eq!(world.store.forget_events(9, later).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM attempts").await, 0);
}

async fn a_tenant_has_twenty_endpoints_at_most(world: World) {
    let mut last = wanting(&world, &[]).await;
    for _ in 1..20 {
        last = wanting(&world, &[]).await;
    }
    let store = &world.store;
    let endpoint = store.endpoint(world.place.tenant, last).await.unwrap().unwrap();
    let further = Endpoint { id: EndpointId::from_uuid(world.uuid()), ..endpoint };
    assert!(!store.add_endpoint(&further, &keys("x"), None, ACTOR).await.unwrap());
    store.remove_endpoint(world.place.tenant, last, now(), ACTOR).await.unwrap();
    assert!(store.add_endpoint(&further, &keys("x"), None, ACTOR).await.unwrap());
    let (all, next) = store.endpoints(world.place.tenant, Page { after: None, limit: 15 }).await.unwrap();
    assert_eq!((all.len(), next.is_some()), (15, true));
}

async fn rows_that_the_types_cannot_say_are_refused(world: World) {
    let endpoint = wanting(&world, &[EventType::SubmissionAssessed]).await;
    world.delivery_waiting("1").await;
    for wrong in [
        "UPDATE deliveries SET event = NULL WHERE kind = 'event'".to_owned(),
        "UPDATE deliveries SET event_type = NULL WHERE kind = 'event'".to_owned(),
        "UPDATE deliveries SET endpoint = NULL WHERE kind = 'event'".to_owned(),
        format!("UPDATE deliveries SET endpoint = '{endpoint}' WHERE kind = 'result'"),
        "UPDATE endpoint_keys SET number = 0".to_owned(),
        "UPDATE gates SET failing_since = 1".to_owned(),
    ] {
        let error = world.try_sql(&wrong).await.expect_err(&wrong);
        assert!(error.to_string().to_lowercase().contains("check"), "{wrong}: {error}");
    }
}

#[tokio::test]
async fn no_key_stands_in_the_file_in_the_clear() {
    let world = World::sqlite().await;
    wanting(&world, &[]).await;
    world.store.close().await;
    for file in ["store.db", "store.db-wal"] {
        let bytes = std::fs::read(world.path().with_file_name(file)).unwrap_or_default();
        for secret in ["whsec_first", "whsk_first"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{file} holds {secret}");
        }
    }
}

on_both_stores! {
    what_happened_and_the_event_of_it_are_there_together_or_not_at_all,
    a_result_that_comes_too_late_announces_nothing_and_harms_no_other,
    only_who_wants_it_is_told_and_nothing_is_written_for_others,
    how_a_delivery_ended_is_told_and_of_events_nothing,
    a_connection_that_is_paused_and_resumed_is_told_of_once_each,
    an_endpoint_that_is_gone_is_shut_and_what_it_missed_can_be_sent_later,
    an_address_nobody_granted_holds_its_events_until_it_is_granted,
    events_to_one_endpoint_do_not_wait_for_one_another,
    after_a_rotation_both_keys_sign_for_a_while,
    a_key_that_was_moved_to_another_endpoint_does_not_open,
    one_that_is_removed_gets_nothing_and_what_waits_for_it_is_taken_back,
    what_was_sent_long_ago_is_forgotten_and_what_waits_is_not,
    a_tenant_has_twenty_endpoints_at_most,
    rows_that_the_types_cannot_say_are_refused,
}
