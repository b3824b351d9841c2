//! Data Integrity proofs (VC Data Integrity 1.0 §4): single, in sets, and in chains.

mod suite;

use std::cell::RefCell;

use serde_json::{Map, Value};
use wellspring_model::{
    finding::{Finding, FindingCode, Outcome},
    pointer::Pointer,
};

use crate::{
    around::Around,
    document::{each, text, texts},
    issuer_key::{self, Named},
    jsonld::CanonError,
    key,
    validity::date,
};

use suite::NoSuite;
pub(crate) use suite::{Content, Suite};

/// Proofs looked at in one document.
const MOST_PROOFS: usize = 16;

/// What the proofs of a document came to.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) proof: (Outcome, Finding),
    /// Left out where there is no proof that could name a key.
    pub(crate) issuer_key: Option<(Outcome, Finding)>,
    pub(crate) notices: Vec<Finding>,
    /// Which of several proofs this is about.
    pub(crate) at: Pointer,
}

impl Judged {
    fn alone(outcome: Outcome, finding: Finding, at: Pointer) -> Self {
        Self { proof: (outcome, finding), issuer_key: None, notices: Vec::new(), at }
    }

    /// The worse of what was found about signature and key.
    pub(crate) fn worst(&self) -> Outcome {
        self.issuer_key.as_ref().map_or(self.proof.0, |(outcome, _)| self.proof.0.max(*outcome))
    }
}

/// Judges the proofs of a document that `owner` (the issuer, or the holder) should have made. Of several, any one suffices
/// (OB 3.0 §verification, step 2): the one that gets furthest speaks for all. Where no signature fits, one that was
/// refused says more than one that is not understood.
pub(crate) fn judge(document: &Map<String, Value>, owner: Option<&str>, around: &Around<'_>) -> Judged {
    let proofs = each(document, "proof");
    let at = Pointer::root().key("proof");
    if proofs.is_empty() {
        let finding = Finding::new(FindingCode::ProofMissing, Pointer::root());
        return Judged::alone(Outcome::Failed, finding, at);
    }
    if proofs.len() > MOST_PROOFS {
        let finding = Finding::new(FindingCode::LimitExceeded, at.clone()).with("limit", MOST_PROOFS);
        return Judged::alone(Outcome::Undetermined, finding, at);
    }
    let content = Content::new(document, around.library.contexts());
    let set = Set { proofs: &proofs, content, owner, around, judged: RefCell::new(vec![None; proofs.len()]) };
    let judged = (0..proofs.len()).map(|index| set.judge(index, &mut Vec::new()));
    let rank = |judged: &Judged| match judged.proof.0 {
        Outcome::Passed => (0, judged.issuer_key.as_ref().map(|(outcome, _)| *outcome)),
        Outcome::Failed => (1, None),
        Outcome::Undetermined => (2, None),
    };
    let missing = || Finding::new(FindingCode::ProofMissing, at.clone());
    judged.min_by_key(rank).unwrap_or_else(|| Judged::alone(Outcome::Failed, missing(), at.clone()))
}

/// The proofs of one document.
struct Set<'a> {
    proofs: &'a [(Pointer, &'a Value)],
    content: Content<'a>,
    owner: Option<&'a str>,
    around: &'a Around<'a>,
    /// What was judged before: chains may meet, and each proof is judged once however many vouch for it.
    judged: RefCell<Vec<Option<Judged>>>,
}

/// What a proof has to say before its signature is looked at.
struct Claim<'a> {
    options: &'a Map<String, Value>,
    suite: Suite,
    method: &'a str,
    signature: Vec<u8>,
    /// The proofs that it vouches for, by their places in the set.
    previous: Vec<usize>,
}

