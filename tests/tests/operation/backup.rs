//! A copy made under load is put back, and worked off without writing anything twice.

use std::time::Duration;

use wellspring_testkit::greenhouse::{Fault, Route};
use wellspring_tests::{
    gateway::program,
    prove::{Load, drained, duplicates},
};

use super::world;

#[tokio::test]
async fn a_copy_made_under_load_is_put_back_and_worked_off_without_writing_anything_twice() {
    let most = 400;
    let mut world = world(most, "").await;
    // One that the ATS has and we do not know of while the copy is made.
    world.ats.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
    let load = Load::start(&world, std::slice::from_ref(&world.client), 8, Duration::from_millis(50), 1..=most);
    while load.acknowledged() < 40 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.ats.wait_held(1).await;
    let copy = world.gateway.folder().join("copy.sqlite");
    let path = copy.to_str().expect("a path").to_owned();
    let before = load.told().accepted;
    let said = world.gateway.command(&["backup", &path]).expect("it is copied while it is served");
    assert!(said.contains("looked through"), "{said}");
    let again = world.gateway.command(&["backup", &path]).expect_err("it is there already").to_string();
    assert!(again.contains("nothing is overwritten"), "{again}");
    let served = world.gateway.command(&["restore", &path]).expect_err("it is served").to_string();
    assert!(served.contains("already serves"), "{served}");
    world.ats.release_held();
    load.finish().await.expect("every request was answered");
    world.gateway.kill().expect("it was running");

    let elsewhere = "[database]\nurl = \"sqlite://restored.sqlite\"\n";
    world.gateway = world.gateway.with_settings(elsewhere).expect("it is written");
    world.gateway.command(&["restore", &path]).expect("it is put back");
    let twice = world.gateway.command(&["restore", &path]).expect_err("it is there now").to_string();
    assert!(twice.contains("nothing is overwritten"), "{twice}");
    world.gateway.start().await.expect("it is served again");
    for submission in before.values() {
        world.submission(submission).await.expect("what was acknowledged before the copy began is there");
    }
    let deliveries = drained(&world, before.len()).await.expect("everything is worked off");
    assert!(before.values().all(|submission| deliveries.contains_key(submission)));
    assert_eq!(duplicates(&world).expect("our notes are marked"), 0);
    let mut found = 0;
    for submission in deliveries.keys() {
        let shown = world.submission(submission).await.expect("it is there");
        found += usize::from(shown["deliveries"][0]["receipt"]["changed"] == false);
    }
    assert!(found > 0, "what the ATS had since before the copy was found there, and not written again");
}

#[tokio::test]
async fn on_postgresql_the_commands_name_the_right_tools() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("wellspring.toml");
    std::fs::write(&config, "[database]\nurl = \"postgres://nobody@127.0.0.1:9/none\"\n").expect("it is written");
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let mut program = program("wellspring").expect("it is built");
        let output = program.args([command, "copy.sqlite", "--config"]).arg(&config).output().expect("it runs");
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{words}");
        assert!(words.contains(tool), "{words}");
    }
}
