//! Ed25519 public keys as documents write them.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde_json::{Map, Value};

use crate::document::text;

/// The multicodec prefix of an Ed25519 public key.
const ED25519: [u8; 2] = [0xed, 0x01];

/// Reads a Multikey (`z6Mk…`): base58btc of prefix and key (Controlled Identifiers 1.0 §2.2.2).
pub(crate) fn multikey(text: &str) -> Option<VerifyingKey> {
    // Forty-eight characters hold any such key; base58 costs the square of its length.
    let encoded = text.strip_prefix('z').filter(|encoded| encoded.len() <= 64)?;
    let bytes = bs58::decode(encoded).into_vec().ok()?;
    verifying(bytes.strip_prefix(&ED25519)?)
}

/// Writes a Multikey.
pub(crate) fn to_multikey(key: &VerifyingKey) -> String {
    let bytes = [&ED25519[..], key.as_bytes()].concat();
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The key of a did:key, with or without the fragment that repeats it. `None` for other keys than Ed25519, and for a
/// fragment that names another key.
pub(crate) fn did_key(method: &str) -> Option<VerifyingKey> {
    let name = method.strip_prefix("did:key:")?;
    let (name, fragment) = name.split_once('#').map_or((name, None), |(name, fragment)| (name, Some(fragment)));
    if fragment.is_some_and(|fragment| fragment != name) {
        return None;
    }
    multikey(name)
}

/// The key of a verification method: Multikey or Ed25519VerificationKey2020 (`publicKeyMultibase`), or JsonWebKey
/// (`publicKeyJwk`).
pub(crate) fn of_method(method: &Map<String, Value>) -> Option<VerifyingKey> {
    if let Some(encoded) = text(method, "publicKeyMultibase") {
        return multikey(encoded);
    }
    let jwk = method.get("publicKeyJwk")?.as_object()?;
    if text(jwk, "kty") != Some("OKP") || text(jwk, "crv") != Some("Ed25519") || jwk.contains_key("d") {
        return None;
    }
    verifying(&BASE64_URL_SAFE_NO_PAD.decode(text(jwk, "x")?).ok()?)
}

/// A key of small order would accept signatures that nobody made.
fn verifying(bytes: &[u8]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
    (!key.is_weak()).then_some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAME: &str = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";

    #[test]
    fn one_key_reads_the_same_from_every_form() {
        let key = multikey(NAME).unwrap();
        assert_eq!(to_multikey(&key), NAME);
        assert_eq!(did_key(&format!("did:key:{NAME}")), Some(key));
        assert_eq!(did_key(&format!("did:key:{NAME}#{NAME}")), Some(key));
        let jwk = json!({"publicKeyJwk": {"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(key.as_bytes())}});
        assert_eq!(of_method(jwk.as_object().unwrap()), Some(key));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let other = "z6MkkAAkEonJCyLYi1fLy2g59JqJqWCUdo5FMiNExgewngCT";
        assert_eq!(did_key(&format!("did:key:{NAME}#{other}")), None, "the fragment names another key");
        assert_eq!(multikey(&NAME[1..]), None);
        assert_eq!(multikey(&format!("{NAME}1")), None);
        assert_eq!(multikey(&format!("z{}", "1".repeat(100_000))), None);
        let weak = format!("z{}", bs58::encode([&ED25519[..], &[0; 32]].concat()).into_string());
        assert_eq!(multikey(&weak), None, "a key of small order");
    }
}
