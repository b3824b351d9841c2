//! Somebody with the database's password, and without the key, rewrites a trail.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use wellspring_model::{digest::Digest, id::TenantId};
use wellspring_store::{Action, AuditRow, Broken, Fault};

use crate::{
    audit::{broken, trail},
    world::{World, at, now, on_both_stores},
};

/// A row's digest as `docs/operations/audit.md` has it, written down a second time.
pub fn digest(tenant: TenantId, row: &AuditRow) -> Digest {
    let text = |text: &str| [&(text.len() as u64).to_be_bytes(), text.as_bytes()].concat();
    let detail = row.detail.map_or(vec![0], |detail| [&[1], detail.bytes().as_slice()].concat());
    let parts = [
        b"wellspring audit row 2\n".to_vec(),
        row.previous.bytes().to_vec(),
        text(&tenant.to_string()),
        row.number.to_be_bytes().to_vec(),
        row.at.as_microsecond().to_be_bytes().to_vec(),
        text(&row.actor),
        text(&row.action),
        text(&row.subject),
        u64::from(row.times).to_be_bytes().to_vec(),
        detail,
    ];
    Digest::from_bytes(Sha256::digest(parts.concat()).into())
}

/// Changes who did what row 3 tells of, and chains everything anew from there to the end.
async fn rewrite(world: &World) {
    let tenant = world.place.tenant;
    let mut rows = world.rows().await;
    rows[2].actor = "nobody".into();
    for index in 2..rows.len() {
        rows[index].previous = rows[index - 1].digest;
        rows[index].digest = digest(tenant, &rows[index]);
        let row = &rows[index];
        let (previous, digest) = (world.bytes(row.previous.bytes()), world.bytes(row.digest.bytes()));
        let (actor, number) = (&row.actor, row.number);
        world
            .sql(&format!(
                "UPDATE audit SET actor = '{actor}', previous = {previous}, digest = {digest} \
                 WHERE tenant = '{tenant}' AND number = {number}"
            ))
            .await;
    }
    let end = world.bytes(rows[rows.len() - 1].digest.bytes());
    world.sql(&format!("UPDATE audit_heads SET digest = {end} WHERE tenant = '{tenant}'")).await;
}

async fn a_trail_that_was_chained_anew_is_found_by_its_signed_head(world: World) {
    trail(&world).await;
    world.without_triggers().await;
    assert_eq!(world.store.sign_audit_heads(now()).await.unwrap().heads, 1);
    let kept = world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap();
    world.note(Action::SubmissionViewed, "sub_1").await;
    rewrite(&world).await;
    assert_eq!(world.checked().await, broken(9, Fault::Rewritten));
    // Without the signed head the chain alone fits together; a copy of the head that was kept elsewhere tells.
    world.sql("DELETE FROM audit_signed_heads").await;
    assert_eq!(world.checked().await, Ok(()));
    let check = world.store.audit_verify(world.place.tenant, &kept).await.unwrap();
    assert_eq!(check.result, broken(9, Fault::Rewritten));
}

async fn a_tail_that_was_cut_off_is_found_by_whatever_tells_of_it(world: World) {
    trail(&world).await;
    world.without_triggers().await;
    world.store.sign_audit_heads(now()).await.unwrap();
    let tenant = world.place.tenant;
    let kept = world.store.audit_heads(tenant, 0, 9).await.unwrap();
    world.sql("DELETE FROM audit WHERE number > 6").await;
    assert_eq!(world.checked().await, broken(7, Fault::TailMissing));
    world.sql("UPDATE audit_heads SET number = 6, digest = (SELECT digest FROM audit WHERE number = 6)").await;
    assert_eq!(world.checked().await, broken(7, Fault::TailMissing), "the signed head tells");
    let signed = world.store.sign_audit_head(tenant, now()).await.unwrap();
    assert_eq!(signed, Err(Broken { number: 7, fault: Fault::TailMissing }), "and no new one hides it");
    world.sql("DELETE FROM audit_signed_heads").await;
    assert_eq!(world.checked().await, Ok(()), "nothing in the database tells");
    let check = world.store.audit_verify(tenant, &kept).await.unwrap();
    assert_eq!(check.result, broken(7, Fault::TailMissing), "what was kept elsewhere does");
}

async fn a_trail_that_does_not_fit_together_is_not_signed(world: World) {
    trail(&world).await;
    assert_eq!(world.store.sign_audit_heads(now()).await.unwrap().heads, 1);
    assert_eq!(world.store.sign_audit_heads(now()).await.unwrap().heads, 0, "it has not grown");
    world.note(Action::SubmissionViewed, "sub_1").await;
    world.note(Action::SubmissionViewed, "sub_2").await;
    world.without_triggers().await;
    world.sql("UPDATE audit SET actor = 'nobody' WHERE number = 10").await;
    let signed = world.store.sign_audit_heads(now()).await.unwrap();
    let fault = Broken { number: 10, fault: Fault::Changed };
    assert_eq!((signed.heads, signed.broken), (0, vec![(world.place.tenant, fault)]));
    assert_eq!(world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap().len(), 1);
}

