//! The network goes wrong everywhere at once: between clients and gateway, gateway and ATS, gateway and PostgreSQL. And an
//! ATS that does not answer at all.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wellspring_testkit::{
    Greenhouse,
    greenhouse::{Fault as AtsFault, Route},
};

use super::{
    Load, Server, Told,
    check::{compare, drained, pages, text},
    proxy::{Fault, Proxy},
    sqlite,
};
use crate::{
    Failure,
    client::{Again, Client},
    demo::credentials::{Award, Issuer, badge, signed},
    gateway::{Gateway, eventually},
    world::{Application, UNHURRIED, World},
};

const CLIENTS: usize = 8;
const PAUSE: Duration = Duration::from_millis(250);
const MOST: u64 = 20_000;
/// How long a client waits for an answer.
const CLIENT_WAITS: Duration = Duration::from_secs(8);
/// Faults begin within so many bytes of a connection: some submissions, some calls of the ATS, some hundred statements.
const OF_CLIENTS: u64 = 15_000;
const OF_ATS: u64 = 6_000;
const OF_DATABASE: u64 = 200_000;

/// How often somebody sees to it that deliveries are tried again soon, and that the ATS is not left alone for its failures:
/// nobody waits for hours here.
const HURRY: Duration = Duration::from_secs(3);
/// What the gateway waits for after an attempt without an answer, and what may not be hurried away: a request that was held back
/// on its way may still arrive then. The proxy holds nothing back for so long.
const ARRIVES: Duration = Duration::from_secs(3);

/// A connection to PostgreSQL that was cut and is used within a second costs its caller a 503, after which a client asks again. What
/// looks at the outcome here does not, and waits until the gateway has found out about all of them.
const FRESH: Duration = Duration::from_secs(2);

/// Deliveries to the slow ATS, and to the other one meanwhile.
const SLOW: usize = 40;
const QUICK: usize = 60;
/// How long the gateway waits for an answer that does not begin (`gateway/egress/src/limits.rs`).
const HELD: Duration = Duration::from_secs(10);
/// What may be on its way to one ATS at a time (`docs/decisions/0007-gates.md`).
const CAP: usize = 8;

/// What to do.
#[derive(Debug, Clone)]
pub struct Network {
    /// How long the network is bad.
    pub bad: Duration,
    pub seed: u64,
}

/// # Errors
/// Something is lost or is in the ATS twice, or one ATS holds up another's deliveries; in words.
pub async fn run(network: &Network, server: Option<&Server>) -> Result<(), Failure> {
    bad(network, server).await?;
    slow(server).await
}

fn settings(url: Option<&str>) -> String {
    let database = url.map(|url| format!("[database]\nurl = \"{url}\"\n"));
    format!("[work]\nworkers = 16\ndelivery_seconds = 5\nlease_seconds = 20\n{}", database.unwrap_or_default())
}

async fn bad(network: &Network, server: Option<&Server>) -> Result<(), Failure> {
    let seed = network.seed;
    let store = if server.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("· {store}: a bad network for {} s, seed {seed}", network.bad.as_secs());
    let applications: Vec<_> = (1..=MOST).map(Application::numbered).collect();
    let ats = Greenhouse::start(Application::seed(&applications)).await?;
    let to_ats = Proxy::start(port(ats.origin())?, seed).await?;
    let to_database = match server {
        Some(server) => Some(Proxy::start(server.port(), seed + 1).await?),
        None => None,
    };
    let url = to_database.as_ref().map(|proxy| Server::url_at(proxy.port(), "postgres"));
    let gateway = Gateway::create(&World::settings(&settings(url.as_deref())))?;
    let mut world = World::start_in(gateway, ats, &to_ats.origin(), &[], |_| {}).await?;
    let to_gateway = Proxy::start(port(&world.gateway.url())?, seed + 2).await?;

    let clients = Client::waiting(&to_gateway.origin(), world.client.key(), CLIENT_WAITS)?;
    let load = Load::start(&world, &[clients], CLIENTS, PAUSE, 1..=MOST);
    let ways =
        [Some((&to_gateway, OF_CLIENTS)), Some((&to_ats, OF_ATS)), to_database.as_ref().map(|p| (p, OF_DATABASE))];
    for (proxy, within) in ways.into_iter().flatten() {
        proxy.misbehave(&Fault::ALL, within);
    }
    let storm = async {
        let began = Instant::now();
        while began.elapsed() < network.bad {
            tokio::time::sleep(network.bad / 6).await;
            println!("  {:.0?}: {} acknowledged", began.elapsed(), load.acknowledged());
        }
    };
    while_hurried(&world, server, storm).await?;
    for (proxy, _) in ways.into_iter().flatten() {
        proxy.behave();
    }
    let told = load.finish().await?;
    told.only(&[Again::NoAnswer, Again::Problem(503)])?;
    tokio::time::sleep(FRESH).await;
    if !world.gateway.is_running() {
        return Err(Failure::new("the gateway has ended"));
    }
    let deliveries = while_hurried(&world, server, drained(&world, told.accepted.len())).await??;
    compare(&world, &told.accepted, &deliveries).await?;
    for (name, proxy) in [("clients", Some(&to_gateway)), ("ATS", Some(&to_ats)), ("database", to_database.as_ref())] {
        if let Some(proxy) = proxy {
            println!("  on the way to {name}: {:?}", proxy.met());
        }
    }
    let failed = deliveries.values().flatten().filter(|outcome| *outcome != "delivered").count();
    say(store, &told, failed, seed);
    Ok(())
}

