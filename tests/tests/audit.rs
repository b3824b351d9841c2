//! The audit trail of a gateway that runs: what cannot be written down is not shown, and what somebody changes in the file is
//! found by the gateway's own command.

use std::process::Command;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use wellspring_tests::{
    demo::credentials::{Award, Issuer, badge, signed},
    world::{Application, World},
};

/// A gateway with one application, delivered.
async fn world() -> (World, Application, String) {
    let application = Application::numbered(1);
    let world = World::start(Application::seed([&application]), &[], |_| {}).await.expect("the world starts");
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    let credentials = vec![signed(Issuer::Training, badge).expect("it is signed")];
    let submission = world.submit(&application, &credentials).await.expect("it is accepted");
    world.delivered(&submission).await.expect("it is delivered");
    (world, application, submission)
}

/// Changes the file as somebody would who may write to it.
async fn sql(world: &World, sql: &str) {
    let url = format!("sqlite://{}", world.gateway.database().display());
    let mut connection = SqliteConnection::connect(&url).await.expect("the file opens");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
}

#[tokio::test]
async fn a_view_that_cannot_be_written_down_is_not_shown() {
    let (world, application, submission) = world().await;
    let path = format!("/v1/submissions/{submission}");
    let shown = world.client.get(&path).await.expect("it is shown");
    let link = shown["report_url"].as_str().expect("a link").to_owned();
    assert_eq!(world.client.open(&link).await.expect("an answer").0, 200);
    let refuse = "CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no more'); END";
    sql(&world, refuse).await;
    for path in [&path, "/v1/submissions", "/v1/deliveries", "/v1/audit"] {
        let refused = world.client.get(path).await.expect_err("it is not shown").to_string();
        assert!(refused.contains("answered 50") && !refused.contains(&application.email), "{refused}");
    }
    let (status, page) = world.client.open(&link).await.expect("an answer");
    assert!(status >= 500 && !page.contains("Junior data analyst"), "{status} {page}");
    sql(&world, "DROP TRIGGER no_more").await;
    assert_eq!(world.client.open(&link).await.expect("an answer").0, 200, "as before");
}

#[tokio::test]
async fn what_was_changed_in_the_file_is_named_by_the_command() {
    let (world, _, submission) = world().await;
    let command = |arguments: &[&str]| world.gateway.command(&[&["audit"], arguments].concat());
    let trail = world.client.get(&format!("/v1/audit?subject={submission}&action=submission.accepted")).await;
    let number = trail.expect("it is shown")["items"][0]["number"].as_u64().expect("a number");
    // The gateway signs, too, whenever its own turn comes: that may have been before the submission or after it.
    command(&["sign"]).expect("it signs");
    let kept = command(&["sign", "--json"]).expect("it prints heads");
    let head: Value = serde_json::from_str(&kept).expect("a line");
    assert!(head["number"].as_u64().expect("a number") >= number, "{kept}");
    assert!(command(&["verify"]).expect("it is in order").contains(&format!("signed up to row {}", head["number"])));

    let file = world.gateway.folder().join("trail.jsonl");
    let path = file.to_str().expect("a path");
    command(&["export", "--tenant", &world.tenant, "--out", path]).expect("it exports");
    let key = command(&["key", "--json"]).expect("it prints keys");
    let key: Value = serde_json::from_str(&key).expect("a line");
    let key = key["public_key"].as_str().expect("a key");
    let checked = command(&["verify", "--file", path, "--key", key]).expect("it is in order");
    assert!(checked.contains("rows in order (1 to "), "{checked}");
    python_agrees(path);

    sql(&world, "DROP TRIGGER audit_no_update").await;
    sql(&world, &format!("UPDATE audit SET actor = 'key_ffffffffffffffffffffffffffffffff' WHERE number = {number}"))
        .await;
    let found = command(&["verify", "--tenant", &world.tenant, "--json"]);
    assert!(found.is_err(), "exit code 1");
    let heads = world.gateway.folder().join("heads.jsonl");
    std::fs::write(&heads, kept).expect("it is written");
    assert!(command(&["verify", "--head", heads.to_str().expect("a path")]).is_err());
    let all = std::fs::read_to_string(&file).expect("it is there");
    let changed = all.replacen("submission.accepted", "submission.rejected", 1);
    std::fs::write(&file, changed).expect("it is written");
    assert!(command(&["verify", "--file", path, "--key", key]).is_err());
}

/// The checker that `docs/operations/audit.md` shows, where there is a Python to run it.
fn python_agrees(export: &str) {
    let page = include_str!("../../docs/operations/audit.md");
    let program = page.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the example");
    match Command::new("python3").args(["-c", program, export]).output() {
        Ok(output) if output.status.code() != Some(127) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => eprintln!("skipped: there is no Python to check the export with"),
    }
}
