//! Whatever is moved, swapped, repeated, left out or said otherwise in a document that somebody signed: nothing is scored
//! that its issuer did not prove, at the proof where it was proved, and nothing counts for more than it did.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use std::{
    collections::BTreeSet,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use canon_fixtures::{fixtures, read};
use moving::{Move, WAYS, places};
use proptest::prelude::*;
use proved::{Facts, World, first_new, gather};
use serde_json::{Value, json};
use wellspring_model::{
    credential::{Applicant, Assurance, IssuerId},
    trust::TrustRules,
};
use wellspring_verify::{Document, Material};

mod canon_fixtures;
mod ed25519;
mod judged;
mod moving;
mod proved;
mod records;

/// Documents larger than this take more time than they show.
const MOST_BYTES: usize = 20_000;

const LONG: usize = 4_000;
/// How many variants of a way are tried everywhere.
const VARIANTS: usize = 2;

/// Documents, what they may be mixed with, and all that they prove.
struct Pool {
    world: World,
    documents: Vec<Value>,
    /// Every credential within them, and they themselves.
    parts: Vec<Value>,
    known: Facts,
}

impl Pool {
    fn of(world: World, documents: Vec<Value>) -> Self {
        let mut parts = documents.clone();
        for document in &documents {
            let within = places(document).into_iter().filter_map(|place| document.pointer(&place).cloned());
            parts.extend(within.filter(|part| part.get("proof").is_some() || is_token(part)));
        }
        // Of several proofs any one suffices, so each is known by itself.
        let alone = |part: &Value| {
            let proofs = part["proof"].as_array().cloned().unwrap_or_default();
            let part = part.clone();
            proofs.into_iter().map(move |proof| {
                let mut part = part.clone();
                part["proof"] = proof;
                part
            })
        };
        let singly: Vec<Value> = parts.iter().flat_map(alone).collect();
        parts.extend(singly);
        let mut known = Facts::new();
        parts.iter().for_each(|part| gather(&mut known, world.facts(part)));
        Self { world, documents, parts, known }
    }

    /// Whether a changed document still proves something, and nothing but what is known.
    fn judge(&self, changed: &Value) -> Result<bool, String> {
        let facts = self.world.facts(changed);
        match first_new(&self.known, &facts) {
            None => Ok(!facts.is_empty()),
            Some(new) => Err(format!("{new}\n{changed}")),
        }
    }
}

fn is_token(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("eyJ") && text.split('.').count() == 3)
}

static OURS: LazyLock<Pool> = LazyLock::new(|| {
    let mut material = Material::default();
    let list = json!({"revokedCredential": [{"id": records::REVOKED}]});
    material.insert(records::LIST, judged::document(list.to_string()));
    let policy = judged::relying(TrustRules {
        trusted_issuers: vec![IssuerId(ed25519::key(1).did_key())],
        accreditors: vec![IssuerId(ed25519::key(5).did_key())],
        ..TrustRules::default()
    });
    let world = World { material, policy, applicant: judged::ada(), now: judged::now() };
    Pool::of(world, records::documents())
});

/// The published credentials that pass, with the documents of their issuers and the lists that they name.
static PUBLISHED: LazyLock<Option<Pool>> = LazyLock::new(|| {
    let root = fixtures("")?;
    let expectations: Value = serde_json::from_str(include_str!("expectations.json")).unwrap();
    let now = expectations["at"].as_str().unwrap().parse().unwrap();
    let parts = [&expectations["credentials"], &expectations["gathered"]["credentials"]];
    let names = parts.into_iter().flat_map(|part| part.as_object().unwrap().keys());
    let files: BTreeSet<&str> = names.map(|name| name.split('#').next().unwrap()).collect();
    let json = |file: &str| serde_json::from_slice(&std::fs::read(root.join(file)).unwrap()).ok();
    let mut documents: Vec<Value> = files.into_iter().filter_map(json).collect();
    documents.retain(|document: &Value| document.to_string().len() < MOST_BYTES);
    let mut material = Material::default();
    let document = |bytes: Vec<u8>| Document { status: Some(200), content_type: None, bytes, fetched_at: now };
    let examples = read(&root.join("contexts/w3c-ns-credentials-examples-v2.jsonld")).into_bytes();
    material.insert_context("https://www.w3.org/ns/credentials/examples/v2", document(examples)).unwrap();
    for credential in documents.iter().flat_map(|whole| within(whole).chain([whole.clone()])) {
        if let Some((issuer, keys)) = controller(&credential) {
            material.insert(&issuer, document(keys.to_string().into_bytes()));
        }
    }
    for file in ["dids/legacy/did.json", "dids/oidf/did.json"].into_iter().map(str::to_owned).chain(
        ["e5WK8CbZ1GjycuPombrj", "expired", "tampered"]
            .map(|list| format!("statusLists/didkey-ed25519Signature2020/{list}")),
    ) {
        let folder = root.join("dcc-vc-test-fixtures").join(&file);
        let bytes = std::fs::read(if folder.is_dir() { folder.join(file.rsplit('/').next().unwrap()) } else { folder });
        material
            .insert(&format!("https://digitalcredentials.github.io/vc-test-fixtures/{file}"), document(bytes.unwrap()));
    }
    let status_issuers = serde_json::from_value(expectations["gathered"]["status_issuers"].clone()).unwrap();
    let policy = judged::relying(TrustRules { status_issuers, ..TrustRules::default() });
    let world = World { material, policy, applicant: Applicant::default(), now };
    documents.retain(|document| !world.facts(document).is_empty());
    Some(Pool::of(world, documents))
});

