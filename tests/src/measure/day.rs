//! A day of ten million applications in small: a part of it, in the same part of the time, so at the rates of the whole.
//!
//! Two hundred employers, each with an ATS that lets fifty requests through in ten seconds. People apply to two or three
//! of them with one record of ten achievements. In the evening comes an hour with five times the usual.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use super::{
    Latencies, Row,
    applicants::{of_many, request},
    http::Connection,
};
use crate::{
    Failure,
    gateway::Gateway,
    world::{Application, Employer, World},
};

const A_DAY: u64 = 10_000_000;
/// How busy each hour is, the mean being 1.
const HOURS: [f64; 24] = [
    0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.4, 1.6, 1.4, 1.2, 1.0, 1.2, 1.3, 1.2, 1.0, 0.9, 1.0, 1.4, PEAK, 1.2, 0.8,
    0.4,
];
const PEAK: f64 = 5.0;
const EMPLOYERS: usize = 200;
/// What each employer's ATS allows in ten seconds.
const REQUESTS: u32 = 50;
/// Two records for five applications.
const RECORDS: (u64, u64) = (2, 5);
/// In each record.
const ACHIEVEMENTS: usize = 10;
const CONNECTIONS: usize = 64;
/// Requests that are made ready ahead.
const AHEAD: usize = 2_000;
const PATIENCE: Duration = Duration::from_secs(120);

/// A part of the day.
#[derive(Debug, Clone)]
pub struct Day {
    /// One in so many.
    pub scale: u64,
    /// PostgreSQL's address, for two nodes; without, one node on SQLite.
    pub postgres: Option<String>,
}

struct Sent {
    due: Instant,
    acknowledged: Instant,
    is_peak: bool,
}

impl Day {
    fn applications(&self) -> u64 {
        A_DAY / self.scale
    }

    fn hour(&self) -> Duration {
        Duration::from_secs_f64(3_600.0 / self.scale as f64)
    }

    /// How long after the beginning the application with this number is handed in, and whether in the peak.
    fn due(&self, number: u64) -> (Duration, bool) {
        let of_hour = |busy: f64| busy * self.applications() as f64 / HOURS.iter().sum::<f64>();
        let mut left = number as f64;
        for (hour, busy) in (0_u32..).zip(HOURS) {
            if left < of_hour(busy) {
                return (self.hour() * hour + self.hour().mul_f64(left / of_hour(busy)), busy == PEAK);
            }
            left -= of_hour(busy);
        }
        (self.hour() * 24, false)
    }

    /// # Errors
    /// Something is not accepted, not delivered, or delivered twice.
    pub async fn run(&self) -> Result<(), Failure> {
        let count = self.applications();
        let applications: Vec<_> = (0..count).map(of_person).collect();
        let store = if self.postgres.is_some() { "PostgreSQL, two nodes" } else { "SQLite, one node" };
        println!("· {store}: {count} applications in {:?}, {EMPLOYERS} employers", self.hour() * 24);
        let database = self.postgres.as_ref().map(|url| format!("[database]\nurl = \"{url}\"\n")).unwrap_or_default();
        let settings = format!("[work]\nworkers = 16\n{database}");
        let world = World::start_with(Application::seed(&applications), &[], &settings, |_| {}).await?;
        let mut employers = Vec::with_capacity(EMPLOYERS);
        for number in 0..EMPLOYERS {
            employers.push(world.employer(&format!("Employer {number}"), REQUESTS).await?);
        }
        let mut nodes = Vec::new();
        if self.postgres.is_some() {
            let mut further = world.gateway.further_node()?;
            further.start().await?;
            nodes.push(further);
        }
        let nodes: Vec<&Gateway> = std::iter::once(&world.gateway).chain(&nodes).collect();
        let processor = || nodes.iter().map(|node| node.processor_time()).sum::<Result<Duration, Failure>>();
        println!("· the day begins");
        let (before, began) = (processor()?, Instant::now());
        let (sent, most) = tokio::try_join!(self.hand_in(&nodes, employers, began), self.backlog(&world, began))?;
        let took = began.elapsed();
        let used = processor()? - before;
        self.told(store, &world, &sent, Told { began, took, used, most })
    }

    /// Hands everything in when it is due. What became of each, by its number.
    async fn hand_in(
        &self,
        nodes: &[&Gateway],
        employers: Vec<Employer>,
        began: Instant,
    ) -> Result<BTreeMap<u64, Sent>, Failure> {
        let (ready, requests) = mpsc::channel(AHEAD);
        let (day, authorities) = (self.clone(), nodes.iter().map(|node| node.authority()).collect::<Vec<_>>());
        let prepared = {
            let authorities = authorities.clone();
            // Signing takes a processor's time: off the thread that hands in and plays the ATS.
            tokio::task::spawn_blocking(move || prepare(&day, &authorities, &employers, &ready))
        };
        let requests = Arc::new(Mutex::new(requests));
        let mut callers = JoinSet::new();
        for authority in authorities.iter().cycle().take(CONNECTIONS) {
            let (requests, day, authority) = (Arc::clone(&requests), self.clone(), authority.clone());
            callers.spawn(async move {
                let mut connection = Connection::open(&authority).await?;
                let mut sent = Vec::new();
                loop {
                    let next: Option<(u64, Vec<u8>)> = requests.lock().await.recv().await;
                    let Some((number, request)) = next else { return Ok::<_, Failure>(sent) };
                    let (after, is_peak) = day.due(number);
                    let due = began + after;
                    tokio::time::sleep_until(due.into()).await;
                    connection.accepted(&request).await?;
                    sent.push((number, Sent { due, acknowledged: Instant::now(), is_peak }));
                }
            });
        }
        let mut all = BTreeMap::new();
        while let Some(caller) = callers.join_next().await {
            all.extend(caller??);
        }
        prepared.await??;
        Ok(all)
    }

