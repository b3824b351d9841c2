//! What an issuer with a website issues: badges with an entry in its status list, the list, the document of its keys.

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use wellspring_verify::sign::{ProofOptions, Suite, sign};

use crate::{badge, issuer_site::IssuerSite};

pub fn signed(document: Value, method: String) -> Value {
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: method,
        created: "2026-01-01T00:00:00Z".parse().expect("a time"),
        more: serde_json::Map::new(),
    };
    sign(document, &badge::key(), &options).expect("it is signed")
}

/// A badge whose issuer's keys are at the site, with an entry in its list where one is wanted.
pub fn credential(site: &IssuerSite, entry: Option<usize>) -> Value {
    credential_for("urn:uuid:6d1f0a10-5a3e-4c5b-9d20-000000000001", site, entry.map(|entry| ("/list", entry)))
}

/// The same for an achievement that is aligned to `item`, with an entry in the list at a path.
pub fn credential_for(item: &str, site: &IssuerSite, entry: Option<(&str, usize)>) -> Value {
    let issuer = issuer(site);
    let mut badge = badge::unsigned(item);
    badge["issuer"]["id"] = json!(issuer);
    if let Some((path, index)) = entry {
        let list = format!("{}{path}", site.origin);
        badge["credentialStatus"] = json!({
            "id": format!("{list}#{index}"), "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": index.to_string(), "statusListCredential": list
        });
    }
    signed(badge, format!("{issuer}#key-1"))
}

pub fn issuer(site: &IssuerSite) -> String {
    format!("{}/issuer", site.origin)
}

pub fn keys(site: &IssuerSite) -> Value {
    let issuer = issuer(site);
    let method = format!("{issuer}#key-1");
    json!({
        "@context": "https://www.w3.org/ns/cid/v1", "id": issuer, "assertionMethod": [method],
        "verificationMethod": [{
            "id": method, "type": "Multikey", "controller": issuer, "publicKeyMultibase": badge::key().multikey()
        }]
    })
}

/// The list at `/list`, in which these are revoked.
pub fn list(site: &IssuerSite, revoked: &[usize]) -> Value {
    list_at(site, "/list", revoked)
}

pub fn list_at(site: &IssuerSite, path: &str, revoked: &[usize]) -> Value {
    let mut bits = vec![0_u8; 16 * 1024];
    for index in revoked {
        bits[index / 8] |= 0x80 >> (index % 8);
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&bits).expect("it is packed");
    let bits = BASE64_URL_SAFE_NO_PAD.encode(packed.finish().expect("it is packed"));
    let (issuer, id) = (issuer(site), format!("{}{path}", site.origin));
    let list = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "id": id,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"], "issuer": issuer,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": format!("{id}#list"), "type": "BitstringStatusList", "statusPurpose": "revocation",
            "encodedList": format!("u{bits}")
        }
    });
    signed(list, format!("{issuer}#key-1"))
}
