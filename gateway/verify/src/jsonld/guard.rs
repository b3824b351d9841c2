//! What restricts a credential is stated under its own name.
//!
//! The same signed statement can be written with another member: an alias that a context defines, or the IRI itself. A
//! holder could so hide an end date, a status entry or who has created an achievement from everybody who reads the JSON,
//! and the signature would still fit.

use super::active::Expanded;

/// Members that take something away from a credential, or without which another place of a status list is read, by the last
/// part of their IRIs.
const RESTRICTING: [(&str, &[&str]); 4] = [
    (
        "https://www.w3.org/2018/credentials#",
        &["validFrom", "validUntil", "issuanceDate", "expirationDate", "credentialStatus", "termsOfUse"],
    ),
    ("https://purl.imsglobal.org/spec/vc/ob/vocab.html#", &["result", "status", "creator"]),
    ("https://www.w3.org/ns/credentials/status#", &["statusSize"]),
    ("https://w3id.org/security#", &["expiration", "revoked"]),
];

/// Names whose IRIs end otherwise: `expires` is what a proof calls its end.
const NAMES: [(&str, &str); 1] = [("expires", "expiration")];

/// Whether a member states something restricting under a name that its readers do not know.
pub(super) fn hides(key: &str, meaning: &Expanded) -> bool {
    let Expanded::Iri(iri) = meaning else { return false };
    let restricting = RESTRICTING.iter().find_map(|(vocabulary, names)| {
        let name = iri.strip_prefix(vocabulary)?;
        names.contains(&name).then_some(name)
    });
    restricting.is_some_and(|name| key != name && !NAMES.contains(&(key, name)))
}
