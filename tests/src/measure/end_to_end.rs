//! From a submission that is sent to the note in the ATS: verified, scored, delivered by the connector in its sandbox.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{Latencies, applicants::prepared, http::Connection};
use crate::{
    Failure,
    world::{Application, World},
};

/// How many are handed in alone, and the time between two of them.
const ALONE: u64 = 60;
const REST: Duration = Duration::from_millis(100);
/// How many are handed in as fast as possible, to see how many a second go through.
const FLOOD: u64 = 4_000;
/// How long the half load lasts, and how much of it until it has its usual course.
const HALF: Duration = Duration::from_secs(15);
const WARM_UP: Duration = Duration::from_secs(3);
/// Connections that hand in.
const CONNECTIONS: usize = 16;
/// How often to look into the ATS.
const LOOK: Duration = Duration::from_micros(500);
/// Without anything being delivered.
const PATIENCE: Duration = Duration::from_secs(60);
/// Faster than this nothing is expected to be: so many applications there are in the ATS.
const MOST_RATE: u64 = 2_000;

/// How many applications there have to be in the ATS.
pub const APPLICATIONS: u64 = ALONE + FLOOD + MOST_RATE / 2 * HALF.as_secs();

/// What came of it.
#[derive(Debug)]
pub struct EndToEnd {
    pub idle: Latencies,
    /// Submissions a second that go all the way.
    pub most: u64,
    /// Submissions a second of the half load.
    pub half: u64,
    pub at_half: Latencies,
}

/// A world in which everything handed in so far is delivered.
struct Run<'w> {
    world: &'w World,
    /// Handed in so far, which is also how many notes there are in the ATS.
    done: u64,
}

/// # Errors
/// A submission is not accepted, or not delivered.
pub async fn run(world: &World) -> Result<EndToEnd, Failure> {
    let mut run = Run { world, done: 0 };
    let idle = run.idle().await?;
    let most = run.flood().await?.min(MOST_RATE);
    let half = most / 2;
    let at_half = run.at(half).await?;
    Ok(EndToEnd { idle, most, half, at_half })
}

impl Run<'_> {
    /// One at a time, with nothing else to do.
    async fn idle(&mut self) -> Result<Latencies, Failure> {
        let requests = self.requests(ALONE)?;
        let mut connection = Connection::open(&self.world.gateway.authority()).await?;
        let mut latencies = Latencies::default();
        for request in requests.iter() {
            let sent = Instant::now();
            connection.accepted(request).await?;
            self.done += 1;
            latencies.add(self.note(self.done).await? - sent);
            tokio::time::sleep(REST).await;
        }
        Ok(latencies)
    }

    /// As fast as possible: how many a second are delivered while more wait than can be.
    async fn flood(&mut self) -> Result<u64, Failure> {
        let requests = self.requests(FLOOD)?;
        let handing_in = hand_in(self.world.gateway.authority(), requests, |_| None);
        let (from, until) = (self.done + FLOOD / 4, self.done + 3 * FLOOD / 4);
        let (from, until) = (self.note(from).await?, self.note(until).await?);
        ended(handing_in).await?;
        self.done += FLOOD;
        self.note(self.done).await?;
        Ok(((FLOOD / 2) as f64 / (until - from).as_secs_f64()) as u64)
    }

    /// At a steady rate, whatever the answers take: from when each was due to its note.
    async fn at(&mut self, rate: u64) -> Result<Latencies, Failure> {
        let count = rate * HALF.as_secs();
        let requests = self.requests(count)?;
        let first = Application::numbered(self.done + 1).id;
        let gap = Duration::from_secs(1).div_f64(rate as f64);
        let began = Instant::now() + REST;
        let due = move |place: usize| began + gap.mul_f64(place as f64);
        ended(hand_in(self.world.gateway.authority(), requests, move |place| Some(due(place)))).await?;
        let seen = usize::try_from(self.done).unwrap_or(usize::MAX);
        self.done += count;
        self.note(self.done).await?;
        let mut latencies = Latencies::default();
        for (application, written) in self.world.ats.notes_written(seen) {
            let place = application.and_then(|id| usize::try_from(id.checked_sub(first)?).ok());
            let due = due(place.ok_or_else(|| Failure::new("a note about nobody who applied"))?);
            if due >= began + WARM_UP {
                latencies.add(written.saturating_duration_since(due));
            }
        }
        Ok(latencies)
    }

    fn requests(&self, count: u64) -> Result<Arc<[Vec<u8>]>, Failure> {
        prepared(self.world, self.done + 1, count)
    }

    /// When the note with this number was written. Waits for it.
    async fn note(&self, number: u64) -> Result<Instant, Failure> {
        let place = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            if let Some(written) = self.world.ats.note_written(place) {
                return Ok(written);
            }
            let notes = self.world.ats.note_count();
            if notes > seen {
                (seen, since) = (notes, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                return Err(Failure::new(format!("{notes} notes, {number} were expected, and no more come")));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

type Callers = JoinSet<Result<(), Failure>>;

/// Hands requests in over some connections, each when it is due, or at once where it is never said.
fn hand_in(
    authority: String,
    requests: Arc<[Vec<u8>]>,
    due: impl Fn(usize) -> Option<Instant> + Send + Clone + 'static,
) -> Callers {
    let mut callers = JoinSet::new();
    for turn in 0..CONNECTIONS {
        let (authority, requests, due) = (authority.clone(), Arc::clone(&requests), due.clone());
        callers.spawn(async move {
            let mut connection = Connection::open(&authority).await?;
            for place in (turn..requests.len()).step_by(CONNECTIONS) {
                if let Some(due) = due(place) {
                    tokio::time::sleep_until(due.into()).await;
                }
                connection.accepted(&requests[place]).await?;
            }
            Ok(())
        });
    }
    callers
}

async fn ended(mut callers: Callers) -> Result<(), Failure> {
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    Ok(())
}