    /// Looks until everything is in the ATS. How many ought to have been handed in and were not there yet, at most.
    async fn backlog(&self, world: &World, began: Instant) -> Result<u64, Failure> {
        let (mut most, mut done, mut since, mut due) = (0, 0, Instant::now(), 0);
        loop {
            let notes = world.ats.note_count() as u64;
            while due < self.applications() && self.due(due).0 <= began.elapsed() {
                due += 1;
            }
            if notes > done {
                (done, since) = (notes, Instant::now());
            }
            if notes >= self.applications() {
                return Ok(most);
            }
            if since.elapsed() > PATIENCE {
                return Err(Failure::new(format!("stuck at {notes} of {due} in the ATS")));
            }
            most = most.max(due - notes);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn told(&self, store: &str, world: &World, sent: &BTreeMap<u64, Sent>, told: Told) -> Result<(), Failure> {
        let count = self.applications();
        let (mut usual, mut peak, mut to_ats) = (Latencies::default(), Latencies::default(), Latencies::default());
        let mut cleared = Duration::ZERO;
        let mut seen = std::collections::BTreeSet::new();
        for one in sent.values() {
            let latencies = if one.is_peak { &mut peak } else { &mut usual };
            latencies.add(one.acknowledged.saturating_duration_since(one.due));
        }
        let peak_begins = sent.values().find(|one| one.is_peak).map(|one| one.due);
        for (application, written) in world.ats.notes_written(0) {
            let number = application.and_then(|id| id.checked_sub(of_person(0).id));
            let number = number.ok_or_else(|| Failure::new("a note about nobody who applied"))?;
            let one = sent.get(&number).ok_or_else(|| Failure::new("a note about what nobody handed in"))?;
            if !seen.insert(number) {
                return Err(Failure::new(format!("application {number} has two notes in the ATS")));
            }
            if peak_begins.is_some_and(|peak| one.due < peak) {
                to_ats.add(written.saturating_duration_since(one.due));
            }
            cleared = cleared.max(written.saturating_duration_since(told.began));
        }
        if seen.len() as u64 != count || sent.len() as u64 != count {
            return Err(Failure::new(format!("{count} applied, {} acknowledged, {} notes", sent.len(), seen.len())));
        }
        let row = |what: &str, measured: String, latencies| {
            println!("{}", Row { what: format!("{store}: {what}"), measured, latencies, ..Row::default() });
        };
        let hour = self.hour().as_secs_f64();
        row("acknowledged, the peak hour left out", format!("{} submissions", usual.len()), Some(usual.clone()));
        let rate = format!("{} submissions, {:.0}/s", peak.len(), peak.len() as f64 / hour);
        row("acknowledged in the peak hour", rate, Some(peak.clone()));
        row("from a submission to its note, before the peak", format!("{} notes", to_ats.len()), Some(to_ats));
        row("waiting at most", format!("{} submissions", told.most), None);
        row("all of it in the ATS", format!("{:.1} hours after midnight", cleared.as_secs_f64() / hour), None);
        let each = told.used.as_secs_f64() * 1e3 / count as f64;
        let cores = told.used.as_secs_f64() / told.took.as_secs_f64();
        row("processor time of the gateway", format!("{each:.1} ms each, {cores:.2} cores in the mean"), None);
        let requests = world.ats.requests().len() as f64 / count as f64;
        row("requests to the ATS", format!("{requests:.1} each"), None);
        if self.postgres.is_none() {
            let bytes = std::fs::metadata(world.gateway.database())?.len() as f64 / count as f64;
            row("the database", format!("{:.1} KB each", bytes / 1e3), None);
        }
        Ok(())
    }
}

struct Told {
    began: Instant,
    took: Duration,
    used: Duration,
    most: u64,
}

/// An application by somebody who applies several times, with one record.
fn of_person(number: u64) -> Application {
    let Application { name, email, .. } = Application::numbered(number * RECORDS.0 / RECORDS.1);
    Application { name, email, ..Application::numbered(number) }
}

/// Signs records and makes requests of them, in the order in which they are due.
fn prepare(
    day: &Day,
    authorities: &[String],
    employers: &[Employer],
    ready: &mpsc::Sender<(u64, Vec<u8>)>,
) -> Result<(), Failure> {
    let mut record: Option<(String, Value)> = None;
    for number in 0..day.applications() {
        let application = of_person(number);
        let signed = match record.take() {
            Some((email, signed)) if email == application.email => signed,
            _ => of_many(ACHIEVEMENTS, &application.email)?,
        };
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let employer = &employers[place % employers.len()];
        let (authority, to) = (&authorities[place % authorities.len()], (&*employer.connection, &*employer.job));
        let request = request(authority, employer.client.key(), to, &application, &signed);
        record = Some((application.email, signed));
        if ready.blocking_send((number, request)).is_err() {
            return Err(Failure::new("nobody hands in any more"));
        }
    }
    Ok(())
}
