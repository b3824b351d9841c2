//! Signs a credential with a throw-away key made from a number, for examples and trials:
//! `cargo run -p wellspring-verify --example sign -- 7 2026-03-01T00:00:00Z < unsigned.json > signed.json`. Its
//! issuer gets the key's `did:key`. Credentials within `credentialSubject.verifiableCredential` are signed first, by the same.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to be run by hand, which ends where it cannot go on"
)]

use std::io::Read as _;

use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, SigningKey, Suite, sign};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [number, created] = &arguments[..] else { panic!("usage: sign NUMBER TIME < unsigned.json") };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let credential = serde_json::from_str(&text).unwrap();
    let signed = signed(credential, number.parse().unwrap(), created);
    println!("{}", serde_json::to_string_pretty(&signed).unwrap());
}

fn signed(mut credential: Value, number: u8, created: &str) -> Value {
    let inner = credential.pointer_mut("/credentialSubject/verifiableCredential").and_then(Value::as_array_mut);
    for one in inner.into_iter().flatten() {
        *one = signed(one.take(), number, created);
    }
    let key = SigningKey::from_seed([number; 32]);
    credential["issuer"]["id"] = json!(key.did_key());
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key.did_key_method(),
        created: created.parse().unwrap(),
        more: Default::default(),
    };
    sign(credential, &key, &options).unwrap()
}
