//! The key that heads are signed with. Its private part is sealed under the master key and leaves this room never.
//!
//! Each row of a key carries a seal, that of a retired one around nothing: somebody who can write to the database, but has
//! not the master key, can add no key of his own.

use ed25519_dalek::{Signer as _, SigningKey};
use wellspring_model::{
    Timestamp,
    ed25519::Ed25519,
    id::{AuditKeyId, TenantId},
};
use zeroize::Zeroizing;

use super::{
    Action, AuditNote,
    signed::{AuditKey, Endorsement, KnownKeys, endorsement_message},
};
use crate::{
    Store, StoreError,
    row::{Read, Row, micros},
    sql::query,
};

const SIGNING: &str = "signing";
const RETIRED: &str = "retired";

impl Store {
    /// The keys, the oldest first. One whose seal does not open is none of ours.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_keys(&self) -> Result<Vec<AuditKey>, StoreError> {
        let rows = query("SELECT * FROM audit_keys ORDER BY created_at, id").fetch_all(&self.read).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            match self.open_key(row) {
                Ok((key, _)) => keys.push(key),
                Err(StoreError::Seal | StoreError::Corrupt { .. }) => {
                    let id: String = Read::new(row, "audit_keys").text("id")?;
                    tracing::warn!(
                        key = id,
                        "a key for heads was not written by this gateway, or with another master key"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    /// Whose word is taken.
    pub(super) async fn known_keys(&self) -> Result<KnownKeys, StoreError> {
        let mut known = KnownKeys::default();
        self.audit_keys().await?.iter().for_each(|key| known.add(&key.public_key));
        Ok(known)
    }

    /// Makes sure that there is a key to sign with. Says whether it was made now.
    ///
    /// # Errors
    /// The store's.
    pub async fn ensure_audit_key(&self, now: Timestamp) -> Result<bool, StoreError> {
        if self.signing_key().await?.is_some() {
            return Ok(false);
        }
        match self.new_key(None, Vec::new(), now).await {
            Ok(_) => Ok(true),
            // Another process was first.
            Err(StoreError::Exists(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a new key; the old one says that it follows it, and signs nothing any more. Every tenant's trail tells of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn rotate_audit_key(&self, now: Timestamp) -> Result<AuditKey, StoreError> {
        let old = self.key_to_sign_with(now).await?;
        let tenants = self.tenants().await?;
        self.new_key(Some(old), tenants, now).await
    }

    /// The key that signs, made where there is none.
    pub(super) async fn key_to_sign_with(&self, now: Timestamp) -> Result<SigningKey, StoreError> {
        self.ensure_audit_key(now).await?;
        self.signing_key().await?.ok_or(StoreError::NotCommitted)
    }

    async fn signing_key(&self) -> Result<Option<SigningKey>, StoreError> {
        let row = query("SELECT * FROM audit_keys WHERE state = $1").bind(SIGNING).fetch_optional(&self.read).await?;
        let Some(row) = row else { return Ok(None) };
        let (_, seed) = self.open_key(&row)?;
        let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| StoreError::Seal)?;
        Ok(Some(SigningKey::from_bytes(seed)))
    }

    async fn new_key(
        &self,
        old: Option<SigningKey>,
        tell: Vec<TenantId>,
        now: Timestamp,
    ) -> Result<AuditKey, StoreError> {
        let mut seed = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut *seed);
        let public_key = Ed25519(SigningKey::from_bytes(&seed).verifying_key().to_bytes());
        let endorsement = old.as_ref().map(|old| {
            let by = AuditKey::of(Ed25519(old.verifying_key().to_bytes()), None, false).id;
            let signature = old.sign(endorsement_message(by, &public_key).as_bytes());
            Endorsement { by, signature: Ed25519(signature.to_bytes()) }
        });
        let key = AuditKey::of(public_key, endorsement, true);
        let sealed = self.master.seal(&*seed, &belongs(&key, SIGNING), &*self.entropy)?;
        let retired = match old {
            Some(old) => {
                let old = AuditKey::of(Ed25519(old.verifying_key().to_bytes()), None, false);
                Some((old.id, self.master.seal(&[], &belongs(&old, RETIRED), &*self.entropy)?))
            }
            None => None,
        };
        let new = key.clone();
        self.writer
            .write_alone(move |tx| {
                Box::pin(async move {
                    if let Some((old, sealed)) = retired {
                        let retire = "UPDATE audit_keys SET state = $2, sealed = $3 WHERE id = $1 AND state = $4";
                        let retire = query(retire).bind(old.to_string()).bind(RETIRED).bind(sealed).bind(SIGNING);
                        if retire.execute(&mut *tx).await? == 0 {
                            return Err(StoreError::Exists("key for heads"));
                        }
                    }
                    query(
                        "INSERT INTO audit_keys (id, public_key, state, sealed, endorsed_by, endorsement, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    )
                    .bind(key.id.to_string())
                    .bind(key.public_key.0.as_slice())
                    .bind(SIGNING)
                    .bind(sealed)
                    .bind(key.endorsement.as_ref().map(|one| one.by.to_string()))
                    .bind(key.endorsement.as_ref().map(|one| one.signature.0.to_vec()))
                    .bind(micros(now))
                    .execute(&mut *tx)
                    .await?;
                    for tenant in tell {
                        tx.note(AuditNote::new(tenant, now, "operator", Action::AuditKeyRotated, key.id));
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(new)
    }

    /// A key with what its seal holds: the private part of the one that signs.
    fn open_key(&self, row: &Row) -> Result<(AuditKey, Zeroizing<Vec<u8>>), StoreError> {
        let row = Read::new(row, "audit_keys");
        let bytes = |column| row.bytes(column);
        let public_key = Ed25519(bytes("public_key")?.try_into().map_err(|_| row.corrupt("public_key"))?);
        let endorsement = match row.optional_id::<AuditKeyId>("endorsed_by")? {
            Some(by) => {
                let signature = bytes("endorsement")?.try_into().map_err(|_| row.corrupt("endorsement"))?;
                Some(Endorsement { by, signature: Ed25519(signature) })
            }
            None => None,
        };
        let state = row.text("state")?;
        let key = AuditKey::of(public_key, endorsement, state == SIGNING);
        if row.text("id")? != key.id.to_string() {
            return Err(row.corrupt("id"));
        }
        let seed = self.master.unseal(&bytes("sealed")?, &belongs(&key, &state))?;
        Ok((key, seed))
    }
}

fn belongs(key: &AuditKey, state: &str) -> [String; 4] {
    ["audit key".to_owned(), key.id.to_string(), key.public_key.to_string(), state.to_owned()]
}
