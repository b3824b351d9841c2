//! Whom an employer relies on: for all jobs, for one job, and what other rules would change.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wellspring_server::config::RegistryConfig;

use crate::{
    badge,
    gateway::{Answer, Gateway, ITEM, Role},
};

fn target() -> String {
    format!("https://case.example.org/ims/case/v1p1/CFItems/{ITEM}")
}

fn issuer() -> String {
    badge::key().did_key()
}

async fn put(gateway: &Gateway, path: &str, policy: Option<&str>) -> Answer {
    gateway.call(Method::PUT, path, Some(&gateway.tenant.key), Some(&json!({"policy": policy}))).await
}

async fn policy(gateway: &Gateway, rules: Value) -> String {
    let made = gateway.post("/v1/trust/policies", &json!({"title": "Our list", "rules": rules})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.id()
}

/// Hands in the badge and shows its credential's part of the report, and the score.
async fn judged(gateway: &Gateway, role: &Role) -> (Value, Value) {
    let badge = badge::signed(badge::unsigned(&target()));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(accepted.json()["links"]["self"].as_str().expect("a link")).await.json();
    (shown["credentials"][0].clone(), shown["assessment"]["score"]["value"].clone())
}

#[tokio::test]
async fn an_employers_policy_decides_and_a_jobs_own_goes_before_it() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let (credential, score) = judged(&gateway, &role).await;
    assert_eq!((credential["trust"].as_str(), score), (Some("not_listed"), json!(0)), "the operator lists nobody");

    let listing = policy(&gateway, json!({"trusted_issuers": [issuer()]})).await;
    assert_eq!(judged(&gateway, &role).await.0["trust"], "not_listed", "a policy alone puts nothing in force");
    let shown = put(&gateway, "/v1/trust", Some(&listing)).await.json();
    assert_eq!((shown["policy"].as_str(), &shown["rules"]["trusted_issuers"][0]), (Some(&*listing), &json!(issuer())));
    let (credential, score) = judged(&gateway, &role).await;
    assert_eq!((credential["trust"].as_str(), score), (Some("trusted"), json!(100)));
    assert_eq!(credential["trust_trace"], json!([{"rule": "listed", "list": "trusted_issuers", "answer": "yes"}]));

    let denying = policy(&gateway, json!({"trusted_issuers": [issuer()], "denied_issuers": [issuer()]})).await;
    let job = format!("/v1/jobs/{}", role.job);
    assert_eq!(put(&gateway, &format!("{job}/trust"), Some(&denying)).await.status, StatusCode::OK);
    assert_eq!(gateway.get(&job).await.json()["trust_policy"], denying.as_str());
    let (credential, score) = judged(&gateway, &role).await;
    assert_eq!((credential["trust"].as_str(), score), (Some("denied"), json!(0)), "for this job");
    put(&gateway, &format!("{job}/trust"), None).await;
    assert_eq!(judged(&gateway, &role).await.0["trust"], "trusted", "back to what is in force for all");
    put(&gateway, "/v1/trust", None).await;
    assert_eq!(judged(&gateway, &role).await.0["trust"], "not_listed", "back to the operator's rules");
}

#[tokio::test]
async fn whom_the_operator_denies_nobody_trusts() {
    let denied = wellspring_model::credential::IssuerId(issuer());
    let gateway = Gateway::start_with(|config| config.policy.denied_issuers = vec![denied]).await;
    let role = gateway.role().await;
    let listing = policy(&gateway, json!({"trusted_issuers": [issuer()]})).await;
    put(&gateway, "/v1/trust", Some(&listing)).await;
    assert_eq!(judged(&gateway, &role).await.0["trust"], "denied");
}

