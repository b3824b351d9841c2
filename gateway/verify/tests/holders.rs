//! Who hands credentials in, and whose they are.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use ed25519::{badge, key, record, sign_with, signed};
use judged::{ada, document, judge_as, notices, now, relying, wrong};
use serde_json::{Value, json};
use wellspring_model::{
    assessment::NotCounted,
    credential::{Applicant, Assurance, Binding, IssuerId, NotCountedReason},
    finding::{FindingCode as F, Outcome},
    report::{
        CheckName::{self, Endorsement, Holder, Proof, Refresh, Subject},
        CredentialReport, Trust, TrustAnswer, TrustRule,
    },
    trust::TrustRules,
};
use wellspring_verify::{
    Challenge, Material, Policy, Verification, parse,
    sign::{ProofOptions, Suite, sign},
};

mod ed25519;
mod judged;

const WALLET: u8 = 7;

fn asking() -> Policy {
    let challenge = Challenge { challenge: "n0nce-1".to_owned(), domain: "jobs.example".to_owned() };
    Policy { challenge: Some(challenge), ..Policy::default() }
}

fn held() -> Value {
    let mut badge = badge();
    badge["credentialSubject"]["id"] = json!(key(WALLET).did_key());
    signed(badge)
}

fn presentation(purpose: &str, challenge: &str, domain: &str, wallet: u8) -> Value {
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": key(WALLET).did_key(),
        "verifiableCredential": [held()]
    });
    let more = json!({"proofPurpose": purpose, "challenge": challenge, "domain": domain});
    let options = ProofOptions {
        suite: Suite::EddsaRdfc2022,
        verification_method: key(wallet).did_key_method(),
        created: "2026-11-23T11:59:00Z".parse().unwrap(),
        more: more.as_object().unwrap().clone(),
    };
    sign(presentation, &key(wallet), &options).unwrap()
}

fn judged(value: &Value, policy: &Policy) -> Verification {
    judge_as(value.to_string().as_bytes(), policy, &Applicant::default(), &Material::default())
}

#[test]
fn a_presentation_for_us_binds_what_it_holds_to_its_holder() {
    let verification = judged(&presentation("authentication", "n0nce-1", "jobs.example", WALLET), &asking());
    let [outer, inner] = &verification.report.credentials[..] else { panic!("two") };
    assert_eq!((wrong(outer), wrong(inner)), (vec![], vec![]));
    assert_eq!(inner.binding, Some(Binding::HolderProof));
    let token = key(WALLET).jwt(
        &json!({"typ": "vp+jwt", "kid": key(WALLET).did_key_method()}),
        &json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
            "holder": key(WALLET).did_key(), "verifiableCredential": [held()], "nonce": "n0nce-1", "aud": "jobs.example"
        }),
    );
    let verification = judge_as(token.as_bytes(), &asking(), &Applicant::default(), &Material::default());
    assert_eq!(wrong(&verification.report.credentials[0]), []);
    assert_eq!(verification.report.credentials[1].binding, Some(Binding::HolderProof));
}

#[test]
fn a_presentation_that_is_not_for_us_binds_nothing() {
    let failed = |code| (Holder, Outcome::Failed, code);
    let cases = [
        ("replayed", presentation("authentication", "n0nce-0", "jobs.example", WALLET), failed(F::ChallengeMismatch)),
        ("for another", presentation("authentication", "n0nce-1", "other.example", WALLET), failed(F::DomainMismatch)),
        ("another's key", presentation("authentication", "n0nce-1", "jobs.example", 9), failed(F::IssuerKeyMismatch)),
        (
            "made for something else",
            presentation("assertionMethod", "n0nce-1", "jobs.example", WALLET),
            failed(F::PurposeMismatch),
        ),
        ("none at all", held(), failed(F::HolderProofMissing)),
    ];
    for (what, value, expected) in cases {
        let verification = judged(&value, &asking());
        assert!(wrong(&verification.report.credentials[0]).contains(&expected), "{what}");
        assert!(verification.report.credentials.iter().all(|one| one.binding.is_none()), "{what}");
    }
    let mut changed = presentation("authentication", "n0nce-1", "jobs.example", WALLET);
    changed["verifiableCredential"][0] = signed(badge());
    assert!(wrong(&judged(&changed, &asking()).report.credentials[0]).contains(&(
        Proof,
        Outcome::Failed,
        F::SignatureInvalid
    )));
    let unasked = judged(&presentation("authentication", "n0nce-1", "jobs.example", WALLET), &Policy::default());
    assert_eq!(unasked.report.credentials[1].binding, None, "nobody asked, so nothing is fresh");
}

