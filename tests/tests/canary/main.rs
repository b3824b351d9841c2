//! A secret is planted in a connection of a gateway that runs, and its ATS tells it to everybody in every spelling. It is found in
//! none of the places that somebody may look at later: not in the database, the log, traces, figures, compiled code, answers, or
//! in requests beside the one field where it belongs. The gateway's egress has such a test of its own, of each kind of credential.

mod echo;
mod places;
mod spellings;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::Executor as _;
use wellspring_testkit::{
    Greenhouse,
    greenhouse::{Fault, Route},
};
use wellspring_tests::{
    Failure,
    client::id,
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::{Gateway, eventually},
    world::{Application, World},
};

use crate::{
    echo::Echo,
    places::{Collector, database, files, rows},
    spellings::{SECRET, traces, with_secret},
};

/// All that is logged, by whomever.
const ALL: &str = "trace";

/// What stands in the place of a secret.
const INSTEAD: &str = "[secret]";

/// Looks for whatever gives a secret away.
struct Search(Vec<String>);

impl Search {
    #[track_caller]
    fn clean(&self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for trace in &self.0 {
            if let Some(at) = text.find(trace) {
                let around: String = text[..at].chars().rev().take(80).collect();
                let around: String = around.chars().rev().collect();
                panic!("{place} holds {trace}, after `{around}`");
            }
        }
    }
}

fn credentials(application: &Application) -> Vec<Value> {
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    vec![signed(Issuer::Training, badge).expect("it is signed")]
}

/// A gateway that logs and traces all it can, before an ATS that echoes.
async fn world(applications: &[Application], traces_to: &str) -> (World, Echo) {
    let ats = Greenhouse::start(with_secret(Application::seed(applications))).await.expect("an ATS");
    let (echo, origin) = Echo::before(&ats).await.expect("it starts");
    let settings = format!(
        "[log]\nfilter = \"{ALL}\"\nformat = \"json\"\n[telemetry]\notlp_endpoint = \"{traces_to}\"\ntell_ats = true\n"
    );
    let gateway = Gateway::create(&World::settings(&settings)).expect("a gateway");
    let world = World::start_in(gateway, ats, &origin, &["gossips"], |_| {}).await.expect("the world starts");
    (world, echo)
}

/// A connection through the connector that tells whatever it hears, and a job on it.
async fn gossips(world: &World, origin: &str) -> (String, String) {
    let connection = json!({
        "name": "Gossips", "connector": "gossips", "bases": {"api": format!("{origin}/v3"), "auth": origin},
        "credentials": {"main": {"client_id": "double-client", "client_secret": SECRET}}
    });
    let connection = id(&world.client.post("/v1/connections", &connection).await.expect("it is made")).expect("an id");
    let grant = ["connection", "grant", &connection, origin, "--tenant", &world.tenant];
    world.gateway.command(&grant).expect("it is granted");
    let job = json!({"title": "Junior data analyst", "profile": world.profile, "connection": connection});
    let job = id(&world.client.post("/v1/jobs", &job).await.expect("it is made")).expect("an id");
    (connection, job)
}

/// Waits until it is delivered, without the pauses between attempts.
async fn delivered(world: &World, submission: &str) -> Value {
    let mut beside = database(&world.gateway.database()).await;
    eventually("it was not delivered", async || {
        for hurry in [
            "UPDATE tasks SET run_at = 0 WHERE kind = 'deliver' AND lease_token IS NULL",
            "UPDATE gates SET state = 'open', reason = NULL, probe_at = NULL, wait_until = 0 WHERE state = 'tripped'",
        ] {
            beside.execute(hurry).await.map_err(|error| Failure::new(error.to_string()))?;
        }
        let shown = world.submission(submission).await?;
        Ok((shown["deliveries"][0]["state"] == "delivered").then_some(shown))
    })
    .await
    .expect("it is delivered")
}

/// All that the gateway answers about what has happened.
async fn answers(world: &World, connections: [&str; 2], submissions: [&str; 2]) -> Vec<(String, String)> {
    let mut paths: Vec<String> =
        ["/v1/submissions", "/v1/deliveries", "/v1/connections", "/v1/connectors", "/v1/jobs", "/v1/audit"]
            .map(str::to_owned)
            .to_vec();
    for submission in submissions {
        let shown = world.submission(submission).await.expect("it is shown");
        let delivery = shown["deliveries"][0]["id"].as_str().expect("an id");
        paths.extend([
            format!("/v1/submissions/{submission}"),
            format!("/v1/submissions/{submission}/explanation"),
            format!("/v1/deliveries/{delivery}"),
        ]);
    }
    paths.extend(connections.iter().map(|connection| format!("/v1/connections/{connection}")));
    let mut said = Vec::new();
    for path in paths {
        said.push((path.clone(), world.client.get(&path).await.expect(&path).to_string()));
    }
    for connection in connections {
        for what in ["check", "jobs"] {
            let path = format!("/v1/connections/{connection}/{what}");
            // Greenhouse's connector lists no jobs; what it says then is an answer too.
            let answer = if what == "check" {
                world.client.post(&path, &json!({})).await
            } else {
                world.client.get(&path).await
            };
            said.push((path, answer.map_or_else(|failure| failure.to_string(), |answer| answer.to_string())));
        }
    }
    let (_, figures) = world.client.open(&format!("{}/metrics", world.gateway.figures_url())).await.expect("figures");
    said.push(("figures".to_owned(), figures));
    for command in [&["deliveries", "list", "--tenant", &world.tenant][..], &["connectors", "list"]] {
        said.push((command.join(" "), world.gateway.command(command).expect("it answers")));
    }
    said
}

