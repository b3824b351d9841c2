//! What is past its time goes, and nothing else does.

use wellspring_model::{
    delivery::DeliveryState,
    digest::Digest,
    id::{ExternalId, SubmissionId},
    submission::{Candidate, SubmissionState},
};
use wellspring_store::{Accepted, DeliveryFilter, Leased, Store, TaskKind};

use crate::{
    payloads::{end_all, files, hand_in, noise, with_folder},
    world::{LONG, OVER, World, at, now, on_both_stores},
};

/// A day after everything was received.
fn later() -> wellspring_model::Timestamp {
    at("2026-01-03T03:04:05Z")
}

async fn retire(store: &Store) -> usize {
    store.retire_submissions(now(), 100, later()).await.unwrap()
}

/// Accepts and assesses a submission with an applicant and a long credential. Its delivery waits.
async fn assessed(world: &World, store: &Store, bytes: &[u8]) -> (SubmissionId, Digest, Leased) {
    let mut new = world.submission_of(world.place, bytes);
    new.submission.application.candidate = Candidate {
        id: Some(ExternalId("31".into())),
        name: Some("Ada Lovelace".into()),
        email: Some("ada@example.org".into()),
    };
    let (id, digest) = (new.submission.id, new.payloads[0].digest);
    assert_eq!(store.accept(new).await.unwrap(), Accepted::New);
    let lease = world.claim_one(LONG).await;
    assert_eq!(lease.kind, TaskKind::Assess { submission: id });
    let delivery = world.delivery(id, &id.to_string());
    store.record_assessment(&lease, world.assessed(id, vec![delivery]), now()).await.unwrap();
    let lease = world.claim_one(LONG).await;
    (id, digest, lease)
}

async fn delivered(world: &World, lease: &Leased) {
    let TaskKind::Deliver { delivery } = lease.kind else { panic!("{lease:?}") };
    world.attempt(lease, delivery, world.delivered()).await.unwrap();
}

async fn a_submission_past_its_time_loses_what_is_the_applicants_and_stays_as_a_number(world: World) {
    let store = with_folder(&world);
    let (id, digest, lease) = assessed(&world, &store, &noise(9_000, 1)).await;
    delivered(&world, &lease).await;
    assert_eq!(store.retire_submissions(at("2026-01-02T03:04:04Z"), 100, later()).await.unwrap(), 0, "not yet");
    assert_eq!(retire(&store).await, 1);
    assert_eq!(retire(&store).await, 0, "once");

    let tenant = world.place.tenant;
    let kept = store.submission(tenant, id).await.unwrap().unwrap();
    assert_eq!(kept.state, SubmissionState::Retired { at: later() });
    assert_eq!(kept.application.id, ExternalId("900".into()), "by which the employer knows what it was");
    assert_eq!((kept.application.candidate, kept.payloads), (Candidate::default(), Vec::new()));
    assert_eq!(kept.credentials_retired_at, Some(later()));
    assert_eq!(store.payload(tenant, digest).await.unwrap(), None);
    assert!(files(&world.folder()).is_empty());
    let token_digest = Digest::from_bytes([id.uuid().as_bytes().as_slice(), &[0; 16]].concat().try_into().unwrap());
    assert_eq!(store.share(&token_digest).await.unwrap().unwrap().expires_at, later(), "its link has ended");
    for (table, column) in [("submissions", "application"), ("submissions", "payloads"), ("submissions", "report")] {
        let persons = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%Ada%' OR {column} LIKE '%ada@%'");
        assert_eq!(world.number(&persons).await, 0, "{table}.{column}");
    }
    let last = store.audit_rows(tenant, 0, 1_000).await.unwrap().pop().unwrap();
    assert_eq!((last.actor.as_str(), last.action.as_str()), ("retention", "submission.retired"));
    assert_eq!(last.subject, id.to_string());
    assert!(store.audit_verify(tenant, &[]).await.unwrap().result.is_ok());
}

