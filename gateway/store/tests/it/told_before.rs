//! What an ATS was told of an application by something else that was handed in for it.

use wellspring_model::{
    Timestamp,
    ats::WithdrawalReason,
    delivery::{Content, Delivery},
    id::{ExternalId, SubmissionId, TaskId},
};
use wellspring_store::{DeliveryFilter, Ended, Leased, NewDelivery, NewWithdrawal, TaskKind, ToldBefore};

use crate::world::{ACTOR, LONG, Place, World, at, now, on_both_stores, pushed};

/// Something handed in and assessed for an application; its delivery waits.
async fn handed_in(world: &World, place: Place, application: &str) -> NewDelivery {
    world.delivery_waiting_for(world.submission_by(place, application, "1"), application).await
}

fn of(delivery: &NewDelivery) -> SubmissionId {
    delivery.content.to_ats().expect("it goes to an ATS").0
}

/// Tries a delivery, and leaves everything else waiting.
async fn tried(world: &World, delivery: &NewDelivery, when: Timestamp) {
    ended(world, delivery, world.delivered(), when).await;
}

async fn ended(world: &World, delivery: &NewDelivery, ended: Ended, when: Timestamp) {
    let leased = world.store.claim(99, LONG, world.token()).await.unwrap();
    let is_it = |one: &&Leased| one.kind == TaskKind::Deliver { delivery: delivery.id };
    let lease = *leased.iter().find(is_it).expect("it is due");
    world.store.begin_attempt(&lease, delivery.id, ended.attempt, Some(pushed()), when).await.unwrap();
    world.store.settle(&lease, delivery.id, ended, when).await.unwrap();
}

async fn withdraw(world: &World, place: Place, submission: SubmissionId) -> NewDelivery {
    let content = Content::Withdrawal { submission, connection: place.connection };
    let delivery = NewDelivery { content, ..world.delivery(submission, "1") };
    let by = WithdrawalReason::Applicant;
    let withdrawal = NewWithdrawal { submission, by, delivery: delivery.clone(), again: None };
    world.store.withdraw(place.tenant, withdrawal, now(), ACTOR).await.unwrap();
    delivery
}

/// Whether something later was told, and what later stands.
async fn later(world: &World, place: Place, delivery: &NewDelivery) -> (bool, Option<SubmissionId>) {
    let submission = world.store.submission(place.tenant, of(delivery)).await.unwrap().unwrap();
    let is_told = world.store.is_told_later(&submission).await.unwrap();
    (is_told, world.store.stands_later(&submission).await.unwrap())
}

async fn told_before(world: &World, place: Place, delivery: &NewDelivery) -> Vec<ToldBefore> {
    let stored = world.store.delivery(place.tenant, delivery.id).await.unwrap().unwrap();
    let submission = world.store.submission(place.tenant, of(delivery)).await.unwrap().unwrap();
    world.store.told_before(&stored, &submission).await.unwrap()
}

async fn what_was_told_counts_also_where_it_was_taken_back_and_what_was_not_does_not(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    let second = handed_in(&world, place, "1").await;
    assert_eq!(told_before(&world, place, &second).await, [], "the first still waits");
    tried(&world, &first, now()).await;
    let told = ToldBefore { submission: of(&first), received_at: now(), withdrawn_at: None, told_at: Some(now()) };
    assert_eq!(told_before(&world, place, &second).await, [told]);
    assert_eq!(told_before(&world, place, &first).await, [], "of itself it was told by itself");

    withdraw(&world, place, of(&first)).await;
    let withdrawn = ToldBefore { withdrawn_at: Some(now()), ..told };
    assert_eq!(told_before(&world, place, &second).await, [withdrawn]);
}

async fn another_application_and_another_tenant_are_no_matter(world: World) {
    let place = world.place;
    let elsewhere = handed_in(&world, place, "2").await;
    tried(&world, &elsewhere, now()).await;
    let stranger = world.tenant("other").await;
    let ours = handed_in(&world, place, "1").await;
    assert_eq!(told_before(&world, place, &ours).await, []);
    tried(&world, &ours, now()).await;
    let stored = world.store.delivery(place.tenant, ours.id).await.unwrap().unwrap();
    let mut submission = world.store.submission(place.tenant, of(&elsewhere)).await.unwrap().unwrap();
    submission.application.id = ExternalId("1".into());
    assert_eq!(world.store.told_before(&stored, &submission).await.unwrap(), [], "not before its own first attempt");
    submission.tenant = stranger.tenant;
    let untried = Delivery { attempts: 0, ..stored };
    assert_eq!(world.store.told_before(&untried, &submission).await.unwrap(), [], "it is not theirs");
    submission.tenant = place.tenant;
    assert_eq!(world.store.told_before(&untried, &submission).await.unwrap().len(), 1);
}

