//! `kill -9` at any moment under load: what was acknowledged is there, is worked off, and is in the ATS once.

use std::time::{Duration, Instant};

use super::{
    Chance, Load, Told,
    check::{compare, drained},
};
use crate::{
    Failure,
    world::{Application, World},
};

const CLIENTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a process lives at least and at most, in milliseconds.
const LIFE: (u64, u64) = (30, 500);

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
    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, 1..=most);
    for kill in 1..=crash.kills {
        tokio::time::sleep(Duration::from_millis(LIFE.0 + chance.below(LIFE.1 - LIFE.0))).await;
        world.gateway.kill()?;
        world.gateway.start().await?;
        if kill % 20 == 0 {
            println!("  {kill} kills, {} acknowledged, {:.0?}", load.acknowledged(), began.elapsed());
        }
    }
    let Told { accepted, repeated, .. } = load.finish().await?;
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
