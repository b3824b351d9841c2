//! Public keys as documents write them, and what a signature by each looks like.
//!
//! The key decides the algorithm (RFC 8725 §3.1): Ed25519 makes EdDSA, P-256 ES256, P-384 ES384, RSA RS256. What a message
//! says of its own algorithm can only agree or be wrong.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use p256::ecdsa::signature::Verifier as _;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use crate::document::text;

/// Multicodec prefixes of public keys.
const ED25519: [u8; 2] = [0xed, 0x01];
const P256: [u8; 2] = [0x80, 0x24];
const P384: [u8; 2] = [0x81, 0x24];

/// A public key of a kind that proofs use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Ed25519(VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// The kinds of signature (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    EdDsa,
    Es256,
    Es384,
    Rs256,
}

impl Algorithm {
    /// By its name in JOSE.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "ES384" => Some(Self::Es384),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

impl PublicKey {
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::P256(_) => Algorithm::Es256,
            Self::P384(_) => Algorithm::Es384,
            Self::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// Whether this key made the signature over the message. Elliptic curves: the two numbers one after the other.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }
}

/// Reads a Multikey (`z6Mk…`, `zDn…`, `z82…`): base58btc of prefix and key (Controlled Identifiers 1.0 §2.2.2).
pub(crate) fn multikey(text: &str) -> Option<PublicKey> {
    // Seventy-two characters hold any such key; base58 costs the square of its length.
    let encoded = text.strip_prefix('z').filter(|encoded| encoded.len() <= 72)?;
    let bytes = bs58::decode(encoded).into_vec().ok()?;
    let (prefix, key) = bytes.split_first_chunk()?;
    match *prefix {
        ED25519 => ed25519(key),
        // Points are written in short form here, and in no other.
        P256 if key.len() == 33 => p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok().map(PublicKey::P256),
        P384 if key.len() == 49 => p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok().map(PublicKey::P384),
        _ => None,
    }
}

/// Writes an Ed25519 key as Multikey.
pub(crate) fn to_multikey(key: &VerifyingKey) -> String {
    let bytes = [&ED25519[..], key.as_bytes()].concat();
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The key of an identifier that is its own document: did:key and did:jwk.
///
/// `None` for any other identifier, for keys of other kinds, and for a fragment that names another key.
pub(crate) fn of_own_document(method: &str) -> Option<PublicKey> {
    let (did, fragment) = method.split_once('#').map_or((method, None), |(did, fragment)| (did, Some(fragment)));
    if let Some(name) = did.strip_prefix("did:key:") {
        return multikey(name).filter(|_| fragment.is_none_or(|fragment| fragment == name));
    }
    let encoded = did.strip_prefix("did:jwk:")?;
    let json = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let jwk: Value = crate::read_json(&json, &crate::Limits::default()).ok()?;
    of_jwk(jwk.as_object()?).filter(|_| fragment.is_none_or(|fragment| fragment == "0"))
}

/// Whether an identifier is its own document.
pub(crate) fn is_own_document(id: &str) -> bool {
    id.starts_with("did:key:") || id.starts_with("did:jwk:")
}

/// The key of a verification method: Multikey or Ed25519VerificationKey2020 (`publicKeyMultibase`), or JsonWebKey
/// (`publicKeyJwk`).
pub(crate) fn of_method(method: &Map<String, Value>) -> Option<PublicKey> {
    match text(method, "publicKeyMultibase") {
        Some(encoded) => multikey(encoded),
        None => of_jwk(method.get("publicKeyJwk")?.as_object()?),
    }
}

/// The key of a JWK (RFC 7517). One that holds its private half is none: whoever publishes that has lost it.
pub(crate) fn of_jwk(jwk: &Map<String, Value>) -> Option<PublicKey> {
    if jwk.contains_key("d") || jwk.get("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let bytes = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(text(jwk, name)?).ok();
    // The long form of a point: 4, then both coordinates at full length.
    let point = |length: usize| {
        let (x, y) = (bytes("x")?, bytes("y")?);
        (x.len() == length && y.len() == length).then(|| [&[4], x.as_slice(), y.as_slice()].concat())
    };
    match (text(jwk, "kty")?, text(jwk, "crv")) {
        ("OKP", Some("Ed25519")) => ed25519(&bytes("x")?),
        ("EC", Some("P-256")) => p256::ecdsa::VerifyingKey::from_sec1_bytes(&point(32)?).ok().map(PublicKey::P256),
        ("EC", Some("P-384")) => p384::ecdsa::VerifyingKey::from_sec1_bytes(&point(48)?).ok().map(PublicKey::P384),
        ("RSA", _) => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
            // An exponent of 1 would make every message its own signature.
            let plausible = (256..=1024).contains(&n.len()) && e.len() <= 8 && e != [1] && is_odd(&n) && is_odd(&e);
            plausible.then_some(PublicKey::Rsa { n, e })
        }
        _ => None,
    }
}

/// A key of small order would accept signatures that nobody made.
fn ed25519(bytes: &[u8]) -> Option<PublicKey> {
    let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
    (!key.is_weak()).then_some(PublicKey::Ed25519(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAME: &str = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";
    /// From the W3C's vectors for ECDSA.
    const P256_NAME: &str = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP";

    fn as_jwk(key: &VerifyingKey) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(key.as_bytes())})
    }

    #[test]
    fn one_key_reads_the_same_from_every_form() {
        let key = multikey(NAME).unwrap();
        let PublicKey::Ed25519(inner) = &key else { panic!("an Ed25519 key") };
        assert_eq!(to_multikey(inner), NAME);
        assert_eq!(of_own_document(&format!("did:key:{NAME}")), Some(key.clone()));
        assert_eq!(of_own_document(&format!("did:key:{NAME}#{NAME}")), Some(key.clone()));
        let jwk = as_jwk(inner);
        assert_eq!(of_method(json!({"publicKeyJwk": jwk}).as_object().unwrap()), Some(key.clone()));
        let did = format!("did:jwk:{}", BASE64_URL_SAFE_NO_PAD.encode(jwk.to_string()));
        assert_eq!(of_own_document(&did), Some(key.clone()));
        assert_eq!(of_own_document(&format!("{did}#0")), Some(key));
        assert_eq!(of_own_document(&format!("{did}#1")), None);
        assert_eq!(multikey(P256_NAME).map(|key| key.algorithm()), Some(Algorithm::Es256));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let other = "z6MkkAAkEonJCyLYi1fLy2g59JqJqWCUdo5FMiNExgewngCT";
        assert_eq!(of_own_document(&format!("did:key:{NAME}#{other}")), None, "the fragment names another key");
        assert_eq!(multikey(&NAME[1..]), None);
        assert_eq!(multikey(&format!("{NAME}1")), None);
        assert_eq!(multikey(&format!("z{}", "1".repeat(100_000))), None);
        let weak = format!("z{}", bs58::encode([&ED25519[..], &[0; 32]].concat()).into_string());
        assert_eq!(multikey(&weak), None, "a key of small order");
        let rsa = |n: usize, e: &[u8], more: Value| {
            let mut jwk = json!({"kty": "RSA", "n": BASE64_URL_SAFE_NO_PAD.encode(vec![0xff; n]), "e": BASE64_URL_SAFE_NO_PAD.encode(e)});
            jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            of_jwk(jwk.as_object().unwrap())
        };
        assert!(rsa(256, &[1, 0, 1], json!({})).is_some());
        assert_eq!(rsa(128, &[1, 0, 1], json!({})), None, "1024 bits");
        assert_eq!(rsa(256, &[1], json!({})), None, "an exponent of one");
        assert_eq!(rsa(256, &[2], json!({})), None, "an even exponent");
        assert_eq!(rsa(256, &[1, 0, 1], json!({"d": "AQAB"})), None, "the private half");
        assert_eq!(rsa(256, &[1, 0, 1], json!({"use": "enc"})), None, "a key for something else");
        let off_curve = json!({"kty": "EC", "crv": "P-256", "x": BASE64_URL_SAFE_NO_PAD.encode([1; 32]), "y": BASE64_URL_SAFE_NO_PAD.encode([1; 32])});
        assert_eq!(of_jwk(off_curve.as_object().unwrap()), None);
    }
}
