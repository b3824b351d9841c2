//! Which scoring policy is in force, and who is assessed anew when that is another one.

use wellspring_model::{
    Timestamp,
    assessment::Assessment,
    digest::Digest,
    id::{AssessmentId, PostingId, ScoringPolicyId, SubmissionId, TaskId},
    posting::Posting,
    scoring::KeptScoringPolicy,
    submission::SubmissionState,
};
use wellspring_store::{Action, Leased, NewAssessment, NewCorrection, Page, TaskKind, Watch};

use crate::world::{ACTOR, OVER, Place, World, at, now, on_both_stores, report};

fn named(world: &World, name: &str, version: &str) -> KeptScoringPolicy {
    KeptScoringPolicy {
        id: ScoringPolicyId::from_uuid(world.uuid()),
        name: name.to_owned(),
        version: version.to_owned(),
        digest: Digest::from_bytes([3; 32]),
        rules: serde_json::json!({"name": name, "version": version}),
        created_at: now(),
    }
}

async fn kept(world: &World, name: &str) -> ScoringPolicyId {
    let policy = named(world, name, "1");
    assert!(world.store.add_scoring_policy(world.place.tenant, &policy, ACTOR).await.unwrap());
    policy.id
}

async fn put(world: &World, posting: Option<PostingId>, policy: Option<ScoringPolicyId>) -> bool {
    world.store.put_scoring_policy_in_force(world.place.tenant, posting, policy, now(), ACTOR).await.unwrap()
}

async fn lease_of(world: &World, kind: TaskKind) -> Leased {
    let leased = world.store.claim(100, OVER, world.token()).await.unwrap();
    *leased.iter().find(|one| one.kind == kind).expect("its task is due")
}

/// Accepts a submission and records an assessment of it by this policy.
async fn assessed_by(world: &World, place: Place, policy: Option<ScoringPolicyId>) -> SubmissionId {
    let submission = world.accept(place).await;
    let lease = lease_of(world, TaskKind::Assess { submission }).await;
    let new = NewAssessment { scoring_policy: policy, ..world.assessed(submission, Vec::new()) };
    world.store.record_assessment(&lease, new, now()).await.unwrap();
    submission
}

/// Another job of the same tenant.
async fn other_job(world: &World) -> Place {
    let posting = Posting {
        id: PostingId::from_uuid(world.uuid()),
        title: "Another".into(),
        profile: world.place.profile,
        connection: world.place.connection,
        external_id: None,
        trust_policy: None,
        scoring_policy: None,
        created_at: now(),
    };
    world.store.add_posting(world.place.tenant, &posting, ACTOR).await.unwrap();
    Place { posting: posting.id, ..world.place }
}

/// Who is put into the queue, so many at a time.
async fn spread(world: &World, most: u32, since: Timestamp) -> Vec<usize> {
    let mut counts = Vec::new();
    loop {
        let mut ids: Vec<_> = (0..64).map(|_| TaskId::from_uuid(world.uuid())).collect();
        match world.store.spread_scoring(most, since, move || ids.pop().expect("few")).await.unwrap() {
            Some(count) => counts.push(count),
            None => return counts,
        }
    }
}

async fn waiting(world: &World) -> Vec<SubmissionId> {
    let leased = world.store.claim(100, OVER, world.token()).await.unwrap();
    let mut found: Vec<SubmissionId> = leased
        .iter()
        .filter_map(|one| match one.kind {
            TaskKind::Recheck { submission } => Some(submission),
            _ => None,
        })
        .collect();
    found.sort();
    found
}

