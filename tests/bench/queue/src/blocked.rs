//! What a tenant costs the others whose million tasks wait before a destination that is closed, or full.

use std::time::{Duration, Instant};

use uuid::Uuid;
use wellspring_store::LeaseToken;

use crate::{Failure, Place, world::World};

const STUCK: u32 = 1_000_000;
const TENANTS: usize = 8;
const PICKUPS: usize = 1_000;
/// What the blocked tenant may cost the others.
const MOST_TIMES: f64 = 2.0;
const LEASE: Duration = Duration::from_secs(60);

pub async fn run(place: &Place) -> Result<(), Failure> {
    let name = place.name();
    let world = World::open(place, "blocked").await?;
    let mut others = Vec::new();
    for _ in 0..TENANTS {
        others.push(world.tenant().await?);
    }
    let stuck = world.tenant().await?;
    let row = |what: &str, all: &[Duration], alone: Option<Duration>| {
        let (p50, p99) = (percentile(all, 50), percentile(all, 99));
        let [beside, ratio, aim] = match alone {
            Some(alone) => {
                let ratio = p99.as_secs_f64() / alone.as_secs_f64();
                let verdict = crate::verdict(ratio < MOST_TIMES);
                [
                    format!("p99 {alone:.2?} without"),
                    format!("{ratio:.1} ×"),
                    format!("under {MOST_TIMES} ×: {verdict}"),
                ]
            }
            None => Default::default(),
        };
        println!("| {name}: pickup {what} | | {beside} | {ratio} | {p50:.2?} | {p99:.2?} | {aim} |");
        p99
    };
    pickups(&world, &others).await?;
    let alone = row("with nothing else waiting", &pickups(&world, &others).await?, None);
    world.stuck(&stuck, STUCK).await?;
    row("beside 1,000,000 tasks before a closed gate", &pickups(&world, &others).await?, Some(alone));
    world.full(&stuck).await?;
    row("beside 1,000,000 tasks before a full gate", &pickups(&world, &others).await?, Some(alone));
    Ok(())
}

/// One submission at a time, of one tenant after the other; how long a claim takes that finds its task.
async fn pickups(world: &World, tenants: &[crate::world::Tenant]) -> Result<Vec<Duration>, Failure> {
    let mut all = Vec::with_capacity(PICKUPS);
    for tenant in tenants.iter().cycle().take(PICKUPS) {
        world.accept(tenant, 1).await?;
        let began = Instant::now();
        let leased = world.store.claim(10, LEASE, LeaseToken::from_uuid(Uuid::now_v7())).await?;
        all.push(began.elapsed());
        if leased.len() != 1 || leased[0].tenant != tenant.id {
            return Err(format!("{} tasks were claimed where one was due", leased.len()).into());
        }
        world.store.drop_tasks(leased).await?;
    }
    Ok(all)
}

fn percentile(all: &[Duration], percent: usize) -> Duration {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() * percent).div_ceil(100) - 1]
}