async fn a_later_attempt_is_told_the_same_as_the_first_one(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    world.store.cancel(place.tenant, first.id, now(), ACTOR).await.unwrap();
    let second = handed_in(&world, place, "1").await;
    tried(&world, &second, at("2026-01-02T04:00:00Z")).await;
    let task = TaskId::from_uuid(world.uuid());
    let filter = DeliveryFilter { ids: Some(vec![first.id]), ..DeliveryFilter::default() };
    world.store.replay(place.tenant, filter, move || task, now(), ACTOR).await.unwrap();
    let before: Vec<_> = told_before(&world, place, &first).await.iter().map(|one| one.submission).collect();
    assert_eq!(before, [of(&second)], "of the two it comes second");
    tried(&world, &first, at("2026-01-02T05:00:00Z")).await;
    assert_eq!(told_before(&world, place, &second).await, [], "what came afterwards was not before");
    assert_eq!(told_before(&world, place, &first).await.len(), 1);
}

async fn of_what_is_not_kept_any_more_the_ats_may_know(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    tried(&world, &first, now()).await;
    assert_eq!(world.store.retire_deliveries(now(), 9, now()).await.unwrap(), 1);
    let waiting = world.submission_by(place, "1", "1");
    world.store.accept(waiting).await.unwrap();
    let second = handed_in(&world, place, "1").await;
    let told = told_before(&world, place, &second).await;
    let told: Vec<_> = told.iter().map(|one| (one.submission, one.told_at)).collect();
    assert_eq!(told, [(of(&first), None)], "what is not assessed yet was never told");
    assert_eq!(world.store.retire_submissions(now(), 1, now()).await.unwrap(), 1);
    assert_eq!(told_before(&world, place, &second).await.len(), 1, "nor does it matter that its report is gone");
}

async fn what_comes_later_stands_once_it_was_told_and_is_not_withdrawn(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    tried(&world, &first, now()).await;
    let elsewhere = handed_in(&world, place, "2").await;
    tried(&world, &elsewhere, now()).await;
    assert_eq!(later(&world, place, &first).await, (false, None), "that is another application");
    let second = handed_in(&world, place, "1").await;
    assert_eq!(later(&world, place, &first).await, (false, Some(of(&second))), "it waits, and will be told");
    ended(&world, &second, world.failed(Some(LONG)), now()).await;
    assert_eq!(later(&world, place, &first).await, (true, Some(of(&second))), "it may have been told");
    assert_eq!(later(&world, place, &second).await, (false, None), "what is earlier is no matter");
    withdraw(&world, place, of(&second)).await;
    assert_eq!(later(&world, place, &first).await, (false, None), "taken back before it was told");
}

async fn what_was_told_later_counts_also_where_it_is_withdrawn_or_not_kept_any_more(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    tried(&world, &first, now()).await;
    let second = handed_in(&world, place, "1").await;
    tried(&world, &second, now()).await;
    assert_eq!(world.store.retire_deliveries(now(), 9, now()).await.unwrap(), 2);
    assert_eq!(later(&world, place, &first).await, (true, Some(of(&second))));
    let withdrawal = withdraw(&world, place, of(&second)).await;
    tried(&world, &withdrawal, now()).await;
    assert_eq!(
        later(&world, place, &first).await,
        (true, None),
        "nothing stands there, and it is not the earlier one's turn"
    );
}

async fn what_was_given_up_later_does_not_stand(world: World) {
    let place = world.place;
    let first = handed_in(&world, place, "1").await;
    tried(&world, &first, now()).await;
    let second = handed_in(&world, place, "1").await;
    ended(&world, &second, world.failed(None), now()).await;
    assert_eq!(later(&world, place, &first).await, (false, None), "it never got there");
}

on_both_stores! {
    what_comes_later_stands_once_it_was_told_and_is_not_withdrawn,
    what_was_told_later_counts_also_where_it_is_withdrawn_or_not_kept_any_more,
    what_was_given_up_later_does_not_stand,
    what_was_told_counts_also_where_it_was_taken_back_and_what_was_not_does_not,
    another_application_and_another_tenant_are_no_matter,
    a_later_attempt_is_told_the_same_as_the_first_one,
    of_what_is_not_kept_any_more_the_ats_may_know,
}