impl Set<'_> {
    /// Judges a proof, and those that it vouches for. `above` are the proofs that led here.
    fn judge(&self, index: usize, above: &mut Vec<usize>) -> Judged {
        let known = self.judged.borrow()[index].clone();
        known.unwrap_or_else(|| {
            let judged = self.judge_anew(index, above);
            self.judged.borrow_mut()[index] = Some(judged.clone());
            judged
        })
    }

    fn judge_anew(&self, index: usize, above: &mut Vec<usize>) -> Judged {
        let (at, proof) = &self.proofs[index];
        let claim = match self.claim(proof, at) {
            Ok(claim) => claim,
            Err(refused) => return Judged::alone(refused.0, refused.1, at.clone()),
        };
        let method_at = at.key("verificationMethod");
        let named = Named::by_method(claim.method, self.around);
        let mut notices = Vec::new();
        if claim.method.starts_with("did:key:") && !claim.method.contains('#') {
            notices.push(Finding::new(FindingCode::KeyWithoutFragment, method_at.clone()));
        }
        let own = Judged {
            proof: self.signature(&claim, at, &named),
            issuer_key: Some(issuer_key::judge(&named, self.owner, self.around, &method_at)),
            notices,
            at: at.clone(),
        };
        above.push(index);
        let worse = claim.previous.iter().map(|previous| match above.contains(previous) {
            true => {
                let finding = Finding::new(FindingCode::ProofInvalid, at.key("previousProof"));
                Judged::alone(Outcome::Failed, finding, at.clone())
            }
            false => self.judge(*previous, above),
        });
        // A link is as good as the worst one below it: who signs a chain signs that those signatures were there.
        let worse = worse.max_by_key(Judged::worst).filter(|worse| worse.worst() > own.worst());
        above.pop();
        worse.unwrap_or(own)
    }

    fn claim<'p>(&self, proof: &'p Value, at: &Pointer) -> Result<Claim<'p>, Box<(Outcome, Finding)>> {
        let failed = |code, at: Pointer| Box::new((Outcome::Failed, Finding::new(code, at)));
        let invalid = |member: &str| failed(FindingCode::ProofInvalid, at.key(member));
        let options = proof.as_object().ok_or_else(|| failed(FindingCode::ProofInvalid, at.clone()))?;
        let suite = Suite::of(options).map_err(|no| match no {
            NoSuite::Invalid(member) => invalid(member),
            NoSuite::Unsupported(member, suite) => {
                let finding = Finding::new(FindingCode::SuiteUnsupported, at.key(member)).with("suite", suite);
                Box::new((Outcome::Undetermined, finding))
            }
        })?;
        let purpose = text(options, "proofPurpose").ok_or_else(|| invalid("proofPurpose"))?;
        if purpose != self.around.purpose.as_str() {
            let finding = Finding::new(FindingCode::PurposeMismatch, at.key("proofPurpose")).with("purpose", purpose);
            return Err(Box::new((Outcome::Failed, finding)));
        }
        if options.get("created").is_some_and(|created| date(created).is_none()) {
            return Err(invalid("created"));
        }
        if let Some(expires) = options.get("expires") {
            let expires = date(expires).ok_or_else(|| invalid("expires"))?;
            if self.around.is_over(expires) {
                return Err(failed(FindingCode::ProofExpired, at.key("expires")));
            }
        }
        let method = text(options, "verificationMethod").filter(|method| method.contains(':'));
        let method = method.ok_or_else(|| invalid("verificationMethod"))?;
        let signature = text(options, "proofValue").and_then(signature_of).ok_or_else(|| invalid("proofValue"))?;
        let previous = self.previous(options).ok_or_else(|| invalid("previousProof"))?;
        Ok(Claim { options, suite, method, signature, previous })
    }

    /// The proofs that `previousProof` names by their ids. `None` where one of them is not there.
    fn previous(&self, options: &Map<String, Value>) -> Option<Vec<usize>> {
        let names = each(options, "previousProof");
        let texts = texts(options, "previousProof");
        if texts.len() != names.len() {
            return None;
        }
        let id = |proof: &Value| proof.get("id").and_then(Value::as_str).map(str::to_owned);
        texts.iter().map(|name| self.proofs.iter().position(|(_, proof)| id(proof).as_deref() == Some(*name))).collect()
    }

    fn signature(&self, claim: &Claim<'_>, at: &Pointer, named: &Named) -> (Outcome, Finding) {
        let previous: Vec<&Value> = claim.previous.iter().map(|index| self.proofs[*index].1).collect();
        let key = named.key();
        // Without the key its curve is unknown; what is wrong with the document is found all the same.
        let algorithm = key.map_or(key::Algorithm::EdDsa, key::PublicKey::algorithm);
        let bytes = match self.content.signed_with(claim.options, &previous, claim.suite, algorithm, at) {
            Ok(bytes) => bytes,
            Err(error) => return refused(error),
        };
        let method = at.key("verificationMethod");
        let Some(key) = key else {
            return match key::is_own_document(claim.method) {
                // It is its own document, and that holds no key for any suite.
                true => (Outcome::Failed, Finding::new(FindingCode::ProofInvalid, method)),
                false => (Outcome::Undetermined, named.unresolved(method)),
            };
        };
        if !claim.suite.takes(key.algorithm()) {
            return (Outcome::Failed, Finding::new(FindingCode::AlgorithmMismatch, method));
        }
        match key.verifies(&bytes, &claim.signature) {
            true => (Outcome::Passed, Finding::new(FindingCode::SignatureOk, at.clone())),
            false => (Outcome::Failed, Finding::new(FindingCode::SignatureInvalid, at.key("proofValue"))),
        }
    }
}

/// `z` and 64 or 96 bytes in base58btc.
fn signature_of(value: &str) -> Option<Vec<u8>> {
    // No 96 bytes need more than 132 digits; base58 costs the square of its length.
    let encoded = value.strip_prefix('z').filter(|encoded| encoded.len() <= 132)?;
    bs58::decode(encoded).into_vec().ok().filter(|bytes| matches!(bytes.len(), 64 | 96))
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
