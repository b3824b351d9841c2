//! A withdrawn application: nothing more is told of it but that, to whoever may know of it.

use serde_json::json;
use wellspring_model::{
    ats::WithdrawalReason,
    delivery::{Content, Delivery, DeliveryState},
    event::EventType,
    id::{DeliveryId, SubmissionId, TaskId},
    submission::SubmissionState,
};
use wellspring_store::{
    Asked, DeliveryFilter, EndState, NewDelivery, NewWithdrawal, Pushed, StoreError, TaskKind, Withdraw,
};

use crate::{
    events::{bodies, wanting},
    world::{ACTOR, LONG, OVER, World, at, now, on_both_stores, pushed},
};

fn withdrawal(world: &World, submission: SubmissionId) -> NewWithdrawal {
    let delivery = NewDelivery {
        id: DeliveryId::from_uuid(world.uuid()),
        task: TaskId::from_uuid(world.uuid()),
        content: Content::Withdrawal { submission, connection: world.place.connection },
        serialization_key: "1".to_owned(),
    };
    NewWithdrawal { submission, by: WithdrawalReason::Applicant, delivery, again: None }
}

async fn withdraw(world: &World, submission: SubmissionId) -> Withdraw {
    world.store.withdraw(world.place.tenant, withdrawal(world, submission), now(), ACTOR).await.unwrap()
}

fn of(delivery: &NewDelivery) -> SubmissionId {
    delivery.content.to_ats().expect("it goes to an ATS").0
}

async fn deliveries(world: &World, submission: SubmissionId) -> Vec<Delivery> {
    let all = world.store.deliveries_of(world.place.tenant, submission).await.unwrap();
    all.into_iter().map(|(delivery, _)| delivery).collect()
}

/// Kind and state of each.
async fn shown(world: &World, submission: SubmissionId) -> Vec<(&'static str, &'static str)> {
    deliveries(world, submission).await.iter().map(|one| (one.content.as_str(), one.state.as_str())).collect()
}

async fn what_was_never_told_is_taken_back_without_a_word_to_the_ats(world: World) {
    let endpoint = wanting(&world, &[EventType::SubmissionWithdrawn]).await;
    let delivery = world.delivery_waiting("1").await;
    assert_eq!(withdraw(&world, of(&delivery)).await, Withdraw::Done);
    assert_eq!(withdraw(&world, of(&delivery)).await, Withdraw::Already);
    assert_eq!(shown(&world, of(&delivery)).await, [("result", "cancelled")]);
    let stored = world.store.submission(world.place.tenant, of(&delivery)).await.unwrap().unwrap();
    let withdrawn = stored.withdrawn.expect("it is withdrawn");
    assert_eq!((withdrawn.at, withdrawn.by), (now(), WithdrawalReason::Applicant));
    assert!(matches!(stored.state, SubmissionState::Assessed(_)), "how far it had come stays");
    let told = bodies(&world, endpoint).await;
    assert_eq!(told.len(), 1, "once: {told:#?}");
    assert_eq!((&told[0]["data"]["reason"], &told[0]["data"]["state"]), (&json!("applicant"), &json!("assessed")));
    let rows = world.store.audit_rows(world.place.tenant, 0, 99).await.unwrap();
    let actions: Vec<&str> = rows.iter().rev().take(2).map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["submission.withdrawn", "delivery.cancelled"]);
    let replay = DeliveryFilter { state: Some(EndState::Cancelled), ..DeliveryFilter::default() };
    assert!(world.store.replayable(world.place.tenant, &replay).await.unwrap().deliveries.is_empty());
}