#[tokio::test]
async fn a_preview_tells_what_would_change_and_changes_nothing() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    for _ in 0..3 {
        judged(&gateway, &role).await;
    }
    let ask = async |body: Value| {
        let answer = gateway.post("/v1/trust/preview", &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    };
    let shown = ask(json!({"rules": {"trusted_issuers": [issuer()]}})).await;
    assert_eq!((&shown["credentials"], &shown["counted"]), (&json!(3), &json!({"before": 0, "after": 3})));
    let changed = &shown["changed"][0];
    assert_eq!((&changed["issuer"], &changed["credentials"]), (&json!(issuer()), &json!(3)));
    assert_eq!((&changed["before"], &changed["after"]), (&json!("not_listed"), &json!("trusted")));
    assert_eq!(changed["trace"][0]["answer"], "yes");
    assert_eq!(judged(&gateway, &role).await.0["trust"], "not_listed", "asking changes nothing");

    let shown = ask(json!({"rules": {}, "last": 2})).await;
    assert_eq!((&shown["credentials"], &shown["changed"]), (&json!(2), &json!([])));
    let listing = policy(&gateway, json!({"trusted_issuers": [issuer()]})).await;
    put(&gateway, &format!("/v1/jobs/{}/trust", role.job), Some(&listing)).await;
    let all = ask(json!({"rules": {}})).await;
    assert_eq!(all["credentials"], 0, "what a job decides for itself is not touched by what is for all");
    let one = ask(json!({"rules": {}, "job": role.job})).await;
    assert_eq!((&one["credentials"], &one["counted"]), (&json!(4), &json!({"before": 4, "after": 0})));
}

#[tokio::test]
async fn a_registry_of_the_operators_may_be_named_and_says_its_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("issuers.json");
    let list = json!({"meta": {"updated": "2026-10-01T00:00:00Z"}, "registry": {issuer(): {"name": "College"}}});
    std::fs::write(&file, list.to_string()).expect("it is written");
    let gateway = Gateway::start_with(|config| {
        config.registries.insert("colleges".to_owned(), RegistryConfig::File { file });
    })
    .await;
    let role = gateway.role().await;
    let relying = policy(&gateway, json!({"registries": ["colleges"]})).await;
    let shown = put(&gateway, "/v1/trust", Some(&relying)).await.json();
    assert_eq!(shown["registries"][0]["name"], "colleges");
    assert_eq!(shown["registries"][0]["members"], 1);
    let (credential, _) = judged(&gateway, &role).await;
    assert_eq!(credential["trust"], "trusted");
    let step = &credential["trust_trace"][0];
    assert_eq!((&step["list"], &step["version"]), (&json!("colleges"), &shown["registries"][0]["version"]));

    let path = |id: &str| format!("/v1/trust/decision?issuer={}", urlencoded(id));
    let decision = gateway.get(&path(&issuer())).await.json();
    assert_eq!((&decision["trust"], &decision["trace"][0]["answer"]), (&json!("trusted"), &json!("yes")));
    let decision = gateway.get(&path("did:example:nobody")).await.json();
    assert_eq!((&decision["trust"], &decision["trace"][0]["answer"]), (&json!("not_listed"), &json!("no")));
}

fn urlencoded(text: &str) -> String {
    text.replace(':', "%3A").replace('#', "%23")
}

#[tokio::test]
async fn rules_that_do_not_fit_are_refused_with_their_place() {
    let gateway = Gateway::start().await;
    let unknown = json!({"title": "x", "rules": {"registries": ["gone"]}});
    let refused = gateway.post("/v1/trust/policies", &unknown).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid-request"));
    assert_eq!(refused.json()["pointer"], "/rules/registries/0");
    let misspelt = json!({"title": "x", "rules": {"trusted_issuer": []}});
    assert_eq!(gateway.post("/v1/trust/policies", &misspelt).await.json()["pointer"], "/rules/trusted_issuer");
    let many: Vec<_> = (0..10_001).map(|n| format!("did:example:{n}")).collect();
    let many = json!({"title": "x", "rules": {"trusted_issuers": many}});
    assert_eq!(gateway.post("/v1/trust/policies", &many).await.problem(), "invalid-request");
    let other = gateway.other_tenant().await;
    let theirs = json!({"title": "x", "rules": {}});
    let theirs = gateway.call(Method::POST, "/v1/trust/policies", Some(&other.key), Some(&theirs)).await.id();
    let put = put(&gateway, "/v1/trust", Some(&theirs)).await;
    assert_eq!((put.status, put.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-trust-policy"));
    let both = json!({"rules": {}, "policy": theirs});
    assert_eq!(gateway.post("/v1/trust/preview", &both).await.problem(), "invalid-request");
}
