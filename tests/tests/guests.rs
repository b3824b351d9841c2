//! Connectors that misbehave are stopped and named, and whoever comes next is delivered to.

use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use wellspring_testkit::{
    Greenhouse,
    greenhouse::{Fault, Route},
};
use wellspring_tests::{
    Failure,
    client::id,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::eventually,
    world::{Application, UNHURRIED, World, greenhouse},
};

fn credentials(application: &Application) -> Vec<Value> {
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    vec![signed(Issuer::Training, badge).expect("it is signed")]
}

/// The first attempt of a submission's delivery, once it has ended.
async fn first_attempt(world: &World, submission: &str) -> Value {
    eventually("no attempt has ended", async || {
        let shown = world.submission(submission).await?;
        let attempt = &shown["deliveries"][0]["attempts"][0];
        Ok((attempt["outcome"] == "failed" || attempt["outcome"] == "delivered").then(|| attempt.clone()))
    })
    .await
    .expect("an attempt ends")
}

#[tokio::test]
async fn each_kind_of_misbehaviour_is_named_in_the_attempts_and_the_next_delivery_works() {
    const MISBEHAVING: [(&str, &str); 5] = [
        ("loops", "GUEST_CPU"),
        ("hoards", "GUEST_MEMORY"),
        ("traps", "GUEST_TRAP"),
        ("babbles", "GUEST_HOST_CALLS"),
        // It asks for an address on loopback that no operator granted.
        ("strays", "ORIGIN_DENIED"),
    ];
    let applications: Vec<_> = (1..=10).map(Application::numbered).collect();
    let names = MISBEHAVING.map(|(name, _)| name);
    let world = World::start(Application::seed(&applications), &names, |_| {}).await.expect("the world starts");
    for (n, (name, code)) in MISBEHAVING.into_iter().enumerate() {
        let mut connection = json!({"name": name, "connector": name, "bases": {"api": world.ats.api_base()}});
        if name == "strays" {
            connection["bases"]["auth"] = json!(world.ats.auth_base());
            connection["credentials"] = json!({"main": {"client_id": "a", "client_secret": "b"}});
        }
        let connection =
            id(&world.client.post("/v1/connections", &connection).await.expect("it is made")).expect("an id");
        let job = json!({"title": "Junior data analyst", "profile": world.profile, "connection": connection});
        let job = id(&world.client.post("/v1/jobs", &job).await.expect("it is made")).expect("an id");

        let application = &applications[2 * n];
        let submission = world
            .submit_through(&connection, &job, application, &credentials(application))
            .await
            .expect("it is accepted");
        let attempt = first_attempt(&world, &submission).await;
        assert_eq!((&attempt["outcome"], &attempt["code"]), (&json!("failed"), &json!(code)), "{name}: {attempt}");
        let message = attempt["message"].as_str().expect("a sentence");
        assert!(!message.contains(&application.email), "{name}: nothing about the applicant: {message}");

        let next = &applications[2 * n + 1];
        let submission = world.submit(next, &credentials(next)).await.expect("it is accepted");
        world.delivered(&submission).await.expect("the next delivery works");
        assert_eq!(world.our_notes(next.id).len(), 1, "after {name}");
    }
}

/// A connection through a connector that needs no credentials, and a job on it.
async fn connection(world: &World, name: &str) -> (String, String) {
    let connection = json!({"name": name, "connector": name, "bases": {"api": world.ats.api_base()}});
    with_job(world, &connection).await
}

async fn with_job(world: &World, connection: &Value) -> (String, String) {
    let connection = id(&world.client.post("/v1/connections", connection).await.expect("it is made")).expect("an id");
    let job = json!({"title": "Junior data analyst", "profile": world.profile, "connection": connection});
    let job = id(&world.client.post("/v1/jobs", &job).await.expect("it is made")).expect("an id");
    (connection, job)
}