fn about(subject: &str, issuer: u8, identifier: Option<&str>) -> Value {
    let mut badge = badge();
    badge["issuer"]["id"] = json!(key(issuer).did_key());
    badge["credentialSubject"]["id"] = json!(subject);
    match identifier {
        Some(email) => badge["credentialSubject"]["identifier"][0]["identityHash"] = json!(email),
        None => drop(badge["credentialSubject"].as_object_mut().unwrap().remove("identifier")),
    }
    sign_with(badge, &key(issuer), &key(issuer).did_key_method())
}

fn around(inner: Value, subject: &str, issuer: u8) -> Value {
    let mut record = record(&[inner]);
    record["issuer"]["id"] = json!(key(issuer).did_key());
    record["credentialSubject"]["id"] = json!(subject);
    sign_with(record, &key(issuer), &key(issuer).did_key_method())
}

fn inner(value: &Value, policy: &Policy) -> CredentialReport {
    let verification = judge_as(value.to_string().as_bytes(), policy, &ada(), &Material::default());
    verification.report.credentials[1].clone()
}

#[test]
fn a_record_says_whose_its_credentials_are_if_its_issuer_may() {
    let same = inner(&around(about("did:example:x", 1, None), "did:example:x", 1), &Policy::default());
    assert_eq!((wrong(&same), same.binding), (vec![], Some(Binding::Record)));
    let other = inner(&around(about("did:example:y", 1, None), "did:example:x", 1), &Policy::default());
    assert_eq!(wrong(&other), [(Subject, Outcome::Undetermined, F::SubjectNotComparable)]);
    assert_eq!(notices(&other), [F::SubjectDiffers]);

    // Somebody else's badge in a record of one's own making, with one's own address beside the other's identifier.
    let stolen = around(about("did:example:victim", 1, None), "did:example:victim", 9);
    let taken = inner(&stolen, &Policy::default());
    assert_eq!((wrong(&taken), taken.binding), (vec![(Subject, Outcome::Undetermined, F::SubjectNotComparable)], None));
    let trusting = relying(TrustRules { trusted_issuers: vec![IssuerId(key(9).did_key())], ..TrustRules::default() });
    assert_eq!(inner(&stolen, &trusting).binding, Some(Binding::Record), "unless the employer trusts whoever made it");
}

#[test]
fn a_name_alone_binds_nobody() {
    let mut named = badge();
    named["credentialSubject"]["identifier"][0]["identityType"] = json!("name");
    named["credentialSubject"]["identifier"][0]["identityHash"] = json!("Ada Park");
    let applicant = Applicant { name: Some("ada park".to_owned()), ..ada() };
    let bytes = signed(named).to_string();
    let verification = judge_as(bytes.as_bytes(), &Policy::default(), &applicant, &Material::default());
    let report = &verification.report.credentials[0];
    assert_eq!(wrong(report), [(Subject, Outcome::Undetermined, F::SubjectNameOnly)]);
    assert_eq!(report.binding, Some(Binding::NameOnly));
    assert!(verification.credentials.is_empty());
}

#[test]
fn an_achievement_of_another_creator_counts_only_where_the_employer_says_so() {
    let mut foreign = badge();
    foreign["credentialSubject"]["achievement"]["creator"] =
        json!({"id": "https://agency.example/", "type": ["Profile"]});
    let bytes = signed(foreign).to_string();
    let issuer = IssuerId(key(1).did_key());
    let mut rules = TrustRules { trusted_issuers: vec![issuer.clone()], ..TrustRules::default() };
    let judge = |policy: &Policy| judge_as(bytes.as_bytes(), policy, &ada(), &Material::default());
    let without = judge(&relying(rules.clone()));
    assert_eq!(notices(&without.report.credentials[0]), [F::CreatorDiffers]);
    assert_eq!(without.report.outcome(), Outcome::Passed, "it is genuine all the same");
    let reasons: Vec<_> = without.not_counted.iter().map(|NotCounted { reason, .. }| *reason).collect();
    assert_eq!(reasons, [NotCountedReason::CreatorNotIssuer]);
    assert!(without.credentials.iter().all(|credential| credential.achievements().is_empty()));
    rules.creators.insert(issuer, vec![IssuerId("https://agency.example/".to_owned())]);
    let with = judge(&relying(rules));
    assert_eq!((with.credentials[0].achievements().len(), with.credentials[0].assurance()), (1, Assurance::A));
}

