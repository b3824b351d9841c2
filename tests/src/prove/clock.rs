//! Clocks that are wrong and that are set back and forth while they run (libfaketime). On PostgreSQL one of two nodes has
//! such a clock; on SQLite the only process, and it is killed and started again meanwhile.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use wellspring_testkit::greenhouse::{Fault, Route};

use super::{
    Chance, Load,
    check::{Deliveries, compare, drained, drained_within, pages, text},
};
use crate::{
    Failure,
    world::{Application, World},
};

const CLIENTS: usize = 12;
const PAUSE: Duration = Duration::from_millis(200);
const MOST: u64 = 10_000;
/// What the wrong clock says, in seconds beside the right one, one after the other.
const STEPS: [i64; 7] = [600, -600, 600, 0, -600, 600, 0];
/// How long between two steps.
const EVERY: Duration = Duration::from_secs(8);
/// How far the times that are stored must lie apart at least, or the clock was not wrong.
const WRONG: Duration = Duration::from_secs(900);

/// How long to wait for the last: longer than for a third try (`gateway/model/src/delivery/failure.rs`), shorter than the clock was off.
const LONGEST: Duration = Duration::from_secs(420);

/// What to do.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// libfaketime.
    pub library: PathBuf,
    pub seed: u64,
    /// PostgreSQL's address; SQLite without.
    pub postgres: Option<String>,
}

/// # Errors
/// Something is lost, delivered twice, taken from whoever held it, or stuck; in words.
pub async fn run(clocks: &Clocks) -> Result<(), Failure> {
    match &clocks.postgres {
        Some(url) => one_of_two(clocks, url).await,
        None => across_restarts(clocks).await,
    }
}

async fn one_of_two(clocks: &Clocks, url: &str) -> Result<(), Failure> {
    println!("· PostgreSQL: the clock of one of two nodes goes {STEPS:?} s beside the other's");
    let settings = format!("{}[database]\nurl = \"{url}\"\n", settings());
    let world = world(&settings).await?;
    let clock = world.gateway.folder().join("clock");
    set(&clock, STEPS[0])?;
    let mut wrong = world.gateway.further_node()?;
    wrong.set_environment(environment(&clocks.library, &clock));
    wrong.start().await?;
    let clients = [&world.gateway, &wrong].map(|node| world.client.at(&node.url()));
    let load = Load::start(&world, &clients, CLIENTS, PAUSE, 1..=MOST);
    for step in STEPS {
        set(&clock, step)?;
        tokio::time::sleep(EVERY).await;
        println!("  {step:+} s: {} acknowledged", load.acknowledged());
    }
    let told = load.finish().await?;
    told.only(&[])?;
    let deliveries = drained(&world, told.accepted.len()).await?;
    compare(&world, &told.accepted, &deliveries).await?;
    // No process ended, so that an attempt that was interrupted is one whose lease was taken while it ran.
    let interrupted = interrupted(&deliveries);
    if interrupted > 0 {
        return Err(Failure::new(format!("{interrupted} attempts were taken up by another node while they ran")));
    }
    say("PostgreSQL", &world, told.accepted.len(), &deliveries).await
}

async fn across_restarts(clocks: &Clocks) -> Result<(), Failure> {
    println!("· SQLite: the clock goes {STEPS:?} s beside the right one; killed and started again between");
    let mut world = world(&settings()).await?;
    world.gateway.kill()?;
    let clock = world.gateway.folder().join("clock");
    let mut chance = Chance::new(clocks.seed);
    world.gateway.set_environment(environment(&clocks.library, &clock));
    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, 1..=MOST);
    for (from, to) in STEPS.iter().zip(STEPS.iter().skip(1)) {
        set(&clock, *from)?;
        world.gateway.start().await?;
        // Some deliveries wait for their next try when the process ends: so few that the gate does not trip, for then none
        // would be tried while the clock is wrong, and the faults that were not met would add up to hours of rest.
        world.ats.fail_next(Route::Notes, 2, Fault::ServerError);
        world.ats.fail_next(Route::Applications, 1, Fault::RateLimited);
        tokio::time::sleep(EVERY / 2).await;
        set(&clock, *to)?;
        tokio::time::sleep(Duration::from_millis(1_500 + chance.below(2_000))).await;
        println!("  {from:+} to {to:+} s: {} acknowledged", load.acknowledged());
        world.gateway.kill()?;
    }
    world.gateway.start().await?;
    let told = load.finish().await?;
    let began = Instant::now();
    let deliveries = drained_within(&world, told.accepted.len(), LONGEST).await?;
    compare(&world, &told.accepted, &deliveries).await?;
    println!("  everything was worked off {:.0?} after the last step", began.elapsed());
    say("SQLite", &world, told.accepted.len(), &deliveries).await
}

fn settings() -> String {
    "[work]\nworkers = 8\ndelivery_seconds = 5\nlease_seconds = 20\n".to_owned()
}

async fn world(settings: &str) -> Result<World, Failure> {
    let applications: Vec<_> = (1..=MOST).map(Application::numbered).collect();
    World::start_with(Application::seed(&applications), &[], settings, |_| {}).await
}

/// The clock that people read is wrong; the one that counts what has passed is not, as on a machine whose clock is set.
fn environment(library: &Path, clock: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_CACHE_DURATION", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

/// Sets the wrong clock, all at once for whoever reads it.
fn set(clock: &Path, seconds: i64) -> Result<(), Failure> {
    let new = clock.with_extension("new");
    fs::write(&new, format!("{seconds:+}\n"))?;
    Ok(fs::rename(new, clock)?)
}

fn interrupted(deliveries: &Deliveries) -> usize {
    deliveries.values().flatten().filter(|outcome| *outcome == "interrupted").count()
}

async fn say(store: &str, world: &World, accepted: usize, deliveries: &Deliveries) -> Result<(), Failure> {
    let apart = apart(world).await?;
    if apart < WRONG {
        return Err(Failure::new(format!("the times that are stored lie {apart:.0?} apart: the clock was not wrong")));
    }
    println!(
        "{store}: acknowledged {accepted}   delivered {}   lost 0   twice in the ATS 0   attempts interrupted {}\n\
         the times that are stored lie up to {apart:.0?} apart",
        deliveries.len(),
        interrupted(deliveries),
    );
    Ok(())
}

/// How far apart the times are that were given to submissions.
async fn apart(world: &World) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for one in pages(&world.client, "/v1/submissions").await? {
        times.push(text(&one["received_at"]).parse::<jiff::Timestamp>()?);
    }
    let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { return Ok(Duration::ZERO) };
    Ok(Duration::try_from(last.duration_since(*first)).unwrap_or_default())
}
