//! Every view, change, push and answer leaves its row. These tests walk the OpenAPI document, so that a new route has to say
//! what it leaves.

use clap::Parser as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wellspring_model::id::{KeyId, TenantId};
use wellspring_server::{
    auth,
    cli::{Cli, Command, audit},
    work::chores::note_refusals,
};
use wellspring_store::{AuditPublicKey, AuditRow, ExportFault, Fault, check_export};

use crate::{
    access::{Mapped, Policies, operations, with_id},
    badge,
    crosswalks::{CHARTS, by, trusting},
    frameworks::service::Service,
    gateway::{Gateway, ITEM, Role, Tenant, connection, framework, profile},
    scoring,
};

/// What an operation leaves in the trail. Nothing: it shows nothing about a person and changes nothing.
fn leaves(method: &Method, path: &str) -> &'static [&'static str] {
    let resource = path.trim_start_matches("/v1/");
    match (method.as_str(), resource) {
        ("GET", "submissions") => &["submissions.listed"],
        ("GET", "submissions/{id}") => &["submission.viewed"],
        ("GET", "submissions/{id}/explanation") => &["explanation.viewed"],
        ("GET", "submissions/{id}/replay") => &["assessment.replayed"],
        ("GET", "submissions/{id}/chart.svg") => &["chart.viewed"],
        ("GET", "orders") => &["orders.listed"],
        ("GET", "connections/{id}/jobs") => &["jobs_of_ats.listed"],
        // The delivery that waits is taken back.
        ("POST", "submissions/{id}/withdrawal") => &["delivery.cancelled", "submission.withdrawn"],
        ("GET", "deliveries") => &["deliveries.listed"],
        ("GET", "deliveries/{id}") => &["delivery.viewed"],
        ("GET", "audit") => &["audit.viewed"],
        ("POST", "submissions") => &["submission.accepted"],
        ("POST", "verifications") => &["verification.made"],
        ("POST", "connections") => &["connection.added"],
        ("POST", "connections/{id}/check") => &["connection.checked"],
        ("POST", "connections/{id}/resume") => &["connection.resumed"],
        ("DELETE", "connections/{id}") => &["connection.removed"],
        ("POST", "submissions/{id}/recheck") => &["submission.recheck_asked"],
        ("POST", "events/endpoints") => &["endpoint.added"],
        ("POST", "events/endpoints/{id}/rotate") => &["endpoint.rotated"],
        ("POST", "events/endpoints/{id}/resume") => &["endpoint.resumed"],
        ("POST", "events/endpoints/{id}/test") => &["endpoint.tested"],
        ("DELETE", "events/endpoints/{id}") => &["endpoint.removed"],
        ("POST", "crosswalks") => &["crosswalk.added"],
        ("POST", "crosswalks/{id}/suggestions") => &["crosswalk.suggested"],
        ("POST", "crosswalks/{id}/associations" | "crosswalks/{id}/associations/{association}/decision") => {
            &["association.decided"]
        }
        ("POST", "crosswalks/{id}/editions") => &["crosswalk.edition_made"],
        ("POST", "unmapped/{id}/resolution") => &["unmapped.dismissed"],
        ("POST", "frameworks" | "frameworks/import") => &["framework.imported"],
        ("PUT", "frameworks/{id}/publication") => &["framework.published"],
        ("POST", "profiles") => &["profile.added"],
        ("POST", "jobs") => &["job.added"],
        ("POST", "trust/policies") => &["trust_policy.added"],
        ("PUT", "trust" | "jobs/{id}/trust") => &["trust_policy.in_force"],
        ("POST", "trust/preview") => &["trust_policy.previewed"],
        ("POST", "scoring/policies") => &["scoring_policy.added"],
        ("PUT", "scoring" | "jobs/{id}/scoring") => &["scoring_policy.in_force"],
        ("POST", "scoring/compare") => &["scoring_policy.compared"],
        ("POST", "deliveries/replay") => &["deliveries.listed"],
        ("POST", "deliveries/{id}/replay") => &["delivery.replayed"],
        ("POST", "deliveries/{id}/cancel") => &["delivery.cancelled"],
        (
            "GET",
            "connections"
            | "connections/{id}"
            | "connectors"
            | "frameworks"
            | "frameworks/{id}"
            | "frameworks/{id}/changes"
            | "crosswalks"
            | "crosswalks/{id}"
            | "crosswalks/{id}/associations"
            | "crosswalks/{id}/associations/{association}"
            | "crosswalks/{id}/editions"
            | "crosswalks/{id}/package"
            | "unmapped"
            | "profiles"
            | "profiles/{id}"
            | "jobs"
            | "jobs/{id}"
            | "trust"
            | "trust/policies"
            | "trust/policies/{id}"
            | "trust/decision"
            | "scoring"
            | "jobs/{id}/scoring"
            | "scoring/policies"
            | "scoring/policies/{id}"
            | "events/endpoints"
            | "events/endpoints/{id}"
            | "audit/heads",
        ) => &[],
        _ => panic!("{method} {path}: say here what it leaves in the audit trail"),
    }
}