fn endorsement(of: &str, by: u8) -> Value {
    let endorsement = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:00000000-0000-4000-8000-0000000000e1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Accreditation",
        "issuer": {"id": key(by).did_key(), "type": ["Profile"]},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": of, "type": ["EndorsementSubject"], "endorsementComment": "in good standing"}
    });
    sign_with(endorsement, &key(by), &key(by).did_key_method())
}

fn checks(report: &CredentialReport, name: CheckName) -> Vec<(Outcome, F)> {
    let checks = report.checks.iter().filter(|check| check.check == name);
    checks.map(|check| (check.outcome, check.finding.code)).collect()
}

#[test]
fn endorsements_are_judged_by_themselves_and_decide_nothing() {
    let endorsed = |endorsement: Value| {
        let mut badge = badge();
        badge["issuer"]["endorsement"] = json!([endorsement]);
        signed(badge)
    };
    let issuer = key(1).did_key();
    let of = |credential: &Value, policy: &Policy| judged(credential, policy).report.credentials[0].clone();
    let good = endorsed(endorsement(&issuer, 5));
    assert_eq!(checks(&of(&good, &Policy::default()), Endorsement), [(Outcome::Passed, F::EndorsementOk)]);
    let mut changed = endorsement(&issuer, 5);
    changed["credentialSubject"]["endorsementComment"] = json!("outstanding");
    for bad in [changed, endorsement("https://else.example/", 5)] {
        let report = of(&endorsed(bad), &Policy::default());
        assert_eq!(checks(&report, Endorsement), [(Outcome::Failed, F::EndorsementFailed)]);
        assert_eq!(report.outcome, Outcome::Passed, "it never decides its parent");
    }
    let of_badge = endorsement(badge()["credentialSubject"]["achievement"]["id"].as_str().unwrap(), 5);
    let token = key(5).jwt(&json!({"typ": "vc+jwt", "kid": key(5).did_key_method()}), &of_badge);
    let mut by_token = badge();
    by_token["credentialSubject"]["achievement"]["endorsementJwt"] = json!([token]);
    // The published contexts do not define the member, so only a token can carry it.
    let outer = key(1).jwt(&json!({"typ": "vc+jwt", "kid": key(1).did_key_method()}), &by_token);
    let report = judge_as(outer.as_bytes(), &Policy::default(), &Applicant::default(), &Material::default()).report;
    assert_eq!(report.outcome(), Outcome::Passed);
    assert_eq!(checks(&report.credentials[0], Endorsement), [(Outcome::Passed, F::EndorsementOk)]);

    let accrediting = relying(TrustRules { accreditors: vec![IssuerId(key(5).did_key())], ..TrustRules::default() });
    let report = of(&good, &accrediting);
    assert_eq!((report.trust, &report.endorsed_by), (Some(Trust::Trusted), &vec![IssuerId(key(5).did_key())]));
    assert_eq!((report.trust_trace[0].rule, report.trust_trace[0].answer), (TrustRule::Accredited, TrustAnswer::Yes));
    assert_eq!(of(&signed(badge()), &accrediting).trust, Some(Trust::NotListed));
    assert_eq!(of(&endorsed(endorsement(&issuer, 6)), &accrediting).trust, Some(Trust::NotListed), "another's word");
}

