//! Data Integrity proofs with Ed25519: `eddsa-rdfc-2022` (vc-di-eddsa §3.2) and Ed25519Signature2020, which hashes the
//! same bytes.

use std::cell::OnceCell;

use ed25519_dalek::Signature;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    document::{each, text},
    issuer_key::{self, Found},
    jsonld::{CanonError, CanonLimits, Contexts, canonical},
    key,
    material::Library,
    validity::date,
};

/// Proofs looked at in one credential.
const MOST_PROOFS: usize = 16;

/// What the proofs of a credential came to.
pub(crate) struct Judged {
    pub(crate) proof: (Outcome, Finding),
    /// Left out where there is no proof that could name a key.
    pub(crate) issuer_key: Option<(Outcome, Finding)>,
    pub(crate) notices: Vec<Finding>,
}

/// What judging needs beside the credential.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) library: &'a Library<'a>,
    pub(crate) now: Timestamp,
    pub(crate) skew: SignedDuration,
}

/// Judges the proofs of a credential. Of several, any one suffices (OB 3.0 §verification, step 2): the one that gets
/// furthest speaks for all. Where no signature fits, one that was refused says more than one that is not understood.
pub(crate) fn judge(credential: &Map<String, Value>, issuer: Option<&str>, around: Around<'_>) -> Judged {
    let proofs = each(credential, "proof");
    let at = Pointer::root().key("proof");
    let alone = |outcome, finding| Judged { proof: (outcome, finding), issuer_key: None, notices: Vec::new() };
    if proofs.is_empty() {
        return alone(Outcome::Failed, Finding::new(FindingCode::ProofMissing, Pointer::root()));
    }
    if proofs.len() > MOST_PROOFS {
        return alone(Outcome::Undetermined, Finding::new(FindingCode::LimitExceeded, at).with("limit", MOST_PROOFS));
    }
    let content = Content { credential, contexts: around.library.contexts(), hash: OnceCell::new() };
    let judged = proofs.iter().map(|(at, proof)| one(proof, at, &content, issuer, around));
    let rank = |judged: &Judged| match judged.proof.0 {
        Outcome::Passed => (0, judged.issuer_key.as_ref().map(|(outcome, _)| *outcome)),
        Outcome::Failed => (1, None),
        Outcome::Undetermined => (2, None),
    };
    judged.min_by_key(rank).unwrap_or_else(|| alone(Outcome::Failed, Finding::new(FindingCode::ProofMissing, at)))
}

/// The credential without its proofs, hashed at most once.
struct Content<'a> {
    credential: &'a Map<String, Value>,
    contexts: &'a Contexts,
    hash: OnceCell<Result<[u8; 32], CanonError>>,
}

impl Content<'_> {
    fn hash(&self) -> Result<[u8; 32], CanonError> {
        self.hash.get_or_init(|| hash(without(self.credential, "proof"), self.contexts)).clone()
    }
}

fn without(object: &Map<String, Value>, name: &str) -> Map<String, Value> {
    object.iter().filter(|(key, _)| *key != name).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn hash(document: Map<String, Value>, contexts: &Contexts) -> Result<[u8; 32], CanonError> {
    Ok(canonical(&Value::Object(document), contexts, &CanonLimits::default())?.sha256())
}

/// The 64 bytes that are signed: the hash of the proof's own statements, then that of the credential's.
pub(crate) fn signed_bytes(
    proof: &Map<String, Value>,
    credential: &Map<String, Value>,
    contexts: &Contexts,
) -> Result<[u8; 64], CanonError> {
    let content = Content { credential, contexts, hash: OnceCell::new() };
    content.signed_with(proof, &Pointer::root().key("proof"))
}

impl Content<'_> {
    fn signed_with(&self, proof: &Map<String, Value>, at: &Pointer) -> Result<[u8; 64], CanonError> {
        let mut options = without(proof, "proofValue");
        if let Some(context) = self.credential.get("@context") {
            options.insert("@context".to_owned(), context.clone());
        }
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&hash(options, self.contexts).map_err(|error| moved(error, at))?);
        bytes[32..].copy_from_slice(&self.hash()?);
        Ok(bytes)
    }
}

/// A fault in the proof's own statements, with its place in the credential. Contexts are the credential's.
fn moved(error: CanonError, at: &Pointer) -> CanonError {
    let place = |pointer: Pointer| match pointer.as_str().starts_with("/@context") {
        true => pointer,
        false => at.join(&pointer),
    };
    match error {
        CanonError::ContextUnsupported { what, pointer } => {
            CanonError::ContextUnsupported { what, pointer: place(pointer) }
        }
        CanonError::TermUndefined { term, pointer } => CanonError::TermUndefined { term, pointer: place(pointer) },
        CanonError::Invalid { reason, pointer } => CanonError::Invalid { reason, pointer: place(pointer) },
        CanonError::Limit => CanonError::Limit,
    }
}

/// What a proof has to say before its signature is looked at.
struct Claim<'a> {
    options: &'a Map<String, Value>,
    method: &'a str,
    signature: Signature,
}

