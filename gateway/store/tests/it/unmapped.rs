//! What leads nowhere is counted once a submission, whatever is looked at again, and holds nothing about anybody.

use wellspring_model::{
    Timestamp,
    crosswalk::{AssociationState, Decided},
    id::{SubmissionId, TenantId, UnmappedId},
    unmapped::{Named, Unmapped, UnmappedState, UnmappedStateName},
};
use wellspring_store::{NewAssessment, NewCorrection, Page, Settled, Settlement, TaskKind, Watch};

use crate::{
    crosswalks::decision,
    world::{ACTOR, LONG, OVER, Place, World, at, now, on_both_stores, report},
};

const FIRST: Page<wellspring_store::UnmappedPlace> = Page { after: None, limit: 50 };

fn named(url: &str, code: Option<&str>) -> Named {
    Named {
        target_url: format!("https://skills.example/{url}"),
        target_code: code.map(str::to_owned),
        target_framework: None,
        target_name: Some("Cleans data".to_owned()),
    }
}

impl World {
    /// Accepts and assesses a submission whose credentials name this.
    async fn naming(&self, place: Place, unmapped: Vec<Named>, when: Timestamp) -> SubmissionId {
        let submission = self.accept(place).await;
        let leased = self.store.claim(100, OVER, self.token()).await.unwrap();
        let lease = *leased.iter().find(|one| one.kind == TaskKind::Assess { submission }).expect("its task is due");
        let new = NewAssessment { unmapped, ..self.assessed(submission, Vec::new()) };
        self.store.record_assessment(&lease, new, when).await.unwrap();
        submission
    }

    /// A re-check of it that comes to something else, and finds this.
    async fn correcting(&self, submission: SubmissionId, unmapped: Vec<Named>) {
        let task = wellspring_model::id::TaskId::from_uuid(self.uuid());
        self.store.ask_recheck(self.place.tenant, submission, task, now(), ACTOR).await.unwrap();
        let lease = self.claim_one(LONG).await;
        assert_eq!(lease.kind, TaskKind::Recheck { submission });
        let said = self.store.submission(self.place.tenant, submission).await.unwrap().unwrap();
        let wellspring_model::submission::SubmissionState::Assessed(said) = said.state else { panic!("{said:?}") };
        let mut assessment = said.assessment.clone();
        assessment.id = wellspring_model::id::AssessmentId::from_uuid(self.uuid());
        let correction = NewCorrection {
            submission,
            replaces: said.assessment.id,
            report: report(),
            assessment,
            delivery: Some(self.delivery(submission, "900")),
            watch: Watch::default(),
            unmapped,
        };
        assert!(self.store.correct(&lease, correction, at("2026-05-01T00:00:00Z")).await.unwrap());
    }

    async fn open(&self, tenant: TenantId) -> Vec<Unmapped> {
        self.store.unmapped(tenant, UnmappedStateName::Open, FIRST).await.unwrap().0
    }
}

fn counts(entries: &[Unmapped]) -> Vec<(&str, u32)> {
    entries.iter().map(|entry| (entry.named.target_url.rsplit('/').next().unwrap(), entry.submissions)).collect()
}

async fn a_submission_counts_once_however_often_it_names_something_and_is_looked_at(world: World) {
    let (one, other) = (named("data", None), named("reports", None));
    let first = world.naming(world.place, vec![one.clone(), one.clone(), other.clone()], now()).await;
    world.naming(world.place, vec![one.clone()], at("2026-03-01T00:00:00Z")).await;
    let queue = world.open(world.place.tenant).await;
    assert_eq!(counts(&queue), [("data", 2), ("reports", 1)], "the most seen first");
    assert_eq!((queue[0].first_seen, queue[0].last_seen), (now(), at("2026-03-01T00:00:00Z")));
    assert_eq!(queue[0].named, one);

    world.correcting(first, vec![one.clone(), other, named("writing", None)]).await;
    let queue = world.open(world.place.tenant).await;
    assert_eq!(counts(&queue), [("data", 2), ("reports", 1), ("writing", 1)], "only what is new since the first look");
}

async fn codes_tell_apart_what_has_one_address_and_the_issuers_words_do_not(world: World) {
    let reworded = Named { target_name: Some("Data cleaning".to_owned()), ..named("all", Some("A.1")) };
    let all = vec![named("all", Some("A.1")), named("all", Some("A.2")), reworded];
    world.naming(world.place, all, now()).await;
    let queue = world.open(world.place.tenant).await;
    let codes: Vec<_> = queue.iter().map(|entry| entry.named.target_code.as_deref().unwrap()).collect();
    assert_eq!(codes, ["A.1", "A.2"]);
    let crosswalk = world.crosswalk(world.place.tenant).await;
    let settled = settle(&world, world.place.tenant, queue[0].id, Some(crosswalk)).await;
    assert_eq!(settled, Settled::Ambiguous, "an association from the address would count for both");
    assert_eq!(settle(&world, world.place.tenant, queue[0].id, None).await, Settled::Done, "to dismiss it is plain");
}

