//! Registries of issuers: what they say counts only if it comes from whom the operator relies on.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(dead_code, reason = "helpers are shared, and no one test needs all")]

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519::{badge, key, signed};
use judged::{ada, document, judge_as, now, relying};
use serde_json::{Value, json};
use wellspring_model::{
    credential::IssuerId,
    finding::FindingCode as F,
    pointer::Pointer,
    report::{CredentialReport, Trust, TrustAnswer, TrustRule},
    trust::TrustRules,
};
use wellspring_verify::{Absence, Limits, Material, Registry, RegistryError, parse, trust_in};

mod ed25519;
mod judged;

const ANCHOR: &str = "https://federation.example";
const CONFIGURATION: &str = "https://federation.example/.well-known/openid-federation";
const LIST: &str = "https://registry.example/issuers.json";
/// Who signs for the federation.
const ANCHORED: u8 = 20;

fn rules(name: &str) -> TrustRules {
    TrustRules { registries: vec![name.to_owned()], ..TrustRules::default() }
}

fn of(material: &Material, name: &str) -> CredentialReport {
    let bytes = signed(badge()).to_string();
    judge_as(bytes.as_bytes(), &relying(rules(name)), &ada(), material).report.credentials.remove(0)
}

fn said(report: &CredentialReport) -> (Option<Trust>, TrustAnswer, Vec<F>) {
    let notices = report.notices.iter().map(|finding| finding.code).collect();
    (report.trust, report.trust_trace[0].answer, notices)
}

fn list() -> String {
    format!(
        r#"{{"meta":{{"updated":"2026-10-01T00:00:00Z"}},"registry":{{"{}":{{"name":"College"}}}}}}"#,
        key(1).did_key()
    )
}

#[test]
fn a_list_is_named_with_its_version() {
    let mut material = Material::default();
    material.insert_registry("dcc", Registry::list(list().as_bytes(), now()).unwrap());
    let report = of(&material, "dcc");
    assert_eq!(said(&report), (Some(Trust::Trusted), TrustAnswer::Yes, vec![]));
    let step = &report.trust_trace[0];
    assert_eq!((step.rule, step.list.as_str(), step.obtained_at), (TrustRule::Registry, "dcc", Some(now())));
    assert!(step.version.is_some() && step.updated.is_some());
}

#[test]
fn a_list_at_an_address_is_gathered_and_one_that_is_not_there_leaves_it_open() {
    let mut material = Material::default();
    material.insert_registry("web", Registry::list_at(LIST).unwrap());
    let unverified = parse(signed(badge()).to_string().as_bytes(), Pointer::root(), &Limits::default()).unwrap();
    let asked = |material: &Material| {
        let urls = unverified.references(material, &relying(rules("web")), now());
        urls.into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(asked(&material), [LIST]);
    material.insert_absence(LIST, Absence::Timeout);
    let open = (Some(Trust::Undetermined), TrustAnswer::Unknown, vec![F::RegistryUnreachable]);
    assert_eq!(said(&of(&material, "web")), open);
    material.insert(LIST, document("<html>"));
    assert_eq!(said(&of(&material, "web")).2, [F::RegistryInvalid]);
    material.insert(LIST, document(list()));
    let report = of(&material, "web");
    assert_eq!(said(&report), (Some(Trust::Trusted), TrustAnswer::Yes, vec![]));
    assert!(asked(&material).is_empty());
}

fn jwks(number: u8, kid: &str) -> Value {
    let did = key(number).did_key();
    let multikey = bs58::decode(did.strip_prefix("did:key:z").unwrap()).into_vec().unwrap();
    let x = BASE64_URL_SAFE_NO_PAD.encode(&multikey[2..]);
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x}]})
}

fn statement(by: u8, header: &[(&str, Value)], claims: &[(&str, Value)]) -> String {
    let mut head = json!({"typ": "entity-statement+jwt", "kid": "fed-1"});
    let mut body = json!({"iss": ANCHOR, "iat": 1_790_000_000, "exp": 1_900_000_000});
    for (target, parts) in [(&mut head, header), (&mut body, claims)] {
        for (name, value) in parts {
            match value.is_null() {
                true => drop(target.as_object_mut().unwrap().remove(*name)),
                false => target[*name] = value.clone(),
            }
        }
    }
    key(by).jwt(&head, &body)
}

fn configuration(by: u8) -> String {
    let metadata = json!({"federation_entity": {"federation_fetch_endpoint": format!("{ANCHOR}/fetch")}});
    statement(by, &[], &[("sub", json!(ANCHOR)), ("metadata", metadata), ("jwks", jwks(by, "fed-1"))])
}

fn question(issuer: &str) -> String {
    let mut url = url::Url::parse(&format!("{ANCHOR}/fetch")).unwrap();
    url.query_pairs_mut().append_pair("sub", issuer);
    url.into()
}

/// What comes of it when the federation answers so.
fn federated(configuration: &str, answer: &str) -> (Option<Trust>, TrustAnswer, Vec<F>) {
    let mut material = federation();
    material.insert(CONFIGURATION, document(configuration));
    material.insert(&question(&key(1).did_key()), document(answer));
    said(&of(&material, "fed"))
}

