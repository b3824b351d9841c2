//! The trail shows what was changed or taken out of it.

use wellspring_store::BrokenChain;

use crate::world::{LONG, World, on_both_stores};

async fn trail(world: &World) {
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    world.attempt(&lease, delivery.id, world.delivered()).await.unwrap();
}

async fn the_trail_tells_of_every_step(world: World) {
    trail(&world).await;
    let rows = world.store.audit_rows(world.place.tenant, 0, 100).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "tenant.created",
            "connection.added",
            "profile.added",
            "job.added",
            "key.created",
            "submission.accepted",
            "submission.assessed",
            "delivery.delivered"
        ]
    );
    assert_eq!(world.store.audit_verify(world.place.tenant).await.unwrap(), Ok(8));
}

async fn any_row_changed_or_missing_is_named(world: World) {
    trail(&world).await;
    let spoils = [
        "UPDATE audit SET actor = 'somebody' WHERE number = 3",
        "UPDATE audit SET at = at + 1 WHERE number = 3",
        "UPDATE audit SET subject = subject || 'x' WHERE number = 3",
        "UPDATE audit SET digest = (SELECT digest FROM audit WHERE number = 2) WHERE number = 3",
        "DELETE FROM audit WHERE number = 3",
    ];
    for spoil in spoils {
        world.sql("CREATE TABLE kept AS SELECT * FROM audit").await;
        world.sql(spoil).await;
        let found = world.store.audit_verify(world.place.tenant).await.unwrap();
        assert_eq!(found, Err(BrokenChain { number: 3 }), "{spoil}");
        world.sql("DELETE FROM audit").await;
        world.sql("INSERT INTO audit SELECT * FROM kept").await;
        world.sql("DROP TABLE kept").await;
        assert!(world.store.audit_verify(world.place.tenant).await.unwrap().is_ok(), "as it was");
    }
}

on_both_stores! {
    the_trail_tells_of_every_step,
    any_row_changed_or_missing_is_named,
}
