//! What connections and endpoints share.

use std::collections::BTreeSet;

use crate::world::{World, now, on_both_stores};

async fn origins_granted_at_the_same_time_are_all_granted(world: World) {
    let (tenant, connection) = (world.place.tenant, world.place.connection);
    // A file has one node.
    let other = if world.url().is_some() { world.again([7; 32]).await } else { world.store.clone() };
    let origins: BTreeSet<String> = (1..=16).map(|port| format!("http://127.0.0.1:{port}")).collect();
    let nodes = [&world.store, &other].into_iter().cycle();
    let grants = origins.iter().zip(nodes);
    let grants = grants.map(|(origin, node)| node.grant_private_origin(tenant, connection, origin, now()));
    for granted in futures_util::future::join_all(grants).await {
        assert!(granted.unwrap());
    }
    let connection = world.store.connection(tenant, connection).await.unwrap().unwrap();
    assert_eq!(connection.private_origins.into_iter().collect::<BTreeSet<_>>(), origins);
}

on_both_stores! {
    origins_granted_at_the_same_time_are_all_granted,
}