async fn what_is_pending_is_never_taken(world: World) {
    let store = with_folder(&world);
    let received = hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    assert_eq!(retire(&store).await, 0, "it is still to be assessed");
    assert_eq!(store.retire_credentials(now(), 100, later()).await.unwrap(), 0);
    end_all(&world, &store).await;
    assert_eq!(retire(&store).await, 1);
    assert_eq!(store.payload(world.place.tenant, received).await.unwrap(), None);

    let (id, digest, lease) = assessed(&world, &store, &noise(9_000, 2)).await;
    let TaskKind::Deliver { delivery } = lease.kind else { panic!("{lease:?}") };
    let untouched = async || {
        assert_eq!(retire(&store).await, 0, "its delivery is pending");
        assert_eq!(store.retire_credentials(now(), 100, later()).await.unwrap(), 0);
        assert_eq!(store.retire_deliveries(later(), 100, later()).await.unwrap(), 0);
        assert!(store.payload(world.place.tenant, digest).await.unwrap().is_some());
    };
    untouched().await;
    world.attempt(&lease, delivery, world.failed(Some(OVER))).await.unwrap();
    untouched().await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery, world.failed(None)).await.unwrap();
    let filter = DeliveryFilter { ids: Some(vec![delivery]), ..DeliveryFilter::default() };
    let task = wellspring_model::id::TaskId::from_uuid(world.uuid());
    store.replay(world.place.tenant, filter, move || task, later(), "test").await.unwrap();
    untouched().await;
    delivered(&world, &world.claim_one(LONG).await).await;
    assert_eq!(retire(&store).await, 1);
    assert!(matches!(
        store.submission(world.place.tenant, id).await.unwrap().unwrap().state,
        SubmissionState::Retired { .. }
    ));
}

async fn bytes_go_with_the_last_submission_that_has_a_right_to_them(world: World) {
    let (store, other) = (with_folder(&world), world.tenant("other").await);
    let bytes = noise(9_000, 1);
    let digest = hand_in(&world, &store, world.place, &bytes).await;
    hand_in(&world, &store, world.place, &bytes).await;
    hand_in(&world, &store, other, &bytes).await;
    end_all(&world, &store).await;
    world.sql("UPDATE submissions SET received_at = received_at + 1000000 WHERE id IN (SELECT max(id) FROM submissions GROUP BY tenant)").await;
    assert_eq!(retire(&store).await, 1, "the first of the first tenant");
    assert_eq!(store.payload(world.place.tenant, digest).await.unwrap().as_ref(), Some(&bytes));
    assert_eq!(files(&world.folder()).len(), 2);
    world.sql(&format!("UPDATE submissions SET received_at = 1 WHERE tenant = '{}'", world.place.tenant)).await;
    assert_eq!(retire(&store).await, 1);
    assert_eq!(store.payload(world.place.tenant, digest).await.unwrap(), None);
    assert_eq!(store.payload(other.tenant, digest).await.unwrap(), Some(bytes), "another tenant's is another's");
    assert_eq!(files(&world.folder()).len(), 1);
}

async fn credentials_may_go_before_their_report(world: World) {
    let store = with_folder(&world);
    let (id, digest, lease) = assessed(&world, &store, &noise(9_000, 1)).await;
    delivered(&world, &lease).await;
    assert_eq!(store.retire_credentials(now(), 100, later()).await.unwrap(), 1);
    assert_eq!(store.retire_credentials(now(), 100, later()).await.unwrap(), 0, "once");
    let kept = store.submission(world.place.tenant, id).await.unwrap().unwrap();
    assert!(matches!(kept.state, SubmissionState::Assessed(_)));
    assert_eq!(kept.credentials_retired_at, Some(later()));
    assert_eq!((kept.payloads[0].digest, &kept.payloads[0].filename), (digest, &None), "the name may be somebody's");
    assert_eq!(
        kept.application.candidate.name.as_deref(),
        Some("Ada Lovelace"),
        "who it is about stays as the report does"
    );
    assert_eq!(store.payload(world.place.tenant, digest).await.unwrap(), None);
    assert!(files(&world.folder()).is_empty());
    let last = store.audit_rows(world.place.tenant, 0, 1_000).await.unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.subject), ("credentials.retired", id.to_string()));
    assert_eq!(store.retire_submissions(now(), 100, at("2027-01-01T00:00:00Z")).await.unwrap(), 1);
    let kept = store.submission(world.place.tenant, id).await.unwrap().unwrap();
    assert_eq!(kept.credentials_retired_at, Some(later()), "when that was stays");
}

