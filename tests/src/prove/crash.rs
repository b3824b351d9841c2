//! `kill -9` at any moment under load: what was acknowledged is there, is worked off, and is in the ATS once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Accepted, Chance, Load};
use crate::{
    Failure,
    world::{Application, World},
};

const CLIENTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a process lives at least and at most, in milliseconds.
const LIFE: (u64, u64) = (30, 500);
/// How long to wait without anything being delivered before something is held to be lost.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to do.
#[derive(Debug, Clone)]
pub struct Crash {
    pub kills: u64,
    pub seed: u64,
    /// PostgreSQL's address; SQLite without.
    pub postgres: Option<String>,
}

/// Kills and restarts, waits until all is worked off, and compares.
///
/// # Errors
/// Something is lost, is there twice, or cannot be run; in words.
pub async fn run(crash: &Crash) -> Result<(), Failure> {
    let store = if crash.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("· {store}: {} kills, seed {}", crash.kills, crash.seed);
    let most = 200 + crash.kills * 40;
    let applications: Vec<_> = (1..=most).map(Application::numbered).collect();
    let work = "[work]\nworkers = 8\ndelivery_seconds = 5\nlease_seconds = 20\n";
    let database = crash.postgres.as_ref().map(|url| format!("[database]\nurl = \"{url}\"\n"));
    let settings = format!("{work}{}", database.unwrap_or_default());
    let mut world = World::start_with(Application::seed(&applications), &[], &settings, |_| {}).await?;

    let (mut chance, began) = (Chance::new(crash.seed), Instant::now());
    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, most);
    for kill in 1..=crash.kills {
        tokio::time::sleep(Duration::from_millis(LIFE.0 + chance.below(LIFE.1 - LIFE.0))).await;
        world.gateway.kill()?;
        world.gateway.start().await?;
        if kill % 20 == 0 {
            println!("  {kill} kills, {} acknowledged, {:.0?}", load.acknowledged(), began.elapsed());
        }
    }
    let (accepted, repeated) = load.finish().await?;
    let killed = began.elapsed();
    println!("· working off what is left");
    let deliveries = drained(&world, accepted.len()).await?;
    compare(&world, &accepted, &deliveries).await?;
    println!(
        "{store}: {} kills in {killed:.0?}, seed {}\n\
         acknowledged {}   stored {}   delivered {}   lost 0   twice in the ATS 0\n\
         requests that got no answer and were repeated {repeated}   attempts interrupted {}",
        crash.kills,
        crash.seed,
        accepted.len(),
        accepted.len(),
        deliveries.len(),
        deliveries.values().flatten().filter(|outcome| *outcome == "interrupted").count(),
    );
    Ok(())
}

/// The attempts of each submission's delivery.
type Deliveries = BTreeMap<String, Vec<String>>;

/// Waits until everything is delivered.
async fn drained(world: &World, expected: usize) -> Result<Deliveries, Failure> {
    let (mut done, mut since) = (0, Instant::now());
    loop {
        let all = pages(world, "/v1/deliveries").await?;
        let delivered: Vec<&Value> = all.iter().filter(|one| one["state"] == "delivered").collect();
        if delivered.len() >= expected && delivered.len() == all.len() {
            let attempts = |one: &Value| {
                let attempts = one["attempts"].as_array().into_iter().flatten();
                attempts.map(|attempt| text(&attempt["outcome"])).collect()
            };
            let deliveries: Deliveries = all.iter().map(|one| (text(&one["submission"]), attempts(one))).collect();
            if deliveries.len() != all.len() {
                return Err(Failure::new("a submission has two deliveries"));
            }
            return Ok(deliveries);
        }
        if delivered.len() != done {
            (done, since) = (delivered.len(), Instant::now());
            println!("  {done} of {expected} delivered");
        }
        if since.elapsed() > PATIENCE {
            let states: BTreeSet<String> = all.iter().map(|one| text(&one["state"])).collect();
            return Err(Failure::new(format!("stuck at {done} of {expected} delivered; states {states:?}")));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What clients were told against what is stored, and what is stored against what the ATS holds.
async fn compare(world: &World, accepted: &Accepted, deliveries: &Deliveries) -> Result<(), Failure> {
    let told: BTreeSet<&String> = accepted.values().collect();
    if told.len() != accepted.len() {
        return Err(Failure::new("two keys were given the same submission"));
    }
    let submissions = pages(world, "/v1/submissions").await?;
    let stored: BTreeSet<String> = submissions.iter().map(|one| text(&one["id"])).collect();
    let lost = told.iter().filter(|id| !stored.contains(**id)).count();
    if lost > 0 {
        return Err(Failure::new(format!("{lost} were acknowledged and are not stored")));
    }
    if stored.len() != accepted.len() {
        return Err(Failure::new(format!("{} are stored, {} were handed in", stored.len(), accepted.len())));
    }
    if deliveries.keys().any(|id| !stored.contains(id)) || deliveries.len() != stored.len() {
        return Err(Failure::new(format!("{} submissions, {} deliveries", stored.len(), deliveries.len())));
    }
    let mut notes: BTreeMap<String, usize> = BTreeMap::new();
    for note in world.ats.notes() {
        let marker = note.body.split_once("[wellspring:").and_then(|(_, rest)| rest.split_once(']'));
        let (marker, _) = marker.ok_or_else(|| Failure::new("a note without our marker"))?;
        *notes.entry(marker.to_owned()).or_default() += 1;
    }
    let twice = notes.values().filter(|count| **count > 1).count();
    if twice > 0 {
        return Err(Failure::new(format!("{twice} applications have more than one note in the ATS")));
    }
    for number in accepted.keys() {
        let marker = format!("{}:{}", world.connection, Application::numbered(*number).id);
        if !notes.contains_key(&marker) {
            return Err(Failure::new(format!("{marker} was delivered and is not in the ATS")));
        }
    }
    Ok(())
}

/// All items of a list, page by page.
async fn pages(world: &World, path: &str) -> Result<Vec<Value>, Failure> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let page = world.client.get(&format!("{path}?limit=200{after}")).await?;
        items.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(items),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
