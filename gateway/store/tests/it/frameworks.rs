//! Frameworks are kept as received, found by parts, and public only where their owner says so.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;
use wellspring_model::{
    case::{ObjectKind, Package},
    competency::Framework,
    id::{FrameworkId, TenantId},
};
use wellspring_store::{Added, NewFramework, Page, Readers};

use crate::world::{ACTOR, Place, World, now, on_both_stores};

fn guid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn uuid(n: usize) -> Uuid {
    guid(n).parse().unwrap()
}

/// As many items, each a child of the one before, with blanks and members of its own.
fn package(items: usize, edition: usize) -> Vec<u8> {
    let item = |n: usize| {
        json!({"identifier": guid(n), "uri": format!("urn:x:{n}"), "fullStatement": format!("Does {n} é {edition}"),
            "lastChangeDateTime": "2026-01-01T00:00:00Z", "extensions": {"own": [n, null]}})
    };
    let node = |n: usize| json!({"title": "x", "identifier": guid(n), "uri": format!("urn:x:{n}")});
    let child = |n: usize| {
        json!({"identifier": guid(1_000_000 + n), "uri": "urn:x", "associationType": "isChildOf", "originNodeURI": node(n),
            "destinationNodeURI": node(n - 1), "lastChangeDateTime": "2026-01-01T00:00:00Z"})
    };
    let value = json!({
        "CFDocument": {"identifier": guid(0), "uri": "urn:x:0", "creator": "x", "title": "Example", "version": edition.to_string(),
            "lastChangeDateTime": "2026-01-01T00:00:00Z"},
        "CFItems": (1..=items).map(item).collect::<Vec<_>>(),
        "CFAssociations": (2..=items).map(child).collect::<Vec<_>>(),
    });
    serde_json::to_vec_pretty(&value).unwrap()
}

async fn add(world: &World, place: Place, bytes: Vec<u8>) -> Added {
    let package = Arc::new(Package::read(bytes, None).unwrap());
    let new = NewFramework { id: FrameworkId::from_uuid(world.uuid()), package, imported_at: now() };
    world.store.add_framework(place.tenant, new, ACTOR).await.unwrap()
}

async fn a_package_comes_back_byte_by_byte_and_each_object_by_its_identifier(world: World) {
    let (store, place) = (&world.store, world.place);
    let bytes = package(2_000, 1);
    assert!(bytes.len() > 5 * 65_536, "it takes several blocks: {}", bytes.len());
    let id = add(&world, place, bytes.clone()).await.id();
    assert_eq!(store.framework_package(place.tenant, id).await.unwrap().as_ref(), Some(&bytes));
    assert!(bytes.len() > 17 * 65_536, "it takes several parts");
    assert_eq!(parts(&world, place.tenant, id).await, bytes);
    let whole: Value = serde_json::from_slice(&bytes).unwrap();
    for n in [1, 2, 777, 1_999, 2_000] {
        let found =
            store.framework_object(place.tenant, Readers::Tenant, ObjectKind::Item, uuid(n)).await.unwrap().unwrap();
        assert_eq!(found.edition.id, id);
        assert_eq!(serde_json::from_str::<Value>(&found.text).unwrap(), whole["CFItems"][n - 1]);
    }
    let document =
        store.framework_objects(place.tenant, &edition(&world, id).await, ObjectKind::Document).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&document[0]).unwrap(), whole["CFDocument"]);
    let of = store.framework_associations_of(place.tenant, Readers::Tenant, uuid(5), 100).await.unwrap();
    let of: Vec<Value> = of.iter().map(|one| serde_json::from_str(&one.text).unwrap()).collect();
    assert_eq!(of, [whole["CFAssociations"][3].clone(), whole["CFAssociations"][4].clone()], "down and up");
    let scored = store.framework(place.tenant, id).await.unwrap().unwrap();
    assert_eq!(scored.framework, serde_json::from_slice::<Framework>(&bytes).unwrap());
}

/// The package as it is passed on.
async fn parts(world: &World, tenant: TenantId, id: FrameworkId) -> Vec<u8> {
    let parts = world.store.framework_parts(tenant, &edition(world, id).await);
    parts.try_concat().await.unwrap()
}

async fn edition(world: &World, id: FrameworkId) -> wellspring_store::FrameworkEdition {
    world.store.framework_edition(world.place.tenant, id).await.unwrap().unwrap()
}