#[tokio::test]
async fn every_kind_of_poison_is_given_up_after_its_attempts_with_its_reason_while_others_arrive() {
    // What the guest does, how it is named, and how often it is tried: a connector that is at fault is not tried ten times.
    const POISON: [(&str, &str, usize); 5] = [
        ("traps", "GUEST_TRAP", 3),
        ("loops", "GUEST_CPU", 3),
        ("hoards", "GUEST_MEMORY", 3),
        ("babbles", "GUEST_HOST_CALLS", 3),
        // Not the connector's fault: its ATS answers with a gigabyte, which no other try mends.
        ("greenhouse", "UPSTREAM", 1),
    ];
    let applications: Vec<_> = (1..=20).map(Application::numbered).collect();
    let guests: Vec<&str> = POISON.iter().map(|(name, ..)| *name).filter(|name| *name != "greenhouse").collect();
    let world = World::start(Application::seed(&applications), &guests, |_| {}).await.expect("the world starts");
    let huge = Greenhouse::start(Application::seed(&applications)).await.expect("another ATS");
    huge.fail_next(Route::Applications, 1_000, Fault::Huge);
    let mut poison = Vec::new();
    for ((name, ..), application) in POISON.iter().zip(&applications) {
        let (connection, job) = match *name {
            "greenhouse" => {
                let made = with_job(&world, &greenhouse(&huge, huge.origin(), UNHURRIED)).await;
                let grant = ["connection", "grant", &made.0, huge.origin(), "--tenant", &world.tenant];
                world.gateway.command(&grant).expect("it is granted");
                made
            }
            name => connection(&world, name).await,
        };
        let submitted = world.submit_through(&connection, &job, application, &credentials(application)).await;
        poison.push(submitted.expect("it is accepted"));
    }
    let options = SqliteConnectOptions::new().filename(world.gateway.database());
    let mut database = SqliteConnection::connect_with(&options).await.expect("the database opens");
    for (number, (submission, (name, code, tries))) in poison.iter().zip(POISON).enumerate() {
        // While it is tried, and tried again, somebody else's arrives.
        let other = &applications[POISON.len() + number];
        let other = world.submit(other, &credentials(other)).await.expect("it is accepted");
        world.delivered(&other).await.expect("it is delivered");
        let given_up = eventually(&format!("{name} was not given up"), async || {
            // Nobody waits for hours here.
            for hurry in [
                "UPDATE tasks SET run_at = 0 WHERE kind = 'deliver' AND lease_token IS NULL",
                "UPDATE gates SET state = 'open', reason = NULL, probe_at = NULL, wait_until = 0 WHERE state = 'tripped'",
            ] {
                database.execute(hurry).await.map_err(|error| Failure::new(error.to_string()))?;
            }
            let shown = world.submission(submission).await?["deliveries"][0].clone();
            Ok((shown["state"] == "exhausted").then_some(shown))
        })
        .await
        .expect("it is given up");
        let attempts = given_up["attempts"].as_array().expect("attempts");
        let codes: Vec<&str> = attempts.iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(codes, vec![code; tries], "{name}: {attempts:?}");
    }
    let list = ["deliveries", "list", "--tenant", &world.tenant];
    let dead = world.gateway.command(&list).expect("a list");
    assert!(dead.contains("GUEST_TRAP") && dead.ends_with("5 given up"), "{dead}");
    let replayed = world.gateway.command(&["deliveries", "replay", "--tenant", &world.tenant, "--code", "GUEST_TRAP"]);
    assert_eq!(replayed.expect("it is taken up"), "1 taken up again");
}

#[tokio::test]
async fn a_token_that_ended_is_renewed_and_a_limit_is_waited_for() {
    let applications: Vec<_> = (1..=2).map(Application::numbered).collect();
    let world = World::start(Application::seed(&applications), &[], |_| {}).await.expect("the world starts");
    let first = world.submit(&applications[0], &credentials(&applications[0])).await.expect("it is accepted");
    world.delivered(&first).await.expect("it is delivered");
    world.ats.expire_tokens();
    world.ats.fail_next(Route::Notes, 1, Fault::RateLimited);
    let second = world.submit(&applications[1], &credentials(&applications[1])).await.expect("it is accepted");
    let shown = world.delivered(&second).await.expect("it is delivered");
    assert_eq!(world.our_notes(applications[1].id).len(), 1);
    let attempts = shown["deliveries"][0]["attempts"].as_array().expect("attempts");
    assert_eq!(attempts[0]["code"], "RATE_LIMITED", "{attempts:?}");
    let tokens = world.ats.requests().iter().filter(|one| one.path == "/token").count();
    assert_eq!(tokens, 2, "one token, and one more after it had ended");
}