async fn a_signature_that_was_made_up_is_found(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    world.without_triggers().await;
    let head = world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap().remove(0);
    assert_eq!(world.store.audit_verify(world.place.tenant, &[]).await.unwrap().signed, 9);
    // Each byte of what is signed, and of the signature.
    for index in 0..64 {
        let mut signature = head.signature.0;
        signature[index] ^= 1;
        let signature = world.bytes(&signature);
        world.sql(&format!("UPDATE audit_signed_heads SET signature = {signature}")).await;
        assert_eq!(world.checked().await, broken(9, Fault::HeadForged), "byte {index}");
    }
    let signature = world.bytes(&head.signature.0);
    world.sql(&format!("UPDATE audit_signed_heads SET signature = {signature}, at = at + 1")).await;
    assert_eq!(world.checked().await, broken(9, Fault::HeadForged));
    world.sql("UPDATE audit_signed_heads SET at = at - 1, number = 8").await;
    assert_eq!(world.checked().await, broken(8, Fault::HeadForged));
}

/// A key of one's own, put among the gateway's, does not help: its seal cannot be made without the master key.
async fn a_head_signed_with_a_key_of_ones_own_is_found(world: World) {
    trail(&world).await;
    world.store.sign_audit_heads(now()).await.unwrap();
    world.without_triggers().await;
    rewrite(&world).await;
    let mut head = world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap().remove(0);
    let own = SigningKey::from_bytes(&[3; 32]);
    let public = own.verifying_key().to_bytes();
    let hash: [u8; 32] = Sha256::digest(public).into();
    let id: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    head.digest = world.rows().await[8].digest;
    head.key = format!("auk_{id}").parse().unwrap();
    let signature = own.sign(head.message().as_bytes()).to_bytes();
    let (public, id) = (world.bytes(&public), head.key);
    world
        .sql(&format!(
            "INSERT INTO audit_keys (id, public_key, state, sealed, created_at) \
             SELECT '{id}', {public}, 'retired', sealed, 1 FROM audit_keys"
        ))
        .await;
    let (digest, signature) = (world.bytes(head.digest.bytes()), world.bytes(&signature));
    world.sql(&format!("UPDATE audit_signed_heads SET digest = {digest}, key = '{id}', signature = {signature}")).await;
    assert_eq!(world.checked().await, broken(9, Fault::HeadKeyUnknown));
    assert_eq!(world.store.audit_keys().await.unwrap().len(), 1, "it is not one of ours");
}

async fn a_new_key_follows_the_old_one_whose_heads_stay_good(world: World) {
    trail(&world).await;
    assert!(world.store.ensure_audit_key(now()).await.unwrap());
    assert!(!world.store.ensure_audit_key(now()).await.unwrap(), "one is enough");
    world.store.sign_audit_heads(now()).await.unwrap();
    let new = world.store.rotate_audit_key(at("2026-02-01T00:00:00Z")).await.unwrap();
    assert_eq!(world.store.sign_audit_heads(now()).await.unwrap().heads, 1, "every trail tells of the new key");
    let heads = world.store.audit_heads(world.place.tenant, 0, 9).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.number).collect::<Vec<_>>(), [9, 10]);
    let keys = world.store.audit_keys().await.unwrap();
    assert_eq!(keys.iter().map(|key| key.is_signing).collect::<Vec<_>>(), [false, true]);
    assert_eq!(heads.iter().map(|head| head.key).collect::<Vec<_>>(), [keys[0].id, new.id]);
    assert_eq!(keys[1].endorsement.as_ref().map(|endorsement| endorsement.by), Some(keys[0].id));
    assert_eq!(world.checked().await, Ok(()));
    // Another master key opens none of the seals, and so knows none of the keys.
    let other = world.again([8; 32]).await;
    let check = other.audit_verify(world.place.tenant, &[]).await.unwrap();
    assert_eq!(check.result, broken(9, Fault::HeadKeyUnknown));
}

async fn many_processes_make_one_key(world: World) {
    let other = world.again([7; 32]).await;
    let (ours, theirs) = tokio::join!(world.store.sign_audit_heads(now()), other.sign_audit_heads(now()));
    assert_eq!((ours.unwrap().broken, theirs.unwrap().broken), (vec![], vec![]));
    assert_eq!(world.number("SELECT count(*) FROM audit_keys").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM audit_signed_heads").await, 1);
    assert_eq!(world.checked().await, Ok(()));
}

on_both_stores! {
    a_trail_that_was_chained_anew_is_found_by_its_signed_head,
    a_tail_that_was_cut_off_is_found_by_whatever_tells_of_it,
    a_trail_that_does_not_fit_together_is_not_signed,
    a_signature_that_was_made_up_is_found,
    a_head_signed_with_a_key_of_ones_own_is_found,
    a_new_key_follows_the_old_one_whose_heads_stay_good,
    many_processes_make_one_key,
}
