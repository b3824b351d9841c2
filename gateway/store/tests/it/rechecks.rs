//! What verdicts rest on is looked at once for all; who saw something else is re-checked, and nobody else; what a re-check
//! finds is kept beside what was said.

use std::time::Duration;

use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    delivery::Content,
    digest::Digest,
    event::EventType,
    id::{AttemptId, SubmissionId, TaskId},
    submission::{Assessed, SubmissionState},
};
use wellspring_store::{
    Asked, DueSource, Ground, Leased, Looked, NewAssessment, NewCorrection, Pushed, StoreError, TaskKind, Watch,
};

use crate::world::{ACTOR, LONG, OVER, Place, World, at, now, on_both_stores, pushed, report};

const LIST: &str = "https://issuer.example/list";
const KEYS: &str = "https://issuer.example/keys";

fn digest(n: u8) -> Digest {
    Digest::from_bytes([n; 32])
}

fn day(n: u8) -> Timestamp {
    at(&format!("2026-02-{n:02}T00:00:00Z"))
}

fn ground(url: &str, seen: Option<u8>) -> Ground {
    Ground { url: url.to_owned(), seen: seen.map(digest), look_at: day(2) }
}

fn watch(grounds: &[(&str, Option<u8>)]) -> Watch {
    Watch { grounds: grounds.iter().map(|(url, seen)| ground(url, *seen)).collect(), recheck_at: None }
}

impl World {
    /// Accepts and assesses a submission that rests on this.
    async fn resting_on(&self, place: Place, watch: Watch) -> SubmissionId {
        let submission = self.accept(place).await;
        let lease = self.lease_of(TaskKind::Assess { submission }).await;
        let mut delivery = self.delivery(submission, "900");
        delivery.content = Content::Result { submission, connection: place.connection };
        let new = NewAssessment { watch, ..self.assessed(submission, vec![delivery]) };
        self.store.record_assessment(&lease, new, now()).await.unwrap();
        submission
    }

    async fn lease_of(&self, kind: TaskKind) -> Leased {
        let leased = self.store.claim(100, OVER, self.token()).await.unwrap();
        *leased.iter().find(|one| one.kind == kind).expect("its task is due")
    }

    fn tasks(&self) -> impl FnMut() -> TaskId + Send + 'static {
        let mut ids: Vec<_> = (0..64).map(|_| TaskId::from_uuid(self.uuid())).collect();
        move || ids.pop().expect("few")
    }

    /// What is due, by address.
    async fn due(&self, when: Timestamp) -> Vec<DueSource> {
        let mut due = self.store.take_due_sources(9, when, day(20)).await.unwrap();
        due.sort_by(|one, other| one.url.cmp(&other.url));
        due
    }

    /// Notes what there is at the list.
    async fn list_says(&self, looked: Looked, when: Timestamp) {
        let due = self.due(when).await;
        let source = due.iter().find(|one| one.url == LIST).expect("it is due");
        self.store.note_source(source.id, looked, when + Duration::from_secs(3_600), when).await.unwrap();
    }

    async fn spread_all(&self) -> usize {
        let mut count = 0;
        loop {
            match self.store.spread(2, self.tasks()).await.unwrap() {
                0 => return count,
                told => count += told,
            }
        }
    }

    /// Whose re-checks are in the queue.
    async fn rechecked(&self) -> Vec<SubmissionId> {
        let leased = self.store.claim(100, OVER, self.token()).await.unwrap();
        let mut found: Vec<_> = leased
            .iter()
            .filter_map(|one| match one.kind {
                TaskKind::Recheck { submission } => Some(submission),
                _ => None,
            })
            .collect();
        found.sort();
        found
    }

    async fn said(&self, submission: SubmissionId) -> Assessed {
        let stored = self.store.submission(self.place.tenant, submission).await.unwrap().unwrap();
        match stored.state {
            SubmissionState::Assessed(assessed) => *assessed,
            other => panic!("{other:?}"),
        }
    }

    /// A re-check that found another score than the one it compared with.
    async fn correction(&self, submission: SubmissionId) -> NewCorrection {
        let replaces = self.said(submission).await.assessment.id;
        let mut assessment: Assessment = self.said(submission).await.assessment;
        assessment.id = wellspring_model::id::AssessmentId::from_uuid(self.uuid());
        let mut delivery = self.delivery(submission, "900");
        delivery.content = Content::Correction { submission, connection: self.place.connection };
        NewCorrection {
            submission,
            replaces,
            report: report(),
            assessment,
            delivery: Some(delivery),
            watch: watch(&[(LIST, Some(2))]),
            unmapped: Vec::new(),
        }
    }

    async fn kinds(&self, submission: SubmissionId) -> Vec<&'static str> {
        let all = self.store.deliveries_of(self.place.tenant, submission).await.unwrap();
        all.iter().map(|(delivery, _)| delivery.content.as_str()).collect()
    }
}

