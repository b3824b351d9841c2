//! Whose key it is: the issuer's own document lists it for assertions, or it does not (VC Data Integrity 1.0 §4.2;
//! Controlled Identifiers 1.0 §3.3). A key that comes in the message itself proves nothing about its owner.

use std::collections::HashMap;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use serde_json::{Map, Value};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    did::{controller_of, document_url},
    document::{each, text},
    key,
    material::{Library, Looked},
    validity::date,
};

/// A document of keys: a DID document or a controller document.
#[derive(Debug)]
pub(crate) struct KeyDocument {
    methods: HashMap<String, Method>,
    /// The identifiers of the methods that may make assertions.
    assertion: Vec<String>,
}

/// A verification method.
#[derive(Debug)]
struct Method {
    key: Option<VerifyingKey>,
    /// From then on it is no longer to be used.
    ends: Option<Timestamp>,
}

impl KeyDocument {
    /// Reads the document of `controller`. `None` when it is not that: another id, or no document of keys at all.
    pub(crate) fn read(document: &Map<String, Value>, controller: &str) -> Option<Self> {
        let lists_keys = ["verificationMethod", "assertionMethod"].iter().any(|name| document.contains_key(*name));
        if text(document, "id") != Some(controller) || !lists_keys {
            return None;
        }
        let full = |id: &str| if id.starts_with('#') { format!("{controller}{id}") } else { id.to_owned() };
        let mut keys = Self { methods: HashMap::new(), assertion: Vec::new() };
        for name in ["verificationMethod", "assertionMethod"] {
            for (_, listed) in each(document, name) {
                let id = match listed {
                    Value::String(id) => full(id),
                    Value::Object(method) => {
                        let id = full(text(method, "id")?);
                        keys.add(&id, method, controller);
                        id
                    }
                    _ => return None,
                };
                if name == "assertionMethod" {
                    keys.assertion.push(id);
                }
            }
        }
        Some(keys)
    }

    fn add(&mut self, id: &str, method: &Map<String, Value>, controller: &str) {
        // A method of another controller is not this document's to give away.
        if text(method, "controller").is_some_and(|owner| owner != controller) || controller_of(id) != controller {
            return;
        }
        let end = |name: &str| method.get(name).map(|written| date(written).unwrap_or(Timestamp::MIN));
        let ends = [end("revoked"), end("expires")].into_iter().flatten().min();
        self.methods.insert(id.to_owned(), Method { key: key::of_method(method), ends });
    }

    fn lists_for_assertion(&self, method: &str) -> bool {
        self.assertion.iter().any(|id| id == method)
    }
}

/// A key and how it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) key: VerifyingKey,
    /// It came from its controller's document, or is its own document (did:key), not from the message.
    is_documented: bool,
}

/// The key that a proof names. Without its controller's document, one that the identifier itself spells out will do to
/// check the signature, and for nothing else.
pub(crate) fn find(method: &str, library: &Library<'_>) -> Option<Found> {
    if method.starts_with("did:key:") {
        return key::did_key(method).map(|key| Found { key, is_documented: true });
    }
    let controller = controller_of(method);
    if let Some(url) = document_url(method)
        && let Looked::Read(document) = library.keys(&url, controller)
        && let Some(key) = document.methods.get(method).and_then(|method| method.key)
    {
        return Some(Found { key, is_documented: true });
    }
    let (_, fragment) = method.split_once('#')?;
    key::multikey(fragment).map(|key| Found { key, is_documented: false })
}

/// Whether the key belongs to the issuer. `at` is where the proof names it.
pub(crate) fn judge(
    method: &str,
    found: Option<Found>,
    issuer: Option<&str>,
    library: &Library<'_>,
    now: Timestamp,
    at: &Pointer,
) -> (Outcome, Finding) {
    let says = |outcome, code| (outcome, Finding::new(code, at.clone()));
    let unresolved = || says(Outcome::Undetermined, FindingCode::KeyUnresolved);
    let Some(issuer) = issuer else { return unresolved() };
    let mismatch =
        if controller_of(method) == issuer { FindingCode::KeyNotAuthorised } else { FindingCode::IssuerKeyMismatch };
    if issuer.starts_with("did:key:") {
        let own = key::did_key(issuer).filter(|_| !issuer.contains('#'));
        return match (own, found) {
            (None, _) | (_, None) => unresolved(),
            (Some(own), Some(found)) if own == found.key => says(Outcome::Passed, FindingCode::IssuerKeyOk),
            _ => says(Outcome::Failed, mismatch),
        };
    }
    let Some(url) = document_url(issuer) else { return unresolved() };
    match library.keys(&url, issuer) {
        Looked::Absent => {
            let (outcome, finding) = unresolved();
            (outcome, finding.with("host", url.host_str().unwrap_or_default()))
        }
        Looked::Malformed => says(Outcome::Undetermined, FindingCode::KeyDocumentInvalid),
        Looked::Read(document) => {
            let ended = document.methods.get(method).and_then(|method| method.ends).is_some_and(|ends| ends <= now);
            if ended || !document.lists_for_assertion(method) {
                return says(Outcome::Failed, mismatch);
            }
            match found {
                Some(found) if found.is_documented => says(Outcome::Passed, FindingCode::IssuerKeyOk),
                // Listed by name only, and what the name stands for could not be had.
                _ => unresolved(),
            }
        }
    }
}
