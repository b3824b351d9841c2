//! One tenant never sees another's rows; repeats of a request get the first answer; rows cannot be in two states.

use wellspring_model::{
    delivery::Content,
    digest::Digest,
    id::{SubmissionId, TenantId},
    submission::SubmissionState,
};
use wellspring_store::{Accepted, Earlier, Idempotency, Page, StoreError};

use crate::world::{LONG, World, at, now, on_both_stores};

async fn another_tenants_ids_are_as_if_they_were_not(world: World) {
    let delivery = world.delivery_waiting("900").await;
    let submission = world.store.delivery(world.place.tenant, delivery.id).await.unwrap().expect("ours").content;
    let Content::Result { submission, .. } = submission else { panic!("{submission:?}") };
    let other = world.tenant("other").await;
    let (store, them) = (&world.store, other.tenant);
    assert!(store.submission(them, submission).await.unwrap().is_none());
    assert!(store.delivery(them, delivery.id).await.unwrap().is_none());
    assert!(store.deliveries_of(them, submission).await.unwrap().is_empty());
    assert!(store.attempts(them, delivery.id).await.unwrap().is_empty());
    assert!(store.connection(them, world.place.connection).await.unwrap().is_none());
    assert!(store.connection_secrets(them, world.place.connection).await.unwrap().is_empty());
    assert!(!store.grant_private_origin(them, world.place.connection, "http://127.0.0.1:1", now()).await.unwrap());
    assert!(store.posting(them, world.place.posting).await.unwrap().is_none());
    assert!(store.profile(them, world.place.profile).await.unwrap().is_none());
    assert!(store.share_token(them, submission).await.unwrap().is_none());
    let payload = store.submission(world.place.tenant, submission).await.unwrap().expect("ours").payloads[0].digest;
    assert!(store.payload(them, payload).await.unwrap().is_none());
    let (submissions, _) = store.submissions(them, Page { after: None, limit: 10 }).await.unwrap();
    assert!(submissions.is_empty());
    let (connections, _) = store.connections(them, Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(connections.len(), 1, "their own");
    let trail = store.audit_rows(them, 0, 100).await.unwrap();
    assert!(trail.iter().all(|row| row.subject != submission.to_string()));
}

async fn pages_go_through_everything_once(world: World) {
    let mut accepted = Vec::new();
    for _ in 0..7 {
        accepted.push(world.accept(world.place).await);
    }
    let (mut seen, mut after): (Vec<SubmissionId>, _) = (Vec::new(), None);
    loop {
        let (page, next) = world.store.submissions(world.place.tenant, Page { after, limit: 3 }).await.unwrap();
        assert!(page.len() <= 3);
        seen.extend(page.iter().map(|submission| submission.id));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, accepted);
}

fn key(request: u8) -> Idempotency {
    Idempotency {
        key: "app-900".into(),
        route: "POST /v1/submissions".into(),
        request: Digest::from_bytes([request; 32]),
        status: 202,
        body: format!("{{\"answer\":{request}}}"),
    }
}

async fn a_repeat_gets_the_first_answer_for_seventy_two_hours(world: World) {
    let first = world.accept_with_key(key(1), at("2026-03-01T00:00:00Z")).await.unwrap();
    assert_eq!(first, Accepted::New);
    let earlier = Earlier { request: Digest::from_bytes([1; 32]), status: 202, body: "{\"answer\":1}".into() };
    let repeat = world.accept_with_key(key(2), at("2026-03-03T23:59:59Z")).await.unwrap();
    assert_eq!(repeat, Accepted::Repeated(earlier), "with the digest of what was asked first, so a caller can tell");
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 1);
    let later = world.accept_with_key(key(2), at("2026-03-04T00:00:00Z")).await.unwrap();
    assert_eq!(later, Accepted::New);
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 2);
}

async fn of_many_requests_with_one_key_at_the_same_time_one_is_new(world: World) {
    let all = (0..16).map(|_| world.accept_with_key(key(1), now()));
    let results = futures_util::future::join_all(all).await;
    let new = results.into_iter().filter(|result| *result.as_ref().unwrap() == Accepted::New).count();
    assert_eq!(new, 1);
}

async fn a_submission_given_up_says_why_and_one_assessed_stays_assessed(world: World) {
    let given_up = world.accept(world.place).await;
    let lease = world.claim_one(LONG).await;
    world.store.reject(&lease, given_up, "TOO_OFTEN", now()).await.unwrap();
    let stored = world.store.submission(world.place.tenant, given_up).await.unwrap().expect("it is kept");
    assert_eq!(stored.state, SubmissionState::Rejected { at: now(), code: "TOO_OFTEN".into() });
    let refused = world.store.record_assessment(&lease, world.assessed(given_up, Vec::new()), now()).await;
    assert!(matches!(refused, Err(StoreError::Fenced)), "its task is gone: {refused:?}");
}

async fn the_database_refuses_rows_that_the_types_cannot_say(world: World) {
    world.delivery_waiting("900").await;
    for wrong in [
        "UPDATE submissions SET state = 'assessed', report = NULL",
        "UPDATE submissions SET state = 'received'",
        "UPDATE submissions SET state = 'unheard_of'",
        "UPDATE submissions SET state = 'retired', retired_at = NULL",
        "UPDATE submissions SET state = 'retired', assessed_at = NULL, report = NULL, assessment = NULL, retired_at = 1",
        "UPDATE payloads SET bytes = NULL",
        "UPDATE payloads SET object = 'ten_1/ab/ab-1'",
        "UPDATE payloads SET encoding = 'gzip'",
        "UPDATE payloads SET encoding = 'plain', size = 1",
        "UPDATE deliveries SET state = 'delivered', next_at = NULL, ended_at = 1",
        "UPDATE deliveries SET next_at = NULL",
        "UPDATE deliveries SET attempts = -1",
        "UPDATE gates SET state = 'open', reason = 'AUTH'",
        "UPDATE gates SET state = 'tripped', reason = 'FAILURES'",
        "UPDATE deliveries SET connection = NULL",
        "UPDATE tasks SET kind = 'dance'",
        "UPDATE tasks SET serialization_key = NULL",
        "UPDATE tasks SET kind = 'assess'",
        "UPDATE submissions SET state = 'received', assessed_at = NULL, report = NULL, assessment = NULL",
        "INSERT INTO attempts (id, delivery, number, at, ended_at) SELECT 'att_1', id, 1, 1, 1 FROM deliveries",
    ] {
        let error = world.try_sql(wrong).await.expect_err(wrong);
        assert!(error.to_string().to_lowercase().contains("check"), "{wrong}: {error}");
    }
}

async fn a_text_that_one_of_the_databases_cannot_hold_is_refused_by_both(world: World) {
    let tenant = TenantId::from_uuid(world.uuid());
    let refused = world.store.create_tenant(tenant, "Exam\u{0}ple", now()).await;
    assert!(matches!(refused, Err(StoreError::Nul)), "{refused:?}");
    world.store.create_tenant(tenant, "Example ✓ Ñ 漢", now()).await.unwrap();
}

on_both_stores! {
    a_text_that_one_of_the_databases_cannot_hold_is_refused_by_both,
    another_tenants_ids_are_as_if_they_were_not,
    pages_go_through_everything_once,
    a_repeat_gets_the_first_answer_for_seventy_two_hours,
    of_many_requests_with_one_key_at_the_same_time_one_is_new,
    a_submission_given_up_says_why_and_one_assessed_stays_assessed,
    the_database_refuses_rows_that_the_types_cannot_say,
}
