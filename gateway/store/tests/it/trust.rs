//! Which trust policy is in force, and over which reports a change of it is looked at.

use wellspring_model::{
    id::TrustPolicyId,
    trust::{TrustPolicy, TrustRules},
};

use crate::world::{ACTOR, LONG, World, now, on_both_stores};

async fn policy(world: &World, title: &str) -> TrustPolicyId {
    let id = TrustPolicyId::from_uuid(world.uuid());
    let policy = TrustPolicy { id, title: title.to_owned(), rules: TrustRules::default(), created_at: now() };
    world.store.add_trust_policy(world.place.tenant, &policy, ACTOR).await.unwrap();
    id
}

async fn a_jobs_own_policy_goes_before_the_one_for_all_and_neither_is_anybody_elses(world: World) {
    let (store, place) = (&world.store, world.place);
    let (for_all, own) = (policy(&world, "all").await, policy(&world, "own").await);
    let in_force =
        async |posting| store.trust_policy_in_force(place.tenant, posting).await.unwrap().map(|policy| policy.id);
    let put = async |tenant, posting, policy| {
        store.put_trust_policy_in_force(tenant, posting, policy, now(), ACTOR).await.unwrap()
    };
    assert_eq!(in_force(Some(place.posting)).await, None);
    assert!(put(place.tenant, None, Some(for_all)).await);
    assert_eq!((in_force(None).await, in_force(Some(place.posting)).await), (Some(for_all), Some(for_all)));
    assert!(put(place.tenant, Some(place.posting), Some(own)).await);
    assert_eq!((in_force(None).await, in_force(Some(place.posting)).await), (Some(for_all), Some(own)));
    assert_eq!(store.posting(place.tenant, place.posting).await.unwrap().unwrap().trust_policy, Some(own));

    let other = world.tenant("other").await;
    assert!(!put(other.tenant, Some(place.posting), None).await, "a job of somebody else's");
    assert!(store.trust_policy(other.tenant, own).await.unwrap().is_none());
    assert!(store.trust_policy_in_force(other.tenant, Some(place.posting)).await.unwrap().is_none());
    assert!(put(other.tenant, None, Some(own)).await, "what the caller should have looked at");
    assert!(store.trust_policy_in_force(other.tenant, None).await.unwrap().is_none(), "is of no effect all the same");

    assert!(put(place.tenant, Some(place.posting), None).await);
    assert_eq!(in_force(Some(place.posting)).await, Some(for_all));
    assert_eq!(store.audit_verify(place.tenant, &[]).await.unwrap().result, Ok(()));
}

async fn reports_are_read_newest_first_a_page_at_a_time_and_those_of_jobs_with_their_own_policy_apart(world: World) {
    let (store, place) = (&world.store, world.place);
    let mut submissions = Vec::new();
    for _ in 0..3 {
        let submission = world.accept(place).await;
        let lease = world.claim_one(LONG).await;
        store.record_assessment(&lease, world.assessed(submission, Vec::new()), now()).await.unwrap();
        submissions.push(submission);
    }
    world.accept(place).await;
    let ids = async |posting, before, limit| {
        let page = store.recent_reports(place.tenant, posting, before, limit).await.unwrap();
        page.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    submissions.reverse();
    assert_eq!(ids(None, None, 2).await, submissions[..2], "what is not assessed has no report");
    assert_eq!(ids(None, Some(submissions[1]), 2).await, submissions[2..]);
    let own = policy(&world, "own").await;
    store.put_trust_policy_in_force(place.tenant, Some(place.posting), Some(own), now(), ACTOR).await.unwrap();
    assert!(ids(None, None, 2).await.is_empty());
    assert_eq!(ids(Some(place.posting), None, 9).await, submissions);
}

on_both_stores! {
    a_jobs_own_policy_goes_before_the_one_for_all_and_neither_is_anybody_elses,
    reports_are_read_newest_first_a_page_at_a_time_and_those_of_jobs_with_their_own_policy_apart,
}