async fn what_may_have_been_told_is_taken_back_behind_it(world: World) {
    let delivery = world.delivery_waiting("1").await;
    let submission = of(&delivery);
    let lease = world.claim_one(LONG).await;
    let ended = world.failed(Some(LONG));
    world.store.begin_attempt(&lease, delivery.id, ended.attempt, Some(pushed()), now()).await.unwrap();
    assert_eq!(withdraw(&world, submission).await, Withdraw::Done);
    assert_eq!(shown(&world, submission).await, [("result", "pending"), ("withdrawal", "pending")]);
    assert!(world.store.claim(9, LONG, world.token()).await.unwrap().is_empty(), "one after the other");
    world.store.settle(&lease, delivery.id, ended, now()).await.unwrap();
    assert_eq!(shown(&world, submission).await[0], ("result", "cancelled"), "nobody tries it again");
    let lease = world.claim_one(LONG).await;
    let withdrawal = deliveries(&world, submission).await.remove(1);
    assert_eq!(lease.kind, TaskKind::Deliver { delivery: withdrawal.id });
    world.attempt(&lease, withdrawal.id, world.delivered()).await.unwrap();
    assert_eq!(shown(&world, submission).await[1], ("withdrawal", "delivered"));
    let replay = DeliveryFilter { ids: Some(vec![withdrawal.id, delivery.id]), ..DeliveryFilter::default() };
    let again = world.store.replayable(world.place.tenant, &replay).await.unwrap().deliveries;
    assert_eq!(again, [withdrawal.id], "that it is withdrawn may be told again");
}

async fn an_attempt_that_was_prepared_before_does_not_begin(world: World) {
    let delivery = world.delivery_waiting("1").await;
    let submission = of(&delivery);
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    let SubmissionState::Assessed(assessed) = stored.state else { panic!("it was assessed") };
    let lease = world.claim_one(LONG).await;
    assert_eq!(withdraw(&world, submission).await, Withdraw::Done);
    let prepared = Pushed { tells: Some((submission, assessed.at)), ..pushed() };
    let attempt = world.delivered().attempt;
    let begun = world.store.begin_attempt(&lease, delivery.id, attempt, Some(prepared), now()).await;
    assert!(matches!(begun, Err(StoreError::Superseded)), "{begun:?}");
    world.store.leave_untold(&lease, delivery.id, now()).await.unwrap();
    assert_eq!(shown(&world, submission).await, [("result", "cancelled")], "nothing was told, nothing is taken back");
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
}

async fn what_was_not_yet_judged_never_is(world: World) {
    let waiting = world.accept(world.place).await;
    assert_eq!(withdraw(&world, waiting).await, Withdraw::Done);
    assert_eq!(world.store.tasks_waiting().await.unwrap(), 0);
    let judged = world.accept(world.place).await;
    let lease = world.claim_one(LONG).await;
    assert_eq!(withdraw(&world, judged).await, Withdraw::Done);
    let delivery = world.delivery(judged, "1");
    world.store.record_assessment(&lease, world.assessed(judged, vec![delivery]), now()).await.unwrap();
    for submission in [waiting, judged] {
        let state = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap().state;
        let given_up = SubmissionState::Rejected { at: now(), code: "WITHDRAWN".to_owned() };
        assert_eq!((state, shown(&world, submission).await), (given_up, vec![]));
    }
}

async fn what_is_withdrawn_is_looked_at_no_more(world: World) {
    let delivery = world.delivery_waiting("1").await;
    let submission = of(&delivery);
    withdraw(&world, submission).await;
    let task = TaskId::from_uuid(world.uuid());
    let asked = world.store.ask_recheck(world.place.tenant, submission, task, now(), ACTOR).await.unwrap();
    assert_eq!(asked, Asked::Withdrawn);
    world.sql("UPDATE submissions SET recheck_at = 1").await;
    world.store.enqueue_due_rechecks(9, at("1970-01-01T00:00:00Z"), now(), move || task).await.unwrap();
    let leased = world.store.claim(9, OVER, world.token()).await.unwrap();
    let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
    let SubmissionState::Assessed(assessed) = stored.state else { panic!("it was assessed") };
    let mut correction = world.delivery(submission, "1");
    correction.content = Content::Correction { submission, connection: world.place.connection };
    let new = wellspring_store::NewCorrection {
        submission,
        replaces: assessed.assessment.id,
        report: assessed.report,
        assessment: assessed.assessment,
        delivery: Some(correction),
        watch: wellspring_store::Watch::default(),
        unmapped: Vec::new(),
    };
    assert!(!world.store.correct(&leased[0], new, now()).await.unwrap());
    assert_eq!(shown(&world, submission).await, [("result", "cancelled")]);
}

