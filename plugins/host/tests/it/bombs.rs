//! Packages that would take for ever, or all memory, to compile: refused from their structure alone, before anything is compiled.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use serde_json::json;
use wellspring_host::{PackageError, inspect, package};

use crate::package::MANIFEST;

/// A component with the exports of the contract and this inside.
fn component(inside: &str) -> Vec<u8> {
    let exports: String =
        package::EXPORTS.map(|name| format!(r#"(func (export "{name}") (canon lift (core func $i "f")))"#)).concat();
    let text = format!(
        r#"(component {inside} (core module $m (func (export "f"))) (core instance $i (instantiate $m)) {exports})"#
    );
    let component = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    package::embed(component, MANIFEST, &json!({"type": "object"})).expect("embeds")
}

/// What becomes of it, and that it does not take long.
fn verdict(package: &[u8]) -> Result<(), PackageError> {
    let begun = Instant::now();
    let verdict = inspect(package).map(|_| ());
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
    verdict
}

fn function(instructions: usize) -> String {
    format!("(core module (func {}))", "i32.const 77777 drop ".repeat(instructions))
}

#[test]
fn a_function_that_is_too_large_is_refused() {
    // Five bytes each: an opcode and three of a number, and one to drop it.
    assert_eq!(verdict(&component(&function(200_000))), Ok(()));
    assert_eq!(verdict(&component(&function(220_000))), Err(PackageError::TooComplex("a function of more than 1 MiB")));
}

#[test]
fn too_many_functions_are_refused() {
    let functions = |many: usize| format!("(core module {})", "(func)".repeat(many));
    assert_eq!(verdict(&component(&functions(199_999))), Ok(()));
    assert_eq!(verdict(&component(&functions(200_000))), Err(PackageError::TooComplex("more than 200,000 functions")));
    // Spread over many modules, they are as many.
    let spread = functions(50_000).repeat(4);
    assert_eq!(verdict(&component(&spread)), Err(PackageError::TooComplex("more than 200,000 functions")));
}

#[test]
fn a_type_that_doubles_with_every_line_is_refused() {
    let mut types = "(type $t0 (tuple u8 u8))".to_owned();
    for n in 1..60 {
        let before = n - 1;
        write!(types, "(type $t{n} (tuple $t{before} $t{before}))").expect("it is written");
    }
    assert!(matches!(verdict(&component(&types)), Err(PackageError::Malformed(_))));
}

#[test]
fn components_within_one_another_are_refused_where_they_never_end() {
    let nested = |depth: usize| format!("{}{}", "(component ".repeat(depth), ")".repeat(depth));
    assert_eq!(verdict(&component(&nested(10))), Ok(()));
    // The text of more cannot be parsed either, so the bytes are made: each level wraps the one before.
    let mut inner = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..3_000 {
        let mut outer = b"\0asm\x0d\0\x01\0\x04".to_vec();
        length(&mut outer, inner.len());
        outer.append(&mut inner);
        inner = outer;
    }
    let too_deep = PackageError::TooComplex("components within components, more than 16 deep");
    assert_eq!(verdict(&inner), Err(too_deep));
}

#[test]
fn blocks_within_one_another_are_read_or_refused_and_never_end_the_host() {
    let blocks = |depth: usize| {
        let mut body = vec![0];
        body.extend([0x02, 0x40].repeat(depth));
        body.extend([0x0b].repeat(depth + 1));
        let mut code = vec![1];
        length(&mut code, body.len());
        code.append(&mut body);
        let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
        length(&mut module, code.len());
        module.append(&mut code);
        let mut component = b"\0asm\x0d\0\x01\0\x01".to_vec();
        length(&mut component, module.len());
        component.append(&mut module);
        component
    };
    for depth in [10, 1_000, 300_000] {
        assert!(matches!(
            verdict(&blocks(depth)),
            Err(PackageError::ExportMissing { .. } | PackageError::Malformed(_))
        ));
    }
    assert!(matches!(verdict(&blocks(400_000)), Err(PackageError::TooComplex(_))));
}

/// A length as WebAssembly writes it.
fn length(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).expect("fits") | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("fits"));
}