fn one(proof: &Value, at: &Pointer, content: &Content<'_>, issuer: Option<&str>, around: Around<'_>) -> Judged {
    let claim = match claim(proof, at, around) {
        Ok(claim) => claim,
        Err(proof) => return Judged { proof: *proof, issuer_key: None, notices: Vec::new() },
    };
    let method_at = at.key("verificationMethod");
    let found = issuer_key::find(claim.method, around.library);
    let mut notices = Vec::new();
    if key::did_key(claim.method).is_some() && !claim.method.contains('#') {
        notices.push(Finding::new(FindingCode::KeyWithoutFragment, method_at.clone()));
    }
    Judged {
        proof: signature(&claim, at, content, found),
        issuer_key: Some(issuer_key::judge(claim.method, found, issuer, around.library, around.now, &method_at)),
        notices,
    }
}

fn claim<'a>(proof: &'a Value, at: &Pointer, around: Around<'_>) -> Result<Claim<'a>, Box<(Outcome, Finding)>> {
    let failed = |code, at: Pointer| Box::new((Outcome::Failed, Finding::new(code, at)));
    let invalid = |member: &str| failed(FindingCode::ProofInvalid, at.key(member));
    let unsupported = |suite: &str, member: &str| {
        let finding = Finding::new(FindingCode::SuiteUnsupported, at.key(member)).with("suite", suite);
        Box::new((Outcome::Undetermined, finding))
    };
    let options = proof.as_object().ok_or_else(|| failed(FindingCode::ProofInvalid, at.clone()))?;
    match text(options, "type").ok_or_else(|| invalid("type"))? {
        "Ed25519Signature2020" => {}
        "DataIntegrityProof" => match text(options, "cryptosuite").ok_or_else(|| invalid("cryptosuite"))? {
            "eddsa-rdfc-2022" => {}
            other => return Err(unsupported(other, "cryptosuite")),
        },
        other => return Err(unsupported(other, "type")),
    }
    if options.contains_key("previousProof") {
        return Err(unsupported("a chain of proofs", "previousProof"));
    }
    match text(options, "proofPurpose").ok_or_else(|| invalid("proofPurpose"))? {
        "assertionMethod" => {}
        other => {
            let mut refused = failed(FindingCode::PurposeMismatch, at.key("proofPurpose"));
            refused.1 = refused.1.with("purpose", other);
            return Err(refused);
        }
    }
    if options.get("created").is_some_and(|created| date(created).is_none()) {
        return Err(invalid("created"));
    }
    if let Some(expires) = options.get("expires") {
        let expires = date(expires).ok_or_else(|| invalid("expires"))?;
        if expires < around.now.checked_sub(around.skew).unwrap_or(around.now) {
            return Err(failed(FindingCode::ProofExpired, at.key("expires")));
        }
    }
    let method = text(options, "verificationMethod").filter(|method| method.contains(':'));
    let method = method.ok_or_else(|| invalid("verificationMethod"))?;
    let signature = text(options, "proofValue").and_then(signature_of).ok_or_else(|| invalid("proofValue"))?;
    Ok(Claim { options, method, signature })
}

/// `z` and 64 bytes in base58btc.
fn signature_of(value: &str) -> Option<Signature> {
    // No 64 bytes need more than 88 digits; base58 costs the square of its length.
    let encoded = value.strip_prefix('z').filter(|encoded| encoded.len() <= 88)?;
    let bytes: [u8; 64] = bs58::decode(encoded).into_vec().ok()?.try_into().ok()?;
    Some(Signature::from_bytes(&bytes))
}

fn signature(claim: &Claim<'_>, at: &Pointer, content: &Content<'_>, found: Option<Found>) -> (Outcome, Finding) {
    let bytes = match content.signed_with(claim.options, at) {
        Ok(bytes) => bytes,
        Err(error) => return refused(error),
    };
    let Some(found) = found else {
        let method = at.key("verificationMethod");
        return match claim.method.starts_with("did:key:") {
            // It is its own document, and that holds no key for this kind of proof.
            true => (Outcome::Failed, Finding::new(FindingCode::ProofInvalid, method)),
            false => (Outcome::Undetermined, Finding::new(FindingCode::KeyUnresolved, method)),
        };
    };
    match found.key.verify_strict(&bytes, &claim.signature) {
        Ok(()) => (Outcome::Passed, Finding::new(FindingCode::SignatureOk, at.clone())),
        Err(_) => (Outcome::Failed, Finding::new(FindingCode::SignatureInvalid, at.key("proofValue"))),
    }
}

/// Why there are no bytes to check the signature over.
fn refused(error: CanonError) -> (Outcome, Finding) {
    match error {
        CanonError::ContextUnsupported { what, pointer } => {
            (Outcome::Undetermined, Finding::new(FindingCode::ContextUnsupported, pointer).with("context", what))
        }
        CanonError::TermUndefined { term, pointer } => {
            // The name of a member may be told; a value may be about a person.
            let names_member = pointer.as_str().rsplit('/').next() == Some(term.as_str());
            let finding = Finding::new(FindingCode::TermUndefined, pointer);
            (Outcome::Failed, if names_member { finding.with("term", term) } else { finding })
        }
        CanonError::Invalid { pointer, .. } => (Outcome::Failed, Finding::new(FindingCode::MemberInvalid, pointer)),
        CanonError::Limit => (Outcome::Undetermined, Finding::new(FindingCode::CanonicalisationLimit, Pointer::root())),
    }
}