async fn the_same_bytes_again_are_nothing_new_and_others_are_the_next_edition(world: World) {
    let (store, place) = (&world.store, world.place);
    let first = add(&world, place, package(3, 1)).await;
    assert_eq!(add(&world, place, package(3, 1)).await, Added::Known(first.id()));
    let second = add(&world, place, package(2, 2)).await;
    assert!(matches!(second, Added::New(_)));
    let before =
        store.framework_edition_before(place.tenant, &edition(&world, second.id()).await).await.unwrap().unwrap();
    assert_eq!((before.id, before.version.as_deref(), before.items), (first.id(), Some("1"), 3));
    let found =
        store.framework_object(place.tenant, Readers::Tenant, ObjectKind::Item, uuid(2)).await.unwrap().unwrap();
    assert_eq!(found.edition.id, second.id(), "the newest edition is asked");
    let gone = store.framework_object(place.tenant, Readers::Tenant, ObjectKind::Item, uuid(3)).await.unwrap();
    assert!(gone.is_none(), "what only an earlier edition had is not there any more");
    let named = store.framework_named(place.tenant, &guid(0)).await.unwrap().unwrap();
    assert_eq!((named.id, named.framework.items.len()), (second.id(), 2));
    assert_eq!(store.frameworks_for_scoring(place.tenant).await.unwrap(), [second.id()]);
    let used = store.frameworks_used(place.tenant, &[before_version(&world, first.id()).await]).await.unwrap();
    assert_eq!(used, [first.id()], "an assessment still finds the edition that it used");
    let (all, _) = store.frameworks(place.tenant, Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [first.id(), second.id()]);
    let imported = store.audit_rows(place.tenant, 0, 100).await.unwrap();
    assert_eq!(imported.iter().filter(|row| row.action == "framework.imported").count(), 2);
}

async fn an_edition_is_the_newest_though_its_clock_was_behind(world: World) {
    let (store, place) = (&world.store, world.place);
    let ids = [3_u128 << 64, 2 << 64, 1 << 64].map(|number| FrameworkId::from_uuid(Uuid::from_u128(number)));
    for (n, id) in ids.into_iter().enumerate() {
        let package = Arc::new(Package::read(package(1, n), None).unwrap());
        store.add_framework(place.tenant, NewFramework { id, package, imported_at: now() }, ACTOR).await.unwrap();
    }
    assert_eq!(store.framework_named(place.tenant, &guid(0)).await.unwrap().unwrap().id, ids[2]);
    let found =
        store.framework_object(place.tenant, Readers::Tenant, ObjectKind::Item, uuid(1)).await.unwrap().unwrap();
    assert_eq!((found.edition.id, found.edition.edition), (ids[2], 3));
}

async fn editions_that_are_imported_at_the_same_time_count_on(world: World) {
    let all = (0..6).map(|n| add(&world, world.place, package(1, n)));
    let added = futures_util::future::join_all(all).await;
    let mut editions = Vec::new();
    for one in added {
        editions.push(edition(&world, one.id()).await.edition);
    }
    editions.sort_unstable();
    assert_eq!(editions, [1, 2, 3, 4, 5, 6]);
}

async fn before_version(world: &World, id: FrameworkId) -> wellspring_model::competency::FrameworkVersion {
    world.store.framework(world.place.tenant, id).await.unwrap().unwrap().version()
}

