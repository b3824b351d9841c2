//! Three nodes on one PostgreSQL; one is killed, one is frozen for longer than its leases and goes on.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    Load,
    check::{compare, drained, pages, text},
};
use crate::{
    Failure,
    world::{Application, World},
};

const CLIENTS: usize = 12;
const PAUSE: Duration = Duration::from_millis(300);
const MOST: u64 = 4_000;
const LEASE: Duration = Duration::from_secs(20);
/// Beyond a lease: the time to look again, to deliver, and what a machine under load takes.
const MARGIN: Duration = Duration::from_secs(10);

/// # Errors
/// Something is lost, is in the ATS twice, or waited for longer than a lease; in words.
pub async fn run(postgres: &str) -> Result<(), Failure> {
    let applications: Vec<_> = (1..=MOST).map(Application::numbered).collect();
    let settings = format!(
        "[work]\nworkers = 4\ndelivery_seconds = 5\nlease_seconds = {}\n[database]\nurl = \"{postgres}\"\n",
        LEASE.as_secs()
    );
    println!("· three nodes on one PostgreSQL, leases of {} s", LEASE.as_secs());
    let mut world = World::start_with(Application::seed(&applications), &[], &settings, |_| {}).await?;
    let (mut killed, mut frozen) = (world.gateway.further_node()?, world.gateway.further_node()?);
    killed.start().await?;
    frozen.start().await?;
    let clients = [&world.gateway, &killed, &frozen].map(|node| world.client.at(&node.url()));
    let load = Load::start(&world, &clients, CLIENTS, PAUSE, 1..=MOST);
    let began = Instant::now();
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!("· {:.0?}: one is frozen, {} acknowledged", began.elapsed(), load.acknowledged());
    frozen.signal("STOP")?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("· {:.0?}: one is killed", began.elapsed());
    killed.kill()?;
    tokio::time::sleep(LEASE + Duration::from_secs(5)).await;
    println!("· {:.0?}: the frozen one goes on; the killed one is started again", began.elapsed());
    frozen.signal("CONT")?;
    killed.start().await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let accepted = load.finish().await?.accepted;
    let deliveries = drained(&world, accepted.len()).await?;
    compare(&world, &accepted, &deliveries).await?;
    let longest = longest(&world).await?;
    let fenced =
        frozen.log().iter().filter(|line| line.contains("the lease ended before the result was there")).count();
    println!(
        "acknowledged {}   delivered {}   lost 0   twice in the ATS 0\nfrom acceptance to delivery: at most {longest:.1?} \
         (lease {LEASE:?})   late results of the frozen node that were fenced off {fenced}",
        accepted.len(),
        deliveries.len()
    );
    world.gateway.kill()?;
    if longest > LEASE + MARGIN {
        return Err(Failure::new(format!("something waited for {longest:?}, which is longer than a lease")));
    }
    Ok(())
}

/// The longest time from a submission's acceptance to the last attempt at its delivery.
async fn longest(world: &World) -> Result<Duration, Failure> {
    let mut received = BTreeMap::new();
    for one in pages(&world.client, "/v1/submissions").await? {
        received.insert(text(&one["id"]), text(&one["received_at"]).parse::<jiff::Timestamp>()?);
    }
    let mut longest = Duration::ZERO;
    for delivery in pages(&world.client, "/v1/deliveries").await? {
        let last = delivery["attempts"].as_array().and_then(|attempts| attempts.last()).map(|last| text(&last["at"]));
        if let (Some(at), Some(received)) = (last, received.get(&text(&delivery["submission"]))) {
            let waited = at.parse::<jiff::Timestamp>()?.duration_since(*received);
            longest = longest.max(Duration::try_from(waited).unwrap_or_default());
        }
    }
    Ok(longest)
}
