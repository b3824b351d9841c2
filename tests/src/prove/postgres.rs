//! PostgreSQL goes away under load: restarted again and again as after a crash; and lost altogether, with a standby in its
//! place.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use super::{
    Load, Server, Told,
    check::{compare, drained},
    proxy::Proxy,
};
use crate::{
    Failure,
    client::Again,
    world::{Application, World},
};

const CLIENTS: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
const EVERY: Duration = Duration::from_secs(5);
const MOST: u64 = 20_000;
/// What a client may be told while the database is away.
const AWAY: [Again; 2] = [Again::NoAnswer, Again::Problem(503)];

/// # Errors
/// Something is lost or is in the ATS twice, or the gateway does not get going by itself; in words.
pub async fn run(server: &Server, restarts: u64) -> Result<(), Failure> {
    restarted(server, restarts).await?;
    failed_over(server).await
}

async fn restarted(server: &Server, restarts: u64) -> Result<(), Failure> {
    println!("· {restarts} immediate restarts, one every {} s", EVERY.as_secs());
    let mut world = world(&server.url()).await?;
    let load = Load::start(&world, std::slice::from_ref(&world.client), CLIENTS, PAUSE, 1..=MOST);
    let began = Instant::now();
    for restart in 1..=restarts {
        tokio::time::sleep(EVERY).await;
        let before = load.acknowledged();
        server.restart_at_once()?;
        println!("  {:.0?}: restart {restart}, {before} acknowledged", began.elapsed());
    }
    tokio::time::sleep(EVERY).await;
    let told = load.finish().await?;
    settled(&mut world, &told, &format!("{restarts} restarts")).await
}

async fn failed_over(server: &Server) -> Result<(), Failure> {
    println!("· a synchronous standby takes over");
    server.ask("postgres", "CREATE DATABASE failover")?;
    // Free now, and asked for again in a moment.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let standby = server.standby(port)?;
    let proxy = Proxy::start(server.port(), 1).await?;
    let mut world = world(&Server::url_at(proxy.port(), "failover")).await?;
    let mut second = world.gateway.further_node()?;
    second.start().await?;
    let clients = [&world.gateway, &second].map(|node| world.client.at(&node.url()));
    let load = Load::start(&world, &clients, CLIENTS, PAUSE, 1..=MOST);
    tokio::time::sleep(2 * EVERY).await;
    let before = load.acknowledged();
    let began = Instant::now();
    server.stop_at_once()?;
    standby.promote()?;
    proxy.aim(standby.port());
    let gone = began.elapsed();
    while load.acknowledged() < before + CLIENTS {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(Failure::new("nothing is acknowledged after the failover"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("  {before} acknowledged before; away for {gone:.1?}; acknowledged again after {:.1?}", began.elapsed());
    tokio::time::sleep(2 * EVERY).await;
    let told = load.finish().await?;
    if !second.is_running() {
        return Err(Failure::new("the second node has ended"));
    }
    settled(&mut world, &told, "failover").await
}

async fn world(url: &str) -> Result<World, Failure> {
    let applications: Vec<_> = (1..=MOST).map(Application::numbered).collect();
    let settings =
        format!("[work]\nworkers = 8\ndelivery_seconds = 5\nlease_seconds = 20\n[database]\nurl = \"{url}\"\n");
    World::start_with(Application::seed(&applications), &[], &settings, |_| {}).await
}

async fn settled(world: &mut World, told: &Told, what: &str) -> Result<(), Failure> {
    told.only(&AWAY)?;
    if !world.gateway.is_running() {
        return Err(Failure::new("the gateway has ended"));
    }
    let deliveries = drained(world, told.accepted.len()).await?;
    compare(world, &told.accepted, &deliveries).await?;
    println!(
        "{what}: acknowledged {}   delivered {}   lost 0   twice in the ATS 0   requests repeated {}   told 503: {}",
        told.accepted.len(),
        deliveries.len(),
        told.repeated,
        told.problems(503),
    );
    Ok(())
}
