//! Who may see what. These tests walk the OpenAPI document, so that a new route cannot be forgotten.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    audit,
    crosswalks::{self, trusting},
    gateway::{Gateway, Role},
    scoring, talking,
};

/// Every operation of `/v1`, as `(method, path)`.
pub fn operations() -> Vec<(Method, String)> {
    let document = serde_json::to_value(wellspring_server::routes::openapi()).expect("the document serialises");
    let paths = document["paths"].as_object().expect("there are paths").clone();
    let methods = |path: String, item: Value| {
        let item = item.as_object().expect("a path item").clone();
        item.into_iter().filter_map(move |(method, operation)| {
            operation.get("responses")?;
            Some((method.to_uppercase().parse().expect("a method"), path.clone()))
        })
    };
    paths.into_iter().flat_map(|(path, item)| methods(path, item)).collect()
}

/// Ids of a crosswalk with a suggestion in it, of an entry of the unmapped queue, and of a connection whose ATS talks back.
pub struct Mapped {
    talking: String,
    crosswalk: String,
    association: String,
    unmapped: String,
}

impl Mapped {
    /// Of a gateway that relies on the badges of these tests.
    pub async fn of(gateway: &Gateway, role: &Role) -> Self {
        let crosswalk = crosswalks::crosswalk(gateway).await;
        let path = format!("/v1/crosswalks/{crosswalk}");
        gateway.post(&format!("{path}/suggestions"), &json!({"items": [crosswalks::CLEANING]})).await;
        let suggested = gateway.get(&format!("{path}/associations")).await.json();
        let association = suggested["items"][0]["id"].as_str().expect("a suggestion").to_owned();
        let approved = json!({"decision": "approved", "by": crosswalks::by(), "reason": "x"});
        gateway.post(&format!("{path}/associations/{association}/decision"), &approved).await;
        gateway.post(&format!("{path}/editions"), &json!({})).await;
        crosswalks::assessed(gateway, role, "https://skills.example/tidying").await;
        let queue = gateway.get("/v1/unmapped").await.json();
        let unmapped = queue["items"][0]["id"].as_str().expect("an entry").to_owned();
        let talking = talking::connection(gateway, &json!({})).await;
        Self { talking, crosswalk, association, unmapped }
    }

    /// The path with these ids, if it is one of theirs.
    pub fn with_id(&self, path: &str) -> Option<String> {
        let id = match path.split('/').nth(2)? {
            "connections" if path.ends_with("/jobs") => &self.talking,
            "crosswalks" => &self.crosswalk,
            "unmapped" => &self.unmapped,
            _ => return None,
        };
        Some(path.replace("{id}", id).replace("{association}", &self.association))
    }
}

/// Ids of a policy of each kind.
pub struct Policies {
    pub trust: String,
    pub scoring: String,
}

impl Policies {
    pub async fn of(gateway: &Gateway) -> Self {
        Self {
            trust: gateway.post("/v1/trust/policies", &json!({"title": "x", "rules": {}})).await.id(),
            scoring: gateway.post("/v1/scoring/policies", &scoring::rules("1", 1_000_000)).await.id(),
        }
    }
}

/// An id of the owner's for each resource.
pub fn with_id(
    path: &str,
    role: &Role,
    submission: &str,
    delivery: &str,
    policies: &Policies,
    endpoint: &str,
) -> String {
    let id = match path.split('/').nth(2).expect("a resource") {
        "submissions" => submission,
        "connections" => &role.connection,
        "frameworks" => &role.framework,
        "profiles" => &role.profile,
        "jobs" => &role.job,
        "deliveries" => delivery,
        "trust" => &policies.trust,
        "scoring" => &policies.scoring,
        "events" => endpoint,
        other => panic!("the test knows no id for `{other}`: add one"),
    };
    path.replace("{id}", id)
}

#[tokio::test]
async fn every_route_without_a_key_or_with_a_wrong_one_answers_401() {
    let gateway = Gateway::start().await;
    let operations = operations();
    assert!(operations.len() > 15, "only {} operations were found", operations.len());
    for (method, path) in operations {
        let path = path.replace("{id}", "sub_00000000000000000000000000000000").replace("{association}", "xas_1");
        for key in [None, Some("wsk_wrong"), Some("something else")] {
            let answer = gateway.call(method.clone(), &path, key, Some(&json!({}))).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.problem(), "unauthorized");
        }
    }
}