fn federation() -> Material {
    let mut material = Material::default();
    let keys = jwks(ANCHORED, "fed-1").to_string();
    material.insert_registry("fed", Registry::federation(ANCHOR, keys.as_bytes()).unwrap());
    material
}

#[test]
fn a_federation_is_asked_step_by_step_and_says_yes_under_its_own_key() {
    let (mut material, issuer) = (federation(), IssuerId(key(1).did_key()));
    let asked = |material: &Material| {
        let urls: BTreeSet<_> = material.trust_references([&issuer], &rules("fed"), now());
        urls.into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(asked(&material), [CONFIGURATION]);
    material.insert(CONFIGURATION, document(configuration(ANCHORED)));
    assert_eq!(asked(&material), [question(&issuer.0)]);
    material.insert(&question(&issuer.0), document(statement(ANCHORED, &[], &[("sub", json!(issuer.0))])));
    assert!(asked(&material).is_empty());

    let report = of(&material, "fed");
    assert_eq!(said(&report), (Some(Trust::Trusted), TrustAnswer::Yes, vec![]));
    let step = &report.trust_trace[0];
    assert!(step.version.is_some() && step.updated.is_some() && step.obtained_at == Some(now()));
    let alone = &trust_in([(&issuer, &[][..])], &rules("fed"), &material, now())[0];
    assert_eq!(alone.trace, report.trust_trace, "the same answer without a credential");
}

/// The same claims and signature under a header that names another algorithm.
fn renamed(token: &str, algorithm: &str) -> String {
    let header = json!({"typ": "entity-statement+jwt", "kid": "fed-1", "alg": algorithm});
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn a_registrys_answer_that_is_not_its_own_word_is_left_aside() {
    let issuer = key(1).did_key();
    let about = [("sub", json!(issuer))];
    let good = statement(ANCHORED, &[], &about);
    assert_eq!(federated(&configuration(ANCHORED), &good).0, Some(Trust::Trusted), "where nothing is wrong");
    let with = |claim: &str, value: Value| statement(ANCHORED, &[], &[about[0].clone(), (claim, value)]);
    let (head, body) = good.rsplit_once('.').unwrap();
    let bad = [
        ("another's key under the same kid", statement(9, &[], &about)),
        ("the issuer vouches for itself", statement(1, &[], &about)),
        ("a key that is in the message", statement(9, &[("jwk", jwks(9, "fed-1")["keys"][0].clone())], &about)),
        ("no kid", statement(ANCHORED, &[("kid", Value::Null)], &about)),
        ("another kind of token", statement(ANCHORED, &[("typ", json!("JWT"))], &about)),
        ("another kind of signature", renamed(&good, "ES256")),
        ("none at all", renamed(&good, "none")),
        ("rules that we do not know", with("crit", json!(["x"]))),
        ("somebody else's word", with("iss", json!("https://else.example"))),
        ("about somebody else", statement(ANCHORED, &[], &[("sub", json!(key(2).did_key()))])),
        ("run out", with("exp", json!(1_790_000_001))),
        ("not yet", with("iat", json!(1_890_000_000))),
        ("without an end", with("exp", Value::Null)),
        ("no signature", format!("{head}.")),
        ("a changed signature", format!("{head}.{}", body.chars().rev().collect::<String>())),
        ("no token", format!("{{\"sub\":\"{issuer}\"}}")),
    ];
    let open = (Some(Trust::Undetermined), TrustAnswer::Unknown, vec![F::RegistryInvalid]);
    for (what, answer) in bad {
        assert_eq!(federated(&configuration(ANCHORED), &answer), open, "{what}");
    }
    assert_eq!(federated(&configuration(9), &good), open, "the configuration is another's");
}

#[test]
fn an_issuer_that_the_federation_does_not_know_is_not_listed_and_silence_is_not_a_no() {
    let mut material = federation();
    let open = (Some(Trust::Undetermined), TrustAnswer::Unknown, vec![F::RegistryUnreachable]);
    assert_eq!(said(&of(&material, "fed")), open);
    material.insert(CONFIGURATION, document(configuration(ANCHORED)));
    for status in [500, 410, 403] {
        let answer = wellspring_verify::Document { status: Some(status), ..document("") };
        material.insert(&question(&key(1).did_key()), answer);
        assert_eq!(said(&of(&material, "fed")), open, "{status}");
    }
    let unknown = wellspring_verify::Document { status: Some(404), ..document(r#"{"error":"not_found"}"#) };
    material.insert(&question(&key(1).did_key()), unknown);
    assert_eq!(said(&of(&material, "fed")), (Some(Trust::NotListed), TrustAnswer::No, vec![]));
}

#[test]
fn an_anchor_without_keys_or_off_https_is_none() {
    let refused = |anchor: &str, keys: &str| Registry::federation(anchor, keys.as_bytes()).unwrap_err();
    assert!(matches!(refused("http://a.example", "{}"), RegistryError::Address(_)));
    for keys in ["{}", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA","kid":"1"}]}"#] {
        assert!(matches!(refused(ANCHOR, keys), RegistryError::Keys(_)), "{keys}");
    }
}