async fn nobody_withdraws_what_is_anothers_or_gone(world: World) {
    let stranger = world.tenant("other").await;
    let delivery = world.delivery_waiting("1").await;
    let submission = of(&delivery);
    let theirs = world.store.withdraw(stranger.tenant, withdrawal(&world, submission), now(), ACTOR).await.unwrap();
    assert_eq!(theirs, Withdraw::Unknown);
    world.store.cancel(world.place.tenant, delivery.id, now(), ACTOR).await.unwrap();
    assert_eq!(world.store.retire_submissions(now(), 9, now()).await.unwrap(), 1);
    assert_eq!(withdraw(&world, submission).await, Withdraw::Retired);
    assert!(matches!(deliveries(&world, submission).await[0].state, DeliveryState::Cancelled { .. }));
}

async fn of_what_became_of_a_delivery_that_is_not_kept_any_more_the_ats_may_know(world: World) {
    let delivery = world.delivery_waiting("1").await;
    let submission = of(&delivery);
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.delivered()).await.unwrap();
    assert_eq!(world.store.retire_deliveries(now(), 9, now()).await.unwrap(), 1);
    withdraw(&world, submission).await;
    assert_eq!(shown(&world, submission).await, [("withdrawal", "pending")]);
}

async fn a_withdrawal_and_an_attempt_at_the_same_time_leave_nothing_told_that_is_not_taken_back(world: World) {
    let other = world.again([7; 32]).await;
    for round in 0..10 {
        let delivery = world.delivery_waiting(&format!("{round}")).await;
        let submission = of(&delivery);
        let stored = world.store.submission(world.place.tenant, submission).await.unwrap().unwrap();
        let SubmissionState::Assessed(assessed) = stored.state else { panic!("it was assessed") };
        let lease = world.claim_one(LONG).await;
        let prepared = Pushed { tells: Some((submission, assessed.at)), ..pushed() };
        let attempt = world.delivered().attempt;
        let (begun, withdrawn) = tokio::join!(
            other.begin_attempt(&lease, delivery.id, attempt, Some(prepared), now()),
            world.store.withdraw(world.place.tenant, withdrawal(&world, submission), now(), ACTOR),
        );
        assert_eq!(withdrawn.unwrap(), Withdraw::Done);
        let is_taken_back = shown(&world, submission).await.len() == 2;
        assert_eq!(begun.is_ok(), is_taken_back, "{begun:?}");
        for lease in world.store.claim(9, OVER, world.token()).await.unwrap() {
            world.store.drop_tasks(vec![lease]).await.unwrap();
        }
        let _gone = world.store.drop_tasks(vec![lease]).await;
        for lease in world.store.claim(9, OVER, world.token()).await.unwrap() {
            world.store.drop_tasks(vec![lease]).await.unwrap();
        }
    }
}

on_both_stores! {
    what_was_never_told_is_taken_back_without_a_word_to_the_ats,
    what_may_have_been_told_is_taken_back_behind_it,
    an_attempt_that_was_prepared_before_does_not_begin,
    what_was_not_yet_judged_never_is,
    what_is_withdrawn_is_looked_at_no_more,
    nobody_withdraws_what_is_anothers_or_gone,
    of_what_became_of_a_delivery_that_is_not_kept_any_more_the_ats_may_know,
    a_withdrawal_and_an_attempt_at_the_same_time_leave_nothing_told_that_is_not_taken_back,
}
