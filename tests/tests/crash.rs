//! Killed with `kill -9` at the four moments where a result could get lost or arrive twice, twenty times each.

use serde_json::Value;
use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use wellspring_testkit::greenhouse::{Fault, Route};
use wellspring_tests::{
    Failure,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, World},
};

const TIMES: u64 = 20;

async fn world() -> World {
    let applications: Vec<_> = (1..=TIMES).map(Application::numbered).collect();
    World::start(Application::seed(&applications), &[], |_| {}).await.expect("the world starts")
}

fn credentials(application: &Application) -> Vec<Value> {
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    vec![signed(Issuer::Training, badge).expect("it is signed")]
}

async fn submit(world: &World, application: &Application) -> String {
    world.submit(application, &credentials(application)).await.expect("it is accepted")
}

/// After a restart the result arrives, and the ATS holds one note with our marker.
async fn arrives_once(world: &mut World, application: &Application, submission: &str) -> Value {
    world.gateway.start().await.expect("it starts again");
    let shown = world.delivered(submission).await.expect("it is delivered");
    let notes = world.our_notes(application.id);
    assert_eq!(notes.len(), 1, "notes with our marker: {notes:?}");
    assert_eq!(shown["deliveries"][0]["receipt"]["remote_id"], notes[0].id.to_string().as_str());
    let fields = world.ats.candidate(application.candidate).expect("the candidate").custom_fields;
    assert_eq!(fields["heard_through"], "A job board", "what others wrote is still there");
    shown
}

fn attempts(shown: &Value) -> Vec<&str> {
    let attempts = shown["deliveries"][0]["attempts"].as_array().expect("attempts");
    attempts.iter().map(|attempt| attempt["outcome"].as_str().expect("an outcome")).collect()
}

#[tokio::test]
async fn killed_after_the_202() {
    let mut world = world().await;
    for n in 1..=TIMES {
        let application = Application::numbered(n);
        let submission = submit(&world, &application).await;
        world.gateway.kill().expect("it was running");
        arrives_once(&mut world, &application, &submission).await;
    }
}

#[tokio::test]
async fn killed_after_the_lease() {
    let mut world = world().await;
    for n in 1..=TIMES {
        let application = Application::numbered(n);
        // The first thing a delivery asks the ATS: by then it is leased and its attempt has begun.
        world.ats.fail_next(Route::Applications, 1, Fault::HoldBefore);
        let submission = submit(&world, &application).await;
        world.ats.wait_held(1).await;
        assert_eq!(world.our_notes(application.id).len(), 0);
        world.gateway.kill().expect("it was running");
        world.ats.drop_held();
        let shown = arrives_once(&mut world, &application, &submission).await;
        assert_eq!(attempts(&shown), ["interrupted", "delivered"]);
    }
}

#[tokio::test]
async fn killed_when_the_ats_has_committed_and_its_answer_is_withheld() {
    let mut world = world().await;
    for n in 1..=TIMES {
        let application = Application::numbered(n);
        world.ats.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
        let submission = submit(&world, &application).await;
        world.ats.wait_held(1).await;
        assert_eq!(world.our_notes(application.id).len(), 1, "the ATS has it");
        world.gateway.kill().expect("it was running");
        world.ats.drop_held();
        let shown = arrives_once(&mut world, &application, &submission).await;
        assert_eq!(attempts(&shown), ["interrupted", "delivered"]);
        assert_eq!(shown["deliveries"][0]["receipt"]["changed"], false, "the repeat found its own note");
    }
}

#[tokio::test]
async fn killed_when_the_answer_has_come_and_is_not_settled() {
    let mut world = world().await;
    let options = SqliteConnectOptions::new().filename(world.gateway.database());
    for n in 1..=TIMES {
        let application = Application::numbered(n);
        world.ats.fail_next(Route::WriteNote, 1, Fault::HoldAfter);
        let submission = submit(&world, &application).await;
        world.ats.wait_held(1).await;
        // While somebody else writes, the gateway cannot settle.
        let mut other = SqliteConnection::connect_with(&options).await.expect("the database opens");
        other.execute("BEGIN IMMEDIATE").await.expect("nobody else writes now");
        world.gateway.clear_log();
        world.ats.release_held();
        eventually("the answer did not come", async || {
            Ok::<_, Failure>(world.gateway.log().iter().any(|line| line.contains("the ATS has it")).then_some(()))
        })
        .await
        .expect("the answer comes");
        world.gateway.kill().expect("it was running");
        other.execute("ROLLBACK").await.expect("nothing was written");
        other.close().await.expect("it closes");
        let shown = arrives_once(&mut world, &application, &submission).await;
        assert_eq!(attempts(&shown), ["interrupted", "delivered"]);
        assert_eq!(shown["deliveries"][0]["receipt"]["changed"], false, "the repeat found its own note");
    }
}
