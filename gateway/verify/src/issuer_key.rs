//! Whose key it is: the issuer's own document lists it for assertions, or it does not (VC Data Integrity 1.0 §4.2;
//! Controlled Identifiers 1.0 §3.3). A key that comes in the message itself proves nothing about its owner.
//!
//! What the issuer's document says now decides: a key that was withdrawn from it, revoked or expired makes no credential
//! pass any more, whatever date the credential bears, since whoever holds an old key can date back.

use url::Url;
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    around::Around,
    did::{controller_of, document_url},
    key::{self, PublicKey},
    material::{Absence, Looked},
};

/// A key as a proof names it, and how it was found.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The identifier of the verification method. `None` for a key that came without a name.
    method: Option<String>,
    key: Option<PublicKey>,
    /// It came from its controller's document, or is its own document (did:key, did:jwk), not from the message.
    is_documented: bool,
    /// The document that lists it is a JWK set.
    in_jwk_set: bool,
    /// Why the document that would hold it is not there.
    absence: Option<(String, Absence)>,
}

impl Named {
    /// The key that a method's identifier leads to. Without its controller's document, one that the identifier itself
    /// spells out will do to check the signature, and for nothing else.
    pub(crate) fn by_method(method: &str, around: &Around<'_>) -> Self {
        let mut named =
            Self { method: Some(method.to_owned()), key: None, is_documented: false, in_jwk_set: false, absence: None };
        if key::is_own_document(method) {
            named.key = key::of_own_document(method);
            named.is_documented = true;
            return named;
        }
        if let Some(url) = document_url(method) {
            match around.keys(&url, controller_of(method)) {
                Looked::Read(document) => {
                    if let Some(key) = document.method(method).and_then(|method| method.key.clone()) {
                        named.key = Some(key);
                        named.is_documented = true;
                        named.in_jwk_set = document.is_jwk_set;
                        return named;
                    }
                }
                Looked::Absent(absence) => named.absence = Some((host(&url), absence)),
                Looked::Malformed => {}
            }
        }
        named.key = method.split_once('#').and_then(|(_, fragment)| key::multikey(fragment));
        named
    }

    /// A key that came in the message.
    pub(crate) fn bare(key: PublicKey) -> Self {
        Self { method: None, key: Some(key), is_documented: false, in_jwk_set: false, absence: None }
    }

    pub(crate) fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// The finding that the key could not be had.
    pub(crate) fn unresolved(&self, at: Pointer) -> Finding {
        let finding = Finding::new(FindingCode::KeyUnresolved, at);
        match &self.absence {
            Some((host, absence)) => finding.with("host", host).with("reason", absence),
            None => finding,
        }
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Whether the key belongs to the issuer (or, for a presentation, the holder). `at` is where the proof names it.
pub(crate) fn judge(named: &Named, owner: Option<&str>, around: &Around<'_>, at: &Pointer) -> (Outcome, Finding) {
    let says = |outcome, code| (outcome, Finding::new(code, at.clone()));
    let unresolved = || (Outcome::Undetermined, named.unresolved(at.clone()));
    let Some(owner) = owner else { return unresolved() };
    let is_owners_name = named.method.as_deref().is_some_and(|method| controller_of(method) == owner);
    let mismatch = if is_owners_name { FindingCode::KeyNotAuthorised } else { FindingCode::IssuerKeyMismatch };
    if key::is_own_document(owner) {
        let own = key::of_own_document(owner).filter(|_| !owner.contains('#'));
        return match (own, named.key()) {
            (None, _) | (_, None) => unresolved(),
            (Some(own), Some(key)) if own == *key => says(Outcome::Passed, FindingCode::IssuerKeyOk),
            _ => says(Outcome::Failed, mismatch),
        };
    }
    let Some(url) = document_url(owner) else { return unresolved() };
    if is_at_home(named, &url) {
        return says(Outcome::Passed, FindingCode::IssuerKeyOk);
    }
    let document = match around.keys(&url, owner) {
        Looked::Absent(absence) => {
            let finding = Finding::new(FindingCode::KeyUnresolved, at.clone());
            return (Outcome::Undetermined, finding.with("host", host(&url)).with("reason", absence));
        }
        Looked::Malformed => return says(Outcome::Undetermined, FindingCode::KeyDocumentInvalid),
        Looked::Read(document) => document,
    };
    // A key without a name is looked for by itself.
    let listed = match &named.method {
        Some(method) => Some(method.as_str()),
        None => named.key().and_then(|key| document.name_of(key)),
    };
    let Some(method) = listed.filter(|method| document.lists(method, around.purpose)) else {
        return says(Outcome::Failed, mismatch);
    };
    let described = document.method(method);
    if described.and_then(|method| method.ends).is_some_and(|ends| around.has_come(ends)) {
        return says(Outcome::Failed, FindingCode::KeyRevoked);
    }
    match (named.is_documented, described.and_then(|method| method.key.as_ref())) {
        (true, _) => says(Outcome::Passed, FindingCode::IssuerKeyOk),
        (false, Some(own)) if Some(own) == named.key() => says(Outcome::Passed, FindingCode::IssuerKeyOk),
        // Listed by name only, and what the name stands for could not be had.
        _ => unresolved(),
    }
}

/// A set of keys speaks for an issuer where only that issuer can put it: at the issuer's own address, below it, or at the
/// well-known place of its origin. Anywhere else on a shared host it may be a neighbour's.
fn is_at_home(named: &Named, issuer: &Url) -> bool {
    let set = named.method.as_deref().filter(|_| named.in_jwk_set).and_then(document_url);
    set.is_some_and(|set| {
        let below = format!("{}/", issuer.path().trim_end_matches('/'));
        set.origin() == issuer.origin()
            && (set == *issuer || set.path() == "/.well-known/jwks.json" || set.path().starts_with(&below))
    })
}