fn within(document: &Value) -> impl Iterator<Item = Value> + '_ {
    places(document).into_iter().filter_map(|place| document.pointer(&place).cloned())
}

/// The document that an issuer with an https id would serve.
fn controller(credential: &Value) -> Option<(String, Value)> {
    let issuer = credential["issuer"]["id"].as_str().or_else(|| credential["issuer"].as_str())?;
    let proof = credential["proof"].as_array().map_or(&credential["proof"], |proofs| proofs.last().unwrap());
    let method = proof["verificationMethod"].as_str().filter(|_| issuer.starts_with("https://"))?;
    let key = method.split_once('#')?.1;
    let listed = json!({"id": method, "type": "Multikey", "controller": issuer, "publicKeyMultibase": key});
    let keys = json!({"id": issuer, "verificationMethod": [listed], "assertionMethod": [method]});
    Some((issuer.to_owned(), keys))
}

fn change() -> impl Strategy<Value = Move> {
    (0..WAYS, any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(way, from, to, more)| Move {
        way,
        from,
        to,
        more,
    })
}

fn moved(pool: &Pool, which: usize, moves: &[Move]) -> Option<Value> {
    let document = pool.documents[which % pool.documents.len()].clone();
    let made: Vec<Value> = moves.iter().try_fold(vec![document], |mut made, one| {
        let next = one.make(made.last()?, &pool.parts)?;
        made.push(next);
        Some(made)
    })?;
    made.into_iter().next_back()
}

#[test]
fn what_is_moved_about_proves_what_it_did() {
    let full = OURS.known.values().filter(|facts| facts.values().any(|class| *class == Assurance::A)).count();
    assert!(full > 5, "{full}: there is something to take away");
    let (made, passed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let pools: Vec<&Pool> = [Some(&*OURS), PUBLISHED.as_ref()].into_iter().flatten().collect();
    for pool in &pools {
        println!("{} documents, {} credentials that prove something", pool.documents.len(), pool.known.len());
    }
    let config = ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(pool in any::<bool>(), which in any::<usize>(), moves in proptest::collection::vec(change(), 1..4))| {
        let pool = pools[usize::from(pool) % pools.len()];
        if let Some(changed) = moved(pool, which, &moves) {
            made.fetch_add(1, Ordering::Relaxed);
            let still = pool.judge(&changed).map_err(TestCaseError::fail)?;
            passed.fetch_add(usize::from(still), Ordering::Relaxed);
        }
    });
    println!("{} changed documents, {} of which still prove something", made.into_inner(), passed.into_inner());
}

/// Every place of every document of ours, each in all the ways to say the same otherwise; of the long ones, every sixth.
#[test]
fn what_is_said_otherwise_is_refused_or_says_the_same() {
    let (mut made, mut passed) = (0, 0);
    for (which, document) in OURS.documents.iter().enumerate() {
        let step = if document.to_string().len() > LONG { 6 } else { 1 };
        for from in (0..places(document).len()).step_by(step) {
            for (way, more) in (7..WAYS).flat_map(|way| (0..VARIANTS).map(move |more| (way, more))) {
                let one = Move { way, from, to: from / 3 + way, more };
                let Some(changed) = moved(&OURS, which, &[one]) else { continue };
                made += 1;
                passed += usize::from(OURS.judge(&changed).unwrap());
            }
        }
    }
    println!("{made} documents said otherwise, {passed} of which still prove something");
}
