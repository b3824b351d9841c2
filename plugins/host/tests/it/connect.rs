//! What a connection may be made of.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, json};
use wellspring_host::Connector;
use wellspring_model::{ExposeSecret, SecretString};

use crate::support::{guest, host, tight};

type Secrets = BTreeMap<String, BTreeMap<String, SecretString>>;

async fn greenhouse() -> Arc<Connector> {
    host(tight()).install(guest("greenhouse")).await.expect("installs")
}

fn secrets(value: serde_json::Value) -> Secrets {
    serde_json::from_value(value).expect("secrets")
}

fn good() -> Secrets {
    secrets(json!({ "main": { "client_id": "us", "client_secret": "s3cret" } }))
}

#[tokio::test]
async fn a_connection_needs_no_more_than_its_secrets() {
    let greenhouse = greenhouse().await;
    let accepted = greenhouse.connect(&Map::new(), &BTreeMap::new(), &good()).expect("accepted");
    let bases: Vec<_> = accepted.bases.iter().map(|(name, url)| format!("{name} {url}")).collect();
    assert_eq!(bases, ["api https://harvest.greenhouse.io/v3", "auth https://auth.greenhouse.io/"]);
    assert_eq!(accepted.secrets["main"].expose_secret(), r#"{"client_id":"us","client_secret":"s3cret"}"#);
}

#[tokio::test]
async fn an_address_of_the_callers_goes_before_the_manifests() {
    let greenhouse = greenhouse().await;
    let given = BTreeMap::from([("api".to_owned(), "http://127.0.0.1:9/v3".parse().expect("a base"))]);
    let accepted = greenhouse.connect(&Map::new(), &given, &good()).expect("accepted");
    assert_eq!(accepted.bases["api"].to_string(), "http://127.0.0.1:9/v3");
    assert_eq!(accepted.bases["auth"].to_string(), "https://auth.greenhouse.io/");
}

#[tokio::test]
async fn each_mistake_is_refused_with_its_place() {
    let greenhouse = greenhouse().await;
    let refused = |settings: serde_json::Value, bases: &[(&str, &str)], secrets: Secrets| {
        let settings = settings.as_object().expect("an object").clone();
        let bases = bases.iter().map(|(name, url)| ((*name).to_owned(), url.parse().expect("a base"))).collect();
        let refusal = greenhouse.connect(&settings, &bases, &secrets).expect_err("refused");
        assert!(!refusal.to_string().contains("s3cret"), "{refusal}");
        refusal.pointer.to_string()
    };
    assert_eq!(refused(json!({ "score_field": "Score!" }), &[], good()), "/settings/score_field");
    assert_eq!(refused(json!({ "surprise": 1 }), &[], good()), "/settings");
    assert_eq!(refused(json!({}), &[("other", "https://a.example")], good()), "/bases/other");
    assert_eq!(refused(json!({}), &[], secrets(json!({}))), "/credentials/main");
    let twice = secrets(json!({ "main": { "client_id": "us", "client_secret": "s3cret" }, "spare": {} }));
    assert_eq!(refused(json!({}), &[], twice), "/credentials/spare");
    let half = secrets(json!({ "main": { "client_id": "us" } }));
    assert_eq!(refused(json!({}), &[], half), "/credentials/main/client_secret");
    let odd = secrets(json!({ "main": { "client_id": "us", "client_secret": "s3cret", "scope": "all" } }));
    assert_eq!(refused(json!({}), &[], odd), "/credentials/main/scope");
}