async fn an_item_has_one_entry_however_its_address_is_written_and_shows_it_as_it_was_first_seen(world: World) {
    let guid = "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7fff";
    let address = format!("https://case.example/ims/case/v1p0/CFItems/{}", guid.to_uppercase());
    let written = |url: &str| Named { target_url: url.to_owned(), ..named("x", None) };
    world.naming(world.place, vec![written(&address), written(guid)], now()).await;
    world.naming(world.place, vec![written(&format!("urn:uuid:{guid}"))], now()).await;
    let queue = world.open(world.place.tenant).await;
    let [entry] = &queue[..] else { panic!("{queue:?}") };
    assert_eq!((entry.submissions, entry.named.target_url.as_str()), (2, address.as_str()), "it can be opened");
    let node = entry.named.node();
    assert_eq!((node.item.as_str(), node.uri), (guid, address));
}

async fn settle(
    world: &World,
    tenant: TenantId,
    id: UnmappedId,
    crosswalk: Option<wellspring_model::id::CrosswalkId>,
) -> Settled {
    let decision = decision("as the badge's criteria say");
    let settlement = match crosswalk {
        Some(crosswalk) => {
            let decided = Decided { decision: decision.clone(), suggestion: None };
            let association = world.association("named", AssociationState::Approved(decided));
            Settlement::Resolve { crosswalk, association: Box::new(association), decision }
        }
        None => Settlement::Dismiss { decision },
    };
    world.store.settle_unmapped(tenant, id, settlement, ACTOR).await.unwrap()
}

async fn an_entry_is_dismissed_or_resolved_by_a_named_person_and_resolved_once(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    world.naming(world.place, vec![named("data", None)], now()).await;
    let id = world.open(tenant).await[0].id;
    let crosswalk = world.crosswalk(tenant).await;
    assert_eq!(settle(&world, tenant, id, None).await, Settled::Done);
    assert!(world.open(tenant).await.is_empty());
    let entry = store.unmapped_entry(tenant, id).await.unwrap().unwrap();
    assert_eq!(entry.state, UnmappedState::Dismissed { decision: decision("as the badge's criteria say") });

    assert_eq!(settle(&world, tenant, id, Some(crosswalk)).await, Settled::Done, "on second thoughts");
    let entry = store.unmapped_entry(tenant, id).await.unwrap().unwrap();
    let UnmappedState::Resolved { association, .. } = entry.state else { panic!("{entry:?}") };
    assert_eq!(store.association(tenant, association).await.unwrap().unwrap().0, crosswalk);
    assert_eq!(settle(&world, tenant, id, Some(crosswalk)).await, Settled::Resolved);
    assert_eq!(settle(&world, tenant, id, None).await, Settled::Resolved);
    world.naming(world.place, vec![named("data", None)], now()).await;
    assert!(world.open(tenant).await.is_empty(), "it is counted on, and stays decided");
    let actions: Vec<_> = store.audit_rows(tenant, 0, 100).await.unwrap().into_iter().map(|row| row.action).collect();
    let of_queue: Vec<_> = actions.iter().filter(|action| action.starts_with("unmapped")).collect();
    assert_eq!(of_queue, ["unmapped.dismissed", "unmapped.resolved"]);
}

async fn the_queue_is_read_in_pages_and_another_tenants_is_apart(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let all: Vec<Named> = (0..5).map(|number| named(&format!("n{number}"), None)).collect();
    world.naming(world.place, all.clone(), now()).await;
    world.naming(world.place, all[3..].to_vec(), now()).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = store.unmapped(tenant, UnmappedStateName::Open, Page { after, limit: 2 }).await.unwrap();
        seen.extend(page);
        after = next.map(|next| next.to_string().parse().expect("a place reads back"));
        if after.is_none() {
            break;
        }
    }
    let mut counted = counts(&seen);
    assert_eq!(counted.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 2, 1, 1, 1]);
    counted.sort_unstable();
    assert_eq!(counted, [("n0", 1), ("n1", 1), ("n2", 1), ("n3", 2), ("n4", 2)]);

    let them = world.tenant("other").await;
    assert!(world.open(them.tenant).await.is_empty());
    assert_eq!(store.unmapped_entry(them.tenant, seen[0].id).await.unwrap(), None);
    assert_eq!(settle(&world, them.tenant, seen[0].id, None).await, Settled::Unknown);
    world.naming(them, vec![all[0].clone()], now()).await;
    assert_eq!(counts(&world.open(them.tenant).await), [("n0", 1)], "each employer has a queue of its own");
}

async fn one_submission_cannot_fill_the_queue(world: World) {
    let all: Vec<Named> = (0..1_000).map(|number| named(&format!("n{number}"), None)).collect();
    world.naming(world.place, all, now()).await;
    assert_eq!(world.number("SELECT count(*) FROM unmapped").await, 200);
}

async fn when_a_submission_is_retired_the_count_stays_and_its_trace_goes(world: World) {
    world.naming(world.place, vec![named("data", None)], now()).await;
    assert_eq!(world.number("SELECT count(*) FROM unmapped_seen").await, 1);
    assert_eq!(world.store.retire_submissions(now(), 9, now()).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) FROM unmapped_seen").await, 0);
    assert_eq!(counts(&world.open(world.place.tenant).await), [("data", 1)]);
}

on_both_stores! {
    a_submission_counts_once_however_often_it_names_something_and_is_looked_at,
    codes_tell_apart_what_has_one_address_and_the_issuers_words_do_not,
    an_item_has_one_entry_however_its_address_is_written_and_shows_it_as_it_was_first_seen,
    an_entry_is_dismissed_or_resolved_by_a_named_person_and_resolved_once,
    the_queue_is_read_in_pages_and_another_tenants_is_apart,
    one_submission_cannot_fill_the_queue,
    when_a_submission_is_retired_the_count_stays_and_its_trace_goes,
}
