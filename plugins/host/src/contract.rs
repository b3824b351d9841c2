//! What a component's imports and a manifest's contract say about the contract it was built for, in sentences that a vendor
//! can act on.

use std::cmp::Ordering;

use crate::manifest::CONTRACT;

/// The package of our interfaces.
const PACKAGE: &str = "wellspring:connector/";

/// Why this import is refused, where the host gives `given` and nothing else.
pub(crate) fn import_denied(import: &str, given: &[&str]) -> String {
    let ours = given.join(", ");
    let said = format!("the component imports `{import}`");
    if import.starts_with("wasi:") {
        return format!(
            "{said}; a connector gets no WASI, only {ours}. In Rust, build for wasm32-unknown-unknown; in JavaScript and \
             Python, have the toolchain stub WASI (`--stub-wasi`)"
        );
    }
    let Some((name, version)) = import.strip_prefix(PACKAGE).and_then(|rest| rest.split_once('@')) else {
        return format!("{said}; a connector may import {ours} only. Take out what wants it");
    };
    match against_ours(version) {
        Some(Ordering::Equal) if given.iter().all(|one| !one.starts_with(&format!("{PACKAGE}{name}@"))) => {
            format!("{said}; contract {CONTRACT} has no interface `{name}`, only {ours}. Take out what wants it")
        }
        _ => format!("{said}; {}", version_denied(version)),
    }
}

/// Why a component for this version of the contract is refused.
pub(crate) fn version_denied(version: &str) -> String {
    match against_ours(version) {
        Some(Ordering::Greater | Ordering::Equal) => format!(
            "that is contract {version}, and this gateway speaks {CONTRACT}. Build it for contract {CONTRACT}, or install it on \
             a newer gateway"
        ),
        Some(Ordering::Less) => format!(
            "that is contract {version}, which this gateway speaks no more: it speaks {CONTRACT}. Build it anew with an SDK for \
             contract {CONTRACT}"
        ),
        None => format!("`{version}` is no version of the contract; this gateway speaks {CONTRACT}"),
    }
}

/// How a version compares with ours, by its first two numbers.
fn against_ours(version: &str) -> Option<Ordering> {
    let numbers = |text: &str| {
        let mut parts = text.split('.').map(str::parse::<u32>);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    Some(numbers(version)?.cmp(&numbers(CONTRACT)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: [&str; 2] = ["wellspring:connector/host@0.1.0", "wellspring:connector/http@0.1.0"];

    #[test]
    fn a_refused_import_says_both_versions_and_what_to_do() {
        for (import, parts) in [
            ("wellspring:connector/http@0.2.0", &["http@0.2.0", "contract 0.2.0", "speaks 0.1", "newer gateway"][..]),
            ("wellspring:connector/http@0.0.9", &["contract 0.0.9", "speaks no more", "speaks 0.1", "Build it anew"]),
            ("wellspring:connector/http@0.1.7", &["contract 0.1.7", "Build it for contract 0.1"]),
            ("wellspring:connector/camera@0.1.0", &["no interface `camera`", GIVEN[0], GIVEN[1]]),
            ("wellspring:connector/http@x", &["`x` is no version"]),
            ("wasi:cli/environment@0.2.0", &["wasi:cli/environment@0.2.0", "no WASI", "--stub-wasi"]),
            ("acme:spy/camera@1.0.0", &["acme:spy/camera@1.0.0", GIVEN[0], "Take out"]),
            ("run", &["`run`", "only"]),
        ] {
            let sentence = import_denied(import, &GIVEN);
            for part in parts {
                assert!(sentence.contains(part), "{import}: `{part}` is not in: {sentence}");
            }
        }
    }
}
