//! What a connector asks for is accepted by somebody before it runs, and on whose word it runs is told.

use wellspring_model::id::TenantId;
use wellspring_server::{auth, metrics};

use super::{ADDRESS, FURTHER, Operator, STRANGER, VENDOR, echoes, told_digest};
use crate::gateway::Gateway;

async fn trail(gateway: &Gateway) -> Vec<String> {
    let digest = auth::token_digest(&gateway.tenant.key);
    let (tenant, _): (TenantId, _) =
        gateway.app.store.tenant_of_key(&digest).await.expect("it answers").expect("a key");
    let rows = gateway.app.store.audit_rows(tenant, 0, 1_000).await.expect("the trail");
    rows.into_iter().filter(|row| row.subject == "echoes").map(|row| row.action).collect()
}

#[tokio::test]
async fn a_signed_package_waits_until_its_rights_are_accepted() {
    let operator = Operator::start().await;
    let file = operator.package("echoes.wasm", &echoes("0.1.0", ADDRESS), Some(VENDOR));
    let said = operator.connectors(&["install", &file]);
    assert_eq!(said.code, Some(2), "{}", said.text);
    for part in
        ["(Vendor)", "+ address `api`: url https://ats.example/v1", "+ event `deliver`", "Nobody has accepted yet"]
    {
        assert!(said.text.contains(part), "{part}: {}", said.text);
    }
    assert_eq!(operator.running().await, None);
    assert!(operator.listed()[0].contains("waiting"));

    let other = operator.connectors(&["approve", "echoes", &format!("sha256:{}", "0".repeat(64))]);
    assert_eq!(other.code, Some(1), "{}", other.text);
    assert_eq!(operator.running().await, None, "something else was accepted");
    let digest = told_digest(&said.text).to_string();
    assert_eq!(told_digest(&other.text).to_string(), digest);
    let approved = operator.connectors(&["approve", "echoes", &digest]);
    assert_eq!(approved.code, Some(0), "{}", approved.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    assert_eq!(trail(&operator.gateway).await, ["connector.installed", "connector.approved"]);
}

#[tokio::test]
async fn a_version_that_asks_for_more_waits_while_the_one_before_goes_on() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    let file = operator.package("next.wasm", &echoes("0.2.0", FURTHER), Some(VENDOR));
    // Fails without `change.needs_consent()` in `installed/install.rs`.
    let said = operator.connectors(&["install", &file]);
    assert_eq!(said.code, Some(2), "{}", said.text);
    assert!(said.text.contains("+ address `api`: url https://further.example/v1"), "{}", said.text);
    assert!(!said.text.contains("+ event `deliver`"), "that was accepted before: {}", said.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    let shown = operator.connectors(&["show", "echoes"]);
    assert!(
        shown.text.contains("version        0.1.0") && shown.text.contains("version 0.2.0 is waiting"),
        "{}",
        shown.text
    );

    let digest = told_digest(&shown.text);
    let said = operator.connectors(&["install", &file, &format!("--accept-rights={digest}")]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.2.0"));
    // The same as before needs nobody.
    let file = operator.package("same.wasm", &echoes("0.3.0", FURTHER), Some(VENDOR));
    let said = operator.connectors(&["install", &file]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert_eq!(operator.running().await.as_deref(), Some("0.3.0"));
}

#[tokio::test]
async fn consent_to_one_change_is_none_to_another() {
    let operator = Operator::start().await;
    let file = operator.package("echoes.wasm", &echoes("0.1.0", ADDRESS), Some(VENDOR));
    let digest = told_digest(&operator.connectors(&["install", &file]).text);
    let file = operator.package("next.wasm", &echoes("0.2.0", FURTHER), Some(VENDOR));
    let said = operator.connectors(&["install", &file, &format!("--accept-rights={digest}")]);
    assert_eq!(said.code, Some(1), "{}", said.text);
    assert!(said.text.contains("is not what was accepted"), "{}", said.text);
    assert_eq!(operator.listed().len(), 1, "nothing of it is kept");
}

#[tokio::test]
async fn what_nobody_signed_or_a_stranger_did_is_refused_unless_the_operator_takes_it() {
    let operator = Operator::start().await;
    let unsigned = operator.package("unsigned.wasm", &echoes("0.1.0", ADDRESS), None);
    let said = operator.connectors(&["install", &unsigned, "--accept-rights"]);
    assert_eq!(said.code, Some(65), "{}", said.text);
    assert!(said.text.contains("`--unsigned`"), "{}", said.text);
    let strange = operator.package("strange.wasm", &echoes("0.1.0", ADDRESS), Some(STRANGER));
    let said = operator.connectors(&["install", &strange, "--unsigned", "--accept-rights"]);
    assert_eq!(said.code, Some(65), "a signature that is there has to hold: {}", said.text);
    assert!(said.text.contains("is not in the trust file"), "{}", said.text);
    assert!(operator.listed().is_empty());

    let said = operator.connectors(&["install", &unsigned, "--unsigned", "--accept-rights"]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(said.text.contains("nobody signed this connector"), "{}", said.text);
    assert!(operator.listed()[0].contains("signed by nobody"));
    assert_eq!(operator.running().await.as_deref(), Some("0.1.0"));
    assert_eq!(trail(&operator.gateway).await, ["connector.installed_unsigned", "connector.approved"]);
    assert!(crate::log::text().contains("NOBODY SIGNED"));
    let next = operator.package("next.wasm", &echoes("0.2.0", FURTHER), None);
    let said = operator.connectors_where("true", &["install", &next]);
    assert_eq!(said.code, Some(2), "without a word where the configuration allows it: {}", said.text);
    assert!(said.text.contains("nobody signed this connector"), "{}", said.text);
    // Greenhouse's, in these tests, is the other one.
    let figures = metrics::text(&operator.gateway.app).await.expect("figures");
    assert!(figures.contains("wellspring_connectors{state=\"unsigned\"} 2"), "{figures}");
    let listed = operator.gateway.get("/v1/connectors").await.json();
    assert!(listed["items"].as_array().expect("a list").iter().all(|one| one.get("signed_by").is_none()), "{listed}");
}

#[tokio::test]
async fn whoever_signed_is_told_over_http() {
    let operator = Operator::start().await;
    operator.installs(&echoes("0.1.0", ADDRESS));
    operator.running().await;
    let listed = operator.gateway.get("/v1/connectors").await.json();
    let echoes =
        listed["items"].as_array().expect("a list").iter().find(|one| one["id"] == "echoes").expect("it is there");
    assert_eq!(echoes["signed_by"], wellspring_host::signature::public(&super::key(VENDOR)).to_string());
}
