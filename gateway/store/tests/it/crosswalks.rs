//! Associations with who decided and why; editions that stay as they were; nothing of one tenant's for another.

use std::sync::Arc;

use wellspring_model::{
    assessment::Ppm,
    case::Package,
    competency::ItemId,
    crosswalk::{
        AssociationState, AssociationType, Crosswalk, CrosswalkAssociation, CrosswalkNode, Decided, Decision,
        StateName, Suggestion, Verdict,
    },
    id::{CrosswalkAssociationId, CrosswalkId, FrameworkId, TenantId},
};
use wellspring_store::{AssociationFilter, Decide, NewEdition, NewFramework, Page, StoreError};

use crate::world::{ACTOR, World, now, on_both_stores};

const ALL: AssociationFilter = AssociationFilter { state: None };
const FIRST: Page<CrosswalkAssociationId> = Page { after: None, limit: 100 };

pub fn decision(reason: &str) -> Decision {
    Decision { by: "Jo Smith".to_owned().try_into().unwrap(), at: now(), reason: reason.to_owned().try_into().unwrap() }
}

fn node(name: &str) -> CrosswalkNode {
    let uri = format!("https://case.example/{name}");
    CrosswalkNode { item: ItemId::parse(&uri), uri, title: name.to_owned() }
}

fn suggestion() -> Suggestion {
    let matched = vec!["data".to_owned(), "clean".to_owned()];
    Suggestion { by: "words@1".to_owned(), at: now(), score: Ppm::new(420_000).unwrap(), matched }
}

impl World {
    pub async fn crosswalk(&self, tenant: TenantId) -> CrosswalkId {
        let crosswalk = Crosswalk {
            id: CrosswalkId::from_uuid(self.uuid()),
            title: "Ours and theirs".to_owned().try_into().unwrap(),
            from: Some("theirs".to_owned()),
            to: "ours".to_owned(),
            created_at: now(),
        };
        self.store.add_crosswalk(tenant, &crosswalk, ACTOR).await.unwrap();
        assert_eq!(self.store.crosswalk(tenant, crosswalk.id).await.unwrap(), Some(crosswalk.clone()));
        crosswalk.id
    }

    pub fn association(&self, origin: &str, state: AssociationState) -> CrosswalkAssociation {
        CrosswalkAssociation {
            id: CrosswalkAssociationId::from_uuid(self.uuid()),
            origin: node(origin),
            kind: AssociationType::IsRelatedTo,
            destination: node("asked"),
            state,
        }
    }

    fn edition(&self, crosswalk: CrosswalkId, number: u32) -> NewEdition {
        let package = serde_json::json!({
            "CFDocument": {
                "identifier": crosswalk.uuid(), "uri": "https://gateway.example/crosswalk", "title": "Ours and theirs",
                "frameworkType": "Crosswalk", "caseVersion": "1.1", "version": number.to_string(),
                "lastChangeDateTime": now().to_string()
            },
            "CFAssociations": []
        });
        let package = Package::read(package.to_string().into_bytes(), None).unwrap();
        let id = FrameworkId::from_uuid(self.uuid());
        NewEdition { crosswalk, number, framework: NewFramework { id, package: Arc::new(package), imported_at: now() } }
    }
}

async fn a_suggestion_is_decided_with_name_and_reason_and_the_latest_decision_stands(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let of = (tenant, world.crosswalk(tenant).await);
    let new = world.association("taught", AssociationState::Suggested(suggestion()));
    assert_eq!(store.add_suggestions(of, std::slice::from_ref(&new), now(), ACTOR).await.unwrap(), 1);
    assert_eq!(store.associations(of, ALL, FIRST).await.unwrap().0, std::slice::from_ref(&new), "as it was suggested");
    assert!(store.items_associated(of).await.unwrap().is_empty(), "a suggestion associates nothing");

    let decide = |verdict, kind, reason: &str| Decide { verdict, decision: decision(reason), kind };
    let approve = decide(Verdict::Approved, Some(AssociationType::ExactMatchOf), "the same");
    let approved = store.decide_association(of, new.id, approve, ACTOR).await.unwrap().unwrap();
    let decided = Decided { decision: decision("the same"), suggestion: Some(suggestion()) };
    assert_eq!(approved.state, AssociationState::Approved(decided), "it is known what it was decided on");
    assert_eq!(approved.kind, AssociationType::ExactMatchOf);
    assert_eq!(store.association(tenant, new.id).await.unwrap(), Some((of.1, approved)));
    assert_eq!(store.items_associated(of).await.unwrap().len(), 2, "both ends");

    let reject = decide(Verdict::Rejected, None, "only at first sight");
    let rejected = store.decide_association(of, new.id, reject, ACTOR).await.unwrap().unwrap();
    assert_eq!((rejected.state_name(), rejected.kind), (StateName::Rejected, AssociationType::ExactMatchOf));
    let again = world.association("taught", AssociationState::Suggested(suggestion()));
    let other = world.association("taught too", AssociationState::Suggested(suggestion()));
    assert_eq!(
        store.add_suggestions(of, &[again, other], now(), ACTOR).await.unwrap(),
        1,
        "what was rejected stays so"
    );
    let counts = store.associations_by_state(of).await.unwrap();
    assert_eq!(counts, [(StateName::Suggested, 1), (StateName::Approved, 0), (StateName::Rejected, 1)]);
    let rejected = AssociationFilter { state: Some(StateName::Rejected) };
    assert_eq!(store.associations(of, rejected, FIRST).await.unwrap().0.len(), 1);
}