/// Does something, while deliveries that failed are tried again at once.
async fn while_hurried<T>(world: &World, server: Option<&Server>, work: impl Future<Output = T>) -> Result<T, Failure> {
    let hurry = async {
        loop {
            tokio::time::sleep(HURRY).await;
            // The database may not answer just now.
            let _resumed = world.client.post(&format!("/v1/connections/{}/resume", world.connection), &json!({})).await;
            match server {
                Some(server) => {
                    server.ask("postgres", &try_again("extract(epoch FROM clock_timestamp())")).map(drop)?
                }
                None => sqlite::run(&world.gateway.database(), &try_again("unixepoch('subsec')"))?,
            }
        }
    };
    tokio::select! {
        done = work => Ok(done),
        failed = hurry => failed,
    }
}

/// Makes those deliveries due whose last attempt ended long enough ago. `now`: the database's clock in seconds.
fn try_again(now: &str) -> String {
    let arrives = ARRIVES.as_secs();
    format!(
        "UPDATE tasks SET run_at = 0 WHERE kind = 'deliver' AND lease_token IS NULL AND run_at > 0 AND NOT EXISTS \
         (SELECT 1 FROM attempts a WHERE a.delivery = tasks.subject AND a.ended_at > ({now} - {arrives}) * 1000000)"
    )
}

fn say(store: &str, told: &Told, failed: usize, seed: u64) {
    println!(
        "{store}: acknowledged {}   lost 0   twice in the ATS 0   requests repeated {}   told 503: {}   attempts that did not \
         deliver {failed}   seed {seed}",
        told.accepted.len(),
        told.repeated,
        told.problems(503),
    );
}

fn port(origin: &str) -> Result<u16, Failure> {
    let port = origin.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    port.ok_or_else(|| Failure::new(format!("{origin} names no port")))
}

/// One tenant's ATS answers nothing; another tenant's deliveries go on, with the settings as they come.
async fn slow(server: Option<&Server>) -> Result<(), Failure> {
    println!("· one ATS answers nothing");
    let applications: Vec<_> = (1..=SLOW.max(QUICK) as u64).map(Application::numbered).collect();
    let database = match server {
        Some(server) => {
            server.ask("postgres", "CREATE DATABASE slow")?;
            format!("[database]\nurl = \"{}\"\n", Server::url_at(server.port(), "slow"))
        }
        None => String::new(),
    };
    let world = World::start_with(Application::seed(&applications), &[], &database, |_| {}).await?;
    let stuck = Greenhouse::start(Application::seed(&applications)).await?;
    stuck.fail_next(Route::Applications, 10_000, AtsFault::HoldBefore);
    let other = world.employer_at(&stuck, "Harbour Works", UNHURRIED).await?;
    for application in applications.iter().take(SLOW) {
        let request = World::request(&other.connection, &other.job, application, &credentials(application)?);
        other.client.post("/v1/submissions", &request).await?;
    }
    eventually("nothing is on its way to the slow ATS", async || Ok((stuck.held() > 0).then_some(()))).await?;

    let (mut most, began, mut waited) = (0, Instant::now(), Vec::new());
    for application in applications.iter().take(QUICK) {
        let submitted = Instant::now();
        let submission = world.submit(application, &credentials(application)?).await?;
        eventually("a quick delivery waits for the slow ones", async || {
            most = most.max(stuck.held());
            let shown = world.submission(&submission).await?;
            Ok((shown["deliveries"][0]["state"] == "delivered").then_some(()))
        })
        .await?;
        waited.push(submitted.elapsed());
    }
    let took = began.elapsed();
    if most == 0 || pages_of(&other.client, "delivered").await? > 0 {
        return Err(Failure::new("the slow ATS was not slow"));
    }
    if most > CAP {
        return Err(Failure::new(format!("{most} calls were on their way to the slow ATS at a time")));
    }
    waited.sort();
    if waited.last().is_some_and(|longest| *longest > HELD / 2) {
        return Err(Failure::new(format!("a quick delivery waited for slow ones: {waited:.1?}")));
    }
    let at =
        |percent: usize| waited.get((waited.len() * percent / 100).min(waited.len() - 1)).copied().unwrap_or_default();
    println!(
        "{QUICK} deliveries of another tenant in {took:.1?}: from request to delivery p50 {:.0?}, p99 {:.0?}; of {SLOW} to the \
         slow ATS at most {most} on their way at a time, none delivered",
        at(50),
        at(99),
    );
    Ok(())
}

fn credentials(application: &Application) -> Result<Vec<Value>, Failure> {
    let badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    Ok(vec![signed(Issuer::Training, badge)?])
}

async fn pages_of(client: &Client, state: &str) -> Result<usize, Failure> {
    Ok(pages(client, "/v1/deliveries").await?.iter().filter(|one| text(&one["state"]) == state).count())
}