/// The same bytes again would be nothing new.
fn next_edition() -> Value {
    let mut next = framework();
    next["CFDocument"]["version"] = json!("2");
    next
}

/// A body that the operation takes.
pub fn body(method: &Method, path: &str, role: &Role, policies: &Policies, source: Option<&Service>) -> Option<Value> {
    Some(match (method.as_str(), path.trim_start_matches("/v1/")) {
        ("POST", "submissions") => role.submission(&[json!({"json": {"type": "x"}})]),
        ("POST", "verifications") => json!({"credentials": [{"json": {"type": "x"}}]}),
        ("POST", "connections") => connection(),
        ("POST", "crosswalks") => json!({"title": "x", "to": "8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b10"}),
        ("POST", "crosswalks/{id}/suggestions") => json!({}),
        ("POST", "crosswalks/{id}/associations") => {
            json!({"origin": CHARTS, "destination": ITEM, "type": "isPartOf", "by": by(), "reason": "x"})
        }
        ("POST", "crosswalks/{id}/associations/{association}/decision") => {
            json!({"decision": "approved", "by": by(), "reason": "x"})
        }
        ("POST", "unmapped/{id}/resolution") => json!({"dismissed": true, "by": by(), "reason": "x"}),
        ("POST", "frameworks") => next_edition(),
        ("POST", "frameworks/import") => json!({"url": source?.url()}),
        ("PUT", "frameworks/{id}/publication") => json!({"published": true}),
        ("POST", "profiles") => profile(),
        ("POST", "jobs") => json!({"title": "x", "profile": role.profile, "connection": role.connection}),
        ("POST", "trust/policies") => json!({"title": "x", "rules": {}}),
        ("POST", "trust/preview") => json!({"rules": {}}),
        ("POST", "events/endpoints") => json!({"url": "https://hooks.example/"}),
        ("POST", "submissions/{id}/withdrawal") => json!({"reason": "applicant"}),
        ("POST", "scoring/policies") => scoring::rules("2", 1_000_000),
        ("POST", "scoring/compare") => json!({"job": role.job, "after": "shipped"}),
        ("PUT", "scoring" | "jobs/{id}/scoring") => json!({"policy": policies.scoring}),
        ("PUT", _) => json!({"policy": policies.trust}),
        ("POST", "deliveries/replay") => json!({"connection": role.connection, "dry_run": true}),
        _ => return None,
    })
}

async fn whose(gateway: &Gateway, tenant: &Tenant) -> (TenantId, KeyId) {
    let digest = auth::token_digest(&tenant.key);
    gateway.app.store.tenant_of_key(&digest).await.expect("the store answers").expect("the key is known")
}

async fn rows(gateway: &Gateway) -> Vec<AuditRow> {
    let (tenant, _) = whose(gateway, &gateway.tenant).await;
    gateway.app.store.audit_rows(tenant, 0, 1_000).await.expect("the store answers")
}