async fn a_pair_of_items_is_associated_once(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let of = (tenant, world.crosswalk(tenant).await);
    let approved = || AssociationState::Approved(Decided { decision: decision("the same"), suggestion: None });
    assert!(store.add_association(of, &world.association("taught", approved()), now(), ACTOR).await.unwrap());
    assert!(!store.add_association(of, &world.association("taught", approved()), now(), ACTOR).await.unwrap());
    let elsewhere = (tenant, world.crosswalk(tenant).await);
    let the_same = world.association("taught", approved());
    assert!(store.add_association(elsewhere, &the_same, now(), ACTOR).await.unwrap(), "in another crosswalk");
    let rows = store.audit_rows(tenant, 0, 100).await.unwrap();
    assert_eq!(
        rows.iter().filter(|row| row.action == "association.decided").count(),
        2,
        "what was not done is not noted"
    );
}

async fn editions_count_on_and_keep_their_bytes_and_scoring_follows_the_newest(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let of = (tenant, world.crosswalk(tenant).await);
    assert_eq!(store.edition(of, None).await.unwrap(), None);
    for number in [1, 2] {
        store.add_edition(tenant, world.edition(of.1, number), ACTOR).await.unwrap();
    }
    let twice = store.add_edition(tenant, world.edition(of.1, 2), ACTOR).await;
    assert!(matches!(twice, Err(StoreError::Exists(_))), "{twice:?}");
    let newest = store.edition(of, None).await.unwrap().unwrap();
    let earlier = store.edition(of, Some(1)).await.unwrap().unwrap();
    assert_eq!((newest.number, earlier.number), (2, 1));
    for edition in [&newest, &earlier] {
        let bytes = store.framework_package(tenant, edition.framework).await.unwrap().unwrap();
        assert_eq!(edition.digest, wellspring_store::detail_of(bytes), "the very bytes");
    }
    assert_eq!(store.edition(of, Some(3)).await.unwrap(), None);
    let (page, next) = store.editions(of, Page { after: None, limit: 1 }).await.unwrap();
    assert_eq!((page[0].number, next), (1, Some(1)));
    assert_eq!(store.editions(of, Page { after: next, limit: 1 }).await.unwrap().0, std::slice::from_ref(&newest));
    let scoring = store.frameworks_for_scoring(tenant).await.unwrap();
    assert_eq!(scoring, [newest.framework], "and what failed left nothing there");
}

async fn another_tenants_crosswalks_are_as_if_they_were_not(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let id = world.crosswalk(tenant).await;
    let approved = AssociationState::Approved(Decided { decision: decision("the same"), suggestion: None });
    let association = world.association("taught", approved);
    store.add_association((tenant, id), &association, now(), ACTOR).await.unwrap();
    store.add_edition(tenant, world.edition(id, 1), ACTOR).await.unwrap();
    let them = world.tenant("other").await.tenant;
    assert_eq!(store.crosswalk(them, id).await.unwrap(), None);
    assert!(store.crosswalks(them, Page { after: None, limit: 9 }).await.unwrap().0.is_empty());
    assert!(store.associations((them, id), ALL, FIRST).await.unwrap().0.is_empty());
    assert_eq!(store.association(them, association.id).await.unwrap(), None);
    assert_eq!(store.edition((them, id), None).await.unwrap(), None);
    assert!(store.editions((them, id), Page { after: None, limit: 9 }).await.unwrap().0.is_empty());
    assert!(store.items_associated((them, id)).await.unwrap().is_empty());
    let reject = Decide { verdict: Verdict::Rejected, decision: decision("not ours"), kind: None };
    assert_eq!(store.decide_association((them, id), association.id, reject, ACTOR).await.unwrap(), None);
    assert_eq!(store.association(tenant, association.id).await.unwrap(), Some((id, association)), "untouched");
}

async fn the_database_refuses_associations_that_the_types_cannot_say(world: World) {
    let (store, tenant) = (&world.store, world.place.tenant);
    let of = (tenant, world.crosswalk(tenant).await);
    let new = world.association("taught", AssociationState::Suggested(suggestion()));
    store.add_suggestions(of, &[new], now(), ACTOR).await.unwrap();
    for wrong in [
        "UPDATE crosswalk_associations SET state = 'approved'",
        "UPDATE crosswalk_associations SET decided_by = 'Jo', decided_at = 1, reason = 'x'",
        "UPDATE crosswalk_associations SET state = 'approved', decided_by = 'Jo', decided_at = 1, reason = ''",
        "UPDATE crosswalk_associations SET state = 'approved', decided_by = '', decided_at = 1, reason = 'x'",
        "UPDATE crosswalk_associations SET suggested_by = NULL, suggested_at = NULL, score = NULL, matched = NULL",
        "UPDATE crosswalk_associations SET score = 1000001",
        "UPDATE crosswalk_associations SET type = 'exemplar'",
        "UPDATE crosswalk_associations SET destination = origin",
        "UPDATE crosswalks SET to_framework = from_framework",
    ] {
        let error = world.try_sql(wrong).await.expect_err(wrong);
        assert!(error.to_string().to_lowercase().contains("check"), "{wrong}: {error}");
    }
}

on_both_stores! {
    a_suggestion_is_decided_with_name_and_reason_and_the_latest_decision_stands,
    a_pair_of_items_is_associated_once,
    editions_count_on_and_keep_their_bytes_and_scoring_follows_the_newest,
    another_tenants_crosswalks_are_as_if_they_were_not,
    the_database_refuses_associations_that_the_types_cannot_say,
}
