//! What credentials prove: the facts that come out of verification, each at the proof that it came by.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use wellspring_model::{
    Timestamp,
    achievement::{Achievement, Alignment},
    credential::{Applicant, Assurance},
    finding::Outcome,
    pointer::Pointer,
    report::CheckName,
};
use wellspring_verify::{Limits, Material, Policy, parse, verify};

/// Proof values (or tokens), and what came out by each: who awards what, and how much it may count at best.
pub type Facts = BTreeMap<String, BTreeMap<String, Assurance>>;

/// Everything that verification depends on beside the document.
pub struct World {
    pub material: Material,
    pub policy: Policy,
    pub applicant: Applicant,
    pub now: Timestamp,
}

impl World {
    /// What a document proves. A document that is refused as such proves nothing.
    pub fn facts(&self, document: &Value) -> Facts {
        let bytes = match document {
            Value::String(token) => token.clone(),
            other => other.to_string(),
        };
        let Ok(unverified) = parse(bytes.as_bytes(), Pointer::root(), &Limits::default()) else { return Facts::new() };
        let verification = verify(&unverified, &self.material, &self.policy, &self.applicant, self.now);
        let mut facts = Facts::new();
        for report in verification.report.credentials.iter().filter(|report| report.outcome == Outcome::Passed) {
            let Some(proof) = report.checks.iter().find(|check| check.check == CheckName::Proof) else { continue };
            let known = facts.entry(key(document, &report.path, &proof.finding.pointer)).or_default();
            let whose = format!("{:?} {:?}", report.id, report.issuer);
            // That it passes, even where it awards nothing.
            known.insert(whose.clone(), Assurance::C);
            let awarded = verification.credentials.iter().filter(|credential| *credential.path() == report.path);
            for (achievement, class) in awarded.flat_map(|one| one.achievements().iter().map(|a| (a, one.assurance())))
            {
                let best = known.entry(format!("{whose} {}", told(achievement))).or_insert(class);
                *best = (*best).min(class);
            }
        }
        facts
    }
}

/// Adds what others prove.
pub fn gather(all: &mut Facts, more: Facts) {
    for (proof, facts) in more {
        let known = all.entry(proof).or_default();
        for (fact, assurance) in facts {
            let best = known.entry(fact).or_insert(assurance);
            *best = (*best).min(assurance);
        }
    }
}

/// A fact that is not among what is known of its proof, or counts for more there.
pub fn first_new(known: &Facts, found: &Facts) -> Option<String> {
    let is_known = |proof: &str, fact: &str, assurance: Assurance| {
        known.get(proof).and_then(|facts| facts.get(fact)).is_some_and(|best| *best <= assurance)
    };
    let mut all = found.iter().flat_map(|(proof, facts)| facts.iter().map(move |(fact, class)| (proof, fact, *class)));
    all.find(|(proof, fact, class)| !is_known(proof, fact, *class)).map(|found| format!("{found:?}"))
}

/// An achievement without its place, and with its alignments and results in no order.
fn told(achievement: &Achievement) -> String {
    let mut plain = achievement.clone();
    plain.pointer = Pointer::root();
    let alignments = unordered(std::mem::take(&mut plain.alignments));
    let results = std::mem::take(&mut plain.results).into_iter().map(|mut result| {
        result.pointer = Pointer::root();
        let alignments = unordered(std::mem::take(&mut result.alignments));
        format!("{result:?} {alignments:?}")
    });
    format!("{plain:?} {alignments:?} {:?}", results.collect::<BTreeSet<_>>())
}

fn unordered(alignments: Vec<Alignment>) -> BTreeSet<String> {
    let placeless = |alignment| Alignment { pointer: Pointer::root(), ..alignment };
    alignments.into_iter().map(|one| format!("{:?}", placeless(one))).collect()
}

/// The value of the proof that speaks for the credential, or the token that it stands in.
fn key(document: &Value, path: &Pointer, proof: &Pointer) -> String {
    let mut at = opened(document);
    let mut token = document.as_str().map(str::to_owned);
    for segment in path.as_str().split('/').skip(1) {
        let inner = at.get(segment).or_else(|| at.get(segment.parse::<usize>().ok()?)).unwrap().clone();
        token = compact(&inner);
        at = opened(&inner);
    }
    let value = at.pointer(proof.as_str()).and_then(|proof| proof.get("proofValue")).and_then(Value::as_str);
    token.or_else(|| value.map(str::to_owned)).unwrap()
}

fn compact(value: &Value) -> Option<String> {
    let enveloped = || value["id"].as_str()?.strip_prefix("data:")?.split_once(',').map(|(_, token)| token);
    value.as_str().or_else(enveloped).map(str::to_owned)
}

fn opened(value: &Value) -> Value {
    let payload = |token: String| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    compact(value).and_then(payload).unwrap_or_else(|| value.clone())
}
