//! Applicants who hand in and do not give up: each repeats its request under its idempotency key until it is acknowledged.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    Failure,
    client::{Again, Client, id},
    demo::credentials::{Award, Issuer, badge, signed},
    world::{Application, World},
};

/// How long a client waits before it repeats a request that got no answer.
const AGAIN: Duration = Duration::from_millis(50);

/// What clients were told, by the number of the application.
pub type Accepted = BTreeMap<u64, String>;

/// What clients were told by the end.
#[derive(Debug, Clone)]
pub struct Told {
    pub accepted: Accepted,
    /// Requests that had to be repeated.
    pub repeated: u64,
    /// How often each kind of refusal was met.
    pub refusals: BTreeMap<Again, u64>,
}

impl Told {
    /// # Errors
    /// Something else than these was answered.
    pub fn only(&self, expected: &[Again]) -> Result<(), Failure> {
        match self.refusals.keys().find(|one| !expected.contains(one)) {
            Some(other) => Err(Failure::new(format!("requests were answered with {other:?}: {:?}", self.refusals))),
            None => Ok(()),
        }
    }

    /// How often requests were answered with a problem of this status.
    pub fn problems(&self, status: u16) -> u64 {
        self.refusals.get(&Again::Problem(status)).copied().unwrap_or(0)
    }
}

/// Clients that hand in applications until they are told to stop.
pub struct Load {
    clients: JoinSet<Result<(), Failure>>,
    state: Arc<State>,
}

struct State {
    next: AtomicU64,
    most: u64,
    more: usize,
    stop: AtomicBool,
    repeated: AtomicU64,
    accepted: Mutex<Accepted>,
    refusals: Mutex<BTreeMap<Again, u64>>,
    connection: String,
    job: String,
}

impl Load {
    /// Starts clients at the addresses of `nodes`, in turn; each waits for `pause` between two applications, which have
    /// these numbers.
    pub fn start(
        world: &World,
        nodes: &[Client],
        clients: usize,
        pause: Duration,
        numbers: RangeInclusive<u64>,
    ) -> Self {
        Self::start_heavy(world, nodes, clients, pause, numbers, 0)
    }

    /// As [`Self::start`], with credentials that have so many bytes more.
    pub fn start_heavy(
        world: &World,
        nodes: &[Client],
        clients: usize,
        pause: Duration,
        numbers: RangeInclusive<u64>,
        more: usize,
    ) -> Self {
        let state = Arc::new(State {
            more,
            next: AtomicU64::new(*numbers.start()),
            most: *numbers.end(),
            stop: AtomicBool::new(false),
            repeated: AtomicU64::new(0),
            accepted: Mutex::default(),
            refusals: Mutex::default(),
            connection: world.connection.clone(),
            job: world.job.clone(),
        });
        let mut running = JoinSet::new();
        for client in nodes.iter().cycle().take(clients) {
            running.spawn(hand_in(client.clone(), Arc::clone(&state), pause));
        }
        Self { clients: running, state }
    }

    /// How many were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.state.accepted.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What clients were told so far.
    pub fn told(&self) -> Told {
        Told {
            accepted: self.state.accepted.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            repeated: self.state.repeated.load(Ordering::Relaxed),
            refusals: self.state.refusals.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets every client finish what it has begun.
    ///
    /// # Errors
    /// A request was refused for what it says.
    pub async fn finish(mut self) -> Result<Told, Failure> {
        self.state.stop.store(true, Ordering::Relaxed);
        while let Some(client) = self.clients.join_next().await {
            client.map_err(|error| Failure::new(error.to_string()))??;
        }
        Ok(self.told())
    }
}

async fn hand_in(client: Client, state: Arc<State>, pause: Duration) -> Result<(), Failure> {
    while !state.stop.load(Ordering::Relaxed) {
        let number = state.next.fetch_add(1, Ordering::Relaxed);
        if number > state.most {
            return Ok(());
        }
        let request = request(&state, number)?;
        let mut tries = 0;
        let answer = loop {
            match client.post_once("/v1/submissions", &format!("key-{number}"), &request).await? {
                Ok(answer) => break answer,
                Err(why) => {
                    *state.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(why).or_default() += 1;
                }
            }
            tries += 1;
            tokio::time::sleep(AGAIN).await;
        };
        state.repeated.fetch_add(u64::from(tries > 0), Ordering::Relaxed);
        let submission = id(&answer)?;
        state.accepted.lock().unwrap_or_else(PoisonError::into_inner).insert(number, submission);
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

fn request(state: &State, number: u64) -> Result<Value, Failure> {
    let application = Application::numbered(number);
    let mut badge = badge(Issuer::Training, Award::Competency(0), &application.email);
    if state.more > 0 {
        badge["credentialSubject"]["achievement"]["description"] = "At length. ".repeat(state.more / 11).into();
    }
    let credentials = [signed(Issuer::Training, badge)?];
    Ok(World::request(&state.connection, &state.job, &application, &credentials))
}
