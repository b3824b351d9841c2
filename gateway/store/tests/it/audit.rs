//! The trail shows what was changed or taken out of it.

use wellspring_store::BrokenChain;

use crate::world::{LONG, World, now, receipt};

async fn trail() -> World {
    let world = World::new().await;
    let delivery = world.delivery_waiting("900").await;
    let lease = world.claim_one(LONG).await;
    let attempt = wellspring_model::id::AttemptId::from_uuid(world.uuid());
    world.store.begin_attempt(&lease, delivery.id, attempt, now()).await.unwrap();
    world.store.settle(&lease, delivery.id, attempt, Ok(receipt()), None, now()).await.unwrap();
    world
}

#[tokio::test]
async fn the_trail_tells_of_every_step() {
    let world = trail().await;
    let rows = world.store.audit_rows(world.place.tenant, 0, 100).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "tenant.created",
            "connection.added",
            "profile.added",
            "job.added",
            "submission.accepted",
            "submission.assessed",
            "delivery.delivered"
        ]
    );
    assert_eq!(world.store.audit_verify(world.place.tenant).await.unwrap(), Ok(7));
}

#[tokio::test]
async fn any_row_changed_or_missing_is_named() {
    let world = trail().await;
    let mut raw = world.raw().await;
    let spoils = [
        "UPDATE audit SET actor = 'somebody' WHERE number = 3",
        "UPDATE audit SET at = at + 1 WHERE number = 3",
        "UPDATE audit SET subject = subject || 'x' WHERE number = 3",
        "UPDATE audit SET digest = zeroblob(32) WHERE number = 3",
        "DELETE FROM audit WHERE number = 3",
    ];
    for spoil in spoils {
        sqlx::query("CREATE TABLE kept AS SELECT * FROM audit").execute(&mut raw).await.unwrap();
        sqlx::query(spoil).execute(&mut raw).await.unwrap();
        let found = world.store.audit_verify(world.place.tenant).await.unwrap();
        assert_eq!(found, Err(BrokenChain { number: 3 }), "{spoil}");
        sqlx::query("DELETE FROM audit").execute(&mut raw).await.unwrap();
        sqlx::query("INSERT INTO audit SELECT * FROM kept").execute(&mut raw).await.unwrap();
        sqlx::query("DROP TABLE kept").execute(&mut raw).await.unwrap();
        assert!(world.store.audit_verify(world.place.tenant).await.unwrap().is_ok(), "as it was");
    }
}
