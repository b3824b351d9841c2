//! Signed heads: what the end of a trail was at a time, signed with a key that whoever can write to the database does not
//! have.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wellspring_model::{
    Timestamp,
    digest::Digest,
    ed25519::Ed25519,
    id::{AuditKeyId, TenantId},
};

pub type AuditPublicKey = Ed25519<32>;
pub type AuditSignature = Ed25519<64>;

/// The public part of a key that heads are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditKey {
    /// Made of the public key, so that neither can be changed alone.
    pub id: AuditKeyId,
    pub public_key: AuditPublicKey,
    /// The key before it says that this one follows. Absent for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<Endorsement>,
    /// Whether heads are signed with it now.
    #[serde(skip)]
    pub is_signing: bool,
}

/// A key's word for the one that follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsement {
    pub by: AuditKeyId,
    pub signature: AuditSignature,
}

impl AuditKey {
    pub(super) fn of(public_key: AuditPublicKey, endorsement: Option<Endorsement>, is_signing: bool) -> Self {
        Self { id: id_of(&public_key), public_key, endorsement, is_signing }
    }
}

/// The name of a key: the first half of the SHA-256 digest of its public part.
fn id_of(public_key: &AuditPublicKey) -> AuditKeyId {
    let digest: [u8; 32] = Sha256::digest(public_key.0).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    AuditKeyId::from_uuid(Uuid::from_bytes(half))
}

/// What the key before signs of the one that follows it.
pub(super) fn endorsement_message(by: AuditKeyId, follows: &AuditPublicKey) -> String {
    format!("wellspring audit key 1\n{by}\n{follows}\n")
}

/// A head as it was at a time, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    pub tenant: TenantId,
    /// How many rows there were.
    pub number: u64,
    /// The digest of the last of them.
    pub digest: Digest,
    pub at: Timestamp,
    pub key: AuditKeyId,
    pub signature: AuditSignature,
}

impl SignedHead {
    /// Signs a head.
    pub(super) fn sign(key: &SigningKey, tenant: TenantId, number: u64, digest: Digest, at: Timestamp) -> Self {
        let id = id_of(&Ed25519(key.verifying_key().to_bytes()));
        let mut head = Self { tenant, number, digest, at, key: id, signature: Ed25519([0; 64]) };
        head.signature = Ed25519(key.sign(head.message().as_bytes()).to_bytes());
        head
    }

    /// What is signed: a line for each fact, after a line that is signed for nothing else.
    pub fn message(&self) -> String {
        let Self { tenant, number, digest, at, key, signature: _ } = self;
        format!("wellspring audit head 1\n{tenant}\n{number}\n{digest}\n{}\n{key}\n", at.as_microsecond())
    }
}

/// Keys whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct KnownKeys(BTreeMap<AuditKeyId, VerifyingKey>);

/// Why a head says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadError {
    KeyUnknown,
    Forged,
}

impl KnownKeys {
    /// Takes the word of a key.
    pub fn add(&mut self, public_key: &AuditPublicKey) {
        if let Ok(key) = VerifyingKey::from_bytes(&public_key.0) {
            self.0.insert(id_of(public_key), key);
        }
    }

    /// Takes the word of those, in any order, that a key known already says follow it, and so on.
    pub fn add_followers(&mut self, keys: &[AuditKey]) {
        // Each round adds at least one, or is the last.
        for _ in keys {
            let known = self.0.len();
            for key in keys {
                if self.is_endorsed(key) {
                    self.add(&key.public_key);
                }
            }
            if self.0.len() == known {
                break;
            }
        }
    }

    fn is_endorsed(&self, key: &AuditKey) -> bool {
        key.endorsement.as_ref().is_some_and(|endorsement| {
            let message = endorsement_message(endorsement.by, &key.public_key);
            self.check(endorsement.by, message.as_bytes(), &endorsement.signature).is_ok()
        })
    }

    pub(super) fn check_head(&self, head: &SignedHead) -> Result<(), HeadError> {
        self.check(head.key, head.message().as_bytes(), &head.signature)
    }

    fn check(&self, by: AuditKeyId, message: &[u8], signature: &AuditSignature) -> Result<(), HeadError> {
        let key = self.0.get(&by).ok_or(HeadError::KeyUnknown)?;
        key.verify_strict(message, &Signature::from_bytes(&signature.0)).map_err(|_| HeadError::Forged)
    }
}
