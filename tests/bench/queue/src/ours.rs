//! Our queue: tasks of accepted submissions, claimed and acknowledged a hundred at a time.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use uuid::Uuid;
use wellspring_store::{LeaseToken, Store};

use crate::{BATCH, Failure, Place, world::World};

const TASKS: usize = 30_000;
const LEASE: Duration = Duration::from_secs(60);

pub async fn rate(place: &Place) -> Result<u64, Failure> {
    let world = World::open(place, "ours").await?;
    let tenant = world.tenant().await?;
    world.accept(&tenant, TASKS).await?;
    // One writer has no use for more; PostgreSQL has.
    let workers = match place {
        Place::Sqlite(_) => 1,
        Place::Postgres(_) => 4,
    };
    let began = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..workers {
        running.spawn(work(world.store.clone()));
    }
    let mut done = 0;
    while let Some(worker) = running.join_next().await {
        done += worker??;
    }
    let took = began.elapsed();
    if done != TASKS {
        return Err(format!("{done} of {TASKS} tasks were done").into());
    }
    Ok((TASKS as f64 / took.as_secs_f64()) as u64)
}

async fn work(store: Store) -> Result<usize, Failure> {
    let mut done = 0;
    loop {
        let leased = store.claim(BATCH, LEASE, LeaseToken::from_uuid(Uuid::now_v7())).await?;
        if leased.is_empty() && store.tasks_waiting().await? == 0 {
            return Ok(done);
        }
        done += usize::try_from(store.drop_tasks(leased).await?)?;
    }
}
