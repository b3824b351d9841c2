//! Documents in JSON-LD: their canonical form, and what can be made of a signed credential without its key.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;
use wellspring_model::{
    canonical::canonical_json,
    achievement::{AchievedLevel, Achievement, AssessedResult}, credential::VerifiedCredential,
};
use wellspring_verify::{
    Limits, Verification,
    jsonld::{CanonError, CanonLimits, Contexts, canonical},
    read_json,
};

use crate::{judged, oracles::nquads, seeds};

/// A canonical form is the same whatever the order of members, reads back as what it is, and no document passes that states
/// anything else than one of the credentials that the seeds' issuer signed.
pub fn run(bytes: &[u8]) {
    if let Ok(document) = read_json(bytes, &Limits::default()) {
        stable(&document);
    }
    if let Some(verification) = judged::judge(bytes) {
        unforged(bytes, &verification);
    }
}

fn stable(document: &Value) {
    let limits = CanonLimits::default();
    let (one, other) = (
        canonical(document, Contexts::builtin(), &limits),
        canonical(&reversed(document), Contexts::builtin(), &limits),
    );
    // How much work symmetry causes does depend on the order.
    if [&one, &other].contains(&&Err(CanonError::Limit)) {
        return;
    }
    assert_eq!(one.is_ok(), other.is_ok(), "the order of members decides: {one:?} {other:?}");
    let (Ok(one), Ok(other)) = (one, other) else { return };
    assert_eq!(one, other, "the order of members changes what is stated");
    let lines: Vec<&str> = one.nquads.split_inclusive('\n').collect();
    assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "lines are sorted and stand once");
    if let Some(again) = nquads::again(&one.nquads, limits.symmetry) {
        assert_eq!(one.nquads, again, "read back, it has another canonical form");
    }
}

/// The same document with the members of every object in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(members) => members.iter().map(reversed).collect(),
        Value::Object(members) => members.iter().rev().map(|(name, member)| (name.clone(), reversed(member))).collect(),
        scalar => scalar.clone(),
    }
}

/// A credential that was really signed: what was counted of it.
struct Genuine {
    counted: Vec<VerifiedCredential>,
}

/// By what they state, and by their text where the suite signs that: [`seeds::sound`].
static GENUINE: LazyLock<HashMap<String, Genuine>> = LazyLock::new(|| {
    let mut genuine = HashMap::new();
    for credential in seeds::sound() {
        let verification = judged::judge(credential.to_string().as_bytes()).expect("a report");
        assert!(judged::passed(&verification).any(|report| report.path.as_str().is_empty()), "a seed passes");
        for form in forms(&credential) {
            genuine.insert(form, Genuine { counted: verification.credentials.clone() });
        }
    }
    genuine
});

/// What a document is recognised by, its proofs left out. Contexts that were added after signing do not change the text.
fn forms(credential: &Value) -> Vec<String> {
    let mut content = credential.clone();
    let Some(members) = content.as_object_mut() else { return Vec::new() };
    members.shift_remove("proof");
    let stated = canonical(&content, Contexts::builtin(), &CanonLimits::default()).map(|canonical| canonical.nquads);
    let is_text = credential.to_string().contains("-jcs-");
    content.as_object_mut().and_then(|members| members.shift_remove("@context"));
    let text = canonical_json(&content).filter(|_| is_text);
    stated.into_iter().chain(text).collect()
}

fn unforged(bytes: &[u8], verification: &Verification) {
    let Ok(document) = read_json(bytes, &Limits::default()) else {
        // A token, or a picture: other targets look at those, and no seed of this one is either.
        assert_eq!(judged::passed(verification).count(), 0, "something passed that is no JSON");
        return;
    };
    for report in judged::passed(verification) {
        let credential = document.pointer(report.path.as_str()).expect("it is where its report says");
        let known = forms(credential).into_iter().find_map(|form| GENUINE.get(&form));
        let known = known.unwrap_or_else(|| panic!("it passed, and nobody signed that: {credential}"));
        for counted in verification.credentials.iter().filter(|counted| *counted.path() == report.path) {
            no_gain(counted, known);
        }
    }
}

/// Whether a result says nothing that the other one does not.
fn is_within(result: &AssessedResult, before: &AssessedResult) -> bool {
    let level = |level: &AchievedLevel| {
        let names = |before: &AchievedLevel| {
            level.ids.iter().all(|id| before.ids.contains(id))
                && level.scales.iter().all(|scale| before.scales.contains(scale))
        };
        before.level.as_ref().is_some_and(names)
    };
    result.unearned == before.unearned && result.level.as_ref().is_none_or(level)
}

/// Whoever writes the same statements differently may lose something by it and win nothing.
fn no_gain(counted: &VerifiedCredential, genuine: &Genuine) {
    let was = |achievement: &Achievement| {
        let mut before = genuine.counted.iter().flat_map(VerifiedCredential::achievements);
        before.any(|before| {
            (achievement.id.is_empty() || achievement.id == before.id)
                && achievement.creator == before.creator
                && achievement.unearned == before.unearned
                && achievement
                    .alignments
                    .iter()
                    .all(|alignment| before.alignments.iter().any(|before| before.target_url == alignment.target_url))
                && achievement.results.iter().all(|result| before.results.iter().any(|before| is_within(result, before)))
        })
    };
    for achievement in counted.achievements() {
        assert!(was(achievement), "it counts for more than what was signed: {achievement:?}");
    }
    assert!(genuine.counted.iter().any(|before| counted.assurance() >= before.assurance()), "it is worth more");
}