async fn only_what_its_owner_published_is_for_anybody(world: World) {
    let (store, place) = (&world.store, world.place);
    let id = add(&world, place, package(3, 1)).await.id();
    let seen = async |readers| {
        let found = store.framework_object(place.tenant, readers, ObjectKind::Item, uuid(2)).await.unwrap().is_some();
        let one = store.framework_for(place.tenant, readers, &guid(0)).await.unwrap().is_some();
        (found, one, store.frameworks_for(place.tenant, readers).await.unwrap().len())
    };
    assert_eq!(seen(Readers::Anybody).await, (false, false, 0));
    assert_eq!(seen(Readers::Tenant).await, (true, true, 1));
    let other = world.tenant("other").await;
    assert!(
        !store.publish_framework(other.tenant, id, true, now(), ACTOR).await.unwrap(),
        "it is not theirs to publish"
    );
    assert_eq!(seen(Readers::Anybody).await, (false, false, 0));
    for _ in 0..2 {
        assert!(store.publish_framework(place.tenant, id, true, now(), ACTOR).await.unwrap());
    }
    assert_eq!(seen(Readers::Anybody).await, (true, true, 1));
    assert!(edition(&world, id).await.is_published);
    let next = add(&world, place, package(4, 2)).await.id();
    assert_eq!(store.framework_for(place.tenant, Readers::Anybody, &guid(0)).await.unwrap().unwrap().id, next);
    store.publish_framework(place.tenant, next, false, now(), ACTOR).await.unwrap();
    assert_eq!(seen(Readers::Anybody).await, (false, false, 0));
    let trail = store.audit_rows(place.tenant, 0, 100).await.unwrap();
    let actions: Vec<&str> =
        trail.iter().map(|row| row.action.as_str()).filter(|one| one.starts_with("framework.")).collect();
    let expected = ["framework.imported", "framework.published", "framework.imported", "framework.withdrawn"];
    assert_eq!(actions, expected, "what changes nothing is not noted");
}

async fn another_tenants_framework_is_as_if_it_were_not(world: World) {
    let (store, place) = (&world.store, world.place);
    let id = add(&world, place, package(3, 1)).await.id();
    let them = world.tenant("other").await.tenant;
    assert!(store.framework(them, id).await.unwrap().is_none());
    assert!(store.framework_edition(them, id).await.unwrap().is_none());
    assert!(store.framework_package(them, id).await.unwrap().is_none());
    assert!(parts(&world, them, id).await.is_empty());
    assert!(store.framework_object(them, Readers::Tenant, ObjectKind::Item, uuid(1)).await.unwrap().is_none());
    assert!(store.framework_objects(them, &edition(&world, id).await, ObjectKind::Item).await.unwrap().is_empty());
    assert!(store.framework_associations_of(them, Readers::Tenant, uuid(1), 9).await.unwrap().is_empty());
    assert!(store.frameworks_for(them, Readers::Tenant).await.unwrap().is_empty());
}

/// As rows were written before packages were kept as received.
const BEFORE: &str = "INSERT INTO frameworks (id, tenant, identifier, uri, digest, package, imported_at, edition) \
    SELECT 'frm_00000000000000000000000000000001', id, '{guid}', 'urn:x:0', {digest}, '{package}', 1, 1 FROM tenants";

async fn a_framework_of_an_earlier_version_is_scored_and_completed_by_its_package(world: World) {
    use sha2::{Digest as _, Sha256};
    let bytes = package(2, 1);
    let reduced = serde_json::to_string(&serde_json::from_slice::<Framework>(&bytes).unwrap()).unwrap();
    let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = if world.url().is_some() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") };
    let insert = BEFORE.replace("{guid}", &guid(0)).replace("{digest}", &digest).replace("{package}", &reduced);
    world.try_sql(insert.leak()).await.unwrap();
    let (store, tenant) = (&world.store, world.place.tenant);
    let old: FrameworkId = "frm_00000000000000000000000000000001".parse().unwrap();
    assert_eq!(edition(&world, old).await.case_version, None);
    assert_eq!(store.framework(tenant, old).await.unwrap().unwrap().framework.items.len(), 2);
    assert_eq!(store.frameworks_for_scoring(tenant).await.unwrap().len(), 1);
    assert!(store.frameworks_for(tenant, Readers::Tenant).await.unwrap().is_empty(), "there is nothing to serve");
    assert_eq!(add(&world, world.place, bytes.clone()).await, Added::Known(old));
    assert_eq!(store.framework_package(tenant, old).await.unwrap(), Some(bytes));
    let completed = edition(&world, old).await;
    assert_eq!((completed.title.as_str(), completed.items, completed.associations), ("Example", 2, 1));
    assert_eq!(store.frameworks_for(tenant, Readers::Tenant).await.unwrap().len(), 1);
}

on_both_stores! {
    a_package_comes_back_byte_by_byte_and_each_object_by_its_identifier,
    the_same_bytes_again_are_nothing_new_and_others_are_the_next_edition,
    an_edition_is_the_newest_though_its_clock_was_behind,
    editions_that_are_imported_at_the_same_time_count_on,
    only_what_its_owner_published_is_for_anybody,
    another_tenants_framework_is_as_if_it_were_not,
    a_framework_of_an_earlier_version_is_scored_and_completed_by_its_package,
}