async fn a_policy_is_kept_once_by_its_name_and_version_and_is_nobody_elses(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let first = named(&world, "ours", "1");
    assert!(store.add_scoring_policy(tenant, &first, ACTOR).await.unwrap());
    assert!(!store.add_scoring_policy(tenant, &named(&world, "ours", "1"), ACTOR).await.unwrap());
    let second = named(&world, "ours", "2");
    assert!(store.add_scoring_policy(tenant, &second, ACTOR).await.unwrap());
    assert_eq!(store.scoring_policy(tenant, first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(store.scoring_policy_named(tenant, "ours", "2").await.unwrap().as_ref(), Some(&second));
    assert_eq!(store.scoring_policy_named(tenant, "ours", "3").await.unwrap(), None);
    let page = Page { after: None, limit: 1 };
    assert_eq!(store.scoring_policies(tenant, page).await.unwrap(), (vec![first.clone()], Some(first.id)));

    let other = world.tenant("other").await;
    assert!(store.scoring_policy(other.tenant, first.id).await.unwrap().is_none());
    assert!(store.scoring_policy_named(other.tenant, "ours", "1").await.unwrap().is_none());
    assert!(store.scoring_policies(other.tenant, page).await.unwrap().0.is_empty());
    assert!(store.add_scoring_policy(other.tenant, &named(&world, "ours", "1"), ACTOR).await.unwrap(), "their own");
    let noted = "SELECT count(*) FROM audit WHERE action = 'scoring_policy.added'";
    assert_eq!(world.number(noted).await, 3, "what was not kept is not noted");
}

async fn a_jobs_own_policy_goes_before_the_one_for_all_and_neither_is_anybody_elses(world: World) {
    let (store, place) = (&world.store, world.place);
    let (for_all, own) = (kept(&world, "all").await, kept(&world, "own").await);
    let in_force =
        async |posting| store.scoring_policy_in_force(place.tenant, posting).await.unwrap().map(|policy| policy.id);
    assert_eq!(in_force(Some(place.posting)).await, None);
    assert!(put(&world, None, Some(for_all)).await);
    assert!(put(&world, Some(place.posting), Some(own)).await);
    assert_eq!((in_force(None).await, in_force(Some(place.posting)).await), (Some(for_all), Some(own)));
    assert_eq!(store.posting(place.tenant, place.posting).await.unwrap().unwrap().scoring_policy, Some(own));
    let other = world.tenant("other").await;
    let theirs = store.put_scoring_policy_in_force(other.tenant, Some(place.posting), None, now(), ACTOR);
    assert!(!theirs.await.unwrap(), "a job of somebody else's");
    assert!(store.scoring_policy_in_force(other.tenant, Some(place.posting)).await.unwrap().is_none());
    assert!(put(&world, Some(place.posting), None).await);
    assert_eq!(in_force(Some(place.posting)).await, Some(for_all));
    assert_eq!(store.audit_verify(place.tenant, &[]).await.unwrap().result, Ok(()));
}

async fn another_policy_has_those_assessed_anew_to_whom_it_applies_a_few_at_a_time_and_once(world: World) {
    let (job, own_job, other) = (world.place, other_job(&world).await, world.tenant("other").await);
    let own = kept(&world, "own").await;
    put(&world, Some(own_job.posting), Some(own)).await;
    assert_eq!(spread(&world, 2, now()).await, [0], "the other job has nobody yet");
    let mut concerned = Vec::new();
    for _ in 0..5 {
        concerned.push(assessed_by(&world, job, None).await);
    }
    assessed_by(&world, own_job, Some(own)).await;
    assessed_by(&world, other, None).await;
    world.accept(job).await;

    let policy = kept(&world, "all").await;
    put(&world, None, Some(policy)).await;
    assert_eq!(spread(&world, 2, now()).await, [2, 2, 1], "whoever is assessed and has no other policy");
    assert_eq!(waiting(&world).await, concerned);
    put(&world, None, Some(policy)).await;
    put(&world, Some(job.posting), Some(policy)).await;
    assert_eq!(spread(&world, 2, now()).await, [0; 0], "what was in force is in force");
    put(&world, Some(job.posting), None).await;
    assert_eq!(spread(&world, 9, now()).await, [0; 0], "and still is");
    put(&world, None, None).await;
    assert_eq!(spread(&world, 9, at("2027-01-01T00:00:00Z")).await, [0], "what came in long ago is left alone");
}

async fn who_was_assessed_by_what_is_no_longer_in_force_is_assessed_again(world: World) {
    let policy = kept(&world, "ours").await;
    put(&world, None, Some(policy)).await;
    assert_eq!(spread(&world, 9, now()).await, [0]);
    let late = assessed_by(&world, world.place, None).await;
    assert_eq!(waiting(&world).await, [late], "its policy was read before");
    assessed_by(&world, world.place, Some(policy)).await;
    put(&world, Some(world.place.posting), Some(kept(&world, "own").await)).await;
    let late_too = assessed_by(&world, world.place, Some(policy)).await;
    assert_eq!(waiting(&world).await, [late, late_too]);
}

async fn the_same_by_another_policy_is_kept_beside_what_was_said_and_nobody_is_told(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let submission = assessed_by(&world, world.place, None).await;
    let said = async || match store.submission(tenant, submission).await.unwrap().unwrap().state {
        SubmissionState::Assessed(assessed) => assessed.assessment,
        other => panic!("{other:?}"),
    };
    let before = said().await;
    let task = TaskId::from_uuid(world.uuid());
    store.ask_recheck(tenant, submission, task, now(), ACTOR).await.unwrap();
    let lease = lease_of(&world, TaskKind::Recheck { submission }).await;
    let id = AssessmentId::from_uuid(world.uuid());
    let assessment = Assessment { id, policy: "ours@1".to_owned(), ..before.clone() };
    let new = NewCorrection {
        submission,
        replaces: before.id,
        report: report(),
        assessment: assessment.clone(),
        delivery: None,
        watch: Watch::default(),
        unmapped: Vec::new(),
    };
    assert!(store.correct(&lease, new, now()).await.unwrap());
    assert_eq!(said().await, assessment);
    let earlier = store.earlier_assessments(tenant, submission).await.unwrap();
    assert_eq!(earlier.iter().map(|one| &one.assessment).collect::<Vec<_>>(), [&before]);
    assert!(store.deliveries_of(tenant, submission).await.unwrap().is_empty());
    assert_eq!(world.number("SELECT count(*) FROM events").await, 0);
    let rows = store.audit_rows(tenant, 0, 99).await.unwrap();
    assert_eq!(rows.last().map(|row| row.action.as_str()), Some(Action::SubmissionRescored.as_str()));
}

on_both_stores! {
    a_policy_is_kept_once_by_its_name_and_version_and_is_nobody_elses,
    a_jobs_own_policy_goes_before_the_one_for_all_and_neither_is_anybody_elses,
    another_policy_has_those_assessed_anew_to_whom_it_applies_a_few_at_a_time_and_once,
    who_was_assessed_by_what_is_no_longer_in_force_is_assessed_again,
    the_same_by_another_policy_is_kept_beside_what_was_said_and_nobody_is_told,
}
