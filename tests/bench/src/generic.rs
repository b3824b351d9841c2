//! The way of general Rust libraries: oxjsonld expands, oxrdf canonicalises, dalek checks. Contexts come from memory.

use std::collections::HashMap;

use ed25519_dalek::{Signature, VerifyingKey};
use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Published contexts by address.
pub type Contexts = HashMap<String, Vec<u8>>;

pub fn outer(bytes: &[u8], contexts: &Contexts) {
    let document: Map<String, Value> = serde_json::from_slice(bytes).expect("JSON");
    verify(document, contexts);
}

pub fn all(bytes: &[u8], contexts: &Contexts) {
    let document: Map<String, Value> = serde_json::from_slice(bytes).expect("JSON");
    let inner = document["credentialSubject"]["verifiableCredential"].as_array().cloned().unwrap_or_default();
    verify(document, contexts);
    for one in inner {
        let Value::Object(one) = one else { panic!("a credential") };
        verify(one, contexts);
    }
}

fn verify(mut document: Map<String, Value>, contexts: &Contexts) {
    let mut proof = match document.remove("proof") {
        Some(Value::Object(proof)) => proof,
        Some(Value::Array(proofs)) => {
            proofs.into_iter().next().and_then(|one| one.as_object().cloned()).expect("a proof")
        }
        _ => panic!("no proof"),
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let signature = text(&proof.remove("proofValue").expect("a value"));
    let method = text(&proof["verificationMethod"]);
    proof.insert("@context".to_owned(), document["@context"].clone());
    let message = [hash(&proof, contexts), hash(&document, contexts)].concat();
    let decoded = |encoded: &str| bs58::decode(&encoded[1..]).into_vec().expect("base58");
    let key = decoded(method.split('#').next_back().expect("a fragment"));
    let key = VerifyingKey::from_bytes(key[2..].try_into().expect("32 bytes")).expect("a key");
    let signature = Signature::from_slice(&decoded(&signature)).expect("64 bytes");
    key.verify_strict(&message, &signature).expect("the signature fits");
}

fn hash(document: &Map<String, Value>, contexts: &Contexts) -> [u8; 32] {
    let text = serde_json::to_string(document).expect("JSON");
    let contexts = contexts.clone();
    let parser = JsonLdParser::new().for_slice(&text).with_load_document_callback(move |url, _| {
        let document = contexts.get(url).cloned().ok_or_else(|| format!("not a context of ours: {url}"))?;
        Ok(JsonLdRemoteDocument { document, document_url: url.to_owned() })
    });
    let mut dataset: Dataset = parser.map(|quad| quad.expect("a statement")).collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    Sha256::digest(lines.concat()).into()
}
