//! JSON-LD documents against published canonical forms, and what safe mode refuses.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod canon_fixtures;

use canon_fixtures::{fixtures, read};
use serde_json::{Value, json};
use wellspring_verify::jsonld::{CanonError, CanonLimits, Contexts, canonical};

const EXAMPLES_V2: &str = "https://www.w3.org/ns/credentials/examples/v2";

fn nquads(document: &Value, contexts: &Contexts) -> Result<String, CanonError> {
    canonical(document, contexts, &CanonLimits::default()).map(|canonical| canonical.nquads)
}

fn json_file(path: &std::path::Path) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

/// The document without its proof, and the proof as it is hashed: without value, with the document's contexts.
fn unsecured(mut document: Value) -> (Value, Value) {
    let mut proof = document.as_object_mut().unwrap().remove("proof").unwrap();
    if let Value::Array(proofs) = proof {
        proof = proofs.into_iter().next().unwrap();
    }
    let options = proof.as_object_mut().unwrap();
    options.remove("proofValue");
    options.insert("@context".to_owned(), document["@context"].clone());
    (document, proof)
}

#[test]
fn the_published_vectors_of_open_badges_and_clr_come_out_byte_for_byte() {
    let Some(folder) = fixtures("1edtech-openbadges-spec") else { return };
    let mut compared = 0;
    for (signed, vectors) in [
        ("linked-data-proof-clr--signed-credential-7.json", "test-vectors/clrv2p0"),
        ("linked-data-proof-ob--signed-credential-7.json", "test-vectors/obv3p0"),
    ] {
        let signed = folder.join(signed);
        if !signed.is_file() {
            println!("no document for {vectors}");
            continue;
        }
        let (document, proof) = unsecured(json_file(&signed));
        let vectors = folder.join(vectors);
        let expected = read(&vectors.join("document-canon.txt"));
        assert_eq!(nquads(&document, Contexts::builtin()).unwrap().trim_end(), expected.trim_end());
        let expected = read(&vectors.join("proof-canon.txt"));
        assert_eq!(nquads(&proof, Contexts::builtin()).unwrap().trim_end(), expected.trim_end());
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn the_w3c_eddsa_vectors_come_out_byte_for_byte() {
    let Some(folder) = fixtures("w3c-vc-di-eddsa") else { return };
    let Some(published) = fixtures("contexts") else { return };
    let example = json_file(&published.join("w3c-ns-credentials-examples-v2.jsonld"));
    let contexts = Contexts::builtin().with(EXAMPLES_V2, &example).unwrap();
    for (suite, document, proof) in [
        ("eddsa-rdfc-2022", "DataInt", "proofConfigDataInt.json"),
        ("Ed25519Signature2020", "EdSig", "proofConfigEdSig.json"),
    ] {
        let folder = folder.join(suite);
        let (unsigned, _) = unsecured(json_file(&folder.join(format!("signed{document}.json"))));
        let expected = read(&folder.join(format!("canonDoc{document}.txt")));
        assert_eq!(nquads(&unsigned, &contexts).unwrap(), expected, "{suite}");
        let expected = read(&folder.join(format!("proofCanon{document}.txt")));
        assert_eq!(nquads(&json_file(&folder.join(proof)), &contexts).unwrap(), expected, "{suite}");
    }
    let unknown = nquads(&json!({"@context": [EXAMPLES_V2], "id": "urn:a"}), Contexts::builtin());
    assert!(matches!(unknown, Err(CanonError::ContextUnsupported { what, pointer })
        if what == EXAMPLES_V2 && pointer.as_str() == "/@context/0"));
}

#[test]
fn the_committed_tables_are_those_of_the_published_contexts() {
    let Some(published) = fixtures("contexts") else { return };
    let index = json_file(&published.join("index.json"));
    for (url, file) in Contexts::builtin_files() {
        let entry = index.as_array().unwrap().iter().find(|entry| entry["url"] == url).unwrap();
        let document = json_file(&published.join(entry["file"].as_str().unwrap()));
        let sha256 = entry["sha256"].as_str().unwrap();
        let compiled = wellspring_verify::jsonld::compile_table(url, sha256, &document).unwrap();
        let committed = read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("contexts").join(file));
        assert!(compiled == committed, "{url}: the table in contexts/{file} is not the published context");
    }
}