async fn a_source_is_looked_at_once_for_all_and_who_saw_something_else_is_rechecked(world: World) {
    let other = world.tenant("other").await;
    let mut concerned = Vec::new();
    for place in [world.place, world.place, world.place, other] {
        concerned.push(world.resting_on(place, watch(&[(LIST, Some(1)), (KEYS, Some(7))])).await);
    }
    let not_concerned = world.resting_on(world.place, watch(&[(KEYS, Some(7))])).await;
    let knows = world.resting_on(world.place, watch(&[(LIST, Some(2))])).await;
    assert!(world.due(day(1)).await.is_empty(), "nothing is due yet");
    let due = world.due(day(2)).await;
    assert_eq!(due.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [KEYS, LIST], "one look for all of them");
    assert!(world.due(day(2)).await.is_empty(), "it is taken");

    for (source, seen) in due.iter().zip([7, 2]) {
        world.store.note_source(source.id, Looked::Read(digest(seen)), day(3), day(2)).await.unwrap();
    }
    assert_eq!(world.spread_all().await, concerned.len(), "two at a time, all of them");
    assert_eq!(world.store.rechecks_waiting().await.unwrap(), 4);
    assert_eq!(world.rechecked().await, concerned);
    assert!(!world.rechecked().await.contains(&not_concerned) && !world.rechecked().await.contains(&knows));

    world.list_says(Looked::Read(digest(2)), day(3)).await;
    assert_eq!(world.spread_all().await, 0, "they were told, and it says the same");
    assert_eq!(
        world.store.grounds(world.place.tenant, concerned[0]).await.unwrap(),
        [(KEYS.to_owned(), Some(digest(7))), (LIST.to_owned(), Some(digest(2)))]
    );
    assert!(world.store.grounds(other.tenant, concerned[0]).await.unwrap().is_empty(), "not theirs");
}

async fn a_source_that_is_silent_changes_nothing_until_it_is_given_up(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1))])).await;
    world.list_says(Looked::Silent, day(2)).await;
    world.list_says(Looked::Silent, day(3)).await;
    assert_eq!(world.spread_all().await, 0);
    let due = world.due(day(4)).await;
    assert_eq!(due[0].silent_since, Some(day(2)), "since the first look that failed");
    world.store.note_source(due[0].id, Looked::Lost, day(5), day(4)).await.unwrap();
    assert_eq!(world.spread_all().await, 1);
    assert_eq!(world.rechecked().await, [submission]);

    world.list_says(Looked::Read(digest(1)), day(5)).await;
    assert_eq!(world.spread_all().await, 1, "and again when it is there again");
    assert_eq!(world.due(day(6)).await[0].silent_since, None);
}

async fn time_alone_brings_a_recheck_once_and_not_for_what_came_in_long_ago(world: World) {
    let due = Watch { recheck_at: Some(day(3)), ..watch(&[]) };
    let submission = world.resting_on(world.place, due.clone()).await;
    let ask = async |when, since| world.store.enqueue_due_rechecks(9, since, when, world.tasks()).await.unwrap();
    assert_eq!(ask(day(2), now()).await, 0);
    assert_eq!(ask(day(3), now()).await, 1);
    assert_eq!(ask(day(3), now()).await, 0, "once");
    assert_eq!(world.rechecked().await, [submission]);

    let old = world.resting_on(world.place, due).await;
    assert_eq!(ask(day(3), day(1)).await, 1, "it is looked at");
    assert!(!world.rechecked().await.contains(&old), "and left alone");
}

async fn what_came_in_long_ago_is_forgotten_and_so_is_a_source_that_nobody_depends_on(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1)), (KEYS, Some(7))])).await;
    assert_eq!(world.store.forget_grounds(1, now()).await.unwrap(), 0, "not yet");
    for left in [1, 1, 0] {
        assert_eq!(world.store.forget_grounds(1, day(1)).await.unwrap(), left);
    }
    assert!(world.store.grounds(world.place.tenant, submission).await.unwrap().is_empty());
    assert!(world.due(day(2)).await.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM sources").await, 0);
}