/// Greenhouse's connector is refused, put off, asked to wait, and delivers.
async fn through_greenhouse(world: &World, application: &Application) -> String {
    for fault in [Fault::Unauthorized, Fault::ServerError, Fault::RateLimited] {
        world.ats.fail_next(Route::WriteNote, 1, fault);
    }
    let submission = world.submit(application, &credentials(application)).await.expect("it is accepted");
    let shown = delivered(world, &submission).await;
    assert!(shown["deliveries"][0]["attempts"].as_array().is_some_and(|attempts| attempts.len() > 1), "{shown}");
    submission
}

/// The other connector fails with all that it has heard, panics with it, and has it in its receipt.
async fn through_gossips(world: &World, (connection, job): (&str, &str), application: &Application) -> String {
    let submission = world.submit_through(connection, job, application, &credentials(application)).await;
    let submission = submission.expect("it is accepted");
    let shown = delivered(world, &submission).await;
    let attempts = shown["deliveries"][0]["attempts"].as_array().expect("attempts");
    let codes: Vec<&str> = attempts.iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(codes, ["UNAVAILABLE", "GUEST_TRAP", "DELIVERED"]);
    submission
}

fn clean_requests(search: &Search, echo: &Echo) {
    for one in echo.seen().iter() {
        search.clean(&format!("a request to {}", one.path), one.rest.as_bytes());
        let kind = if one.path == "/token" { "Basic " } else { "Bearer " };
        assert!(one.authorization.starts_with(kind), "{}: it is where it belongs", one.path);
    }
}

/// What is left on disk: as it is while the gateway runs, row by row after its end, and once all is in the database's main file.
async fn clean_files(search: &Search, world: &mut World) {
    let folder = world.gateway.folder().to_owned();
    let clean = || {
        let files = files(&folder);
        for (place, bytes) in &files {
            search.clean(place, bytes);
        }
        assert!(files.iter().any(|(place, _)| place.ends_with(".cwasm")), "compiled code was looked at");
    };
    clean();
    world.gateway.signal("TERM").expect("it runs");
    world.gateway.ended().await.expect("it ends, and sends what it has kept");
    let mut beside = database(&world.gateway.database()).await;
    let rows = rows(&mut beside).await;
    for (place, bytes) in &rows {
        search.clean(place, bytes);
    }
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(INSTEAD);
    let tables: BTreeSet<_> = rows.iter().filter(|(_, bytes)| holds(bytes)).map(|(place, _)| place).collect();
    assert!(tables.len() >= 2, "failures and receipts would have held it: {tables:?}");
    beside.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("all is in the main file");
    clean();
}

#[tokio::test]
async fn a_secret_that_an_ats_tells_everybody_is_found_nowhere_but_in_the_field_where_it_belongs() {
    let applications: Vec<_> = (1..=2).map(Application::numbered).collect();
    let (collector, endpoint) = Collector::start().await;
    let (mut world, echo) = world(&applications, &endpoint).await;
    // Another way to the same ATS: no connection is told the tokens of another, which it could not know.
    let (other, origin) = Echo::before(&world.ats).await.expect("it starts");
    let (gossips, job) = gossips(&world, &origin).await;
    let first = through_greenhouse(&world, &applications[0]).await;
    let second = through_gossips(&world, (&gossips, &job), &applications[1]).await;
    let said = answers(&world, [&world.connection, &gossips], [&first, &second]).await;

    let secrets: Vec<String> = [echo.secrets(), other.secrets()].concat();
    assert!(secrets.len() >= 4, "the secret twice, and a token of each: {}", secrets.len());
    let search = Search(traces(&secrets));
    for (place, text) in &said {
        search.clean(place, text.as_bytes());
    }
    let told: Vec<&String> = said.iter().filter(|(_, text)| text.contains(INSTEAD)).map(|(place, _)| place).collect();
    assert!(told.len() >= 4, "a submission, deliveries, a check and jobs would have held it: {told:?}");
    clean_requests(&search, &echo);
    clean_requests(&search, &other);
    let passed_on = other.seen().iter().any(|one| one.path == "/v3/told" && one.rest.contains(INSTEAD));
    assert!(passed_on, "it was passed on");
    clean_files(&search, &mut world).await;

    let log = world.gateway.log().join("\n");
    assert!(log.contains("\"level\":\"TRACE\"") && log.contains(INSTEAD), "it is the whole log");
    search.clean("the log", log.as_bytes());
    let traces = collector.bytes();
    assert!(String::from_utf8_lossy(&traces).contains("ats_request"), "requests were traced");
    search.clean("the traces", &traces);
}
