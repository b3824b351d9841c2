//! Envelopes that are not what they seem.

use serde_json::{Value, json};

use super::*;

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn statement() -> Statement {
    Statement {
        kind: TYPE.to_owned(),
        id: "acme/test".parse().expect("an id"),
        version: "1.2.3".parse().expect("a version"),
        sha256: Digest::from_bytes([9; 32]),
        contract: "0.1".to_owned(),
        created: "2026-11-01T00:00:00Z".parse().expect("a time"),
        key_id: public(&key(1)),
    }
}

fn document(envelope: &[u8]) -> Value {
    serde_json::from_slice(envelope).expect("JSON")
}

#[test]
fn what_was_signed_reads_back() {
    let signed = Signed::read(&seal(&statement(), &key(1))).expect("it is signed");
    assert_eq!(signed.statement(), &statement());
    assert_eq!(signed.over(Digest::from_bytes([9; 32])), Ok(()));
    assert!(matches!(signed.over(Digest::from_bytes([8; 32])), Err(SignatureError::Digest { .. })));
}

#[test]
fn the_bytes_that_are_signed_are_those_of_dsse() {
    // The example of the DSSE specification, with our type in place of its own.
    let envelope = Envelope { payload: b"hello world".to_vec(), key: public(&key(1)), signature: [0; 64] };
    let expected = b"DSSEv1 41 application/vnd.wellspring.connector+json 11 hello world";
    assert_eq!(envelope.signed_bytes(), expected);
}

#[test]
fn a_signature_by_another_key_or_over_other_bytes_is_not_valid() {
    // Another key under the name of the first.
    let forged = seal(&statement(), &key(2));
    let mut document = document(&forged);
    document["signatures"][0]["keyid"] = json!(public(&key(1)).to_string());
    assert_eq!(Signed::read(document.to_string().as_bytes()), Err(SignatureError::Invalid));
    // Under its own name, but the statement is in the first one's.
    assert!(matches!(Signed::read(&forged), Err(SignatureError::Key { .. })));
    // Every single bit of the payload counts.
    let good = seal(&statement(), &key(1));
    let envelope = Envelope::parse(&good).expect("an envelope");
    for at in 0..envelope.payload.len() * 8 {
        let mut payload = envelope.payload.clone();
        payload[at / 8] ^= 1 << (at % 8);
        let changed = Envelope { payload, key: envelope.key, signature: envelope.signature }.write();
        assert_eq!(Signed::read(&changed), Err(SignatureError::Invalid), "bit {at}");
    }
}

#[test]
fn a_key_for_which_everything_is_signed_signs_nothing() {
    // The neutral point as a key, and a signature of zeros with it: lenient verification takes it for any message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    let weak = Statement { key_id: Ed25519(neutral), ..statement() };
    let payload = serde_json::to_vec(&weak).expect("JSON");
    let envelope = Envelope { payload, key: Ed25519(neutral), signature }.write();
    assert_eq!(Signed::read(&envelope), Err(SignatureError::Invalid));
}

#[test]
fn what_is_no_envelope_of_ours_is_refused() {
    let good = document(&seal(&statement(), &key(1)));
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).expect("a member") = value;
        Signed::read(changed.to_string().as_bytes()).expect_err("refused")
    };
    let one = good["signatures"][0].clone();
    for (pointer, value) in [
        ("/payloadType", json!("application/vnd.in-toto+json")),
        ("/payload", json!("%")),
        ("/signatures", json!([])),
        ("/signatures", json!([one, one])),
        ("/signatures/0/sig", json!("AAAA")),
        ("/signatures/0/keyid", json!("acme")),
    ] {
        assert!(matches!(with(pointer, value), SignatureError::Unreadable(_)), "{pointer}");
    }
    assert!(matches!(Signed::read(&[b' '; SIGNATURE_MAX + 1]), Err(SignatureError::TooLarge { .. })));
    for kind in ["wellspring connector 2", ""] {
        let other = Statement { kind: kind.to_owned(), ..statement() };
        assert!(matches!(Signed::read(&seal(&other, &key(1))), Err(SignatureError::Unreadable(_))), "{kind}");
    }
}