async fn a_recheck_that_finds_the_same_notes_the_time_and_what_it_saw(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1)), (KEYS, Some(7))])).await;
    assert_eq!(world.said(submission).await.checked_at, now());
    let (store, place) = (&world.store, world.place);
    assert_eq!(
        store.ask_recheck(place.tenant, submission, TaskId::from_uuid(world.uuid()), day(1), ACTOR).await.unwrap(),
        Asked::Queued
    );
    let lease = world.lease_of(TaskKind::Recheck { submission }).await;
    let seen = Watch { recheck_at: Some(day(9)), ..watch(&[(LIST, Some(2))]) };
    store.confirm(&lease, submission, seen.clone(), day(1)).await.unwrap();
    let said = world.said(submission).await;
    assert_eq!((said.at, said.checked_at), (now(), day(1)));
    assert_eq!(store.grounds(place.tenant, submission).await.unwrap(), [(LIST.to_owned(), Some(digest(2)))]);
    assert!(store.earlier_assessments(place.tenant, submission).await.unwrap().is_empty());
    assert!(
        matches!(store.confirm(&lease, submission, seen, day(1)).await, Err(StoreError::Fenced)),
        "its task is gone"
    );
    assert_eq!(store.enqueue_due_rechecks(9, now(), day(9), world.tasks()).await.unwrap(), 1);
}

async fn one_that_decides_nothing_is_tried_again(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1))])).await;
    let task = TaskId::from_uuid(world.uuid());
    world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
    let lease = world.lease_of(TaskKind::Recheck { submission }).await;
    world.store.put_off_recheck(&lease, submission, day(2)).await.unwrap();
    assert_eq!(world.said(submission).await.checked_at, now(), "it was not checked");
    assert_eq!(world.store.enqueue_due_rechecks(9, now(), day(2), world.tasks()).await.unwrap(), 1);
    assert_eq!(world.rechecked().await, [submission]);
}

async fn a_correction_keeps_what_was_said_and_goes_to_whoever_was_told(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1))])).await;
    let result = world.claim_one(LONG).await;
    let TaskKind::Deliver { delivery } = result.kind else { panic!("{result:?}") };
    world.attempt(&result, delivery, world.delivered()).await.unwrap();
    let before = world.said(submission).await;
    let task = TaskId::from_uuid(world.uuid());
    world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
    let lease = world.lease_of(TaskKind::Recheck { submission }).await;
    let new = world.correction(submission).await;
    let id = new.assessment.id;
    assert!(world.store.correct(&lease, new, day(1)).await.unwrap());

    let after = world.said(submission).await;
    assert_eq!((after.at, after.checked_at, after.assessment.id), (day(1), day(1), id));
    let earlier = world.store.earlier_assessments(world.place.tenant, submission).await.unwrap();
    assert_eq!(earlier.len(), 1);
    assert_eq!((earlier[0].at, earlier[0].replaced_at), (before.at, day(1)));
    assert_eq!((&earlier[0].assessment, &earlier[0].report), (&before.assessment, &before.report));
    assert_eq!(world.kinds(submission).await, ["result", "correction"]);
    let trail = world.store.audit_rows(world.place.tenant, 0, 100).await.unwrap();
    assert!(trail.iter().any(|row| row.action == "submission.corrected" && row.subject == submission.to_string()));
    let other = world.tenant("other").await;
    assert!(world.store.earlier_assessments(other.tenant, submission).await.unwrap().is_empty());
}

async fn a_correction_is_told_to_whoever_wants_to_know(world: World) {
    let endpoint = crate::events::wanting(&world, &[EventType::SubmissionCorrected]).await;
    let submission = world.resting_on(world.place, watch(&[])).await;
    assert!(crate::events::types(&world, endpoint).await.is_empty());
    let task = TaskId::from_uuid(world.uuid());
    world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
    let lease = world.lease_of(TaskKind::Recheck { submission }).await;
    assert!(world.store.correct(&lease, world.correction(submission).await, day(1)).await.unwrap());
    assert_eq!(crate::events::types(&world, endpoint).await, [EventType::SubmissionCorrected]);
}

async fn an_attempt_that_would_tell_what_is_not_true_any_more_does_not_begin(world: World) {
    let submission = world.resting_on(world.place, watch(&[])).await;
    let prepared = world.said(submission).await;
    let task = TaskId::from_uuid(world.uuid());
    world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
    let lease = world.lease_of(TaskKind::Recheck { submission }).await;
    assert!(world.store.correct(&lease, world.correction(submission).await, day(1)).await.unwrap());
    assert_eq!(world.kinds(submission).await, ["result"], "nothing was tried yet, so the result will bring it");

    let result = world.claim_one(LONG).await;
    let TaskKind::Deliver { delivery } = result.kind else { panic!("{result:?}") };
    let begin = async |tells: &Assessed| {
        let pushed = Pushed { tells: Some((submission, tells.at)), ..pushed() };
        let attempt = AttemptId::from_uuid(world.uuid());
        world.store.begin_attempt(&result, delivery, attempt, Some(pushed), day(1)).await
    };
    assert!(matches!(begin(&prepared).await, Err(StoreError::Superseded)));
    assert!(world.store.attempts(world.place.tenant, delivery).await.unwrap().is_empty(), "and leaves nothing");
    assert_eq!(begin(&world.said(submission).await).await.unwrap(), 1);
}