#[tokio::test]
async fn another_tenants_ids_answer_404_on_every_route() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    let mapped = Mapped::of(&gateway, &role).await;
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": {"type": "x"}})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    let submission = accepted.id();
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&format!("/v1/submissions/{submission}")).await.json();
    let delivery = shown["deliveries"][0]["id"].as_str().expect("a delivery").to_owned();
    let policies = Policies::of(&gateway).await;
    let endpoint = gateway.post("/v1/events/endpoints", &json!({"url": "https://hooks.example/"})).await.id();
    let stranger = gateway.other_tenant().await;
    let mut with_ids = 0;
    let mut operations = operations();
    // What takes something away is called last.
    operations.sort_by_key(|(method, _)| *method == Method::DELETE);
    for (method, template) in operations {
        if !template.contains("{id}") {
            continue;
        }
        with_ids += 1;
        let body = audit::body(&method, &template, &role, &policies, None);
        let path = mapped.with_id(&template);
        let path = path.unwrap_or_else(|| with_id(&template, &role, &submission, &delivery, &policies, &endpoint));
        let theirs = gateway.call(method.clone(), &path, Some(&stranger.key), body.as_ref()).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{method} {path} for a stranger: {}", theirs.text);
        let ours = gateway.call(method.clone(), &path, Some(&gateway.tenant.key), body.as_ref()).await;
        assert!(ours.status.is_success(), "{method} {path} for its owner: {} {}", ours.status, ours.text);
    }
    assert!(with_ids >= 6, "only {with_ids} operations have an id");
}

#[tokio::test]
async fn a_list_holds_nothing_of_another_tenant() {
    let gateway = Gateway::start_with(trusting).await;
    let role = gateway.role().await;
    Mapped::of(&gateway, &role).await;
    Policies::of(&gateway).await;
    gateway.post("/v1/events/endpoints", &json!({"url": "https://hooks.example/"})).await;
    let stranger = gateway.other_tenant().await;
    // What is no list, or the same for everybody, or tells of the stranger: `audit` looks at its trail.
    let others = ["/v1/connectors", "/v1/trust", "/v1/trust/decision", "/v1/scoring", "/v1/audit"];
    for (method, path) in operations() {
        if method != Method::GET || path.contains("{id}") || others.contains(&path.as_str()) {
            continue;
        }
        let answer = gateway.call(method, &path, Some(&stranger.key), None).await;
        assert_eq!(answer.json()["items"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn another_tenants_ids_in_a_body_are_as_unknown_as_those_that_never_were() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let stranger = gateway.other_tenant().await;
    let submission = role.submission(&[json!({"json": {"type": "x"}})]);
    let post = async |path: &str, body: &Value| gateway.call(Method::POST, path, Some(&stranger.key), Some(body)).await;
    let answer = post("/v1/submissions", &submission).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-connection"));
    let job = json!({"title": "x", "profile": role.profile, "connection": role.connection});
    let answer = post("/v1/jobs", &job).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-profile"));
}

#[tokio::test]
async fn a_revoked_key_is_worth_nothing_at_once() {
    let gateway = Gateway::start().await;
    assert_eq!(gateway.get("/v1/jobs").await.status, StatusCode::OK);
    let digest = wellspring_server::auth::token_digest(&gateway.tenant.key);
    let (tenant, key) =
        gateway.app.store.tenant_of_key(&digest).await.expect("the store answers").expect("the key is known");
    assert!(gateway.app.store.revoke_key(tenant, key, gateway.app.now()).await.expect("the store answers"));
    assert_eq!(gateway.get("/v1/jobs").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_hands_nothing_in_though_it_was_known() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let submission = role.submission(&[json!({"json": {"type": "x"}})]);
    assert_eq!(gateway.post("/v1/submissions", &submission).await.status, StatusCode::ACCEPTED);
    let digest = wellspring_server::auth::token_digest(&gateway.tenant.key);
    let (tenant, key) =
        gateway.app.store.tenant_of_key(&digest).await.expect("the store answers").expect("the key is known");
    gateway.app.store.revoke_key(tenant, key, gateway.app.now()).await.expect("the store answers");
    assert_eq!(gateway.post("/v1/submissions", &submission).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_removed_connection_takes_nothing_in_though_it_was_known() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let submission = role.submission(&[json!({"json": {"type": "x"}})]);
    assert_eq!(gateway.post("/v1/submissions", &submission).await.status, StatusCode::ACCEPTED);
    let path = format!("/v1/connections/{}", role.connection);
    let removed = gateway.call(Method::DELETE, &path, Some(&gateway.tenant.key), None).await;
    assert!(removed.status.is_success());
    let answer = gateway.post("/v1/submissions", &submission).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-connection"));
}