/// A submission whose delivery waits.
async fn submission(gateway: &Gateway, role: &Role) -> (String, String) {
    let badge = badge::signed(badge::unsigned("https://case.example.org/nothing"));
    let accepted = gateway.post("/v1/submissions", &role.submission(&[json!({"json": badge})])).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    wellspring_server::work::run_ready(&gateway.app).await.expect("the work is done");
    let shown = gateway.get(&format!("/v1/submissions/{}", accepted.id())).await.json();
    (accepted.id(), shown["deliveries"][0]["id"].as_str().expect("a delivery").to_owned())
}

#[tokio::test]
async fn every_operation_leaves_the_row_it_should() {
    let mut elsewhere = framework();
    elsewhere["CFDocument"]["identifier"] = json!("8d9f4b5e-0a43-4a0e-9d57-2f3f1e6a7b20");
    let source = Service::start(vec![elsewhere], false, true).await;
    let origin = source.origin.parse().expect("an origin");
    let gateway = Gateway::start_with(|config| {
        trusting(config);
        config.egress.framework_origins = vec![origin];
    })
    .await;
    let role = gateway.role().await;
    let mapped = Mapped::of(&gateway, &role).await;
    let (submission, delivery) = submission(&gateway, &role).await;
    let policies = Policies::of(&gateway).await;
    let endpoint = gateway.post("/v1/events/endpoints", &json!({"url": "https://hooks.example/"})).await.id();
    let (_, key) = whose(&gateway, &gateway.tenant).await;
    let mut operations = operations();
    // What is taken back can be taken up again; what is taken away is taken away last.
    operations.sort_by_key(|(method, path)| (*method == Method::DELETE, !path.ends_with("/cancel")));
    let mut left = 0;
    for (method, path) in operations {
        let before = rows(&gateway).await.len();
        let body = body(&method, &path, &role, &policies, Some(&source));
        let mut called = path.clone();
        if path.contains("{id}") {
            called = mapped
                .with_id(&path)
                .unwrap_or_else(|| with_id(&path, &role, &submission, &delivery, &policies, &endpoint));
        } else if path.ends_with("/decision") {
            called += "?issuer=did:example:1";
        }
        let answer = gateway.call(method.clone(), &called, Some(&gateway.tenant.key), body.as_ref()).await;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text);
        let all = rows(&gateway).await;
        let new: Vec<&str> = all[before..].iter().map(|row| row.action.as_str()).collect();
        assert_eq!(new, leaves(&method, &path), "{method} {path}");
        assert!(all[before..].iter().all(|row| row.actor == key.to_string()), "{method} {path}");
        left += new.len();
    }
    assert!(left > 15, "only {left} rows were left");
}

#[tokio::test]
async fn what_is_not_found_or_refused_leaves_no_view() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let (submission, delivery) = submission(&gateway, &role).await;
    let stranger = gateway.other_tenant().await;
    let before = rows(&gateway).await.len();
    for path in [format!("/v1/submissions/{submission}"), format!("/v1/deliveries/{delivery}")] {
        let answer = gateway.call(Method::GET, &path, Some(&stranger.key), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(rows(&gateway).await.len(), before);
    let (tenant, _) = whose(&gateway, &stranger).await;
    let theirs = gateway.app.store.audit_rows(tenant, 0, 99).await.expect("the store answers");
    assert!(theirs.iter().all(|row| !row.action.contains("viewed")), "{theirs:?}");
}

#[tokio::test]
async fn a_report_that_is_opened_by_its_link_is_noted_under_the_links_id() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let (submission, _) = submission(&gateway, &role).await;
    let shown = gateway.get(&format!("/v1/submissions/{submission}")).await.json();
    let link = shown["report_url"].as_str().expect("a link").trim_start_matches("https://gateway.example").to_owned();
    let before = rows(&gateway).await.len();
    for path in [link.clone(), format!("{link}/report.json")] {
        assert_eq!(gateway.call(Method::GET, &path, None, None).await.status, StatusCode::OK);
    }
    let all = rows(&gateway).await;
    assert_eq!(all.len(), before + 2, "the page and the data");
    for row in &all[before..] {
        assert_eq!((row.action.as_str(), row.subject.as_str()), ("report.viewed", submission.as_str()));
        assert!(row.actor.starts_with("shr_"), "{}", row.actor);
    }
    let token = link.trim_start_matches("/r/");
    assert!(all.iter().all(|row| !row.actor.contains(token) && !row.subject.contains(token)));
}

