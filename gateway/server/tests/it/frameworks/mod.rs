//! Frameworks through the public face: imported, compared, published, read again from our own CASE service.

mod command;
mod documents;
mod import;
mod provider;
pub mod service;
mod source;

use std::{path::PathBuf, sync::LazyLock};

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wellspring_model::id::TenantId;

use crate::gateway::{Answer, Gateway, Tenant};

/// A framework with one of everything, CASE 1.1.
pub fn example() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/case/data-work.json"))
        .expect("the example is there")
}

/// ACT's framework as OpenSALT publishes it, CASE 1.0.
pub fn act() -> Option<String> {
    let path = fixture("case/opensalt/Ordering.json")?;
    Some(std::fs::read_to_string(path).expect("it is read"))
}

/// Public test data, where it is beside the checkout.
pub fn fixture(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")).join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: the fixtures are not there ({name})");
    None
}

/// Whether a value is what a published schema says. `true` where the schemas are not there.
pub fn is_valid(schema: &str, value: &Value) -> bool {
    static THERE: LazyLock<bool> =
        LazyLock::new(|| fixture("schemas/case-1.1/case_v1p1_cfpackage-jsonschema1.json").is_some());
    if !*THERE {
        return true;
    }
    let path = fixture(&format!("schemas/{schema}.json")).unwrap_or_else(|| panic!("no schema {schema}"));
    let text = std::fs::read_to_string(path).expect("it is read");
    let schema = serde_json::from_str(&text).expect("a schema is JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    true
}

/// The whole package's schema of a version.
pub fn package_schema(segment: &str) -> &'static str {
    match segment {
        "v1p0" => "case-1.0/case-v1p0-cfpackage-schema",
        _ => "case-1.1/case_v1p1_cfpackage-jsonschema1",
    }
}

pub async fn tenant_of(gateway: &Gateway, tenant: &Tenant) -> TenantId {
    let digest = wellspring_server::auth::token_digest(&tenant.key);
    gateway.app.store.tenant_of_key(&digest).await.expect("the store answers").expect("the key is known").0
}

/// Asks the CASE service of the gateway's tenant.
pub async fn ask(gateway: &Gateway, key: Option<&str>, path: &str) -> Answer {
    let tenant = tenant_of(gateway, &gateway.tenant).await;
    gateway.call(Method::GET, &format!("/case/{tenant}/ims/case/{path}"), key, None).await
}

pub async fn import(gateway: &Gateway, text: &str) -> Answer {
    let answer = gateway.post_bytes("/v1/frameworks", text.to_owned(), &[]).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer
}

pub async fn publish(gateway: &Gateway, id: &str) {
    let body = json!({"published": true});
    let path = format!("/v1/frameworks/{id}/publication");
    let answer = gateway.call(Method::PUT, &path, Some(&gateway.tenant.key), Some(&body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["published"], true);
}