#[test]
fn a_newer_version_is_told_and_decides_nothing() {
    let address = "https://college.example/refresh/1";
    let offering = |change: &dyn Fn(&mut Value)| {
        let mut badge = badge();
        badge["@context"]
            .as_array_mut()
            .unwrap()
            .push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
        badge["refreshService"] = json!({"id": address, "type": "1EdTechCredentialRefresh"});
        change(&mut badge);
        signed(badge)
    };
    let ours = offering(&|_| {});
    let named = |credential: &Value| {
        let unverified = parse(credential.to_string().as_bytes(), Default::default(), &Default::default()).unwrap();
        unverified
            .references(&Material::default(), &Policy::default(), now())
            .into_iter()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    assert_eq!(named(&ours), [address]);
    let mut forged = ours.clone();
    forged["refreshService"]["id"] = json!("https://elsewhere.example/");
    assert!(named(&forged).is_empty(), "a forger names no address that is asked");
    let told = |answer: Option<Value>| {
        let mut material = Material::default();
        if let Some(answer) = answer {
            material.insert(address, document(answer.to_string()));
        }
        let verification = judge_as(ours.to_string().as_bytes(), &Policy::default(), &Applicant::default(), &material);
        let report = &verification.report.credentials[0];
        assert_eq!(report.outcome, Outcome::Passed);
        checks(report, Refresh)
    };
    assert_eq!(told(None), [(Outcome::Undetermined, F::RefreshUnreachable)]);
    assert_eq!(told(Some(ours.clone())), [(Outcome::Passed, F::RefreshCurrent)]);
    let newer = offering(&|badge| badge["validFrom"] = json!("2026-06-01T00:00:00Z"));
    assert_eq!(told(Some(newer.clone())), [(Outcome::Passed, F::RefreshNewer)]);
    let mut forged = newer;
    forged["name"] = json!("Something better");
    assert_eq!(told(Some(forged)), [(Outcome::Undetermined, F::RefreshInvalid)]);
    let another = offering(&|badge| badge["id"] = json!("urn:uuid:00000000-0000-4000-8000-000000000099"));
    assert_eq!(told(Some(another)), [(Outcome::Undetermined, F::RefreshInvalid)]);
}

#[test]
fn a_chain_of_proofs_is_as_good_as_its_worst_link() {
    let link = |document: Value, number: u8, more: Value| {
        let options = ProofOptions {
            suite: Suite::EddsaRdfc2022,
            verification_method: key(number).did_key_method(),
            created: "2026-01-01T00:00:00Z".parse().unwrap(),
            more: more.as_object().unwrap().clone(),
        };
        sign(document, &key(number), &options).unwrap()
    };
    let first = link(badge(), 1, json!({"id": "urn:uuid:00000000-0000-4000-8000-0000000000a1"}));
    let chain = link(first.clone(), 1, json!({"previousProof": "urn:uuid:00000000-0000-4000-8000-0000000000a1"}));
    let report = judged(&chain, &Policy::default()).report;
    assert_eq!(wrong(&report.credentials[0]), []);
    let mut only_second = chain.clone();
    only_second["proof"].as_array_mut().unwrap().remove(0);
    assert_eq!(judged(&only_second, &Policy::default()).report.outcome(), Outcome::Failed);
    let mut broken = chain;
    let other = signed(badge())["proof"]["proofValue"].clone();
    broken["proof"][0]["proofValue"] = other;
    assert_eq!(
        judged(&broken, &Policy::default()).report.outcome(),
        Outcome::Failed,
        "both fail: the second signed the first"
    );
    let mut round = first;
    round["proof"]["previousProof"] = round["proof"]["id"].clone();
    assert_eq!(judged(&round, &Policy::default()).report.outcome(), Outcome::Failed);
}

#[test]
fn proofs_that_all_vouch_for_each_other_are_judged_once_each() {
    let mut badge = signed(badge());
    let names: Vec<String> = (0..16).map(|n| format!("urn:uuid:00000000-0000-4000-8000-0000000000{n:02}")).collect();
    let proofs = names.iter().map(|name| {
        let mut proof = badge["proof"].clone();
        proof["id"] = json!(name);
        proof["previousProof"] = json!(names.iter().filter(|other| *other != name).collect::<Vec<_>>());
        proof
    });
    badge["proof"] = proofs.collect();
    // Along every way through them this would not end while anybody waits.
    assert_eq!(judged(&badge, &Policy::default()).report.outcome(), Outcome::Failed);
}

#[test]
fn what_somebody_says_of_themselves_is_shown_and_is_no_evidence() {
    let mut own = badge();
    own["credentialSubject"]["id"] = json!(key(1).did_key());
    let rules = TrustRules { trusted_issuers: vec![IssuerId(key(1).did_key())], ..TrustRules::default() };
    let verification = judge_as(signed(own).to_string().as_bytes(), &relying(rules), &ada(), &Material::default());
    assert_eq!(verification.report.outcome(), Outcome::Passed, "it is what it says it is");
    let reasons: Vec<_> = verification.not_counted.iter().map(|NotCounted { reason, .. }| *reason).collect();
    assert_eq!(reasons, [NotCountedReason::SelfAsserted]);
    assert!(verification.credentials.is_empty());
}
