//! What operators rely on, seen on the real binary: readiness, figures, traces, the log, copies of the database.

mod backup;
mod figures;
mod log;
#[path = "../own_database/mod.rs"]
mod own_database;
mod readiness;
mod traces;

use serde_json::Value;
use wellspring_tests::{
    Failure,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, World},
};

/// A world in which these many have applied.
async fn world(applications: u64, settings: &str) -> World {
    let applications: Vec<_> = (1..=applications).map(Application::numbered).collect();
    World::start_with(Application::seed(&applications), &[], settings, |_| {}).await.expect("the world starts")
}

fn credentials(application: &Application) -> Vec<Value> {
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    vec![signed(Issuer::Training, badge).expect("it is signed")]
}

/// What `/readyz` says: whether it is ready, and the codes of the reasons why not.
async fn readiness(world: &World, base: &str) -> Result<(u16, Vec<String>), Failure> {
    let (status, text) = world.client.open(&format!("{base}/readyz")).await?;
    let answer: Value = serde_json::from_str(&text)?;
    let reasons = answer["reasons"].as_array().into_iter().flatten();
    let codes: Vec<String> = reasons.map(|reason| reason["code"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(answer["ready"], codes.is_empty(), "{answer}");
    Ok((status, codes))
}

/// Waits until `/readyz` gives exactly this reason.
async fn not_ready_for(world: &World, code: &str) {
    let url = world.gateway.url();
    let otherwise = format!("{code} does not show");
    let said = eventually(&otherwise, async || {
        let (status, codes) = readiness(world, &url).await?;
        Ok((codes == [code]).then_some(status))
    });
    assert_eq!(said.await.expect("the reason is given"), 503);
    let alive = world.client.open(&format!("{url}/healthz")).await.expect("it answers");
    assert_eq!(alive, (200, "ok\n".to_owned()), "the process lives all the same");
}

async fn ready_again(world: &World) {
    let url = world.gateway.url();
    let ready = eventually("it does not become ready again", async || {
        Ok((readiness(world, &url).await? == (200, Vec::new())).then_some(()))
    });
    ready.await.expect("it is ready");
}
