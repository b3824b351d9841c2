//! What may not stand in the file in the clear.

use secrecy::ExposeSecret;
use uuid::Uuid;
use wellspring_model::{digest::Digest, id::KeyId};

use crate::world::{World, now, on_both_stores};

#[tokio::test]
async fn no_secret_and_no_link_stands_in_the_file_in_the_clear() {
    let world = World::sqlite().await;
    let id = world.accept(world.place).await;
    let token = world.store.share_token(world.place.tenant, id).await.unwrap().expect("a link");
    let secrets = world.store.connection_secrets(world.place.tenant, world.place.connection).await.unwrap();
    assert_eq!(secrets["main"].expose_secret(), "s3cret-of-the-first");
    world.store.close().await;
    for file in ["store.db", "store.db-wal"] {
        let bytes = std::fs::read(world.path().with_file_name(file)).unwrap_or_default();
        for secret in ["s3cret-of-the-first", token.expose_secret()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{file} holds {secret}");
        }
    }
}

async fn a_sealed_value_that_was_moved_does_not_open(world: World) {
    let other = world.tenant("s3cret-of-the-second").await;
    let (first, second) = (world.place.connection, other.connection);
    world
        .sql(&format!(
            "UPDATE connection_secrets SET sealed = (SELECT sealed FROM connection_secrets \
             WHERE connection = '{second}') WHERE connection = '{first}'"
        ))
        .await;
    assert!(world.store.connection_secrets(world.place.tenant, world.place.connection).await.is_err());
}

async fn a_key_is_found_by_its_digest_until_it_is_revoked(world: World) {
    let (id, digest) = (KeyId::from_uuid(Uuid::from_u128(77)), Digest::from_bytes([5; 32]));
    world.store.add_key(world.place.tenant, id, "ci", digest, now()).await.unwrap();
    assert_eq!(world.store.tenant_of_key(&digest).await.unwrap(), Some((world.place.tenant, id)));
    let other = world.tenant("other").await;
    assert!(!world.store.revoke_key(other.tenant, id, now()).await.unwrap(), "it is not theirs to revoke");
    assert!(world.store.revoke_key(world.place.tenant, id, now()).await.unwrap());
    assert!(!world.store.revoke_key(world.place.tenant, id, now()).await.unwrap(), "once is enough");
    assert_eq!(world.store.tenant_of_key(&digest).await.unwrap(), None);
}

on_both_stores! {
    a_sealed_value_that_was_moved_does_not_open,
    a_key_is_found_by_its_digest_until_it_is_revoked,
}
