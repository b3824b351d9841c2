//! Signatures of Standard Webhooks 1.0: `v1` is HMAC-SHA256 with a secret that the receiver has too, `v1a` is Ed25519.
//!
//! Both are over `id.timestamp.body`, with every set of keys that is in use, so that a receiver may know one of them only.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use wellspring_model::{event::EndpointKeys, time::Entropy};

const SECRET: &str = "whsec_";
const SIGNING_KEY: &str = "whsk_";
const PUBLIC_KEY: &str = "whpk_";
/// Standard Webhooks asks for 24 to 64 bytes. An Ed25519 key comes from 32.
const BYTES: usize = 32;

/// A key that is not written as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is not readable")]
pub(crate) struct UnreadableKey;

/// New keys for an endpoint. `None` where no key pair comes of the seed, which does not happen.
pub fn make_keys(entropy: &dyn Entropy) -> Option<EndpointKeys> {
    let (mut secret, mut seed) = (Zeroizing::new([0; BYTES]), Zeroizing::new([0; BYTES]));
    entropy.fill(&mut *secret);
    entropy.fill(&mut *seed);
    let pair = Ed25519KeyPair::from_seed_unchecked(&*seed).ok()?;
    Some(EndpointKeys {
        secret: encode(SECRET, &*secret),
        signing_key: encode(SIGNING_KEY, &*seed),
        public_key: format!("{PUBLIC_KEY}{}", STANDARD.encode(pair.public_key().as_ref())),
    })
}

/// The value of `webhook-signature`: both signatures with each set of keys, in their order.
pub(crate) fn signatures(
    id: &str,
    timestamp: i64,
    body: &[u8],
    keys: &[EndpointKeys],
) -> Result<String, UnreadableKey> {
    let content = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    let mut signatures = Vec::with_capacity(keys.len() * 2);
    for keys in keys {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &decode(SECRET, &keys.secret)?);
        let seed = decode(SIGNING_KEY, &keys.signing_key)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| UnreadableKey)?;
        signatures.push(format!("v1,{}", STANDARD.encode(hmac::sign(&secret, &content))));
        signatures.push(format!("v1a,{}", STANDARD.encode(pair.sign(&content))));
    }
    Ok(signatures.join(" "))
}

fn encode(prefix: &str, bytes: &[u8]) -> SecretString {
    format!("{prefix}{}", *Zeroizing::new(STANDARD.encode(bytes))).into()
}

fn decode(prefix: &str, key: &SecretString) -> Result<Zeroizing<Vec<u8>>, UnreadableKey> {
    let encoded = key.expose_secret().strip_prefix(prefix).ok_or(UnreadableKey)?;
    STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| UnreadableKey)
}
