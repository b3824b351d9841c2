//! What is not a connector is refused, with the reason, before anything is compiled.

use serde_json::{Value, json};
use wellspring_host::{
    PackageError, inspect,
    manifest::ManifestError,
    pack,
    package::{self, Instead},
};

use crate::support::{guest, host, tight};

pub const MANIFEST: &str = r#"
    id = "acme/test"
    version = "0.1.0"
    contract = "0.1"
    display-level = "note"
    serialize-by = "application"
    events = ["deliver"]
"#;

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("well-formed text")
}

pub fn closed() -> Value {
    json!({ "type": "object", "additionalProperties": false })
}

/// A component with this among its imports and the exports of the contract (of wrong types, which only linking sees).
pub fn with_import(import: &str) -> Vec<u8> {
    let exports: String =
        package::EXPORTS.map(|name| format!(r#"(func (export "{name}") (canon lift (core func $i "f")))"#)).concat();
    component(&format!(
        r#"(component {import} (core module $m (func (export "f"))) (core instance $i (instantiate $m)) {exports})"#
    ))
}

#[test]
fn an_import_that_is_not_ours_is_refused_by_name() {
    for import in ["wasi:cli/environment@0.2.0", "wasi:http/outgoing-handler@0.2.12", "acme:spy/camera@1.0.0"] {
        let bytes = with_import(&format!(r#"(import "{import}" (instance))"#));
        let bytes = package::embed(bytes, MANIFEST, &closed()).expect("embeds");
        assert_eq!(inspect(&bytes), Err(PackageError::ImportDenied { import: import.to_owned() }));
    }
    let bytes = with_import(r#"(import "run" (func))"#);
    assert!(matches!(inspect(&bytes), Err(PackageError::ImportDenied { import }) if import == "run"));
    // Our interfaces of another version are not ours of this one.
    let bytes = with_import(r#"(import "wellspring:connector/http@0.2.0" (instance))"#);
    assert!(matches!(inspect(&bytes), Err(PackageError::ImportDenied { .. })));
}

#[tokio::test]
async fn exports_of_the_wrong_type_are_refused_when_linked() {
    let bytes = package::embed(with_import(""), MANIFEST, &closed()).expect("embeds");
    inspect(&bytes).expect("names alone are in order");
    let error = host(tight()).install(bytes).await.expect_err("the types are wrong");
    assert!(matches!(error, PackageError::Contract(_)), "{error}");
}

#[test]
fn a_missing_export_is_named() {
    let error = inspect(&component("(component)")).expect_err("it exports nothing");
    assert_eq!(error, PackageError::ExportMissing { export: "check" });
}

/// Abuse 8 of the design. Each is refused before anything is compiled, with what to do.
#[test]
fn what_is_no_component_is_refused_with_what_it_is_instead() {
    for (bytes, instead) in [
        (&b""[..], Instead::Empty),
        (b"hello", Instead::Unknown),
        (b"\0asm", Instead::Unknown),
        (&component("(module)"), Instead::Module),
        (&compiled(), Instead::Compiled),
    ] {
        assert_eq!(inspect(bytes), Err(PackageError::NotAComponent(instead)));
    }
    let too_large = vec![0; package::SIZE_MAX + 1];
    // Fails without `check_size`.
    assert_eq!(inspect(&too_large), Err(PackageError::TooLarge { size: too_large.len() }));
}

#[test]
fn a_package_that_was_cut_off_is_refused_as_such() {
    let bytes = guest("echoes");
    // Fails without `is_cut_off`: the parser would name some place within.
    for length in [9, 100, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(inspect(&bytes[..length]), Err(PackageError::CutOff { size: length }));
    }
}

/// Code that wasmtime compiled, as it is in a `.cwasm`.
fn compiled() -> Vec<u8> {
    wasmtime::Engine::default().precompile_component(&component("(component)")).expect("it compiles")
}

#[tokio::test]
async fn compiled_code_is_never_taken_from_a_vendor() {
    let error = host(tight()).install(compiled()).await.expect_err("it is machine code");
    assert_eq!(error, PackageError::NotAComponent(Instead::Compiled));
    assert!(error.to_string().contains("hand in the `.wasm`"), "{error}");
}

#[test]
fn components_within_components_have_a_limit() {
    let deep = |levels: usize| format!("{}{}", "(component ".repeat(levels), ")".repeat(levels));
    // Fails without `DEPTH_MAX`.
    let error = inspect(&component(&deep(40))).expect_err("too deep");
    assert!(matches!(error, PackageError::TooComplex(_)), "{error}");
    assert!(matches!(inspect(&component(&deep(10))), Err(PackageError::ExportMissing { .. })));
}

#[test]
fn a_damaged_package_is_refused_or_read_and_never_ends_the_host() {
    let bytes = guest("echoes");
    // The same 300 damages on every run, spread over the file.
    let mut chance = 0x9e37_79b9_u32;
    for _ in 0..300 {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut damaged = bytes.clone();
        let at = usize::try_from(chance).expect("fits") % damaged.len();
        damaged[at] ^= 1 << (chance >> 29);
        let _verdict = inspect(&damaged);
    }
}

#[test]
fn a_package_has_exactly_one_manifest() {
    let bare = with_import("");
    assert_eq!(inspect(&bare), Err(PackageError::ManifestSections(0)));
    let once = package::embed(bare, MANIFEST, &closed()).expect("embeds");
    let inspection = inspect(&once).expect("a package");
    assert_eq!((inspection.id.as_str(), inspection.size), ("acme/test", once.len()));
    let twice = package::embed(once, MANIFEST, &closed()).expect("embeds");
    assert_eq!(inspect(&twice), Err(PackageError::ManifestSections(2)));
}

#[test]
fn a_manifest_that_lies_is_refused_with_the_reason() {
    let of = |manifest: &str, schema: &Value| {
        inspect(&package::embed(with_import(""), manifest, schema).expect("embeds")).expect_err("refused")
    };
    let future = MANIFEST.replace("contract = \"0.1\"", "contract = \"9.0\"");
    assert_eq!(of(&future, &closed()), PackageError::ContractVersion("9.0".to_owned()));
    let greedy = format!("{MANIFEST}\n[limits]\nmemory = \"4 GiB\"");
    assert!(matches!(of(&greedy, &closed()), PackageError::Manifest(ManifestError::Unreadable(_))));
    let remote = json!({ "$ref": "https://schemas.example/settings.json" });
    assert!(matches!(of(MANIFEST, &remote), PackageError::SettingsSchema(_)));
}

#[tokio::test]
async fn code_that_says_other_than_its_manifest_is_refused() {
    let bytes = guest("echoes");
    // The same code under another name: as when somebody puts their component under a trusted one.
    let start = bytes.windows(package::SECTION.len()).rposition(|window| window == package::SECTION.as_bytes());
    // Section id, and the two lengths before the name: a byte for the name's, two for the section's.
    let component = bytes[..start.expect("it has a manifest") - 4].to_vec();
    let renamed = package::embed(component, MANIFEST, &closed()).expect("embeds");
    inspect(&renamed).expect("a package in itself");
    let error = host(tight()).install(renamed).await.expect_err("the code says otherwise");
    let expected =
        PackageError::Description { field: "id", described: "echoes".to_owned(), manifest: "acme/test".to_owned() };
    assert_eq!(error, expected);
}

#[test]
fn packing_what_was_not_built_with_the_sdk_fails_with_the_reason() {
    let error = pack(&component("(module)"), MANIFEST, &closed()).expect_err("no contract inside");
    assert!(matches!(error, PackageError::ExportMissing { .. } | PackageError::Malformed(_)), "{error}");
}

#[test]
fn connectors_and_guests_import_nothing_but_the_contract() {
    for name in ["greenhouse", "echoes", "strays", "babbles"] {
        let bytes = guest(name);
        let inspection = inspect(&bytes).expect("a package");
        assert!(inspection.imports.iter().all(|import| import.starts_with("wellspring:connector/")), "{name}");
        assert_eq!(inspection.exports, package::EXPORTS, "{name}");
    }
}
