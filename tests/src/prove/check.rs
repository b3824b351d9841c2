//! What clients were told against what is stored, and what is stored against what the ATS holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::Accepted;
use crate::{
    Failure,
    client::Client,
    world::{Application, World},
};

/// How long to wait without anything being delivered before something is held to be lost.
const PATIENCE: Duration = Duration::from_secs(120);

/// The attempts of each submission's delivery.
pub type Deliveries = BTreeMap<String, Vec<String>>;

/// Waits until everything is delivered.
pub async fn drained(world: &World, expected: usize) -> Result<Deliveries, Failure> {
    drained_within(world, expected, PATIENCE).await
}

/// As [`drained`]; something is held to be lost when nothing is delivered for so long.
pub async fn drained_within(world: &World, expected: usize, patience: Duration) -> Result<Deliveries, Failure> {
    let (mut done, mut since) = (0, Instant::now());
    loop {
        let looked = Instant::now();
        let all = pages(&world.client, "/v1/deliveries").await?;
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
        if since.elapsed() > patience {
            let states: BTreeSet<String> = all.iter().map(|one| text(&one["state"])).collect();
            return Err(Failure::new(format!("stuck at {done} of {expected} delivered; states {states:?}")));
        }
        // Looking at very many takes a while, and is not what the gateway should be busy with.
        tokio::time::sleep(Duration::from_secs(1).max(4 * looked.elapsed())).await;
    }
}

/// Every submission that is stored.
async fn stored(world: &World) -> Result<BTreeSet<String>, Failure> {
    Ok(pages(&world.client, "/v1/submissions").await?.iter().map(|one| text(&one["id"])).collect())
}

/// How many of those that clients were told of are not stored.
pub async fn lost(world: &World, accepted: &Accepted) -> Result<usize, Failure> {
    let stored = stored(world).await?;
    Ok(accepted.values().filter(|id| !stored.contains(*id)).count())
}

/// What clients were told against what is stored, and what is stored against what the ATS holds.
pub async fn compare(world: &World, accepted: &Accepted, deliveries: &Deliveries) -> Result<(), Failure> {
    let told: BTreeSet<&String> = accepted.values().collect();
    if told.len() != accepted.len() {
        return Err(Failure::new("two keys were given the same submission"));
    }
    let stored = stored(world).await?;
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
    let notes = notes(world)?;
    let twice = duplicates(world)?;
    if twice > 0 {
        println!("{}", how_twice(world, accepted).await?);
        return Err(Failure::new(format!("{twice} applications have more than one note in the ATS")));
    }
    for number in accepted.keys() {
        if !notes.contains_key(&marker(world, *number)) {
            let marker = marker(world, *number);
            return Err(Failure::new(format!("{marker} was delivered and is not in the ATS")));
        }
    }
    Ok(())
}

/// What the notes of an application are marked with.
fn marker(world: &World, number: u64) -> String {
    format!("{}:{}", world.connection, Application::numbered(number).id)
}

/// How applications came to more than one note: how far apart they were written, and which attempts there were.
async fn how_twice(world: &World, accepted: &Accepted) -> Result<String, Failure> {
    let (notes, written) = (notes(world)?, world.ats.notes_written(0));
    let mut lines = Vec::new();
    for (number, id) in accepted.iter().filter(|(number, _)| notes.get(&marker(world, **number)) > Some(&1)) {
        let application = Application::numbered(*number).id;
        let times = written.iter().filter(|(of, _)| *of == Some(application)).map(|(_, at)| *at);
        let apart = times.clone().max().zip(times.min()).map(|(last, first)| last.duration_since(first));
        let shown = world.submission(id).await?;
        lines.push(format!("  {application}: {apart:.1?} apart, {}", shown["deliveries"]));
    }
    Ok(lines.join("\n"))
}

/// How many applications have more than one note of ours in the ATS.
///
/// # Errors
/// A note has no marker of ours.
pub fn duplicates(world: &World) -> Result<usize, Failure> {
    Ok(notes(world)?.values().filter(|count| **count > 1).count())
}

/// Our notes by what they are marked with.
fn notes(world: &World) -> Result<BTreeMap<String, usize>, Failure> {
    let mut notes = BTreeMap::new();
    for note in world.ats.notes() {
        let marker = note.body.split_once("[wellspring:").and_then(|(_, rest)| rest.split_once(']'));
        let (marker, _) = marker.ok_or_else(|| Failure::new("a note without our marker"))?;
        *notes.entry(marker.to_owned()).or_default() += 1;
    }
    Ok(notes)
}

/// All items of a list, page by page.
pub async fn pages(client: &Client, path: &str) -> Result<Vec<Value>, Failure> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=200{after}")).await?;
        items.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(items),
        }
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