async fn deliveries_that_ended_go_with_their_attempts(world: World) {
    let (id, _, lease) = assessed(&world, &world.store, b"[1]").await;
    delivered(&world, &lease).await;
    let store = &world.store;
    assert_eq!(store.retire_deliveries(at("2026-01-02T03:04:04Z"), 100, later()).await.unwrap(), 0, "not yet");
    let [(delivery, attempts)] = &store.deliveries_of(world.place.tenant, id).await.unwrap()[..] else { panic!("one") };
    assert!(matches!(delivery.state, DeliveryState::Delivered { .. }) && attempts.len() == 1);
    assert_eq!(store.retire_deliveries(now(), 100, later()).await.unwrap(), 1);
    assert!(store.deliveries_of(world.place.tenant, id).await.unwrap().is_empty());
    assert_eq!(world.number("SELECT count(*) FROM attempts").await, 0);
    let last = store.audit_rows(world.place.tenant, 0, 1_000).await.unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.subject), ("delivery.retired", delivery.id.to_string()));
    assert_eq!(retire(store).await, 1, "and the submission can go after them");
}

async fn what_is_retired_is_not_delivered_again(world: World) {
    let (_, _, lease) = assessed(&world, &world.store, b"[1]").await;
    delivered(&world, &lease).await;
    assert_eq!(retire(&world.store).await, 1);
    let filter = DeliveryFilter::default();
    assert!(world.store.replayable(world.place.tenant, &filter).await.unwrap().deliveries.is_empty());
    let task = wellspring_model::id::TaskId::from_uuid(world.uuid());
    let replayed = world.store.replay(world.place.tenant, filter, move || task, later(), "test").await.unwrap();
    assert!(replayed.deliveries.is_empty());
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

async fn many_go_a_few_at_a_time(world: World) {
    for _ in 0..7 {
        world.accept(world.place).await;
    }
    end_all(&world, &world.store).await;
    let mut batches = Vec::new();
    while batches.last() != Some(&0) {
        batches.push(world.store.retire_submissions(now(), 3, later()).await.unwrap());
    }
    assert_eq!(batches, [3, 3, 1, 0]);
    assert_eq!(world.number("SELECT count(*) FROM payloads").await, 0);
}

/// The process ends after the rows are deleted and before the objects are: as one that knows of no folder.
async fn an_object_whose_row_was_deleted_before_a_crash_is_swept(world: World) {
    let store = with_folder(&world);
    hand_in(&world, &store, world.place, &noise(9_000, 1)).await;
    end_all(&world, &store).await;
    assert_eq!(retire(&world.store).await, 1);
    let left = files(&world.folder());
    assert_eq!(left.len(), 1);
    let written = std::fs::metadata(&left[0]).unwrap().modified().unwrap();
    let in_two_days = written + std::time::Duration::from_secs(48 * 60 * 60);
    assert_eq!(store.sweep_objects(in_two_days.try_into().unwrap()).await.unwrap(), 1);
    assert!(files(&world.folder()).is_empty());
}

async fn work_that_cannot_be_begun_is_put_off_and_counts_no_attempt(world: World) {
    world.accept(world.place).await;
    for _ in 0..3 {
        let lease = world.claim_one(LONG).await;
        assert_eq!(lease.attempt, 1);
        world.store.put_off(&lease, OVER).await.unwrap();
    }
    let lease = world.claim_one(LONG).await;
    world.store.put_off(&lease, LONG).await.unwrap();
    assert!(world.store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "not before its time");
    assert!(world.store.put_off(&lease, LONG).await.is_err(), "the lease has ended");
}

on_both_stores! {
    a_submission_past_its_time_loses_what_is_the_applicants_and_stays_as_a_number,
    what_is_pending_is_never_taken,
    bytes_go_with_the_last_submission_that_has_a_right_to_them,
    credentials_may_go_before_their_report,
    deliveries_that_ended_go_with_their_attempts,
    what_is_retired_is_not_delivered_again,
    many_go_a_few_at_a_time,
    an_object_whose_row_was_deleted_before_a_crash_is_swept,
    work_that_cannot_be_begun_is_put_off_and_counts_no_attempt,
}
