//! The compiled contexts that the product carries, by the URLs under which documents name them.
//!
//! Written by `cargo run -p wellspring-verify --example compile-contexts -- <folder of published contexts>`.

/// A context that the product carries.
pub(super) struct Table {
    /// The URLs that name it, the published one first.
    pub(super) urls: &'static [&'static str],
    /// The file under `contexts/`.
    pub(super) file: &'static str,
    pub(super) text: &'static str,
}

macro_rules! table {
    ([$($url:literal),+], $file:literal) => {
        Table { urls: &[$($url),+], file: $file, text: include_str!(concat!("../../contexts/", $file)) }
    };
}

pub(super) const TABLES: &[Table] = &[
    table!(["https://www.w3.org/2018/credentials/v1"], "w3c-credentials-v1.json"),
    table!(["https://www.w3.org/ns/credentials/v2"], "w3c-credentials-v2.json"),
    table!(["https://www.w3.org/ns/credentials/status/v1"], "w3c-credentials-status-v1.json"),
    table!(["https://w3id.org/vc/status-list/2021/v1"], "status-list-2021-v1.json"),
    table!(["https://www.w3.org/ns/did/v1"], "did-v1.json"),
    table!(["https://w3id.org/security/data-integrity/v1"], "data-integrity-v1.json"),
    table!(["https://w3id.org/security/data-integrity/v2"], "data-integrity-v2.json"),
    table!(["https://w3id.org/security/multikey/v1"], "multikey-v1.json"),
    table!(["https://w3id.org/security/suites/ed25519-2020/v1"], "ed25519-2020-v1.json"),
    table!(["https://w3id.org/security/suites/ed25519-2018/v1"], "ed25519-2018-v1.json"),
    table!(["https://w3id.org/security/suites/jws-2020/v1"], "jws-2020-v1.json"),
    table!(
        [
            "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context/ob_v3p0.jsonld"
        ],
        "ob-v3p0.json"
    ),
    table!(["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"], "ob-v3p0-3.0.1.json"),
    table!(["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"], "ob-v3p0-3.0.2.json"),
    table!(["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"], "ob-v3p0-3.0.3.json"),
    table!(["https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"], "ob-v3p0-extensions.json"),
    table!(["https://purl.imsglobal.org/spec/clr/v2p0/context.json"], "clr-v2p0.json"),
    table!(["https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"], "clr-v2p0-2.0.1.json"),
    table!(["https://w3id.org/dcc/v1"], "dcc-v1.json"),
    table!(
        ["https://w3c-ccg.github.io/vc-ed/plugfest-1-2022/jff-vc-edu-plugfest-1-context.json"],
        "jff-plugfest-1.json"
    ),
];
