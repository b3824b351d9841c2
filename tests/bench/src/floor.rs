//! How far we are from what cannot be done without: reading the JSON, putting the lines in order and hashing them.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wellspring_model::pointer::Pointer;
use wellspring_verify::{
    Limits,
    jsonld::{CanonLimits, Contexts, canonical},
    parse,
};

use crate::{Case, ours, time};

/// The parts of one verification of the outer proof, in milliseconds.
pub fn print(case: &Case) {
    let document: Value = serde_json::from_slice(&case.bytes).expect("JSON");
    let mut unsigned = document.clone();
    unsigned.as_object_mut().expect("an object").remove("proof");
    let nquads = || canonical(&unsigned, Contexts::builtin(), &CanonLimits::default()).expect("it is canonical").nquads;
    let text = nquads();
    // Out of order, as statements are when they come from a document.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable_by_key(|line| Sha256::digest(line));

    let floor = time(|| {
        let mut lines = lines.clone();
        lines.sort_unstable();
        let mut hash = Sha256::new();
        lines.iter().for_each(|line| hash.update(line));
        std::hint::black_box(hash.finalize());
    });
    let json = time(|| drop(serde_json::from_slice::<Value>(&case.bytes)));
    let read = time(|| drop(parse(&case.bytes, Pointer::root(), &Limits { nested: 0, ..Limits::default() })));
    let statements = time(|| drop(nquads()));
    let whole = time(|| ours::outer(&case.bytes));
    println!("\nwhat {} is made of:", case.name);
    for (what, took) in [
        ("order and hash its lines (the floor)", floor),
        ("JSON into values, by serde_json", json),
        ("the same by us: depth, doubled members, places", read),
        ("statements and their canonical form", statements),
        ("the whole, with schema, structure and signature", whole),
    ] {
        println!("  {what:<50} {took:>8.3} ms {:>6.1}× the floor", took / floor);
    }
}