async fn an_assessment_is_replaced_once_however_many_rechecks_compared_with_it(world: World) {
    let submission = world.resting_on(world.place, watch(&[])).await;
    let (first, late) = (world.correction(submission).await, world.correction(submission).await);
    for (correction, replaces) in [(first, true), (late, false)] {
        let task = TaskId::from_uuid(world.uuid());
        world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
        let lease = world.lease_of(TaskKind::Recheck { submission }).await;
        assert_eq!(world.store.correct(&lease, correction, day(1)).await.unwrap(), replaces);
    }
    assert_eq!(world.store.earlier_assessments(world.place.tenant, submission).await.unwrap().len(), 1);
}

async fn a_result_that_was_never_tried_brings_what_is_true_then_and_needs_no_correction(world: World) {
    let submission = world.resting_on(world.place, watch(&[])).await;
    let correct = async || {
        let task = TaskId::from_uuid(world.uuid());
        world.store.ask_recheck(world.place.tenant, submission, task, day(1), ACTOR).await.unwrap();
        let lease = world.lease_of(TaskKind::Recheck { submission }).await;
        let new = world.correction(submission).await;
        assert!(world.store.correct(&lease, new, day(1)).await.unwrap());
        world.kinds(submission).await
    };
    assert_eq!(correct().await, ["result"]);
    let waiting = world.store.deliveries_of(world.place.tenant, submission).await.unwrap()[0].0.id;
    let lease = world.lease_of(TaskKind::Deliver { delivery: waiting }).await;
    world.attempt(&lease, waiting, world.failed(Some(OVER))).await.unwrap();
    assert_eq!(correct().await, ["result", "correction"], "it was tried: who knows what arrived");
    assert_eq!(correct().await, ["result", "correction"], "and the correction that waits brings both");
}

async fn a_recheck_is_asked_for_by_whoever_owns_it_and_waits_once(world: World) {
    let submission = world.resting_on(world.place, watch(&[(LIST, Some(1))])).await;
    let other = world.tenant("other").await;
    let ask = async |tenant, submission| {
        let task = TaskId::from_uuid(world.uuid());
        world.store.ask_recheck(tenant, submission, task, day(1), ACTOR).await.unwrap()
    };
    assert_eq!(ask(other.tenant, submission).await, Asked::Unknown);
    let waiting = world.accept(world.place).await;
    assert_eq!(ask(world.place.tenant, waiting).await, Asked::NotAssessed);
    assert_eq!(ask(world.place.tenant, submission).await, Asked::Queued);
    assert_eq!(ask(world.place.tenant, submission).await, Asked::Queued);
    assert_eq!(world.store.rechecks_waiting().await.unwrap(), 1);
    assert_eq!(world.due(day(1)).await.len(), 1, "what it rests on is looked at at once");
}

async fn an_address_of_any_length_is_a_source(world: World) {
    let long = format!("https://issuer.example/{}", "x".repeat(100_000));
    let submission = world.resting_on(world.place, watch(&[(&long, None)])).await;
    assert_eq!(world.store.grounds(world.place.tenant, submission).await.unwrap(), [(long, None)]);
}

on_both_stores! {
    a_source_is_looked_at_once_for_all_and_who_saw_something_else_is_rechecked,
    a_source_that_is_silent_changes_nothing_until_it_is_given_up,
    time_alone_brings_a_recheck_once_and_not_for_what_came_in_long_ago,
    what_came_in_long_ago_is_forgotten_and_so_is_a_source_that_nobody_depends_on,
    a_recheck_that_finds_the_same_notes_the_time_and_what_it_saw,
    one_that_decides_nothing_is_tried_again,
    a_correction_keeps_what_was_said_and_goes_to_whoever_was_told,
    a_correction_is_told_to_whoever_wants_to_know,
    an_assessment_is_replaced_once_however_many_rechecks_compared_with_it,
    an_attempt_that_would_tell_what_is_not_true_any_more_does_not_begin,
    a_result_that_was_never_tried_brings_what_is_true_then_and_needs_no_correction,
    a_recheck_is_asked_for_by_whoever_owns_it_and_waits_once,
    an_address_of_any_length_is_a_source,
}