#[tokio::test]
async fn a_delivery_leaves_what_was_pushed_and_what_was_answered() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let (_, delivery) = submission(&gateway, &role).await;
    let all = rows(&gateway).await;
    let of_delivery: Vec<&AuditRow> =
        all.iter().filter(|row| row.subject == delivery && row.actor == "worker").collect();
    let actions: Vec<&str> = of_delivery.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["delivery.attempted", "delivery.failed"]);
    assert!(of_delivery.iter().all(|row| row.detail.is_some()));
}

#[tokio::test]
async fn a_revoked_key_that_is_shown_again_is_counted_not_noted_each_time() {
    let gateway = Gateway::start().await;
    let (tenant, key) = whose(&gateway, &gateway.tenant).await;
    gateway.app.store.revoke_key(tenant, key, gateway.app.now()).await.expect("the store answers");
    for _ in 0..7 {
        assert_eq!(gateway.get("/v1/jobs").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            gateway.call(Method::GET, "/v1/jobs", Some("wsk_nobodys"), None).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    note_refusals(&gateway.app).await;
    note_refusals(&gateway.app).await;
    let all = gateway.app.store.audit_rows(tenant, 0, 99).await.expect("the store answers");
    let refused: Vec<&AuditRow> = all.iter().filter(|row| row.action == "key.refused").collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].times, refused[0].subject.clone()), (7, key.to_string()));
}

