//! Secrets at rest. Each tenant has a data key of its own, sealed under the operator's master key; each secret is sealed
//! under the data key together with what it belongs to, so that a sealed value moved to another row does not open.
//!
//! AES-256-GCM-SIV: a nonce that comes twice reveals no more than that two values are equal.

use aes_gcm_siv::{
    Aes256GcmSiv, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use secrecy::SecretString;
use sha2::Sha256;
use wellspring_model::{id::TenantId, time::Entropy};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::StoreError;

const NONCE: usize = 12;

/// The operator's key, under which all tenants' keys are sealed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A key for another purpose, which `label` names. It tells nothing about this one, nor about those for other purposes.
    ///
    /// # Errors
    /// None that a key of this length could cause.
    pub fn derive(&self, label: &str) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &self.0).expand(label.as_bytes(), &mut *key).map_err(|_| StoreError::Seal)?;
        Ok(key)
    }

    /// Seals what belongs to no tenant, together with what it belongs to.
    pub(crate) fn seal(&self, secret: &[u8], to: &[String], entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        seal(&self.0, secret, belongs(to), entropy)
    }

    pub(crate) fn unseal(&self, sealed: &[u8], to: &[String]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        open(&self.0, sealed, belongs(to))
    }
}

/// A tenant's key, opened.
pub(crate) struct DataKey(Zeroizing<Vec<u8>>);

impl DataKey {
    /// Makes a key for a new tenant and seals it.
    pub fn make(master: &MasterKey, tenant: TenantId, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        let mut key = Zeroizing::new(vec![0; 32]);
        entropy.fill(&mut key);
        seal(&master.0, &key, belongs(&["data key", &tenant.to_string()]), entropy)
    }

    /// Opens a tenant's key.
    pub fn open(master: &MasterKey, tenant: TenantId, sealed: &[u8]) -> Result<Self, StoreError> {
        open(&master.0, sealed, belongs(&["data key", &tenant.to_string()])).map(Self)
    }

    /// Seals a secret together with what it belongs to.
    pub fn seal(&self, secret: &str, to: &[&str], entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        self.seal_bytes(secret.as_bytes(), to, entropy)
    }

    /// Seals bytes together with what they belong to.
    pub fn seal_bytes(&self, secret: &[u8], to: &[&str], entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        seal(&self.0, secret, belongs(to), entropy)
    }

    /// Opens a secret that belongs to `to`.
    pub fn unseal(&self, sealed: &[u8], to: &[&str]) -> Result<SecretString, StoreError> {
        let opened = self.unseal_bytes(sealed, to)?;
        let text = std::str::from_utf8(&opened).map_err(|_| StoreError::Seal)?;
        Ok(SecretString::from(text.to_owned()))
    }

    /// Opens bytes that belong to `to`.
    pub fn unseal_bytes(&self, sealed: &[u8], to: &[&str]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        open(&self.0, sealed, belongs(to))
    }
}

/// The parts with their lengths, so that no two lists read the same.
fn belongs(parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let parts = parts.iter().map(AsRef::as_ref);
    parts.flat_map(|part| [(part.len() as u64).to_be_bytes().as_slice(), part].concat()).collect()
}

fn cipher(key: &[u8]) -> Result<Aes256GcmSiv, StoreError> {
    Aes256GcmSiv::new_from_slice(key).map_err(|_| StoreError::Seal)
}

fn seal(key: &[u8], secret: &[u8], aad: Vec<u8>, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let payload = Payload { msg: secret, aad: &aad };
    let sealed = cipher(key)?.encrypt(&Nonce::from(nonce), payload).map_err(|_| StoreError::Seal)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8], sealed: &[u8], aad: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(StoreError::Seal)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| StoreError::Seal)?;
    let payload = Payload { msg: sealed, aad: &aad };
    cipher(key)?.decrypt(&Nonce::from(nonce), payload).map(Zeroizing::new).map_err(|_| StoreError::Seal)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn keys_for_other_purposes_differ_from_one_another_and_from_the_master_key() {
        let master = MasterKey::new([7; 32]);
        let (one, two) = (master.derive("one").expect("a key"), master.derive("two").expect("a key"));
        assert_eq!(one, master.derive("one").expect("the same key"));
        assert!(one != two && *one != [7; 32]);
        assert_ne!(one, MasterKey::new([8; 32]).derive("one").expect("a key"));
    }

    #[test]
    fn a_seal_opens_only_for_its_tenant_its_place_and_its_key() {
        let entropy = Counting(0.into());
        let (one, two) = (TenantId::from_uuid(Uuid::from_u128(1)), TenantId::from_uuid(Uuid::from_u128(2)));
        let master = MasterKey::new([7; 32]);
        let sealed_key = DataKey::make(&master, one, &entropy).expect("a key");
        assert!(DataKey::open(&master, two, &sealed_key).is_err());
        assert!(DataKey::open(&MasterKey::new([8; 32]), one, &sealed_key).is_err());
        let key = DataKey::open(&master, one, &sealed_key).expect("it opens");
        let sealed = key.seal("s3cret", &["con_1", "main"], &entropy).expect("it seals");
        assert!(!sealed.windows(6).any(|window| window == b"s3cret"));
        assert_eq!(key.unseal(&sealed, &["con_1", "main"]).expect("it opens").expose_secret(), "s3cret");
        assert!(key.unseal(&sealed, &["con_1main", ""]).is_err());
        assert!(key.unseal(&sealed, &["con_2", "main"]).is_err());
        let mut changed = sealed;
        changed[20] ^= 1;
        assert!(key.unseal(&changed, &["con_1", "main"]).is_err());
    }
}