#[tokio::test]
async fn a_tenant_reads_its_own_trail_in_pages_and_by_filter() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    let (submission, _) = submission(&gateway, &role).await;
    let first = gateway.get("/v1/audit?limit=3").await.json();
    let numbers = |page: &Value| -> Vec<u64> {
        page["items"].as_array().expect("a list").iter().map(|row| row["number"].as_u64().expect("a number")).collect()
    };
    assert_eq!(numbers(&first), [1, 2, 3]);
    let second =
        gateway.get(&format!("/v1/audit?limit=3&after={}", first["next"].as_str().expect("more"))).await.json();
    assert_eq!(numbers(&second), [4, 5, 6]);
    assert_eq!(first["items"][2]["digest"], second["items"][0]["previous"]);
    let viewed = gateway.get(&format!("/v1/audit?subject={submission}&action=submission.viewed")).await.json();
    assert_eq!(numbers(&viewed).len(), 1, "{viewed:#}");
    assert_eq!(numbers(&gateway.get("/v1/audit?since=2030-01-01T00:00:00Z").await.json()).len(), 0);
    assert_eq!(numbers(&gateway.get("/v1/audit?actor=operator").await.json()).len(), 2, "the tenant and its key");
    for wrong in ["action=nonsense", "after=x", "limit=0", "limit=201", "since=yesterday", "who=me"] {
        assert_eq!(gateway.get(&format!("/v1/audit?{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let stranger = gateway.other_tenant().await;
    let theirs = gateway.call(Method::GET, "/v1/audit", Some(&stranger.key), None).await;
    assert!(!theirs.text.contains(&submission) && !theirs.text.contains(&role.connection), "{}", theirs.text);
    assert_eq!(numbers(&theirs.json()), [1, 2]);
}

#[tokio::test]
async fn signed_heads_are_given_with_the_keys_to_check_them() {
    let gateway = Gateway::start().await;
    gateway.role().await;
    let none = gateway.get("/v1/audit/heads").await.json();
    assert_eq!(none["items"], json!([]));
    gateway.app.store.sign_audit_heads(gateway.app.now()).await.expect("it signs");
    gateway.get("/v1/audit").await;
    gateway.app.store.sign_audit_heads(gateway.app.now()).await.expect("it signs");
    let one = gateway.get("/v1/audit/heads?limit=1").await.json();
    assert_eq!(one["items"].as_array().map(Vec::len), Some(1), "{one:#}");
    assert_eq!(one["items"][0]["key"], one["keys"][0]["id"]);
    let next = gateway.get(&format!("/v1/audit/heads?after={}", one["next"].as_str().expect("more"))).await.json();
    assert_eq!((next["items"].as_array().map(Vec::len), &next["next"]), (Some(1), &Value::Null));
}

/// Runs `wellspring audit …` beside the running gateway.
async fn command(gateway: &Gateway, arguments: &[&str]) -> u8 {
    let file = gateway.file();
    let all = ["wellspring", "audit"].into_iter().chain(arguments.iter().copied());
    let all = all.chain(["--config", file.to_str().expect("a path")]);
    crate::log::listen();
    let Command::Audit(command) = Cli::try_parse_from(all).expect("the words are known").command else {
        panic!("another command");
    };
    audit::run(command).await.unwrap_or_else(|failure| failure.code)
}

#[tokio::test]
async fn the_operator_checks_signs_exports_and_checks_the_export() {
    let gateway = Gateway::start().await;
    let role = gateway.role().await;
    submission(&gateway, &role).await;
    let (tenant, _) = whose(&gateway, &gateway.tenant).await;
    let tenant = tenant.to_string();
    assert_eq!(command(&gateway, &["key"]).await, 0);
    assert_eq!(command(&gateway, &["verify"]).await, 0);
    assert_eq!(command(&gateway, &["sign"]).await, 0);
    assert_eq!(command(&gateway, &["verify", "--tenant", &tenant, "--json"]).await, 0);
    for nobody in ["nobody", "ten_00000000000000000000000000000000"] {
        assert_eq!(command(&gateway, &["verify", "--tenant", nobody]).await, 64);
    }

    let out = gateway.file().with_file_name("trail.jsonl");
    let path = out.to_str().expect("a path");
    assert_eq!(command(&gateway, &["export", "--tenant", &tenant, "--out", path]).await, 0);
    let key = gateway.app.store.audit_keys().await.expect("the store answers")[0].public_key;
    assert_eq!(command(&gateway, &["verify", "--file", path, "--key", &key.to_string()]).await, 0);
    let stranger = format!("ed25519:{}", "58".repeat(32));
    assert_eq!(command(&gateway, &["verify", "--file", path, "--key", &stranger]).await, 1);
    let text = std::fs::read_to_string(&out).expect("it is there");
    let check = check_export(std::io::Cursor::new(text.as_bytes()), &[key], &[]).expect("it is an export");
    assert_eq!((check.rows, check.result), (check.signed, Ok(())), "all of it is signed, its own row too");
    assert!(!text.contains("ada@example.org") && !text.contains("Ada"), "ids and digests only");

    std::fs::write(&out, text.replacen("\"action\":\"submission.assessed\"", "\"action\":\"submission.rejected\"", 1))
        .expect("it is written");
    assert_eq!(command(&gateway, &["verify", "--file", path]).await, 1);
    let changed = std::fs::read(&out).expect("it is there");
    let check = check_export(std::io::Cursor::new(changed), &[] as &[AuditPublicKey], &[]).expect("it is an export");
    assert!(matches!(check.result, Err(ExportFault::Broken(broken)) if broken.fault == Fault::Changed));
    std::fs::write(&out, "{}").expect("it is written");
    assert_eq!(command(&gateway, &["verify", "--file", path]).await, 65);
    assert_eq!(command(&gateway, &["verify", "--file", "/nowhere"]).await, 66);

    // A head that was kept elsewhere: as the API gives it.
    let heads = gateway.file().with_file_name("heads.json");
    std::fs::write(&heads, gateway.get("/v1/audit/heads").await.text).expect("it is written");
    let heads = heads.to_str().expect("a path");
    assert_eq!(command(&gateway, &["verify", "--head", heads]).await, 0);
    assert_eq!(command(&gateway, &["verify", "--head", path]).await, 65, "that is none");
    assert_eq!(command(&gateway, &["key", "--rotate"]).await, 0);
    assert_eq!(command(&gateway, &["verify", "--head", heads]).await, 0, "what the old key signed stays good");
}
